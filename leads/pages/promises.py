"""A promise as a page shows it: how long is left of it, how it was kept, and what its ladder does next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from leads.models import Lead, SlaClock
from reps.models import Rep

# Under a third of the time, the ring turns amber; in the last minute, and after it, red.
SOON = 0.35
LAST = timedelta(minutes=1)


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

    `does` is said to whoever has the lead, `others_see` to everybody else.
    """

    at: datetime
    unless: str
    does: str
    others_see: str
    to: str = ""


def countdown(clock: SlaClock, now: datetime) -> Countdown:
    return Countdown(clock.due_at, clock.due_at - clock.started_at, clock.due_at - now)


def ahead(clock: SlaClock | None, lead: Lead, moved: int) -> Sequence[Ahead]:
    """The steps that can still happen to this lead; `moved` counts how often the ladder has taken it from somebody."""
    if clock is None or clock.state != SlaClock.State.RUNNING or lead.rep is None:
        return ()
    return [
        _in_words(step, clock, lead.rep, moved)
        for step in clock.steps[clock.next_step :]
        if not (step["unless"] == "accepted" and lead.status == Lead.Status.ACCEPTED)
    ]


def _in_words(step: dict[str, str], clock: SlaClock, rep: Rep, moved: int) -> Ahead:
    at, unless = datetime.fromisoformat(step["at"]), step["unless"]
    if step["do"] == "remind":
        return Ahead(at, unless, "you are reminded", f"{rep} is reminded")
    if step["do"] == "notify_manager":
        return Ahead(at, unless, "your manager is told", f"the manager of {rep} is told")
    if step["do"] == "queue" or moved >= clock.policy["max_reassignments"]:
        to_queue = "it goes to the team’s queue and"
        return Ahead(at, unless, f"{to_queue} your manager is told", f"{to_queue} the manager of {rep} is told")
    if rep.backup:
        return Ahead(at, unless, "it goes to", "it goes to", str(rep.backup))
    return Ahead(at, unless, "it goes to the next in line", "it goes to the next in line")


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
