"""A promise as a page shows it: how long is left of it, how it was kept, and what its ladder does next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from leads.clocks.lateness import measured
from leads.ladder.step import still_ahead
from leads.models import Lead, SlaClock
from leads.world import Known
from reps.models import Rep

# Under a third of the time, the ring turns amber; in the last minute, and after it, red.
SOON = 0.35
LAST = timedelta(minutes=1)
NEXT_IN_LINE = "the next in line"
BASIS = {"team_hours": "of the team’s working time", "rep_hours": "of working time"}


@dataclass(frozen=True, slots=True)
class Countdown:
    """A running promise at one instant. The ring is drawn from this and goes on by the server's clock."""

    due_at: datetime
    total: timedelta
    left: timedelta

    @property
    def is_overdue(self) -> bool:
        return self.left < timedelta(0)

    @property
    def share(self) -> int:
        """How much of the ring is drawn, in percent; an overdue one is drawn whole."""
        if self.is_overdue or self.total <= timedelta(0):
            return 100
        return max(0, min(100, round(self.left / self.total * 100)))

    @property
    def tone(self) -> str:
        if self.left < LAST:
            return "bad"
        return "warn" if self.left < self.total * SOON else ""

    @property
    def is_long(self) -> bool:
        """So many letters that they must be small to fit into the ring."""
        return abs(self.left) >= (timedelta(minutes=10) if self.is_overdue else timedelta(hours=1))

    @property
    def due_ms(self) -> int:
        return round(self.due_at.timestamp() * 1000)

    @property
    def total_s(self) -> int:
        return round(self.total.total_seconds())


@dataclass(frozen=True, slots=True)
class Ahead:
    """One step of the ladder that is still to come, in words: what happens, to whom, and unless what.

    `does` is said to whoever has the lead, `others_see` to everybody else, `brief` in one line of a list. `to` is who
    gets the lead by it, "" if it stays or goes to a queue.
    """

    at: datetime
    unless: str
    does: str
    others_see: str
    brief: str
    to: str = ""


def countdown(clock: SlaClock, now: datetime) -> Countdown:
    return Countdown(clock.due_at, clock.due_at - clock.started_at, clock.due_at - now)


def ahead(clock: SlaClock | None, lead: Lead, moved: int) -> Sequence[Ahead]:
    """The steps that can still happen, in words; `moved` counts how often the ladder took the lead from somebody."""
    if clock is None or lead.rep is None:
        return ()
    return [_in_words(step, clock, lead.rep, moved) for step in still_ahead(clock, lead)]


def named(steps: Sequence[Ahead], taker: str) -> Sequence[Ahead]:
    """The same, with the name of who would get the lead now; "" if that is not known."""
    return [replace(step, to=taker) if taker and step.to else step for step in steps]


def _in_words(step: Mapping[str, str], clock: SlaClock, rep: Rep, moved: int) -> Ahead:
    at, unless = datetime.fromisoformat(step["at"]), step["unless"]
    if step["do"] == "remind":
        return Ahead(at, unless, "you are reminded", f"{rep} is reminded", "You are reminded")
    if step["do"] == "notify_manager":
        return Ahead(at, unless, "your manager is told", f"the manager of {rep} is told", "Your manager is told")
    if step["do"] == "queue" or moved >= clock.policy["max_reassignments"]:
        to_queue = "it goes to the team’s queue and"
        told = f"{to_queue} the manager of {rep} is told"
        return Ahead(at, unless, f"{to_queue} your manager is told", told, "Goes to the team’s queue")
    return Ahead(at, unless, "it goes to", "it goes to", "Goes to", NEXT_IN_LINE)


@dataclass(frozen=True, slots=True)
class Silence:
    """An accepted lead of which nothing was heard: its holder was asked, and it goes on at this time."""

    asked_at: datetime
    goes_at: datetime | None


def silence(clock: SlaClock | None, lead: Lead) -> Silence | None:
    asked = clock is not None and clock.state == SlaClock.State.RUNNING and lead.status == Lead.Status.ACCEPTED
    if not asked or clock is None or clock.asked_at is None:
        return None
    return Silence(clock.asked_at, clock.silent_at)


@dataclass(frozen=True, slots=True)
class Promised:
    """What was promised, by whose time, and how long the customer has waited in real time, whoever had the lead.

    `late` is in real time, `late_in_hours` in the time of the promise: it is measured on until there is contact.
    """

    within: timedelta
    clock: str
    since: datetime
    until: datetime | None
    waited: timedelta
    late: timedelta
    late_in_hours: timedelta

    @property
    def basis(self) -> str:
        return BASIS.get(self.clock, "")


def promised(clock: SlaClock | None, lead: Lead, organisation: Known, now: datetime) -> Promised | None:
    if clock is None:
        return None
    within = timedelta(seconds=clock.policy.get("respond_within_s", 0))
    since = clock.waiting_since or lead.received_at
    until = lead.contacted_at or lead.closed_at
    found = measured(clock, organisation, now)
    waited = (until or now) - since
    return Promised(within, clock.basis, since, until, waited, found.late, found.in_hours)


@dataclass(frozen=True, slots=True)
class FirstContact:
    """How soon the lead was spoken to, or how it stands; `state` is ok, missed, waiting, late or none."""

    state: str
    took: timedelta | None = None
    countdown: Countdown | None = None


def first_contact(clock: SlaClock | None, now: datetime) -> FirstContact:
    """A promise is broken when its time has passed without contact, whether or not anybody has noticed."""
    if clock is None:
        return FirstContact("none")
    if clock.state == SlaClock.State.RUNNING:
        running = countdown(clock, now)
        return FirstContact("late" if running.is_overdue else "waiting", countdown=running)
    if clock.state == SlaClock.State.STOPPED or clock.finished_at is None:
        return FirstContact("none")
    took = clock.finished_at - clock.started_at
    return FirstContact("ok" if clock.finished_at <= clock.due_at else "missed", took)
