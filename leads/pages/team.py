"""The team board: who of a manager's teams has what, what waits for them, and what is about to breach."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from django.db.models import F, FilteredRelation, Q

from leads.ladder.spells import times_taken_of
from leads.models import Lead, SlaClock
from leads.pages.availability import Availability, availability
from leads.pages.promises import ahead, countdown, named, silence
from leads.pages.takers import takers
from leads.pages.team_queues import Card, Tally, Waiting, tallies, waiting
from leads.world import Known, known
from reps.models import Rep, Team, User
from routing.models import Queue

# Of each rep; whoever holds more has another problem, and the whole of it is in the list of leads. A board of many reps
# shows fewer of each, and stays quick.
MOST_CARDS, FEWEST_CARDS = 8, 3
MOST_ON_THE_BOARD = 160
MOST_SPOKEN_TO = 2  # who has been contacted asks for nothing any more
SOON = timedelta(minutes=10)
FAR_FUTURE = datetime.max.replace(tzinfo=UTC)


class Held(NamedTuple):
    """What the board needs to know of a lead before it is known which are shown."""

    lead: int
    rep: int
    status: str
    epoch: int
    changed_at: datetime
    due_at: datetime | None
    next_step: int | None
    next_at: datetime | None

    @property
    def due(self) -> datetime:
        return self.due_at or FAR_FUTURE


@dataclass(frozen=True, slots=True)
class Column:
    """One rep with what he holds; `more` of it is not shown."""

    rep: Rep
    there: Availability | None
    load: int
    overdue: int
    soon: int
    cards: Sequence[Card]
    more: int

    @property
    def is_full(self) -> bool:
        return self.rep.capacity is not None and self.load >= self.rep.capacity


@dataclass(frozen=True, slots=True)
class Board:
    teams: Sequence[Team]
    chosen: Team | None
    columns: Sequence[Column]
    queues: Sequence[Waiting]
    overdue: int
    soon: int
    only_soon: bool
    revision: str


def teams_of(user: User) -> list[Team]:
    """The teams whose board this user may open."""
    return list((Team.objects.all() if user.is_revops else user.managed_teams.all()).order_by("name", "pk"))


@dataclass(frozen=True, slots=True)
class Floor:
    """What is read of the teams that are shown, before anything is drawn."""

    organisation: Known
    teams: Sequence[Team]
    chosen: Team | None
    reps: Sequence[Rep]
    held: Sequence[Held]
    there: Mapping[int, Availability | None]
    queues: Mapping[Queue, Tally]
    now: datetime

    @classmethod
    def read(cls, user: User, slug: str, now: datetime) -> Floor:
        """The team with this slug, or all that he manages."""
        organisation, teams = known(), teams_of(user)
        chosen = _chosen(user, teams, slug)
        ids = [team.pk for team in ([chosen] if chosen else teams)]
        reps = list(
            Rep.objects.filter(team__in=ids).select_related("user", "team", "backup__user").order_by("user__name", "pk")
        )
        return cls(
            organisation=organisation,
            teams=teams,
            chosen=chosen,
            reps=reps,
            held=_held(ids),
            there={rep.pk: _availability(rep, organisation, now) for rep in reps},
            queues=tallies(ids, now, now + SOON),
            now=now,
        )

    @property
    def revision(self) -> str:
        """Moves whenever the board would look different: asked every few seconds by everybody who has it open."""
        flags = [(one, one.due < self.now, one.due < self.now + SOON) for one in self.held]
        seen = (self.organisation.revision, self.chosen, len(self.teams), flags, self.there, self.queues.values())
        return hashlib.sha256(repr(seen).encode()).hexdigest()[:16]


def board(floor: Floor, *, only_soon: bool) -> Board:
    """Everything the page shows. `only_soon`: only what is overdue or soon will be."""
    now, soon = floor.now, floor.now + SOON
    due = Counter("overdue" if one.due < now else "soon" for one in floor.held if one.due < soon)
    late = [tally for tally in floor.queues.values() if tally.overdue or tally.soon]
    return Board(
        teams=floor.teams,
        chosen=floor.chosen,
        columns=_columns(floor, only_soon),
        queues=waiting(floor.queues, MOST_CARDS, now, before=soon if only_soon else None),
        overdue=due["overdue"] + sum(tally.overdue for tally in late),
        soon=due["soon"] + sum(tally.soon for tally in late),
        only_soon=only_soon,
        revision=floor.revision,
    )


def _chosen(user: User, teams: Sequence[Team], slug: str) -> Team | None:
    """The team that is asked for; else all of a manager's, but only the first of RevOps', who oversee everybody."""
    asked = next((team for team in teams if team.slug == slug), None)
    return asked or (teams[0] if teams and user.is_revops else None)


def _held(teams: Sequence[int]) -> list[Held]:
    """Every open lead of these teams with its running promise, in order of the time that is left."""
    running = FilteredRelation("clocks", condition=Q(clocks__state=SlaClock.State.RUNNING))
    columns = ("pk", "rep_id", "status", "epoch", "changed_at", "clock__due_at", "clock__next_step", "clock__next_at")
    found = Lead.objects.open().filter(rep__team__in=teams).annotate(clock=running)
    found = found.order_by(F("clock__due_at").asc(nulls_last=True), "-assigned_at", "pk")
    return [Held(*row) for row in found.values_list(*columns)]


def _availability(rep: Rep, organisation: Known, now: datetime) -> Availability | None:
    as_known = organisation.world.reps.get(rep.user.email)
    return availability(rep, as_known.calendar, now) if as_known else None


def _columns(floor: Floor, only_soon: bool) -> list[Column]:
    """A column for each rep, by name; or for each who has something due, whoever is due first standing first."""
    now, soon = floor.now, floor.now + SOON
    of_rep: dict[int, list[Held]] = {rep.pk: [] for rep in floor.reps}
    for one in floor.held:
        of_rep[one.rep].append(one)
    wanted = {rep: [one for one in held if one.due < soon] if only_soon else held for rep, held in of_rep.items()}
    most = max(FEWEST_CARDS, min(MOST_CARDS, MOST_ON_THE_BOARD // (len(floor.reps) or 1)))
    shown = {rep: _first(held, most) for rep, held in wanted.items()}
    cards = _cards([one for first in shown.values() for one in first], floor.organisation, now)
    columns = [
        Column(
            rep=rep,
            there=floor.there[rep.pk],
            load=len(of_rep[rep.pk]),
            overdue=sum(one.due < now for one in of_rep[rep.pk]),
            soon=sum(now <= one.due < soon for one in of_rep[rep.pk]),
            cards=[cards[lead] for lead in shown[rep.pk] if lead in cards],
            more=len(wanted[rep.pk]) - len(shown[rep.pk]),
        )
        for rep in floor.reps
        if wanted[rep.pk] or (rep.active and not only_soon)
    ]
    return sorted(columns, key=lambda column: wanted[column.rep.pk][0].due) if only_soon else columns


def _first(held: Sequence[Held], most: int) -> list[int]:
    """The leads of a rep that are shown: what is to be done first, and a few of those who have been spoken to."""
    to_do = [one.lead for one in held if one.status != Lead.Status.CONTACTED][:most]
    spoken_to = [one.lead for one in held if one.status == Lead.Status.CONTACTED]
    return to_do + spoken_to[: min(MOST_SPOKEN_TO, most - len(to_do))]


def _cards(shown: Sequence[int], organisation: Known, now: datetime) -> dict[int, Card]:
    """The leads with these numbers, each with its promise and what its ladder does next, and to whom."""
    leads = list(Lead.objects.filter(pk__in=shown).select_related("rep__user"))
    running = SlaClock.objects.filter(lead__in=shown, state=SlaClock.State.RUNNING)
    clocks = {clock.lead_id: clock for clock in running}
    moved = times_taken_of(shown)
    steps = {lead.pk: ahead(clocks.get(lead.pk), lead, moved.get(lead.pk, 0))[:1] for lead in leads}
    # Who would get a lead is asked for those that move on first: of so many, nobody looks at the others' next step.
    moving = sorted(
        (lead for lead in leads if any(step.to for step in steps[lead.pk])), key=lambda lead: steps[lead.pk][0].at
    )
    names = takers(moving, organisation, now)
    return {
        lead.pk: Card(
            lead=lead,
            countdown=countdown(clock, now) if (clock := clocks.get(lead.pk)) else None,
            next=next(iter(named(steps[lead.pk], names.get(lead.pk, ""))), None),
            silence=silence(clocks.get(lead.pk), lead),
        )
        for lead in leads
    }
