"""Lead forms in advertisements: Meta, Google Ads, LinkedIn."""

from __future__ import annotations

from collections.abc import Mapping

from leads.presets.answers import Answer, Item, alone, dig, facts_from, keyed, labelled, objects, text_of

TEST = ("test",)  # the tag of leads that the sender made up to try the connection
META_KEYS_OF_ITS_OWN = frozenset(
    {"field_data", "id", "leadgen_id", "page_id", "form_id", "ad_id", "created_time", "platform"}
)
GOOGLE_COLUMNS = {
    "FULL_NAME": "name",
    "FIRST_NAME": "first_name",
    "LAST_NAME": "last_name",
    "EMAIL": "email",
    "PHONE_NUMBER": "phone",
    "POSTAL_CODE": "postal_code",
    "CITY": "city",
    "REGION": "state",
    "COUNTRY": "country",
    "COMPANY_NAME": "company",
    "JOB_TITLE": "title",
    "SERVICE": "product_interest",
    "PRODUCT": "product_interest",
    "COMPANY_SIZE": "employees",
    "INDUSTRY": "industry",
}
# An address at work says more about the company than a private one.
GOOGLE_COLUMNS_AT_WORK = {"WORK_EMAIL": "email", "WORK_PHONE": "phone"}


def meta_items(body: object) -> list[object]:
    """One POST brings several leads: each change of each entry is one."""
    found: list[object] = []
    for part in body if isinstance(body, list) else [body]:
        if not isinstance(part, dict) or "entry" not in part:
            found.append(part)
            continue
        changes = [change for entry in objects(part["entry"]) for change in objects(entry.get("changes"))]
        found += [change.get("value") for change in changes if change.get("field", "leadgen") == "leadgen"]
    return found


def meta_lead(item: Item) -> dict[str, object]:
    """A fetched lead: `field_data`, and what an integration put beside it."""
    beside = {name: value for name, value in item.items() if name not in META_KEYS_OF_ITS_OWN}
    return facts_from([*labelled(item.get("field_data")), *keyed(beside)])


def meta_missing(item: Item) -> str:
    number = text_of(item.get("leadgen_id")) or text_of(item.get("id"))
    if number and "field_data" not in item:
        return f"This sender sends only ids: the contact must be fetched from Meta (lead {number[:40]})."
    return ""


def google_ads(item: Item) -> dict[str, object]:
    columns = objects(item.get("user_column_data"))
    at_work = [_google_column(column, GOOGLE_COLUMNS_AT_WORK) for column in columns]
    known = [_google_column(column, GOOGLE_COLUMNS) for column in columns]
    raw = facts_from([*at_work, *known, *map(_google_question, columns)])
    if campaign := text_of(item.get("campaign_id")):
        raw.setdefault("campaign", campaign)
    return {**raw, "tags": TEST} if item.get("is_test") is True else raw


def _google_column(column: Item, facts: Mapping[str, str]) -> Answer:
    fact = facts.get(text_of(column.get("column_id")), "")
    return Answer((), column.get("string_value") if fact else None, fact)


def _google_question(column: Item) -> Answer:
    labels = (text_of(column.get("column_name")), text_of(column.get("column_id")))
    return Answer(tuple(filter(None, labels)), column.get("string_value"))


def linkedin_items(body: object) -> list[object]:
    """A page of responses, one response, or a list of them."""
    if isinstance(body, dict) and isinstance(body.get("elements"), list):
        return list(body["elements"])
    return list(body) if isinstance(body, list) else [body]


def linkedin(item: Item) -> dict[str, object]:
    answers = objects(dig(item, "formResponse", "answers")) or objects(item.get("answers"))
    raw = facts_from(map(_linkedin_answer, answers))
    if campaign := text_of(dig(item, "leadMetadata", "sponsoredLeadMetadata", "campaign")):
        raw.setdefault("campaign", campaign.rpartition(":")[2])
    return {**raw, "tags": TEST} if item.get("testLead") is True else raw


def _linkedin_answer(answer: Item) -> Answer:
    label = text_of(answer.get("name")) or text_of(answer.get("question"))
    return Answer((label,) if label else (), _linkedin_value(answer))


def _linkedin_value(answer: Item) -> object:
    """The text lies under `accepted` in one version of the API, and under `answerDetails` in the next."""
    for place in ("accepted", "answerDetails"):
        holder = answer.get(place)
        if text := dig(holder, "textQuestionAnswer", "answer"):
            return text
        if options := dig(holder, "multipleChoiceAnswer", "options"):
            return alone(options)
        if isinstance(holder, str):
            return holder
    return answer.get("answer", answer.get("value"))


def linkedin_missing(item: Item) -> str:
    response = text_of(item.get("leadGenFormResponse")) or text_of(item.get("leadFormResponse"))
    if response:
        return f"This sender sends only ids: the contact must be fetched from LinkedIn ({response[:80]})."
    return ""
