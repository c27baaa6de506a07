"""Known senders: how a body of theirs becomes raw values by fact, one set for each lead in it. Pure.

Adding a sender is one function that shapes an item, and one entry in `PRESETS`. Whatever a stranger sends under a
preset's name, these functions return something: a body of another shape simply gives no facts.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from leads.presets import activities, advertising, flat, forms, meetings
from leads.presets.answers import Item, dig, text_of

LONGEST_ID = 200  # characters; what is longer, and many together, are told apart by their hash
IDS_OF_A_LEAD = ("external_id", "externalId", "lead_id", "leadId", "submission_id", "submissionId")


def _each(body: object) -> list[object]:
    return list(body) if isinstance(body, list) else [body]


def _nothing(item: Item) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Preset:
    """`refuses`: why an item is no lead whatever it holds; `missing`: why nobody can be found in it. "" if unknown.

    `activity`: what it says of something that was done, if its `type` is "activity"; `acting`: who did it, if the item
    says so elsewhere than a lead would.
    """

    shape: Callable[[Item], dict[str, object]]
    items: Callable[[object], list[object]] = _each
    item_id: Callable[[Item], object] = _nothing
    event_id: Callable[[Item], object] | None = None  # of a body that is one object; None: the ids of its items
    refuses: Callable[[Item], str] = _nothing
    missing: Callable[[Item], str] = _nothing
    activity: Callable[[Item], dict[str, object]] = activities.plain
    acting: Callable[[Item], str] = _nothing


def _generic_id(item: Item) -> object:
    return next((found for name in IDS_OF_A_LEAD if (found := text_of(item.get(name)))), "")


def _typeform_event(item: Item) -> object:
    return item.get("event_id") or dig(item, "form_response", "token")


def _jotform_id(item: Item) -> object:
    return item.get("submissionID") or forms.jotform_raw(item).get("event_id")


def _webflow_id(item: Item) -> object:
    return dig(item, "payload", "id") or item.get("_id")


def _meta_id(item: Item) -> object:
    return item.get("leadgen_id") or item.get("id")


def _calendly_id(item: Item) -> object:
    """Booking and cancelling name the same invitee and are two events."""
    uri = text_of(dig(item, "payload", "uri"))
    return f"canceled:{uri}" if uri and item.get("event") == "invitee.canceled" else uri


PRESETS: Mapping[str, Preset] = {
    # A lead's own id names the lead and not the delivery: it may come again with news.
    "generic": Preset(flat.generic, item_id=_generic_id, event_id=_nothing),
    "typeform": Preset(
        forms.typeform, item_id=lambda item: dig(item, "form_response", "token"), event_id=_typeform_event
    ),
    "hubspot_form": Preset(forms.hubspot_form, item_id=lambda item: item.get("eventId"), missing=forms.hubspot_missing),
    "meta_lead": Preset(
        advertising.meta_lead, advertising.meta_items, item_id=_meta_id, missing=advertising.meta_missing
    ),
    "google_ads": Preset(advertising.google_ads, item_id=lambda item: item.get("lead_id")),
    "linkedin": Preset(
        advertising.linkedin,
        advertising.linkedin_items,
        item_id=lambda item: item.get("id"),
        missing=advertising.linkedin_missing,
    ),
    "segment": Preset(
        flat.segment,
        flat.segment_items,
        item_id=lambda item: item.get("messageId"),
        missing=flat.segment_missing,
        activity=activities.segment,
        acting=activities.segment_person,
    ),
    "webflow": Preset(forms.webflow, item_id=_webflow_id),
    "jotform": Preset(forms.jotform, item_id=_jotform_id, missing=forms.jotform_missing),
    "tally": Preset(
        forms.tally, item_id=lambda item: dig(item, "data", "responseId"), event_id=lambda item: item.get("eventId")
    ),
    "salesforce_web_to_lead": Preset(flat.salesforce_web_to_lead),
    "calendly": Preset(
        meetings.calendly,
        item_id=_calendly_id,
        refuses=meetings.calendly_refuses,
        missing=meetings.calendly_missing,
    ),
}
ALIASES = {
    "": "generic",
    "flat": "generic",
    "form": "generic",
    "json": "generic",
    "facebook": "meta_lead",
    "facebook_lead_ads": "meta_lead",
    "facebook_leadgen": "meta_lead",
    "google": "google_ads",
    "google_ads_lead_form": "google_ads",
    "hubspot": "hubspot_form",
    "hubspot_forms": "hubspot_form",
    "linkedin_lead_form": "linkedin",
    "linkedin_lead_gen": "linkedin",
    "meta": "meta_lead",
    "meta_lead_ads": "meta_lead",
    "meta_leads": "meta_lead",
    "salesforce": "salesforce_web_to_lead",
    "web_to_lead": "salesforce_web_to_lead",
}


def preset_named(name: str) -> Preset | None:
    """The preset of this name, with hyphens or underscores, or by another name it goes by; no name: the generic one."""
    plain = name.strip().lower().replace("-", "_").replace(" ", "_")
    return PRESETS.get(ALIASES.get(plain, plain))


def event_id_of(preset: Preset, body: object) -> str:
    """The sender's own id of this delivery, or ""."""
    if preset.event_id is not None and isinstance(body, dict):
        return as_id(preset.event_id(body))
    return joined_ids([preset.item_id(item) if isinstance(item, dict) else "" for item in preset.items(body)])


def joined_ids(ids: Sequence[object]) -> str:
    """One id of several; "" unless each of them has one."""
    texts = [as_id(one) for one in ids]
    return as_id(",".join(texts)) if all(texts) else ""


def as_id(value: object) -> str:
    """A text or a whole number as an id that can be kept; "" for anything else."""
    text = text_of(value).strip()
    if len(text) <= LONGEST_ID:
        return text
    return "sha256:" + hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
