"""From activities to facts: `signal.<key>_7d` counts `[now − 7·24 h, now]`, `signal.<key>` is the latest value.

Pure, and the same for a database, which counts in SQL, and for a simulation, which counts here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from leads.activity.reading import KEPT_FOR
from leads.normalise import person_key, phone_key
from leads.scoring import ScoreCard
from routing.engine.conditions import tests_in
from routing.engine.facts import Facts, Value
from routing.engine.rules import every_rule, every_target
from routing.engine.targets import Table
from routing.engine.world import World

DAYS = (1, 7, 30, 90)
SIGNAL = "signal."
OF_ACCOUNT = "account."
WINDOW = re.compile(r"(?P<key>.+)_(?P<days>1|7|30|90)d")


@dataclass(frozen=True, slots=True)
class Asked:
    """The signals that rules, scores and territories ask about, by the key that has to be counted for them."""

    own: Mapping[str, frozenset[str]]
    account: Mapping[str, frozenset[str]]

    def __bool__(self) -> bool:
        return bool(self.own or self.account)


@dataclass(frozen=True, slots=True)
class Tally:
    """What is known of one key: how many in each of `DAYS`, and the latest value; None if none came with one."""

    counts: tuple[int, ...]
    latest: float | None = None

    def fact(self, days: int) -> Value:
        """The count over so many days; 0 is the fact without a window."""
        if days:
            return self.counts[DAYS.index(days)]
        if self.latest is None:
            return self.counts[-1]
        return int(self.latest) if self.latest.is_integer() else self.latest


@dataclass(frozen=True, slots=True)
class Happened:
    """One activity, as far as counting needs it."""

    key: str
    at: datetime
    value: float | None = None


NOTHING = Tally((0,) * len(DAYS))
NOTHING_DONE: Mapping[str, Tally] = {}


def asked_by(world: World, card: ScoreCard) -> Asked:
    """Which signals are asked about anywhere: what nobody asks about is not counted."""
    return asked_in({name for name in _fields(world, card) if name.startswith(SIGNAL)})


def asked_in(names: Iterable[str]) -> Asked:
    """These names of facts by key; a name without `signal.` is none of ours."""
    own: dict[str, set[str]] = {}
    account: dict[str, set[str]] = {}
    for name in names:
        if name.startswith(SIGNAL):
            rest = name.removeprefix(SIGNAL)
            into = account if rest.startswith(OF_ACCOUNT) else own
            into.setdefault(_key_and_days(rest.removeprefix(OF_ACCOUNT))[0], set()).add(name)
    return Asked(
        own={key: frozenset(found) for key, found in own.items()},
        account={key: frozenset(found) for key, found in account.items()},
    )


def facts_of(
    asked: Asked, own: Mapping[str, Tally] = NOTHING_DONE, account: Mapping[str, Tally] = NOTHING_DONE
) -> dict[str, Value]:
    """The facts that are asked about. Who did nothing has done it 0 times: counts are never blank."""
    facts: dict[str, Value] = {}
    for names, tallies in ((asked.own, own), (asked.account, account)):
        for key, wanted in names.items():
            tally = tallies.get(key, NOTHING)
            for name in wanted:
                facts[name] = tally.fact(_key_and_days(name.removeprefix(SIGNAL))[1])
    return facts


def named(tallied: Mapping[str, Tally], *, of_account: bool = False) -> dict[str, Value]:
    """Every fact that there is about these, whoever asks."""
    prefix = f"{SIGNAL}{OF_ACCOUNT}" if of_account else SIGNAL
    facts: dict[str, Value] = {}
    for key, tally in sorted(tallied.items()):
        facts[f"{prefix}{key}"] = tally.fact(0)
        facts |= {f"{prefix}{key}_{days}d": tally.fact(days) for days in DAYS}
    return facts


def tallies(happened: Iterable[Happened], now: datetime) -> dict[str, Tally]:
    """What happened, by key. Of several values at one instant the largest is the latest: arrival order is nothing."""
    counts: dict[str, list[int]] = {}
    latest: dict[str, tuple[datetime, float]] = {}
    for one in happened:
        if not now - KEPT_FOR <= one.at <= now:
            continue
        of_key = counts.setdefault(one.key, [0] * len(DAYS))
        for place, days in enumerate(DAYS):
            of_key[place] += one.at >= now - timedelta(days=days)
        if one.value is not None:
            latest[one.key] = max((one.at, one.value), latest.get(one.key, (one.at, one.value)))
    return {key: Tally(tuple(found), latest[key][1] if key in latest else None) for key, found in counts.items()}


def keys_of(facts: Facts) -> tuple[str, ...]:
    """The names under which this person's activity is kept: by e-mail, and by a phone that exists."""
    by_email = person_key({"email": facts["email"]}) if "email" in facts else ""
    by_phone = phone_key(str(facts["phone"])) if "phone" in facts else ""
    return tuple(key for key in (by_email, by_phone) if key)


def _key_and_days(rest: str) -> tuple[str, int]:
    found = WINDOW.fullmatch(rest)
    return (found["key"], int(found["days"])) if found else (rest, 0)


def _fields(world: World, card: ScoreCard) -> Iterator[str]:
    conditions = [territory.when for territory in world.territories] + [rule.when for rule in card.rules]
    for published in world.trees.values():
        conditions += [rule.when for rule in every_rule(published.tree.rules)]
        yield from (target.field for target in every_target(published.tree) if isinstance(target, Table))
    yield from (test.field for condition in conditions for test in tests_in(condition))
