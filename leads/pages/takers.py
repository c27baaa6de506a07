"""Who would get a lead if its ladder took it from its holder at this moment: asked of the ladder, without a lock.

Until then somebody may come, go, or fill up; whoever looks again is told anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from leads.ladder.moving import Leaving, foresee
from leads.ladder.taking import team_queues
from leads.models import Assignment, Lead
from leads.record import Ending
from leads.world import Known
from routing.models import Queue

# Nobody looks at the next step of more leads at once, and the page stays quick.
MOST = 40
NOT_YET = Ending(Assignment.Ended.SLA, "")


def takers(
    leads: Sequence[Lead], organisation: Known, now: datetime, *, or_stays: bool = False, most: int = MOST
) -> dict[int, str]:
    """The names, by lead, of `most` of them: whoever would have it next, or the queue in which it would wait.

    `or_stays`: not in a queue, but with its holder.
    """
    leads = leads[:most]
    if not leads:
        return {}
    holders = {lead.rep_id for lead in leads if lead.rep_id is not None}
    queues_of = team_queues(holders, organisation)
    held = [(lead, queues_of[lead.rep_id]) for lead in leads if lead.rep_id is not None]
    leaving = [Leaving(lead, NOT_YET, why="", queue=queue, sla=None, or_stays=or_stays) for lead, queue in held]
    outcomes = foresee(leaving, organisation, now=now)
    slugs = {outcome.queue for outcome in outcomes if outcome and outcome.queue}
    queues = dict(Queue.objects.filter(slug__in=slugs).values_list("slug", "name")) if slugs else {}
    names: dict[int, str] = {}
    for (lead, _), outcome in zip(held, outcomes, strict=True):
        if outcome and outcome.rep:
            names[lead.pk] = organisation.world.reps[outcome.rep].name
        elif outcome and outcome.queue:
            names[lead.pk] = queues.get(outcome.queue, "")
    return names
