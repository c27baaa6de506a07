"""Bodies that name their fields: the generic one, Salesforce Web-to-Lead, and the traits of Segment."""

from __future__ import annotations

from leads.presets.answers import Answer, Item, address_parts, dig, facts_from, keyed, labelled, text_of

# One level of wrapping that senders like to put around a lead.
WRAPPERS = (
    *("contact", "lead", "person", "customer", "user", "visitor", "submitter", "profile", "payload", "data", "record"),
    *("form_data", "formData", "form", "fields", "properties", "attributes", "traits", "values", "answers", "body"),
)
IDENTITY = frozenset({"email", "phone", "name", "first_name", "last_name", "company"})
# Facts by the names this house gives them stand before any synonym. Names and companies may be objects: those by label.
OURS = dict.fromkeys(
    (
        *("email", "first_name", "last_name", "phone", "website", "title", "country", "state", "city", "postal_code"),
        *("industry", "employees", "revenue", "campaign", "intent", "product_interest", "language", "message", "tags"),
    )
)
SALESFORCE_FIELDS = {"mobile": "phone", "URL": "website", "Campaign_ID": "campaign"}


def generic(item: Item) -> dict[str, object]:
    """Common spellings at the top or, if nobody is there, one level down; `custom` holds the admin's own fields."""
    raw = _named(item)
    if raw.keys() & IDENTITY:
        return raw
    for wrapper in WRAPPERS:
        inside = item.get(wrapper)
        found = _named(inside) if isinstance(inside, dict) else facts_from(labelled(inside))
        if found.keys() & IDENTITY:
            return {**found, **raw}
    return raw


def _named(item: Item) -> dict[str, object]:
    raw = facts_from([*_ours(item), *keyed({name: part for name, part in item.items() if name not in OURS})])
    for name, part in address_parts(item.get("address")).items():
        raw.setdefault(name, part)
    if campaign := text_of(dig(item, "utm", "campaign")) or text_of(dig(item, "utm", "utm_campaign")):
        raw.setdefault("campaign", campaign)
    return {**raw, **_custom(item)}


def _ours(item: Item) -> list[Answer]:
    return [Answer((), item[name], name) for name in OURS if name in item]


def _custom(item: Item) -> dict[str, object]:
    """`{"custom": {"budget": 5}}` or `{"custom.budget": 5}`."""
    inside = item.get("custom")
    nested = {f"custom.{name}": value for name, value in inside.items()} if isinstance(inside, dict) else {}
    return {**nested, **{name: value for name, value in item.items() if name.startswith("custom.")}}


def salesforce_web_to_lead(item: Item) -> dict[str, object]:
    """The names of Salesforce's own fields; the 00N… of custom fields mean nothing without a mapping."""
    answers = [Answer((), item.get(name), fact) for name, fact in SALESFORCE_FIELDS.items()]
    return {**facts_from([*_ours(item), *answers, *keyed(item)]), **_custom(item)}


def segment_items(body: object) -> list[object]:
    if isinstance(body, dict) and isinstance(body.get("batch"), list):
        return list(body["batch"])
    return list(body) if isinstance(body, list) else [body]


def segment(item: Item) -> dict[str, object]:
    """Traits describe a person; the properties of an event describe the event, but for an e-mail among them."""
    raw: dict[str, object] = {}
    for traits in (dig(item, "context", "traits"), item.get("traits")):
        if isinstance(traits, dict) and item.get("type") != "group":
            raw.update(_named(traits))
    if email := text_of(dig(item, "properties", "email")):
        raw.setdefault("email", email)
    if raw and (campaign := text_of(dig(item, "context", "campaign", "name"))):
        raw.setdefault("campaign", campaign)
    return raw


def segment_missing(item: Item) -> str:
    kind = text_of(item.get("type"))[:40] or "Segment"
    return f"This {kind} call carries no traits that name anybody: it says what happened, not to whom."
