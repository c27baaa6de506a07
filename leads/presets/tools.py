"""Other tools: Segment, Calendly, Salesforce Web-to-Lead."""

from __future__ import annotations

from collections.abc import Mapping

from leads.presets.shape import Found, Json, Preset, at, by_label, listed, named_values, text_at

SEGMENT_TRAITS = {
    "email": ("email",),
    "name": ("name",),
    "first_name": ("firstName", "first_name"),
    "last_name": ("lastName", "last_name"),
    "phone": ("phone",),
    "title": ("title",),
    "website": ("website",),
    "industry": ("industry",),
    "employees": ("employees",),
    "language": ("locale",),
}
SEGMENT_ADDRESS = {"city": "city", "state": "state", "postal_code": "postalCode", "country": "country"}
SEGMENT_COMPANY = {"company": "name", "industry": "industry", "employees": "employee_count", "website": "website"}


def _segment(item: Json) -> Found:
    """`identify` carries traits; another call may carry them in its context, and without any it names nobody."""
    traits = at(item, "traits") or at(item, "context", "traits")
    key = text_at(item, "messageId")
    if not isinstance(traits, Mapping) or not traits:
        kind = text_at(item, "type") or "call"
        return Found({}, key, f"This {kind} of Segment carries no traits: it names nobody. Send identify calls.")
    raw = {
        fact: next((traits[name] for name in names if traits.get(name)), None) for fact, names in SEGMENT_TRAITS.items()
    }
    raw |= {fact: at(traits, "address", name) for fact, name in SEGMENT_ADDRESS.items()}
    company = traits.get("company")
    if isinstance(company, Mapping):
        raw |= {fact: company.get(name) or raw.get(fact) for fact, name in SEGMENT_COMPANY.items()}
    else:
        raw["company"] = company
    raw["campaign"] = at(item, "context", "campaign", "name")
    return Found({fact: value for fact, value in raw.items() if value}, key)


def _segment_items(body: Json) -> list[Json]:
    batch = at(body, "batch")
    return batch if isinstance(batch, list) else listed(body)


SEGMENT = Preset(items=_segment_items, found=_segment, event_id=lambda body: text_at(body, "messageId"))


def _calendly(body: Json) -> Found:
    """An invitee has a name and an e-mail; a routing form only what was asked, even if nothing was booked."""
    payload = at(body, "payload")
    answers = named_values(at(payload, "questions_and_answers"), "question", "answer")
    raw = by_label(answers)
    for fact in ("email", "name", "first_name", "last_name"):
        if value := text_at(payload, fact):
            raw[fact] = value
    if campaign := text_at(payload, "tracking", "utm_campaign"):
        raw.setdefault("campaign", campaign)
    problem = "" if set(raw) - {"campaign"} else "Nobody gave a name or address in this Calendly form."
    return Found(raw, text_at(payload, "uri"), problem)


CALENDLY = Preset(items=listed, found=_calendly, event_id=lambda body: text_at(body, "payload", "uri"))

SALESFORCE_FIELDS = {
    "URL": "website",
    "zip": "postal_code",
    "Campaign_ID": "campaign",
    "description": "message",
    "country_code": "country",
    "state_code": "state",
}


def _salesforce(body: Json) -> Found:
    if not isinstance(body, Mapping):
        return Found({}, problem="The body is no form.")
    raw = by_label((name, value) for name, value in body.items() if name not in SALESFORCE_FIELDS)
    raw |= {fact: body[name] for name, fact in SALESFORCE_FIELDS.items() if body.get(name)}
    return Found(raw)


SALESFORCE_WEB_TO_LEAD = Preset(items=listed, found=_salesforce, event_id=lambda body: "")
