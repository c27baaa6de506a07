"""One activity out of a delivery: who did what, when, and how much of it. Pure, so it can be done again."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from leads.kept import kept, storable
from leads.normalise import normalise, person_key
from leads.numbers import read_number
from routing.engine.facts import Facts, Vocabulary, is_blank, moment

ACTIVITY = "activity"
LONGEST_KEY = 40
LONGEST_CONTEXT = 300  # characters
CONTEXT = ("page", "plan")
AHEAD = timedelta(minutes=5)  # how far a sender's clock may run before ours
KEPT_FOR = timedelta(days=400)
NO_KEY = "An activity needs a key that says what was done, such as pricing_views."
NOBODY = "An activity needs to say who it was: an e-mail, a phone number, a domain or the name of an account."
CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
NAMES_A_WINDOW = re.compile(r"_(?:1|7|30|90)d\Z")
NOT_IN_A_KEY = re.compile(r"[^a-z0-9]+")


class Unusable(ValueError):
    """Why this cannot be counted, in a sentence for RevOps."""


@dataclass(frozen=True, slots=True)
class Signal:
    """One activity. `key` says what was done, `person_key` who did it ("" if only the company is known).

    `facts` are what it says about the person and the company: enough to find the account. `flags` say in words what was
    set aside.
    """

    key: str
    at: datetime
    person_key: str = ""
    value: float | None = None
    intent: str = ""
    name: str = ""
    facts: Facts = field(default_factory=dict)
    context: Mapping[str, str] = field(default_factory=dict)
    flags: tuple[str, ...] = ()


def is_activity(kind: object) -> bool:
    """Whether an item's `type` says that it is an activity and no lead."""
    return isinstance(kind, str) and kind.strip().lower() == ACTIVITY


def read_signal(
    said: Mapping[str, object], about: Mapping[str, object], vocabulary: Vocabulary, *, received_at: datetime
) -> Signal:
    """The activity, from what an item says of it (`said`) and of the person (`about`). Raises `Unusable`."""
    flags: list[str] = []
    key = key_of(said.get("key"))
    at = _moment(said.get("at"), received_at, flags)
    who = {name: value for name, value in about.items() if name not in ("intent", "website", "company")}
    company = {"company": said.get("account") or about.get("company")}
    site = {"website": said.get("domain") or about.get("website")}
    known = normalise({**who, **company, **site}, vocabulary)
    person = person_key(known.facts)
    if not person and not known.facts.keys() & {"website", "company", "email_domain"}:
        raise Unusable(" ".join((NOBODY, *(f"{note}." for note in known.notes))))
    return Signal(
        key=key,
        at=at,
        person_key=person,
        value=_value(said.get("value"), flags),
        intent=str(normalise({"intent": said.get("intent")}, vocabulary).facts.get("intent", ""))[:40],
        name=" ".join(str(known.facts[part]) for part in ("first_name", "last_name") if part in known.facts)[:200],
        facts=known.facts,
        context=_context(said),
        flags=(*(f"{note}." for note in known.notes), *flags),
    )


def key_of(written: object) -> str:
    """`Pricing Viewed`, `pricingViewed` and `pricing-viewed` are `pricing_viewed`. Raises `Unusable`."""
    text = written if isinstance(written, str) and len(written) <= 1_000 else ""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    key = NOT_IN_A_KEY.sub("_", CAMEL.sub("_", plain).lower()).strip("_")
    if not key:
        raise Unusable(NO_KEY)
    if len(key) > LONGEST_KEY:
        raise Unusable(f"The activity's key {key[:60]!r} is longer than {LONGEST_KEY} characters: shorten it.")
    if NAMES_A_WINDOW.search(key):
        raise Unusable(f"The activity's key {key!r} ends like the name of a count over days: call it something else.")
    return key


def _moment(written: object, received_at: datetime, flags: list[str]) -> datetime:
    """When it was. A clock that runs a little ahead is believed; one that is far off is not. Raises `Unusable`."""
    if is_blank(written):
        return received_at
    at = moment(written)
    if at is None or at > received_at + AHEAD:
        why = "is no time" if at is None else "has not come yet"
        flags.append(f"at: {_quoted(written)} {why}; it was set aside, and the time of the delivery taken.")
        return received_at
    if at < received_at - KEPT_FOR:
        raise Unusable(
            f"It was on {at:%-d %b %Y}, more than {KEPT_FOR.days} days before it was sent: too old to count."
        )
    return min(at, received_at)


def _value(written: object, flags: list[str]) -> float | None:
    if is_blank(written):
        return None
    value = read_number(written)
    if value is None:
        flags.append(f"value: {_quoted(written)} is no number; it was set aside.")
    return None if value is None else float(value)


def _context(said: Mapping[str, object]) -> dict[str, str]:
    """Where it was and on which plan: a few words, no more."""
    texts = {name: text for name in CONTEXT if isinstance(text := said.get(name), str) and not is_blank(text)}
    return {name: storable(text.strip()[:LONGEST_CONTEXT]) for name, text in texts.items()}


def _quoted(value: object) -> str:
    text = repr(kept(value))
    return text if len(text) <= 60 else f"{text[:59]}…"
