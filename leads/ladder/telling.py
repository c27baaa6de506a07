"""Steps that tell somebody: the rep who has the lead, his manager, or the team in whose queue it waits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime

from leads.copying import copy_rows
from leads.ladder import words
from leads.ladder.step import Step
from leads.models import Lead, SlaClock, TimelineEntry
from leads.world import Known
from notifications import services as notifications
from notifications.services import Notice
from reps.spans import roughly
from routing.engine.bench import Presence
from routing.models import Queue

STORY = ("lead_id", "at", "kind", "text", "epoch", "step")

Line = tuple[int, datetime, str, str, int, int | None]


def tell(steps: Sequence[Step], known: Known, *, now: datetime) -> None:
    """Act on these steps: a line in the story of each lead, and a notice to whoever has to hear of it."""
    if not steps:
        return
    queues = queues_of([step.lead.queue_id for step in steps])
    lines: list[Line] = []
    notices: list[Notice] = []
    for step in steps:
        where = queues.get(step.lead.queue_id or 0)
        reminds = step.do == "remind"
        lines.append(story_line(step, _story(step, known, where), now))
        notices += _reminders(step, known, where, now) if reminds else _to_managers(step, known, where, now)
    copy_rows(TimelineEntry, STORY, lines)
    notifications.tell(notices, now=now)


def queues_of(ids: Iterable[int | None]) -> Mapping[int, Queue]:
    """Queues by their ids, each with its team and manager."""
    wanted = {one for one in ids if one is not None}
    return Queue.objects.select_related("team__manager").in_bulk(wanted) if wanted else {}


def story_line(step: Step, text: str, now: datetime) -> Line:
    """Unique by lead, epoch and step, which is a second net. A lead that waits in a queue again has the same epoch."""
    number = step.number if step.clock.assignment_id is not None else None
    return step.lead.pk, now, TimelineEntry.Kind.SLA, text, step.lead.epoch, number


def holder_of(lead: Lead, known: Known) -> str:
    """The name of whoever has the lead."""
    email = known.emails.get(lead.rep_id) if lead.rep_id is not None else None
    return known.world.reps[email].name if email is not None else "nobody"


def context_of(lead: Lead, clock: SlaClock | None, known: Known, **more: object) -> Mapping[str, object]:
    """The named values that messages about a lead may use."""
    due = {"due_at": clock.due_at.astimezone(UTC).isoformat()} if clock is not None else {}
    return {
        "lead": lead.pk,
        "epoch": lead.epoch,
        "name": lead.name or lead.email,
        "company": lead.company,
        "intent": lead.intent,
        "rep": holder_of(lead, known) if lead.rep_id is not None else "",
        **due,
        **more,
    }


def _story(step: Step, known: Known, where: Queue | None) -> str:
    if where is not None:
        team = where.team.name if where.team is not None else "those who oversee routing"
        return f"Reminded {team}: nobody took it yet." if step.do == "remind" else "Told the manager: it still waits."
    holder = holder_of(step.lead, known)
    if step.do == "remind":
        return f"Reminded {holder}: not {step.unless} yet."
    return f"Told the manager: {holder} has not {step.unless} the lead."


def _reminders(step: Step, known: Known, where: Queue | None, now: datetime) -> Iterator[Notice]:
    """To the holder; of a lead that waits in a queue to those who could take it from there."""
    lead, text = step.lead, f"Still waiting for you: {step.lead}."
    if lead.status == Lead.Status.ACCEPTED:
        text = f"You have accepted {lead}, and not contacted them yet."
    users: list[int] = []
    if where is not None:
        text = f"Still in {words.queue(where.name)}: {lead}."
        users = _takers(where, known, now)
    elif lead.rep_id is not None and lead.rep_id in known.emails:
        users = [known.reps[known.emails[lead.rep_id]].user_id]
    for user in users:
        yield _notice(step, user, "reminder", text, known, now)


def _takers(where: Queue, known: Known, now: datetime) -> list[int]:
    """Whoever of its team is there to take it: not away, not paused."""
    team, presence = where.team_id, Presence(now)
    of_team = [(known.world.reps[email], keys) for email, keys in known.reps.items() if keys.team_id == team]
    if team is None:
        return []
    return [
        keys.user_id for rep, keys in of_team if rep.active and not rep.is_paused(now) and not presence.absence(rep)
    ]


def _to_managers(step: Step, known: Known, where: Queue | None, now: datetime) -> Iterator[Notice]:
    lead, waited = step.lead, roughly(now - step.clock.started_at)
    if where is not None:
        text = f"{lead} waits in {words.queue(where.name)} for {waited}: nobody took it."
        managers = known.managers_of_queue(where)
    else:
        text = f"{lead} waits for {waited}: {holder_of(lead, known)} has not {step.unless} the lead."
        holder = known.emails.get(lead.rep_id or 0)
        managers = known.managers_of(holder) if holder is not None else known.overseers
    for user in managers:
        yield _notice(step, user, "unacknowledged", text, known, now)


def _notice(step: Step, user: int, kind: str, text: str, known: Known, now: datetime) -> Notice:
    return Notice(
        user=user,
        kind=kind,
        text=text,
        # By the clock: a lead that waits in a queue again has the same epoch, and another clock.
        key=f"{kind}:{step.clock.pk}:{step.number}:{user}",
        link=f"/leads/{step.lead.pk}/",
        context=context_of(
            step.lead, step.clock, known, step=step.do, accepted=step.lead.status == Lead.Status.ACCEPTED
        ),
    )
