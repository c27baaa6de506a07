"""My queue: a rep's leads by the time that is left, the leads that wait for his team, and the one that is looked at."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db.models import Case, F, OuterRef, Q, QuerySet, Subquery, When
from django.utils import timezone

from leads.clocks import current
from leads.ladder.spells import times_taken_of
from leads.models import Lead, LeadQuerySet, SlaClock
from leads.pages.availability import Availability, Parked, availability, parked
from leads.pages.decision import in_short
from leads.pages.lead import Detail, detail
from leads.pages.promises import (
    Ahead,
    Countdown,
    FirstContact,
    Silence,
    ahead,
    countdown,
    first_contact,
    named,
    silence,
)
from leads.pages.takers import takers
from leads.world import Known, known
from notifications import choosing
from reps.models import Rep, User

# A queue of hundreds is a staffing problem; nobody reads further than this, and the page stays quick.
MOST = 200
PROMISE = ("pk", "next_step", "asked_at", "silent_at", "due_at")  # what is shown of it
TO_DO = ("overdue", "new", "accepted")
FAR_FUTURE = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Row:
    """One lead in the list. `does` is what its button does: accept, contact, take; "" when nothing is left to do."""

    lead: Lead
    does: str
    why: str = ""
    countdown: Countdown | None = None
    contact: FirstContact | None = None
    waited: timedelta | None = None
    next: Ahead | None = None
    silence: Silence | None = None


@dataclass(frozen=True, slots=True)
class Section:
    name: str
    title: str
    rows: Sequence[Row]
    more: int = 0


@dataclass(frozen=True, slots=True)
class Queue:
    sections: Sequence[Section]
    chosen: Detail | None
    availability: Availability | None
    parked: Parked | None
    load: int
    revision: str
    can_pull: bool
    sound: bool
    badge: bool

    @property
    def names_somebody(self) -> bool:
        """Whether it says who would get a lead next, which may change although none of these leads does."""
        ahead = self.chosen.ahead if self.chosen else ()
        rows = (row.next for section in self.sections for row in section.rows if row.next)
        return any(step.to for step in (*ahead, *rows))

    @property
    def waiting(self) -> int:
        """How many leads ask for something to be done by this rep."""
        return sum(len(section.rows) + section.more for section in self.sections if section.name in TO_DO)


def queue(rep: Rep, *, chosen: int | None, now: datetime) -> Queue:
    """Everything the page shows. `chosen` is the lead whose details are asked for; else the first one is shown."""
    organisation = known()
    own, hidden = _own_rows(rep, organisation, now)
    waiting, more = _team_rows(rep.user, now)
    sections = _sections(own, hidden, waiting, more)
    rows = [row for section in sections for row in section.rows]
    there = _availability(rep, organisation, now)
    habits = choosing.habits_of(rep.user)
    row = next((row for row in rows if row.lead.pk == chosen), rows[0] if rows else None)
    return Queue(
        sections=sections,
        chosen=detail(row.lead, row.does, row.countdown, organisation, now=now) if row else None,
        availability=there,
        parked=parked(rep) if there and there.state == "parked" else None,
        load=Lead.objects.of(rep).open().count(),
        revision=revision(rep, now=now),
        can_pull=rep.team is not None and rep.team.slug in organisation.world.queues.values(),
        sound=habits.sound,
        badge=habits.badge,
    )


def revision(rep: Rep, *, now: datetime) -> str:
    """Moves whenever the page would look different: cheap enough to be asked every two seconds by everybody."""
    organisation = known()
    seen = (
        list(_own(rep, now).values_list("pk", "status", "epoch", "changed_at")),
        list(_waiting_for_team(rep.user).values_list("pk", "changed_at")[:MOST]),
        [
            (*promise, state == SlaClock.State.RUNNING and due_at < now)
            for *promise, state, due_at in _promises(rep).values_list(*PROMISE, "state", "due_at")
        ],
        Lead.objects.of(rep).open().count(),
        _availability(rep, organisation, now),
        organisation.revision,
    )
    return hashlib.sha256(repr(seen).encode()).hexdigest()[:16]


def _own(rep: Rep, now: datetime) -> LeadQuerySet:
    """What the rep has to act on, by the time that is left, then whom he has spoken to today, the latest first."""
    midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    to_do = Q(status__in=[Lead.Status.ASSIGNED, Lead.Status.ACCEPTED])
    spoken_to = Q(status=Lead.Status.CONTACTED, contacted_at__gte=midnight)
    promised = Subquery(_promises(rep).filter(lead=OuterRef("pk")).values("due_at")[:1])
    leads = Lead.objects.of(rep).filter(to_do | spoken_to)
    # Should there be too many, those are left out that have the most time.
    leads = leads.annotate(left=Case(When(to_do, then=promised)), spoken=Case(When(spoken_to, then=F("contacted_at"))))
    return leads.order_by(F("spoken").desc(nulls_first=True), F("left").asc(nulls_last=True), "pk")[:MOST]


def _own_rows(rep: Rep, organisation: Known, now: datetime) -> tuple[list[Row], int]:
    """The leads he has, and how many more he has to act on than are shown."""
    leads = list(_own(rep, now).select_related("decision", "rep__user", "rep__backup__user"))
    clocks = {clock.lead_id: clock for clock in _promises(rep)}
    following = _next_steps(rep, leads, clocks, organisation, now)
    rows = [_own_row(lead, clocks.get(lead.pk), following.get(lead.pk), organisation, now) for lead in leads]
    if len(leads) < MOST:
        return rows, 0
    to_do = Lead.objects.of(rep).filter(status__in=[Lead.Status.ASSIGNED, Lead.Status.ACCEPTED]).count()
    return rows, max(0, to_do - sum(1 for row in rows if row.does))


def _next_steps(
    rep: Rep, leads: Sequence[Lead], clocks: Mapping[int, SlaClock], organisation: Known, now: datetime
) -> dict[int, Ahead]:
    """What each ladder does next. Who would get a lead is asked for those only whose next step is to move on."""
    moved = times_taken_of([lead.pk for lead in leads])
    steps = {lead.pk: ahead(clocks.get(lead.pk), lead, moved.get(lead.pk, 0))[:1] for lead in leads}
    moving = [lead for lead in leads if any(step.to for step in steps[lead.pk])]
    names = takers(moving, organisation, now)
    return {lead: named(first, names.get(lead, ""))[0] for lead, first in steps.items() if first}


def _own_row(lead: Lead, clock: SlaClock | None, following: Ahead | None, organisation: Known, now: datetime) -> Row:
    if lead.status == Lead.Status.CONTACTED:
        return Row(lead, "", contact=first_contact(clock, now))
    does = "accept" if lead.status == Lead.Status.ASSIGNED else "contact"
    running = clock is not None and clock.state == SlaClock.State.RUNNING
    why = in_short(lead.decision, organisation) if lead.decision else ""
    left = countdown(clock, now) if clock and running else None
    return Row(lead, does, why, left, next=following, silence=silence(clock, lead))


def _team_rows(user: User, now: datetime) -> tuple[list[Row], int]:
    """The leads that wait for anybody of the team, and how many more there are than are shown."""
    wait = _waiting_for_team(user).select_related("decision", "queue")
    leads = list(wait[:MOST])
    clocks = current.of_waiting(leads)
    left = {lead: countdown(clock, now) for lead, clock in clocks.items()}
    shown = [Row(lead, "take", countdown=left.get(lead.pk), waited=now - lead.received_at) for lead in leads]
    return shown, wait.count() - len(shown) if len(shown) == MOST else 0


def _sections(own: Iterable[Row], hidden: int, waiting: Sequence[Row], more: int) -> list[Section]:
    groups: dict[str, list[Row]] = {"overdue": [], "new": [], "accepted": [], "contacted": []}
    for row in own:
        groups[_group(row)].append(row)
    for name in ("overdue", "new", "accepted"):
        groups[name].sort(key=lambda row: row.countdown.due_at if row.countdown else FAR_FUTURE)
    groups["contacted"].sort(key=lambda row: row.lead.contacted_at or FAR_FUTURE, reverse=True)
    last = next((name for name in reversed(TO_DO) if groups[name]), "")  # what is hidden has the most time left
    sections = [
        Section("overdue", "Overdue", groups["overdue"], hidden if last == "overdue" else 0),
        Section("new", "New", groups["new"], hidden if last == "new" else 0),
        Section("accepted", "Accepted, not yet contacted", groups["accepted"], hidden if last == "accepted" else 0),
        Section("team", "Waiting for the team", waiting, more),
        Section("contacted", "Contacted today", groups["contacted"]),
    ]
    return [section for section in sections if section.rows]


def _group(row: Row) -> str:
    if not row.does:
        return "contacted"
    if row.countdown and row.countdown.is_overdue:
        return "overdue"
    return "new" if row.does == "accept" else "accepted"


def _waiting_for_team(user: User) -> LeadQuerySet:
    """In the order in which they are pulled: the most urgent first, of those whoever waits longest."""
    leads = Lead.objects.visible_to(user).filter(rep=None, queue__team__reps__user=user, status=Lead.Status.QUEUED)
    return leads.order_by("urgency", "received_at", "pk")


def _promises(rep: Rep) -> QuerySet[SlaClock]:
    return SlaClock.objects.filter(assignment__rep=rep, assignment__ended_at=None)


def _availability(rep: Rep, organisation: Known, now: datetime) -> Availability | None:
    known_rep = organisation.world.reps.get(rep.user.email)
    return availability(rep, known_rep.calendar, now) if known_rep else None
