"""From what a sender wrote to facts that rules can ask about. Pure, and open to anything: content never refuses a lead.

A value that does not fit its field is set aside as it came and shown on the lead; the lead goes on without it. Only the
fields that a sender may know are taken: scores, owners and everything of our own cannot be written from outside.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from leads import lists
from leads.contact import is_phone_key, read_email, read_phone
from leads.numbers import read_number
from routing.engine.facts import STANDARD, Facts, FieldType, Value, Vocabulary, fitted, is_blank, normal

FROM_SENDERS = frozenset(
    {
        "email",
        "first_name",
        "last_name",
        "phone",
        "company",
        "website",
        "title",
        "country",
        "state",
        "city",
        "postal_code",
        "industry",
        "employees",
        "revenue",
        "campaign",
        "intent",
        "product_interest",
        "language",
        "message",
        "tags",
        "priority",
        "segment",
    }
)
LONGEST_TEXT = 1_000  # characters
LONGEST_MESSAGE = 20_000
MOST_OF_MANY = 100
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
SEPARATORS = re.compile(r"[,;|\n]")
REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


@dataclass(frozen=True, slots=True)
class Normalised:
    """The facts; what did not fit, by field, as it came; and in words what was changed on the way."""

    facts: dict[str, Value] = field(default_factory=dict)
    set_aside: dict[str, object] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def normalise(raw: Mapping[str, object], vocabulary: Vocabulary = STANDARD, *, trusted: bool = False) -> Normalised:
    """Facts from raw values by name of fact; a full `name` is split. `trusted`: also what no sender may say."""
    reading = _Reading({}, {}, [])
    _split_name(raw, reading)
    for name, value in raw.items():
        if name == "name" or is_blank(value):
            continue
        known = vocabulary.get(name)
        if known is None or not (trusted or name in FROM_SENDERS or name.startswith("custom.")):
            continue
        reading.take(name, value, known.type, vocabulary)
    _settle_places(reading)
    _settle_contact(reading)
    return Normalised(reading.facts, reading.set_aside, tuple(reading.notes))


def person_key(facts: Facts) -> str:
    """What names the person: `mail:` and the normalised e-mail, else `tel:` and the phone in E.164, else ""."""
    if email := facts.get("email"):
        return f"mail:{normal(str(email))}"
    phone = str(facts.get("phone", ""))
    return f"tel:{phone}" if is_phone_key(phone) else ""


def is_free(domain: str) -> bool:
    """Whether anybody can get a mailbox there, for good or for ten minutes."""
    return domain in lists.free_domains() or domain in lists.disposable_domains()


@dataclass(frozen=True, slots=True)
class _Reading:
    facts: dict[str, Value]
    set_aside: dict[str, object]
    notes: list[str]

    def take(self, name: str, value: object, kind: FieldType, vocabulary: Vocabulary) -> None:
        fact = self._fact(name, value, kind, vocabulary)
        if fact is None:
            self.set_aside[name] = _storable(value)
            self.notes.append(f"{name}: the value does not fit and was set aside")
        elif fact != "" and fact != ():
            self.facts[name] = fact

    def _fact(self, name: str, value: object, kind: FieldType, vocabulary: Vocabulary) -> Value | None:
        if kind is FieldType.NUMBER:
            return read_number(value)
        if kind is FieldType.MANY:
            return self._many(value)
        if kind is FieldType.TEXT:
            return self._text(name, value)
        known = vocabulary.get(name)
        return None if known is None else fitted(value, known)

    def _text(self, name: str, value: object) -> str | None:
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            return None
        text = str(value)
        longest = LONGEST_MESSAGE if name == "message" else LONGEST_TEXT
        if len(text) > longest:
            self.notes.append(f"{name}: cut to {longest} characters")
            self.set_aside[name] = _storable(text)
            text = text[:longest]
        if REPLACEMENT in text:
            self.set_aside[name] = text
            self.notes.append(f"{name}: held characters that cannot be stored")
        return CONTROL.sub(" ", text).strip()

    def _many(self, value: object) -> tuple[str, ...] | None:
        parts = SEPARATORS.split(value) if isinstance(value, str) else value
        if not isinstance(parts, list | tuple) or not all(isinstance(part, str | int | float) for part in parts):
            return None
        texts = [CONTROL.sub(" ", str(part)).strip()[:LONGEST_TEXT] for part in parts]
        return tuple(dict.fromkeys(text for text in texts if text))[:MOST_OF_MANY]


def _split_name(raw: Mapping[str, object], reading: _Reading) -> None:
    """A full name becomes first and last name, unless the sender named them apart."""
    name = raw.get("name")
    if not isinstance(name, str) or raw.get("first_name") or raw.get("last_name"):
        return
    words = CONTROL.sub(" ", name)[:LONGEST_TEXT].split()
    if words and words[0].endswith(",") and len(words) > 1:
        words = [*words[1:], words[0].rstrip(",")]
    if words:
        reading.facts["first_name"] = words[0]
    if len(words) > 1:
        reading.facts["last_name"] = " ".join(words[1:])


def _settle_places(reading: _Reading) -> None:
    facts = reading.facts
    if "country" in facts:
        code = lists.countries().get(normal(str(facts["country"])))
        if code is None:
            reading.set_aside["country"] = facts.pop("country")
            reading.notes.append("country: not a country we know")
        else:
            facts["country"] = code
    if "state" in facts and facts.get("country", "US") == "US":
        facts["state"] = lists.us_states().get(normal(str(facts["state"])), facts["state"])


def _settle_contact(reading: _Reading) -> None:
    facts = reading.facts
    if "email" in facts:
        email = read_email(str(facts["email"]))
        if email is None:
            reading.set_aside["email"] = facts.pop("email")
            reading.notes.append("email: not an e-mail address")
        else:
            domain = email.rpartition("@")[2]
            facts |= {"email": email, "email_domain": domain, "is_free_email": is_free(domain)}
    if "phone" in facts:
        phone = read_phone(str(facts["phone"]), str(facts.get("country", "")))
        if phone is None:
            reading.set_aside["phone"] = facts.pop("phone")
            reading.notes.append("phone: not a phone number")
        else:
            facts["phone"] = phone


def _storable(value: object) -> object:
    """What is set aside is kept for people to read, not whole novels."""
    text = value if isinstance(value, str) else None
    if text is not None:
        return text[:LONGEST_TEXT]
    return value if isinstance(value, bool | int | float) and abs(value) < 10**15 else str(value)[:LONGEST_TEXT]
