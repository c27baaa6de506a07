"""Form builders: Typeform, HubSpot forms, Tally, Jotform, Webflow."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from leads.bodies import BadBody, parse_body
from leads.presets.answers import (
    Answer,
    Item,
    address_parts,
    alone,
    dig,
    facts_from,
    keyed,
    labelled,
    objects,
    text_of,
    with_lone_address,
)

TYPEFORM_KINDS = {"email": "email", "phone_number": "phone"}
TYPEFORM_VALUES = ("text", "email", "phone_number", "url", "number", "boolean", "date", "file_url")
TALLY_KINDS = {"INPUT_EMAIL": "email", "INPUT_PHONE_NUMBER": "phone"}
JOTFORM_QUESTION = re.compile(r"q[0-9]+_(.+)")
DIGITS_AROUND = re.compile(r"^[0-9]+|[0-9]+$")
JOTFORM_PARTS_OF_NAME = {"first": "first name", "last": "last name"}


def typeform(item: Item) -> dict[str, object]:
    """Answers carry only the id of their question; its title stands in the definition. Hidden fields come last."""
    form = dig(item, "form_response")
    questions = _typeform_questions(dig(form, "definition", "fields"))
    answers = [_typeform_answer(answer, questions) for answer in objects(dig(form, "answers"))]
    return {**facts_from(keyed(dig(form, "hidden"))), **with_lone_address(facts_from(answers), answers)}


def _typeform_questions(fields: object) -> dict[str, tuple[str, ...]]:
    """What each question says, by its id and by its ref; questions within a group are questions too."""
    found: dict[str, tuple[str, ...]] = {}
    waiting = objects(fields)
    while waiting:
        question = waiting.pop()
        labels = tuple(filter(None, (text_of(question.get("title")), text_of(question.get("ref")))))
        for name in (text_of(question.get("id")), text_of(question.get("ref"))):
            if name:
                found[name] = labels
        waiting += objects(dig(question, "properties", "fields"))
    return found


def _typeform_answer(answer: Item, questions: Mapping[str, tuple[str, ...]]) -> Answer:
    ref = text_of(dig(answer, "field", "ref"))
    labels = questions.get(text_of(dig(answer, "field", "id"))) or questions.get(ref) or ((ref,) if ref else ())
    if dig(answer, "field", "type") == "website":
        return Answer(labels, answer.get("url"), "website")
    return Answer(labels, _typeform_value(answer), TYPEFORM_KINDS.get(text_of(answer.get("type")), ""))


def _typeform_value(answer: Item) -> object:
    kind = text_of(answer.get("type"))
    if kind == "choice":
        return dig(answer, "choice", "label") or dig(answer, "choice", "other")
    if kind == "choices":
        labels, other = dig(answer, "choices", "labels"), dig(answer, "choices", "other")
        return alone([*(labels if isinstance(labels, list) else []), *([other] if other else [])])
    return answer.get(kind) if kind in TYPEFORM_VALUES else None


def hubspot_form(item: Item) -> dict[str, object]:
    """The values of a submission, the fields of the forms API, or the properties of a contact that a workflow sends."""
    answers = [*labelled(item.get("values")), *labelled(item.get("fields"))]
    return facts_from([*map(_without_type, answers), *map(_hubspot_property, keyed(item.get("properties")))])


def _without_type(answer: Answer) -> Answer:
    """`0-1/email` says that the e-mail is that of a contact."""
    return Answer(tuple(label.rpartition("/")[2] for label in answer.labels), answer.value)


def _hubspot_property(answer: Answer) -> Answer:
    return Answer(answer.labels, answer.value.get("value")) if isinstance(answer.value, dict) else answer


def hubspot_missing(item: Item) -> str:
    if "subscriptionType" not in item:
        return ""
    number = text_of(item.get("objectId"))[:40]
    return f"This sender sends only ids: the contact must be fetched from HubSpot (object {number})."


def tally(item: Item) -> dict[str, object]:
    """Label and type stand with each answer; a choice is sent as ids, with their texts beside them."""
    answers = [_tally_answer(field) for field in objects(dig(item, "data", "fields"))]
    return with_lone_address(facts_from(answers), answers)


def _tally_answer(field: Item) -> Answer:
    value = field.get("value")
    if texts := {text_of(option.get("id")): option.get("text") for option in objects(field.get("options"))}:
        chosen = value if isinstance(value, list) else [value]
        value = [texts.get(text_of(one), one) for one in chosen]
    label = text_of(field.get("label"))
    return Answer((label,) if label else (), alone(value), TALLY_KINDS.get(text_of(field.get("type")), ""))


def jotform(item: Item) -> dict[str, object]:
    """The answers are JSON within a field of the form; a question's name is all that says what was asked."""
    answers = list(_jotform_answers(jotform_raw(item)))
    return with_lone_address(facts_from(answers), answers)


def jotform_raw(item: Item) -> Item:
    raw = item.get("rawRequest")
    if isinstance(raw, str):
        try:
            raw = parse_body("application/json", raw.encode("utf-8", "replace"))
        except BadBody:
            return {}
    return raw if isinstance(raw, dict) else item


def _jotform_answers(raw: Item) -> Iterator[Answer]:
    for name, value in raw.items():
        question = JOTFORM_QUESTION.fullmatch(name)
        if question is None:
            continue
        if isinstance(value, dict) and value.keys() & {"addr_line1", "city", "postal"}:
            yield from (Answer((part.replace("_", " "),), text) for part, text in address_parts(value).items())
        elif isinstance(value, dict) and value.keys() & JOTFORM_PARTS_OF_NAME.keys():
            yield from (Answer((label,), value.get(part)) for part, label in JOTFORM_PARTS_OF_NAME.items())
        else:
            yield Answer((DIGITS_AROUND.sub("", question[1]),), alone(value))


def jotform_missing(item: Item) -> str:
    if isinstance(item.get("rawRequest"), str) and not jotform_raw(item):
        return "The answers in rawRequest are not JSON, so nothing can be read from them."
    return ""


def webflow(item: Item) -> dict[str, object]:
    """Labels are the keys; the older kind of webhook has them one level higher."""
    answers = keyed(dig(item, "payload", "data") or item.get("data"))
    return with_lone_address(facts_from(answers), answers)
