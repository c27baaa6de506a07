"""Lead forms of advertising networks: Meta, Google Ads, LinkedIn."""

from __future__ import annotations

from collections.abc import Mapping

from leads.presets import flat
from leads.presets.shape import ONLY_IDS, Found, Json, Preset, at, by_label, listed, named_values, text_at


def _meta_items(body: Json) -> list[Json]:
    """The webhook batches changes of entries; a lead that was fetched, or a list of them, comes as it is."""
    entries = at(body, "entry")
    if not isinstance(entries, list):
        return listed(body)
    return [at(change, "value") for entry in entries for change in listed(at(entry, "changes")) if change is not None]


def _meta(item: Json) -> Found:
    key = text_at(item, "leadgen_id") or text_at(item, "id")
    fields = by_label(named_values(at(item, "field_data"), value="values"))
    beside = flat.read(item).raw if isinstance(item, Mapping) else {}
    raw = {**beside, **fields}
    return Found(raw, key, "" if raw else ONLY_IDS)


META_LEAD = Preset(
    items=_meta_items,
    found=_meta,
    event_id=lambda body: text_at(body, "leadgen_id") if at(body, "entry") is None else "",
)

GOOGLE_COLUMNS = {
    "FULL_NAME": "name",
    "FIRST_NAME": "first_name",
    "LAST_NAME": "last_name",
    "EMAIL": "email",
    "WORK_EMAIL": "email",
    "PHONE_NUMBER": "phone",
    "WORK_PHONE": "phone",
    "COMPANY_NAME": "company",
    "JOB_TITLE": "title",
    "POSTAL_CODE": "postal_code",
    "CITY": "city",
    "REGION": "state",
    "COUNTRY": "country",
    "SERVICE": "product_interest",
    "PRODUCT": "product_interest",
}


def _google(item: Json) -> Found:
    raw: dict[str, object] = {}
    pairs = []
    rows = at(item, "user_column_data")
    for row in rows if isinstance(rows, list) else []:
        value = text_at(row, "string_value")
        if fact := GOOGLE_COLUMNS.get(text_at(row, "column_id")):
            raw.setdefault(fact, value)
        else:
            pairs.append((text_at(row, "column_name"), value))
    if campaign := text_at(item, "campaign_id"):
        raw["campaign"] = campaign
    return Found({**by_label(pairs), **raw}, text_at(item, "lead_id"))


GOOGLE_ADS = Preset(items=listed, found=_google, event_id=lambda body: text_at(body, "lead_id"))


def _linkedin_items(body: Json) -> list[Json]:
    elements = at(body, "elements")
    return elements if isinstance(elements, list) else listed(body)


def _linkedin(item: Json) -> Found:
    pairs = []
    answers = at(item, "formResponse", "answers") or at(item, "answers")
    for answer in answers if isinstance(answers, list) else []:
        details = at(answer, "accepted") or at(answer, "answerDetails")
        value = at(details, "textQuestionAnswer", "answer") or at(details, "multipleChoiceAnswer", "options")
        pairs.append((text_at(answer, "name") or text_at(answer, "question"), value))
    raw = by_label(pairs)
    if campaign := text_at(item, "leadMetadata", "sponsoredLeadMetadata", "campaign"):
        raw.setdefault("campaign", campaign)
    problem = "" if pairs else ONLY_IDS
    return Found(raw, text_at(item, "id"), problem)


LINKEDIN = Preset(items=_linkedin_items, found=_linkedin, event_id=lambda body: text_at(body, "id"))
