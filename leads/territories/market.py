"""What lies where: the leads of the last 90 days and all accounts on today's map, and what is odd about the map."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from leads.lists import countries, us_states
from leads.models import Account, Lead
from leads.world import Known
from reps.models import User
from routing.engine import survey as surveys
from routing.engine.candidates import Hints
from routing.engine.facts import Facts, Value, Vocabulary, from_json, normal
from routing.engine.survey import Survey
from routing.engine.territories import day_of

PERIOD = timedelta(days=90)
# The newest ones stand for all: a page must not wait for a million.
MOST_LEADS, MOST_ACCOUNTS = 5_000, 20_000
MOST_VALUES = 40  # of a field, as values for examples
LARGE_COUNTRIES = ("US", "DE", "GB", "FR", "CA", "AU")
SHOWN = ("country", "state", "industry", "employees", "intent")


@dataclass(frozen=True, slots=True)
class Outside:
    """Who lies in no territory: how many of those that were looked at, and one of them that the user may see."""

    count: int
    looked_at: int
    example: str = ""
    example_id: int = 0
    because: str = ""


@dataclass(frozen=True, slots=True)
class Market:
    """`leads` and `accounts` are counted by the territory in which they lie themselves, not by those above it."""

    leads: Mapping[str, int]
    accounts: Mapping[str, int]
    leads_outside: Outside
    accounts_outside: Outside
    survey: Survey


@dataclass(frozen=True, slots=True)
class _Seen:
    id: int
    name: str
    facts: Facts


class _Process:
    """The survey of the map and day that this process made last: the search is not for every page."""

    key: tuple[object, ...] = ()
    found = Survey()


def look(known: Known, user: User, *, now: datetime) -> Market:
    """Everything is looked at as of `now`, with the validity of that day. The counts are of the whole market."""
    vocabulary, since = known.world.vocabulary, now - PERIOD
    leads = list(_leads(vocabulary, since))
    lie, leads_outside = _placed(leads, known, now, named=_may_see(user, since))
    accounts_lie, accounts_outside = _placed(list(_accounts(vocabulary)), known, now)
    return Market(lie, accounts_lie, leads_outside, accounts_outside, _survey(known, leads, now))


def account_facts(
    vocabulary: Vocabulary,
    *,
    name: str,
    country: str,
    tier: str,
    is_customer: bool,
    owner: str | None,
    details: Mapping[str, Any],
) -> dict[str, Value]:
    """What rules would see of a lead of whom no more is known than his account."""
    raw = {
        **{key: value for key, value in details.items() if not key.startswith(("account.", "signal."))},
        "company": name,
        "country": country,
        "account.matched": True,
        "account.name": name,
        "account.is_customer": is_customer,
        "account.tier": tier,
        "account.owner": owner,
    }
    return from_json(raw, vocabulary)


def in_words(facts: Facts, vocabulary: Vocabulary) -> str:
    """ "country DE, employees 1,000": an example lead in half a sentence."""
    return (
        ", ".join(_said(name, value, vocabulary) for name, value in facts.items()) or "a lead of whom nothing is known"
    )


def _leads(vocabulary: Vocabulary, since: datetime) -> Iterator[_Seen]:
    """With all that was known when they were decided: their accounts, signals and scores too."""
    rows = Lead.objects.filter(received_at__gte=since).order_by("-received_at", "-pk")
    for pk, name, email, own, asked in rows.values_list("id", "name", "email", "facts", "decision__facts")[:MOST_LEADS]:
        facts = from_json(asked or own, vocabulary)
        facts.pop("territory", None)
        yield _Seen(pk, name or email or f"Lead {pk}", facts)


def _accounts(vocabulary: Vocabulary) -> Iterator[_Seen]:
    columns = ("id", "name", "country", "tier", "is_customer", "owner__user__email", "details")
    for pk, name, country, tier, is_customer, owner, details in Account.objects.order_by("-pk").values_list(*columns)[
        :MOST_ACCOUNTS
    ]:
        facts = account_facts(
            vocabulary,
            name=name,
            country=country,
            tier=tier,
            is_customer=is_customer,
            owner=owner,
            details=details,
        )
        yield _Seen(pk, name, facts)


def _may_see(user: User, since: datetime) -> Container[int] | None:
    """The leads that this user may be told of; None: all."""
    if user.is_revops:
        return None
    return set(Lead.objects.visible_to(user).filter(received_at__gte=since).order_by().values_list("pk", flat=True))


def _placed(
    seen: Sequence[_Seen], known: Known, now: datetime, *, named: Container[int] | None = None
) -> tuple[Counter[str], Outside]:
    atlas, setting = known.world.atlas, known.world.setting(now)
    lie: Counter[str] = Counter()
    first: _Seen | None = None
    for one in seen:
        slug = atlas.territory_of(one.facts, setting)
        lie[slug] += 1
        if not slug and first is None and (named is None or one.id in named):
            first = one
    outside = lie.pop("", 0)
    if first is None:
        return lie, Outside(outside, len(seen))
    said = {name: first.facts[name] for name in SHOWN if name in first.facts}
    return lie, Outside(outside, len(seen), first.name, first.id, in_words(said, known.world.vocabulary))


def _survey(known: Known, leads: Iterable[_Seen], now: datetime) -> Survey:
    key = (known.revision, known.world.atlas, day_of(now))
    if _Process.key != key:
        hints = _hints(one.facts for one in leads)
        _Process.found, _Process.key = surveys.survey(known.world.atlas, known.world.setting(now), hints), key
    return _Process.found


def _hints(leads: Iterable[Facts]) -> Hints:
    """The values that leads have most often, then real countries and states: an example should look like a lead."""
    counted = {name: Counter[str]() for name in ("country", "state", "industry")}
    for facts in leads:
        for name, counter in counted.items():
            if isinstance(value := facts.get(name), str) and normal(value):
                counter[value] += 1
    real = {"country": (*LARGE_COUNTRIES, *sorted(set(countries().values()))), "state": tuple(us_states().values())}
    seen = {name: [value for value, _ in counter.most_common(MOST_VALUES)] for name, counter in counted.items()}
    return {name: tuple(dict.fromkeys((*values, *real.get(name, ())))) for name, values in seen.items()}


def _said(name: str, value: Value, vocabulary: Vocabulary) -> str:
    field = vocabulary.get(name)
    label = field.label if field else name
    if isinstance(value, bool):
        return f"{label} {'yes' if value else 'no'}"
    if isinstance(value, tuple):
        return f"{label} {' and '.join(value)}"
    if isinstance(value, datetime):
        return f"{label} {value:%-d %b %Y}"
    return f"{label} {value:,}" if isinstance(value, int | float) else f"{label} {value}"
