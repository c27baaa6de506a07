"""Steps that take a lead away: out of the hands of who did nothing, and everybody concerned is told in words."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime

from leads.copying import copy_rows
from leads.ladder import telling, words
from leads.ladder.moving import Leaving, Moved, move
from leads.ladder.spells import latest
from leads.ladder.step import Step
from leads.ladder.telling import STORY
from leads.models import Assignment, Lead, SlaClock, TimelineEntry
from leads.record import Ending
from leads.world import Known
from notifications import services as notifications
from notifications.services import Notice
from reps.spans import roughly
from routing.models import Decision, Queue

IN_TIME = {"accepted": "Not accepted in time.", "contacted": "Not contacted in time."}


def take_away(steps: Sequence[Step], known: Known, *, now: datetime) -> None:
    """Act on these steps. Where a lead waits in a queue there is nobody to take it from."""
    steps = [step for step in steps if step.clock.assignment_id is not None]
    if not steps:
        return
    queues = team_queues({step.lead.rep_id for step in steps}, known)
    leaving = [_leaving(step, queues, now) for step in steps]
    lines = [
        telling.story_line(step, f"Taken from {telling.holder_of(step.lead, known)}: {one.why}.", now)
        for step, one in zip(steps, leaving, strict=True)
    ]
    copy_rows(TimelineEntry, STORY, lines)
    clocks = {step.lead.pk: step.clock for step in steps}
    carry_out(leaving, clocks, known, now=now)


def carry_out(
    leaving: Sequence[Leaving], clocks: Mapping[int, SlaClock], known: Known, *, now: datetime
) -> list[Moved]:
    """Move them; tell whoever lost one who has it now, and the manager of what is back in a queue."""
    moved = move(leaving, known, cause=Decision.Cause.SLA, now=now)
    names = dict(Queue.objects.values_list("slug", "name"))
    notices: list[Notice] = []
    for one in moved:
        notices += _notices(one, clocks.get(one.leaving.lead.pk), known, names, now)
    notifications.tell(notices, now=now)
    return moved


def team_queues(reps: Collection[int | None], known: Known) -> Mapping[int, Queue]:
    """The queue in which leads of each of these reps wait for his team."""
    slugs = {rep: known.queue_of(rep) for rep in reps if rep is not None}
    found = {queue.slug: queue for queue in Queue.objects.filter(slug__in=set(slugs.values()))}
    return {rep: found[slug] for rep, slug in slugs.items()}


def _leaving(step: Step, queues: Mapping[int, Queue], now: datetime) -> Leaving:
    lead, policy = step.lead, step.clock.policy
    return Leaving(
        lead=lead,
        ending=Ending(Assignment.Ended.SLA, IN_TIME[step.unless]),
        why=f"it was not {step.unless} within {roughly(now - step.clock.started_at)}",
        queue=queues[lead.rep_id or 0],
        sla=str(policy["slug"]),
        did=step.unless,
        most=policy["max_reassignments"],
        straight=step.do == "queue",
    )


def _notices(
    one: Moved, clock: SlaClock | None, known: Known, names: Mapping[str, str], now: datetime
) -> Iterator[Notice]:
    lead, outcome, had = one.leaving.lead, one.outcome, one.spells[-1]
    if outcome is None:
        return
    loser = known.reps[had.email]
    where = words.queue(names.get(outcome.queue, outcome.queue)) if outcome.queue else ""
    next_one = f"{known.world.reps[outcome.rep].name} has it now." if outcome.rep else f"It waits in {where} now."
    told = _context(lead, clock, known, one)
    yield Notice(
        user=loser.user_id,
        kind="taken",
        text=f"{lead} was taken from you: {one.leaving.why}. {next_one}",
        key=f"taken:{lead.pk}:{one.was}",
        link=f"/leads/{lead.pk}/",
        context=told,
    )
    # Of what lies in the built-in queue all who oversee routing are told anyway, with the same words.
    if not outcome.queue or outcome.queue == Queue.UNASSIGNED:
        return
    text = words.to_the_queue(str(lead), names[outcome.queue], latest(one.spells, now), one.leaving.did)
    for user in known.managers_of(had.email):
        yield Notice(
            user=user,
            kind="back_in_queue",
            text=text,
            key=f"back_in_queue:{lead.pk}:{one.was}:{user}",
            link=f"/leads/{lead.pk}/",
            context={**told, "queue": names[outcome.queue]},
        )


def _context(lead: Lead, clock: SlaClock | None, known: Known, one: Moved) -> Mapping[str, object]:
    """As the lead was when it left."""
    context = telling.context_of(lead, clock, known, why=one.leaving.why)
    return {**context, "epoch": one.was, "rep": one.spells[-1].name}
