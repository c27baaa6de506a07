"""Who would get a lead if its ladder took it from its holder at this moment: asked as the ladder asks, without a lock.

Until then somebody may come, go, or fill up; whoever looks again is told anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from leads import standing
from leads.again import people_again
from leads.deciding import Planned, plan_all
from leads.models import Assignment, Lead
from leads.world import Known
from reps.models import Rep
from routing.engine.bench import Needs, Presence, exclusion
from routing.engine.reach import Reaches
from routing.engine.route import ASSIGNED, route
from routing.engine.seat import MOST_BACKUPS
from routing.engine.world import Standing
from routing.models import Queue

# Nobody looks at the next step of more leads at once, and the page stays quick.
MOST = 40


def takers(rep: Rep, leads: Sequence[Lead], organisation: Known, now: datetime) -> dict[int, str]:
    """The names, by lead: the backup who is free, else whom the rules would choose, else the queue it would wait in."""
    leads = leads[:MOST]
    if not leads:
        return {}
    presence = Presence(now)
    chain = _backups(rep, organisation)
    held = _held_before(leads)
    planned = _planned(leads, organisation, presence)
    reaches = Reaches(organisation.world)
    for one in planned:
        reaches.add(one.place)
    reach = reaches.all()
    stand = standing.read(organisation, reach.pools, reach.reps | set(chain), presence)
    return {
        one.person.id: _first_free(chain, held[one.person.id], organisation, stand, presence)
        or _chosen(one, organisation, stand, presence)
        for one in planned
    }


def _backups(rep: Rep, organisation: Known) -> list[str]:
    reps = organisation.world.reps
    chain: list[str] = []
    holder = reps.get(rep.user.email)
    email = holder.backup if holder else None
    while email is not None and email in reps and email not in chain and len(chain) < MOST_BACKUPS:
        chain.append(email)
        email = reps[email].backup
    return chain


def _held_before(leads: Sequence[Lead]) -> dict[int, set[str]]:
    held: dict[int, set[str]] = {lead.pk: set() for lead in leads}
    for lead_id, email in Assignment.objects.filter(lead__in=list(held)).values_list("lead_id", "rep__user__email"):
        held[lead_id].add(email)
    return held


def _planned(leads: Sequence[Lead], organisation: Known, presence: Presence) -> list[Planned]:
    people = people_again(leads, organisation.emails, organisation.world.vocabulary)
    for person in people:
        person.past_gate = True
        if person.holder is not None:
            person.held_before |= {person.holder.rep}
    return plan_all(people, organisation, presence)


def _first_free(chain: Sequence[str], held: set[str], organisation: Known, stand: Standing, presence: Presence) -> str:
    reps, needs = organisation.world.reps, Needs(held_before=frozenset(held))
    free = (email for email in chain if not exclusion(reps[email], needs, stand, presence))
    return next((reps[email].name for email in free), "")


def _chosen(one: Planned, organisation: Known, stand: Standing, presence: Presence) -> str:
    outcome = route(one.request, organisation.world, stand, presence, one.place)
    if outcome.kind == ASSIGNED and outcome.rep is not None:
        return organisation.world.reps[outcome.rep].name
    if outcome.queue is None:
        return ""
    return Queue.objects.filter(slug=outcome.queue).values_list("name", flat=True).first() or ""
