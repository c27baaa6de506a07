"""Where a channel reaches a person: what he has to write down for it, and whether that can be an address there."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import phonenumbers

from notifications.channels.teams import PRINCIPAL
from notifications.models import Channel
from outgoing.addresses import Refused, target_of

LONGEST = 320
SLACK_MEMBER = re.compile(r"[UW][A-Z0-9]{6,20}")
# A device's token, a user's key, a topic. What could end a part of a URL has no place in it.
PUSH_TARGET = re.compile(r"[A-Za-z0-9_.@-]{1,200}")
LIKE_A_NUMBER = re.compile(r"\+?[\d\s()./-]{6,40}")
COSTLY = (phonenumbers.PhoneNumberType.PREMIUM_RATE, phonenumbers.PhoneNumberType.SHARED_COST)


class BadAddress(ValueError):
    """Nobody can be reached there; the reason in words."""


@dataclass(frozen=True, slots=True)
class Reach:
    """What is asked of the person. Without `needed` the channel also reaches him if he writes nothing."""

    label: str
    help: str
    example: str
    needed: bool


REACHES: Mapping[str, Reach] = {
    Channel.Kind.SLACK_BOT: Reach(
        "Member ID", "In Slack: your profile, the three dots, Copy member ID.", "U024BE7LH", needed=True
    ),
    Channel.Kind.SLACK_WEBHOOK: Reach(
        "Member ID", "With it you are mentioned in the channel. Empty: nobody is.", "U024BE7LH", needed=False
    ),
    Channel.Kind.TEAMS: Reach(
        "Sign-in name", "With it you are mentioned in the channel. Empty: nobody is.", "ada@example.com", needed=False
    ),
    Channel.Kind.SERVICE: Reach(
        "Phone number or device", "A number with its country, or the target of your push service.", "+14155550123", True
    ),
    Channel.Kind.WEBHOOK: Reach(
        "Address of your own", "https only. Empty: the one that RevOps set up.", "https://example.com/hook", False
    ),
}


def reach_of(channel: Channel) -> Reach | None:
    """What this channel must be told to reach somebody; nothing if it knows: a mail box, a room of a chat."""
    if channel.kind == Channel.Kind.SERVICE and "{to}" not in str(channel.settings.get("url", "")):
        return None
    return REACHES.get(channel.kind)


def cleaned(channel: Channel, text: str) -> str:
    """The address as it is kept. Raises `BadAddress`."""
    if len(text) > LONGEST:
        raise BadAddress(f"That is longer than {LONGEST} characters.")
    if channel.kind in (Channel.Kind.SLACK_BOT, Channel.Kind.SLACK_WEBHOOK):
        return _slack_member(text)
    if channel.kind == Channel.Kind.TEAMS:
        return _sign_in_name(text)
    if channel.kind == Channel.Kind.SERVICE:
        return _number(text) if LIKE_A_NUMBER.fullmatch(text) else _push_target(text)
    if channel.kind == Channel.Kind.WEBHOOK:
        return _url(text)
    raise BadAddress("This channel asks for no address.")


def _slack_member(text: str) -> str:
    member = text.upper()
    if not SLACK_MEMBER.fullmatch(member):
        raise BadAddress("A member ID begins with U or W, such as U024BE7LH. It is not your name in Slack.")
    return member


def _sign_in_name(text: str) -> str:
    if not PRINCIPAL.fullmatch(text):
        raise BadAddress("A sign-in name looks like ada@example.com: what you type to sign in to Teams.")
    return text


def _number(text: str) -> str:
    try:
        number = phonenumbers.parse(text)
    except phonenumbers.NumberParseException as bad:
        raise BadAddress("Begin with + and the code of the country, such as +14155550123.") from bad
    if not phonenumbers.is_valid_number(number):
        raise BadAddress("There is no such phone number.")
    if phonenumbers.number_type(number) in COSTLY:
        raise BadAddress("That number costs whoever writes to it: give an ordinary one.")
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def _push_target(text: str) -> str:
    if not PUSH_TARGET.fullmatch(text):
        raise BadAddress("A target has letters, digits and . _ - @ alone.")
    return text


def _url(text: str) -> str:
    """On the public internet alone: origins of the operator's own network are not everybody's to write to."""
    try:
        return target_of(text).url
    except Refused as refused:
        raise BadAddress(str(refused)) from refused
