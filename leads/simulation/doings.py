"""What people of a file did, told in the order of its time: rows with `type: activity`, counted as in live routing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from leads.activity.reading import Signal, Unusable, is_activity, read_signal
from leads.activity.windows import Asked, Happened, facts_of, keys_of, tallies
from leads.files import Row
from leads.matching import Match, Matching
from leads.presets import activities
from routing.engine.facts import Facts, Vocabulary
from routing.engine.problems import RuleError
from routing.engine.simulate import Change


@dataclass(frozen=True, slots=True)
class Done:
    """One row of activity; `at` is its `received_at`."""

    signal: Signal
    at: datetime


def is_doing(row: Row) -> bool:
    """Whether a row tells of an activity, and not of a lead."""
    return is_activity(row.values.get("type"))


def read_doing(row: Row, at: datetime, vocabulary: Vocabulary, problems: list[RuleError]) -> Done | None:
    """The activity of a row. What it says beside `type` and the columns of activities names who it was."""
    said = {name: row.values[name] for name in activities.SAID if name in row.values}
    about = {name: value for name, value in row.values.items() if name not in said and name != "type"}
    try:
        return Done(read_signal(said, about, vocabulary, received_at=at), at)
    except Unusable as unusable:
        problems.append(RuleError(f"line {row.line}", str(unusable)))
        return None


@dataclass(slots=True)
class Doings:
    """Everything that was done so far, by person and by account, as far as the rules ask about it."""

    asked: Asked
    _by_person: dict[str, list[Happened]] = field(default_factory=lambda: defaultdict(list))
    _by_account: dict[int, list[Happened]] = field(default_factory=lambda: defaultdict(list))
    _accounts: dict[str, int] = field(default_factory=dict)
    _members: dict[int, set[str]] = field(default_factory=lambda: defaultdict(set))

    def signals(self, facts: Facts, match: Match | None, at: datetime) -> Facts:
        """The signals of a lead; and its account is remembered, for what it does later."""
        if not self.asked:
            return {}
        names = keys_of(facts)
        account = match.card.id if match else 0
        for name in names:
            self._leave(name, account)
        own = [one for name in names for one in self._by_person.get(name, ())]
        return facts_of(self.asked, tallies(own, at), tallies(self._by_account.get(account, ()), at))

    def change(self, done: Done, matching: Matching) -> Change:
        """What becomes of it when its time has come. `matching` is of what the activity itself says."""
        signal = done.signal
        account = matching.match.card.id if matching.match else 0
        facts: Facts = {"intent": signal.intent} if signal.intent else {}
        return Change(done.at, partial(self._happen, signal, account), signal.person_key, facts)

    def _happen(self, signal: Signal, account: int) -> Collection[str]:
        account = self._accounts.get(signal.person_key, account)
        happened = Happened(signal.key, signal.at, signal.value)
        concerned: set[str] = set()
        if signal.key in self.asked.own:
            self._by_person[signal.person_key].append(happened)
        if signal.person_key and (signal.intent or signal.key in self.asked.own):
            concerned.add(signal.person_key)
        if account and signal.key in self.asked.account:
            self._by_account[account].append(happened)
            concerned |= self._members[account]
        return concerned

    def _leave(self, name: str, account: int) -> None:
        before = self._accounts.get(name, 0)
        if before != account:
            self._members[before].discard(name)
        if account:
            self._accounts[name] = account
            self._members[account].add(name)
        else:
            self._accounts.pop(name, None)


def columns_of(rows: Iterable[Row]) -> Collection[str]:
    """The columns that activities have, if there are any in the file."""
    return {"type", *activities.SAID} if any(map(is_doing, rows)) else ()
