"""A history decided again from the start: a fold of `route` over arrivals, with the clock as it then stood.

Pure: nothing is read but the arrivals, nothing is written. Whoever comes back is recognised, and what was known of him
joins what he brings now, as in live routing.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from routing.engine import converting, ledger
from routing.engine.bench import Presence
from routing.engine.facts import Facts, Value, normal
from routing.engine.lines import Lines
from routing.engine.route import NURTURE, QUEUED, STICKY, Holder, Outcome, Request, answer_of, plan, route, take
from routing.engine.world import Standing, World

WON, LOST = "won", "lost"
# How often a waiting lead may go elsewhere by itself, and within how long.
MOST_MOVES = 5
MOVES_WITHIN = timedelta(hours=24)

Knowledge = Callable[[Facts, datetime], Facts]
Later = Callable[["Arrival", Outcome], object]


@dataclass(frozen=True, slots=True)
class Arrival:
    """One touch. `key` names the person, never empty; from `closes_at` on the lead takes up nobody's place.

    `phone` is the key that goes with the phone alone, "" if there is none: the same as `key` where there is no e-mail.
    `closed_as` is how it ended: won, lost or disqualified.
    """

    key: str
    facts: Facts
    at: datetime
    closes_at: datetime | None = None
    phone: str = ""
    closed_as: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """What is known of people has changed: those who wait are decided about again, if the rules answer otherwise now.

    `happen` makes it known to `Knowledge`, and says whom it concerns; `facts` are news about `key` himself.
    """

    at: datetime
    happen: Callable[[], Collection[str]]
    key: str = ""
    facts: Facts = field(default_factory=dict)


@dataclass(slots=True)
class _Person:
    """A person as far as the history has been told; `number` is his place among all who ever came."""

    key: str
    number: int
    phone: str = ""
    facts: dict[str, Value] = field(default_factory=dict)
    holder: Holder | None = None
    closes_at: datetime | None = None
    closed_as: str = ""
    segment: str = ""  # as the lead was given, in its normal form
    arrival: Arrival | None = None  # the last
    path: str = ""
    waits: bool = False
    waits_for: str = ""
    moved: list[datetime] = field(default_factory=list)


class _Register:
    """Who is who: an e-mail names a person; who leaves only a phone is the one who has this phone."""

    def __init__(self) -> None:
        self._by_key: dict[str, _Person] = {}
        self._by_phone: dict[str, list[_Person]] = {}
        self._came = 0

    def whose(self, arrival: Arrival) -> _Person:
        person = self._answering(arrival.phone) if arrival.phone == arrival.key else self._by_key.get(arrival.key)
        if person is None and arrival.phone:
            person = self._by_key.pop(arrival.phone, None)  # known by his phone alone until now
        if person is None:
            self._came += 1
            person = _Person(arrival.key, self._came)
        person.key = arrival.key if person.key == arrival.phone else person.key
        self._by_key[person.key] = person
        if arrival.phone and arrival.phone != person.phone:
            if person.phone:
                self._by_phone[person.phone].remove(person)
            person.phone = arrival.phone
            self._by_phone.setdefault(person.phone, []).append(person)
        return person

    def named(self, key: str) -> Collection[_Person]:
        """Everybody who goes by this name."""
        by_phone = self._by_phone.get(key, ())
        return [self._by_key[key], *by_phone] if key in self._by_key else by_phone

    def _answering(self, phone: str) -> _Person | None:
        """Of several who share a phone it is whose lead is open, and of those, or if none is, the newest."""
        answering = self._by_phone.get(phone, ())
        return max(answering, key=lambda one: (one.holder is not None and one.holder.open, one.number), default=None)


def fold(
    steps: Iterable[Arrival | Change],
    world: World,
    *,
    tree: str = "",
    knowledge: Knowledge = lambda facts, at: facts,
    later: Later = lambda arrival, outcome: None,
) -> Iterator[tuple[Arrival, Outcome]]:
    """Decide arrivals, given in the order of their time. `knowledge` adds account and score to a lead's own facts.

    A change gives a decision about the last arrival of each person whom it moves, and else none. Whoever waits for
    people is given out as soon as somebody can take him, before whoever comes then; `later` is told of it.
    """
    story = _Story(world, tree, knowledge, later)
    for step in steps:
        story.close_until(step.at)
        story.give_out(step.at, but=step.key)
        if isinstance(step, Change):
            yield from story.look_again(step)
        else:
            yield step, story.decide(step)


class _Lately:
    """What was closed and given not too long ago, kept in the standing as time goes by."""

    def __init__(self, standing: Standing) -> None:
        self.standing = standing
        self._closed: deque[tuple[datetime, tuple[str, str], bool]] = deque()
        self._given: deque[tuple[datetime, tuple[str, str]]] = deque()

    def close(self, at: datetime, rep: str, segment: str, *, won: bool) -> None:
        self._closed.append((at, (rep, segment), won))
        self._count((rep, segment), int(won), 1)

    def give(self, at: datetime, pool: str, rep: str) -> None:
        """`take` has counted it already."""
        self._given.append((at, (pool, rep)))

    def forget_until(self, now: datetime) -> None:
        while self._closed and self._closed[0][0] <= now - converting.CLOSED_WITHIN:
            _, key, won = self._closed.popleft()
            self._count(key, -int(won), -1)
        while self._given and self._given[0][0] <= now - converting.GIVEN_WITHIN:
            self.standing.given[self._given.popleft()[1]] -= 1

    def _count(self, key: tuple[str, str], won: int, closed: int) -> None:
        before = self.standing.closed.get(key, (0, 0))
        self.standing.closed[key] = (before[0] + won, before[1] + closed)


class _Story:
    """Who holds what and what is known of everybody, as far as the history has been told."""

    def __init__(self, world: World, tree: str, knowledge: Knowledge, later: Later) -> None:
        self.world = world
        self.tree = tree
        self.knowledge = knowledge
        self.standing = Standing()
        self.presence: Presence | None = None
        self.people = _Register()
        self.told = 0
        self.closings: list[tuple[datetime, int, _Person]] = []
        self.lately = _Lately(self.standing)
        self.later = later
        self.lines: Lines[_Person] = Lines()
        self.freed = False

    def decide(self, arrival: Arrival) -> Outcome:
        person = self.people.whose(arrival)
        person.facts.update(arrival.facts)
        person.arrival = arrival
        return self._decide(person, arrival, self._request(person, arrival.at))

    def look_again(self, change: Change) -> Iterator[tuple[Arrival, Outcome]]:
        """The waiting ones whom it concerns, first come first served."""
        concerned = {id(one): one for key in change.happen() for one in self.people.named(key) if one.waits}
        for person in sorted(concerned.values(), key=lambda one: one.number):
            if person in self.people.named(change.key):
                person.facts.update(change.facts)
            person.moved = [at for at in person.moved if at > change.at - MOVES_WITHIN]
            request = self._request(person, change.at)
            answer = answer_of(request, self.world, change.at, self.tree)
            if answer == person.path or person.path == STICKY or len(person.moved) >= MOST_MOVES:
                continue
            assert person.arrival is not None
            person.moved.append(change.at)
            yield person.arrival, self._decide(person, self._again(person, change.at), request)

    def _request(self, person: _Person, at: datetime, *, past_gate: bool = False) -> Request:
        return Request(person.key, self.knowledge(person.facts, at), person.holder, past_gate=past_gate)

    def _decide(self, person: _Person, arrival: Arrival, request: Request) -> Outcome:
        presence = self._presence(arrival.at)
        self.lately.forget_until(arrival.at)
        place = plan(request, self.world, arrival.at, self.tree)
        outcome = route(request, self.world, self.standing, presence, place)

        take(outcome, request, self.world, self.standing, presence)
        self.freed |= request.holder is not None and request.holder.open and request.holder.rep != outcome.rep
        self._remember(person, arrival, outcome)
        return outcome

    def give_out(self, now: datetime, *, but: str = "") -> None:
        """Ask about the first of each line for which there is hope, longest waiting first, until nobody is found."""
        marks = self.lines.worth_asking(freed=self.freed)
        self.freed = False
        firsts = {mark: self.lines.first(mark) for mark in marks}
        while waiting := {mark: one for mark, one in firsts.items() if one is not None and one.key != but}:
            mark, person = min(waiting.items(), key=lambda each: each[1].number)
            firsts[mark] = self.lines.first(mark) if self._given_out(person, mark, now) else None

    def _given_out(self, person: _Person, mark: str, now: datetime) -> bool:
        """Whether the next of this line may find somebody too; a lead that was closed meanwhile is let go."""
        assert person.arrival is not None
        if person.closes_at is not None and person.closes_at <= now:
            person.waits_for = ""
            return True
        request = self._request(person, now, past_gate=True)
        place = plan(request, self.world, now, self.tree)
        found = route(request, self.world, self.standing, self._presence(now), place)
        if found.rep is None and found.waits_for == mark:
            self.lines.asked(mark, found.excluded.values())
            return False
        if found.rep is None:
            self._wait(person, found)  # at another hour the rules may want him elsewhere
            return True
        self.later(person.arrival, self._decide(person, self._again(person, now), request))
        return True

    def _wait(self, person: _Person, outcome: Outcome) -> None:
        person.waits_for = outcome.waits_for
        if person.waits_for:
            self.lines.join(person, outcome.excluded.values())

    def _again(self, person: _Person, now: datetime) -> Arrival:
        """His last touch, as if it were now; the lead still closes when the last of all its touches does."""
        assert person.arrival is not None
        return replace(person.arrival, at=now, closes_at=person.closes_at, closed_as=person.closed_as)

    def close_until(self, now: datetime) -> None:
        """Free the places of all leads that are closed by now. A later touch may have put a closing off."""
        while self.closings and self.closings[0][0] <= now:
            at, _, person = heapq.heappop(self.closings)
            if person.closes_at == at and person.holder is not None and person.holder.open:
                ledger.release(self.standing, person.holder.rep)
                self.freed = True
                if person.closed_as in (WON, LOST):
                    self.lately.close(at, person.holder.rep, person.segment, won=person.closed_as == WON)
                person.holder = replace(person.holder, open=False, lost=person.closed_as == LOST)
                self.give_out(at)

    def _presence(self, now: datetime) -> Presence:
        if self.presence is None or self.presence.now != now:
            self.presence = Presence(now)
        return self.presence

    def _remember(self, person: _Person, arrival: Arrival, outcome: Outcome) -> None:
        """An open lead that is touched again closes when the last of its touches does."""
        rep = outcome.rep
        person.path, person.waits = outcome.path, outcome.kind in (QUEUED, NURTURE)
        self._wait(person, outcome)
        was_open = person.holder is not None and person.holder.open
        person.facts.update(outcome.changed)
        kept = person.holder if was_open and person.holder is not None and person.holder.rep == rep else None
        if rep and not kept:
            person.segment = normal(str(outcome.facts.get("segment", "")))
            if outcome.pool and self.world.converting:
                self.lately.give(arrival.at, outcome.pool, rep)
        person.holder = kept or (Holder(rep, arrival.at, open=True) if rep else None)
        known = [at for at in (arrival.closes_at, person.closes_at if was_open else None) if at is not None]
        person.closes_at = max(known, default=None)
        if arrival.closes_at is not None and person.closes_at == arrival.closes_at:
            person.closed_as = arrival.closed_as
        if rep and person.closes_at is not None:
            self.told += 1
            heapq.heappush(self.closings, (person.closes_at, self.told, person))
