"""One lead: beside the queue with what a rep needs for the call, and on its own page with everything."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from leads.clocks import current
from leads.enrichment.account import fill_of
from leads.ladder.spells import times_taken_of
from leads.models import Assignment, Lead, Provider, SlaClock, TimelineEntry, Touch
from leads.pages import facts as facts_page
from leads.pages import matching as matching_page
from leads.pages.activity import Activities, activities
from leads.pages.decision import Explained, explained
from leads.pages.facts import Group, Line
from leads.pages.holders import Spell, spells
from leads.pages.matching import Told
from leads.pages.promises import (
    Ahead,
    Countdown,
    FirstContact,
    Promised,
    Silence,
    ahead,
    countdown,
    first_contact,
    named,
    promised,
    silence,
)
from leads.pages.takers import takers
from leads.provenance import ACCOUNT, BY_PROVIDER
from leads.world import Known, known
from reps.models import User
from routing.engine.facts import Facts

RECENT = 6
STORY = 100


@dataclass(frozen=True, slots=True)
class Detail:
    """The panel beside the queue. `does` is what its big button does: accept, contact, take, or nothing."""

    lead: Lead
    does: str
    countdown: Countdown | None
    facts: Facts
    company: Sequence[Line]
    why: Explained | None
    story: Sequence[TimelineEntry]
    ahead: Sequence[Ahead]
    promised: Promised | None
    silence: Silence | None


@dataclass(frozen=True, slots=True)
class Page:
    """The page of a lead."""

    detail: Detail
    groups: Sequence[Group]
    contact: FirstContact
    spells: Sequence[Spell]
    chances: Sequence[Assignment]
    touches: Sequence[Touch]
    matching: Told
    activities: Activities


def detail(
    lead: Lead, does: str, running: Countdown | None, organisation: Known, *, now: datetime, most: int = RECENT
) -> Detail:
    vocabulary = organisation.world.vocabulary
    facts = facts_page.typed_facts(lead.facts, vocabulary)
    clock = current.of_lead(lead)
    moved = times_taken_of([lead.pk]).get(lead.pk, 0) if running else 0
    steps = ahead(clock, lead, moved) if running else ()
    if lead.rep and any(step.to for step in steps):
        steps = named(steps, takers([lead], organisation, now).get(lead.pk, ""))
    story = TimelineEntry.objects.filter(lead=lead).select_related("by").order_by("-at", "-pk")[:most]
    return Detail(
        lead=lead,
        does=does,
        countdown=running,
        facts=facts,
        company=facts_page.company(facts, vocabulary),
        why=explained(lead.decision, organisation) if lead.decision else None,
        story=list(story),
        ahead=steps,
        promised=promised(clock, lead, organisation, now),
        silence=silence(clock, lead),
    )


def page(lead: Lead, *, user: User, now: datetime) -> Page:
    organisation = known()
    clock = current.of_lead(lead)
    running = countdown(clock, now) if clock and clock.state == SlaClock.State.RUNNING else None
    shown = detail(lead, _does(lead, user), running, organisation, now=now, most=STORY)
    filled = fill_of(lead.account.details, lead.account.country) if lead.account else {}
    by_account = {name: {"by": ACCOUNT} for name in filled if name not in shown.facts}
    told = {
        name: value for name, value in {**filled, **shown.facts}.items() if name != "message"
    }  # it has a place of its own
    held = spells(lead, now=now)
    assignments = [spell.assignment for spell in held]
    return Page(
        detail=shown,
        groups=facts_page.groups(
            told, lead.set_aside, organisation.world.vocabulary, {**lead.provenance, **by_account}, _providers(lead)
        ),
        contact=first_contact(clock, now),
        spells=held,
        chances=[one for one in assignments if one.outcome and not (one.epoch == lead.epoch and lead.closed_at)],
        touches=list(lead.touches.select_related("source").order_by("-at")[:RECENT]),
        activities=activities(lead, shown.facts, now=now),
        matching=matching_page.of_lead(lead),
    )


def _providers(lead: Lead) -> dict[str, str]:
    """The names of those that filled anything."""
    if not any(origin["by"].startswith(BY_PROVIDER) for origin in lead.provenance.values()):
        return {}
    return dict(Provider.objects.values_list("slug", "name"))


def _does(lead: Lead, user: User) -> str:
    """What this user can do with the lead as it stands."""
    if lead.status == Lead.Status.QUEUED:
        rep = getattr(user, "rep", None)
        return "take" if rep and lead.queue and lead.queue.team_id and lead.queue.team_id == rep.team_id else ""
    if lead.rep is None or lead.rep.user_id != user.pk:
        return ""
    return {Lead.Status.ASSIGNED: "accept", Lead.Status.ACCEPTED: "contact"}.get(Lead.Status(lead.status), "")
