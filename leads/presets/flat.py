"""Anybody's flat JSON or form: keys are labels, in whatever spelling."""

from __future__ import annotations

from collections.abc import Mapping

from leads.presets.shape import Found, Json, Preset, by_label, listed, text_at

# One level of wrapping that senders like to put around a lead.
WRAPPERS = ("lead", "data", "contact", "fields", "payload", "properties", "person", "form")
KEYS = ("external_id", "externalId", "lead_id", "leadId")
EVENT_IDS = ("event_id", "eventId")
# What a program that knows our names may send as it is, beside what any label gives.
OURS = ("intent", "campaign", "product_interest", "tags", "language", "message", "industry", "revenue", "employees")


def read(item: Json) -> Found:
    """The values of a flat object, and `custom` or `custom.x` for the admin's own fields."""
    if not isinstance(item, Mapping):
        return Found({}, problem="The item is no object with fields.")
    inner = next((item[name] for name in WRAPPERS if isinstance(item.get(name), Mapping)), None)
    raw = _values(item)
    if not raw and isinstance(inner, Mapping):
        raw = _values(inner)
    key = next((found for name in KEYS if (found := text_at(item, name))), "")
    return Found(raw, key)


def _values(item: Mapping[str, object]) -> dict[str, object]:
    raw = by_label((str(name), value) for name, value in item.items())
    raw.update({name: item[name] for name in OURS if item.get(name) not in (None, "")})
    custom = item.get("custom")
    if isinstance(custom, Mapping):
        raw.update({f"custom.{name}": value for name, value in custom.items()})
    raw.update({name: value for name, value in item.items() if name.startswith("custom.")})
    return raw


def event_id(body: Json) -> str:
    return next((found for name in EVENT_IDS if (found := text_at(body, name))), "")


GENERIC = Preset(items=listed, found=read, event_id=event_id)
