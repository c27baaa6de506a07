"""Calendly: booked meetings and routing forms."""

from __future__ import annotations

from leads.presets.answers import Answer, Item, dig, facts_from, keyed, labelled, text_of, with_lone_address

OF_THE_INVITEE = ("email", "name", "first_name", "last_name")


def calendly(item: Item) -> dict[str, object]:
    """The invitee, and what was answered on the form; a routing form has only the answers."""
    payload = item.get("payload")
    invitee = [Answer((), dig(payload, name), name) for name in OF_THE_INVITEE]
    reminded = Answer((), dig(payload, "text_reminder_number"), "phone")
    asked = labelled(dig(payload, "questions_and_answers"), label=("question",), value=("answer",))
    raw = with_lone_address(facts_from([*invitee, *asked, reminded, *keyed(dig(payload, "submitter"))]), asked)
    if campaign := text_of(dig(payload, "tracking", "utm_campaign")):
        raw.setdefault("campaign", campaign)
    return raw


def calendly_refuses(item: Item) -> str:
    return "A cancelled meeting is no new lead." if item.get("event") == "invitee.canceled" else ""


def calendly_missing(item: Item) -> str:
    submitter = text_of(dig(item, "payload", "submitter"))
    if submitter:
        return f"There is no contact in the answers: it must be fetched from Calendly ({submitter[:120]})."
    return "There is no contact in the answers, and nothing was booked: not even Calendly knows who it was."
