"""Bodies that tell of an activity: our own form of it, and the track, page and screen calls of Segment."""

from __future__ import annotations

from leads.presets.answers import ADDRESS, Item, dig, text_of

SAID = ("key", "value", "at", "intent", "account", "domain", "page", "plan")
IDS = ("activity_id", "activityId", "message_id", "messageId", "event_id", "eventId", "id")
OF_SEGMENT = ("track", "page", "screen")


def plain(item: Item) -> dict[str, object]:
    """What an item says of an activity, and its `type`. Where and on which plan may also lie in `context`."""
    inside = item.get("context")
    context = inside if isinstance(inside, dict) else {}
    said = {name: context[name] for name in ("page", "plan") if name in context}
    said |= {name: item[name] for name in ("type", *SAID) if name in item}
    if "key" not in said and "event" in item:
        said["key"] = item["event"]
    if "at" not in said and "timestamp" in item:
        said["at"] = item["timestamp"]
    if isinstance(said.get("account"), dict):
        said["account"] = dig(said, "account", "name")
    return said


def plain_id(item: Item) -> object:
    return next((found for name in IDS if (found := text_of(item.get(name)))), "")


def segment(item: Item) -> dict[str, object]:
    """A track call is an activity by the name of its event; a page or a screen was viewed."""
    kind = text_of(item.get("type"))
    if kind not in OF_SEGMENT:
        return {}
    name = text_of(item.get("name"))
    said: dict[str, object] = {
        "type": "activity",
        "key": item.get("event") if kind == "track" else f"{name or kind} viewed",
        "value": dig(item, "properties", "value"),
        "at": item.get("timestamp") or item.get("originalTimestamp"),
        "intent": dig(item, "properties", "intent"),
        "page": dig(item, "context", "page", "url") or dig(item, "properties", "url"),
        "plan": dig(item, "properties", "plan") or dig(item, "context", "traits", "plan"),
    }
    return {name: value for name, value in said.items() if value is not None}


def segment_person(item: Item) -> str:
    """The user's id where it is an e-mail address, as it is with many."""
    user = text_of(item.get("userId"))
    return user if ADDRESS.fullmatch(user) else ""
