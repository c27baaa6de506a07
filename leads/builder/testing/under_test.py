"""The lead under test in a tree: it stays, through edits and reloads, until somebody ends the test.

Nothing is written but the user's own session, and nothing is locked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from django.utils import timezone

from leads import promises
from leads.builder.desk import Desk
from leads.builder.names import names_of
from leads.builder.testing import own_words, subjects
from leads.builder.testing.alternatives import Alternative, alternatives
from leads.builder.testing.chips import Chips, chips_of
from leads.builder.testing.ends import Ends
from leads.builder.testing.intake import Arriving, arriving, not_routed
from leads.builder.testing.steps import Step, end_of, steps_of
from leads.builder.testing.subjects import Subject
from leads.builder.testing.trying import Tried, lead_of, tried
from reps.access import Request
from reps.models import User
from routing.engine import bench, nodes
from routing.engine.facts import WEEKDAYS, Facts
from routing.engine.route import Outcome


@dataclass(frozen=True, slots=True)
class Other:
    """Somebody who was looked at for this lead, and why he does not get it."""

    email: str
    name: str
    why_not: str
    open: int
    capacity: int | None


@dataclass(frozen=True)
class Tested:
    """A lead put through the tree as it stands on the page."""

    subject: Subject
    tried: Tried
    desk: Desk
    ends: Ends

    @cached_property
    def steps(self) -> Mapping[str, Step]:
        """One for every piece of the document, by the names of `routing.engine.nodes`."""
        return steps_of(self.tried, self.desk.document, self.ends)

    @cached_property
    def intake(self) -> tuple[Arriving, ...]:
        return arriving(self.tried, self.ends.names, self.when)

    @cached_property
    def facts(self) -> Chips:
        return chips_of(self.tried, self.subject, self.desk.readable.tree)

    @property
    def outcome(self) -> Outcome:
        return self.tried.outcome

    @property
    def asked(self) -> Facts:
        """The facts as the first rule saw them."""
        return self.tried.asked

    @property
    def node(self) -> str:
        """The outcome that is lit in the end; "" where the lead never came to the rules."""
        return end_of(self.tried)

    @property
    def name(self) -> str:
        lead = self.tried.lead
        return self.subject.name or (str(lead) if lead else _called(self.asked))

    @property
    def company(self) -> str:
        company = str(self.asked.get("company", ""))
        return "" if company == self.name else company

    @property
    def to(self) -> str:
        """Who or what gets the lead."""
        return self.ends.destination(self.tried)

    @property
    def rep(self) -> str:
        """The name of whoever gets it; "" where nobody does."""
        return self.ends.rep(self.outcome.rep) if self.outcome.rep else ""

    @property
    def why(self) -> str:
        return "" if self.tried.held_back else self.ends.why(self.tried)

    @property
    def by(self) -> str:
        """ "rule 2.1", or "Otherwise"."""
        numbers = {one.id: one.number for one in nodes.walk(self.desk.document)}
        if nodes.is_otherwise(self.node):
            rule = nodes.rule_of(self.node)
            return f"Otherwise of rule {numbers[rule]}" if rule in numbers else "Otherwise"
        return f"rule {numbers.get(nodes.rule_of(self.node), '')}".strip()

    @property
    def not_routed(self) -> str:
        return not_routed(self.tried)

    @property
    def due(self) -> datetime | None:
        """When the first contact is promised for."""
        clocks = promises.Promises(self.desk.known, self.tried.at)
        outcome = self.outcome
        if outcome.rep:
            return clocks.start(facts=outcome.facts, named=outcome.sla, rep=outcome.rep)[4]
        if outcome.queue:
            return clocks.wait(facts=outcome.facts, named=outcome.sla, queue=outcome.queue)[4]
        return None

    @cached_property
    def due_words(self) -> str:
        return _on_the_wall(self.due, self.tried.at, self.zone) if self.due else ""

    @property
    def zone(self) -> ZoneInfo:
        return zone_of(self.desk)

    @cached_property
    def when(self) -> str:
        """When it arrives, on the wall of the tree's own zone: "now", "Sunday 29 Nov, 03:00"."""
        return f"{self.tried.at.astimezone(self.zone):%A %-d %b, %H:%M}" if self.subject.at else "now"

    @property
    def day(self) -> str:
        """The weekday on which it arrives, if one was chosen."""
        return WEEKDAYS[self.tried.at.astimezone(self.zone).weekday()] if self.subject.at else ""

    @property
    def hour(self) -> str:
        return f"{self.tried.at.astimezone(self.zone):%H:%M}" if self.subject.at else ""

    @property
    def days(self) -> tuple[tuple[str, str], ...]:
        """The days of the week to choose from."""
        return tuple(own_words.DAYS.items())

    @property
    def others(self) -> tuple[Other, ...]:
        """Everybody else who was looked at, those first who were asked first."""
        looked_at = {one.rep: one for each in self.tried.tries for one in each.seat.candidates}
        return tuple(
            Other(
                email=one.rep,
                name=self.ends.rep(one.rep),
                why_not=bench.WORDS.get(one.code, one.code) if one.code else "could take it, but it is not his turn",
                open=one.open,
                capacity=one.capacity,
            )
            for one in looked_at.values()
            if one.rep != self.outcome.rep
        )

    @cached_property
    def alternatives(self) -> Sequence[Alternative]:
        """What would have sent it elsewhere, the smallest change first."""
        tried = self.tried
        scored = not self.subject.exact and "score" not in tried.own
        return alternatives(
            tried.request, self.desk.known, tried.world, tried.at, tried.slug, scored=scored, ends=self.ends
        )

    @property
    def notes(self) -> tuple[str, ...]:
        """What was not quite as asked for; and what cannot be tested, because it happens before any rule."""
        keeper = self.tried.keeper
        kept = (
            (f"{self.ends.rep(keeper.rep)} has this person’s lead: while it is open it would stay there.",)
            if keeper is not None and keeper.open
            else ()
        )
        return (*kept, *self.tried.read.notes, *self.outcome.notes)


def zone_of(desk: Desk) -> ZoneInfo:
    """The zone of the tree's own clock."""
    return ZoneInfo(desk.tree.timezone)


def current(request: Request, desk: Desk) -> Tested | None:
    """The lead that this user tests in this tree; None without one, or if it is none that he may see any more."""
    subject = subjects.of_session(request.session, desk.tree.slug)
    if subject is None:
        return None
    return tested(subject, desk, by=request.user, now=timezone.now())


def tested(subject: Subject, desk: Desk, *, by: User, now: datetime) -> Tested | None:
    if subject.lead is not None and lead_of(subject, by) is None:
        return None
    known = desk.known
    found = tried(subject, known, desk.world, desk.tree.slug, by=by, now=now)
    return Tested(subject, found, desk, Ends(desk.world, names_of(known)))


def _called(facts: Facts) -> str:
    name = " ".join(str(facts[part]) for part in ("first_name", "last_name") if part in facts)
    return name or str(facts.get("email") or facts.get("company") or "A lead")


def _on_the_wall(at: datetime, start: datetime, zone: ZoneInfo) -> str:
    local = at.astimezone(zone)
    same_day = local.date() == start.astimezone(zone).date()
    return f"{local:%H:%M}" if same_day else f"{local:%a %H:%M}"
