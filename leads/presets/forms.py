"""Form builders: HubSpot, Typeform, Tally, Jotform, Webflow."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from leads.presets.shape import ONLY_IDS, Found, Json, Preset, at, by_label, listed, named_values, text_at


def _hubspot(item: Json) -> Found:
    values = named_values(at(item, "values"))
    if not values and at(item, "objectId") is not None:
        return Found({}, text_at(item, "eventId"), ONLY_IDS)
    return Found(by_label(values), text_at(item, "conversionId"))


HUBSPOT_FORM = Preset(items=listed, found=_hubspot, event_id=lambda body: text_at(body, "conversionId"))


def _typeform(body: Json) -> Found:
    response = at(body, "form_response")
    titles = {text_at(field, "id"): text_at(field, "title") for field in _objects(at(response, "definition", "fields"))}
    raw: dict[str, object] = {}
    pairs: list[tuple[str, object]] = []
    for answer in _objects(at(response, "answers")):
        kind = text_at(answer, "type")
        value = answer.get(kind)
        if kind in ("email", "phone_number"):
            raw.setdefault("email" if kind == "email" else "phone", value)
            continue
        if kind in ("choice", "choices"):
            value = at(value, "label") or at(value, "labels") or at(value, "other")
        label = titles.get(text_at(answer, "field", "id"), "") or text_at(answer, "field", "ref")
        pairs.append((label, value))
    hidden = at(response, "hidden")
    pairs += list(hidden.items()) if isinstance(hidden, Mapping) else []
    return Found({**by_label(pairs), **raw}, text_at(response, "token"))


TYPEFORM = Preset(
    items=listed,
    found=_typeform,
    event_id=lambda body: text_at(body, "event_id") or text_at(body, "form_response", "token"),
)

TALLY_TYPES = {"INPUT_EMAIL": "email", "INPUT_PHONE_NUMBER": "phone"}


def _tally(body: Json) -> Found:
    raw: dict[str, object] = {}
    pairs: list[tuple[str, object]] = []
    for field in _objects(at(body, "data", "fields")):
        value = _chosen(field)
        if fact := TALLY_TYPES.get(text_at(field, "type")):
            raw.setdefault(fact, value)
        else:
            pairs.append((text_at(field, "label"), value))
    raw = {name: value for name, value in raw.items() if value}
    return Found({**by_label(pairs), **raw}, text_at(body, "data", "submissionId"))


def _chosen(field: Mapping[str, object]) -> object:
    """The value of a Tally field; a choice is a list of ids whose words stand beside it."""
    value, options = field.get("value"), _objects(field.get("options"))
    if not options or not isinstance(value, list):
        return value
    words = {text_at(option, "id"): text_at(option, "text") for option in options}
    chosen = [words.get(str(one), str(one)) for one in value]
    return chosen[0] if len(chosen) == 1 else chosen


TALLY = Preset(items=listed, found=_tally, event_id=lambda body: text_at(body, "eventId"))

# q69_1Name69: the number of the question, then its label in camel case with the numbers that stood in it.
JOTFORM_KEY = re.compile(r"q\d+_\d*(?P<label>.*?)\d*\Z")


def _jotform(body: Json) -> Found:
    """The answers are a JSON text inside the form's field `rawRequest`; names and phones may be objects."""
    try:
        answers = json.loads(text_at(body, "rawRequest") or "{}")
    except json.JSONDecodeError:
        return Found({}, text_at(body, "submissionID"), "The field rawRequest is not JSON.")
    pairs: list[tuple[str, object]] = []
    for key, value in answers.items() if isinstance(answers, Mapping) else []:
        match = JOTFORM_KEY.match(key)
        if match is None:
            continue
        if isinstance(value, Mapping) and {"first", "last"} & set(value):
            pairs += [("first name", value.get("first")), ("last name", value.get("last"))]
        elif isinstance(value, Mapping):
            pairs.append((match["label"], " ".join(str(part) for part in value.values() if part)))
        else:
            pairs.append((match["label"], value))
    return Found(by_label(pairs), text_at(body, "submissionID"))


JOTFORM = Preset(items=listed, found=_jotform, event_id=lambda body: text_at(body, "submissionID"))


def _webflow(body: Json) -> Found:
    data = at(body, "payload", "data")
    if not isinstance(data, Mapping):
        data = at(body, "data")
    pairs = list(data.items()) if isinstance(data, Mapping) else []
    return Found(by_label(pairs), text_at(body, "payload", "id"))


WEBFLOW = Preset(items=listed, found=_webflow, event_id=lambda body: text_at(body, "payload", "id"))


def _objects(value: Json) -> list[Mapping[str, object]]:
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []
