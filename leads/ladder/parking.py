"""Who lets so many leads lapse one after the other is parked: he gets no more until he says that he is back.

A lapse is a lead that the ladder took from him untouched. What he did since begins the count anew: a lead accepted,
contacted or declined, or his own switch. All of it is in the rows, so whoever looks again finds the same.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from operator import attrgetter

from django.db import transaction

from leads.crash import crash_point
from leads.models import Assignment
from leads.prepared import ask_together
from leads.sla import MOST_LAPSES
from leads.world import Known, known
from notifications import services as notifications
from notifications.services import Notice
from reps import services as people
from reps.database_clock import database_now
from reps.models import Rep

EVERY_S = 60.0
LOOKED_AT = 2 * MOST_LAPSES  # of his latest assignments
LONG_AGO = datetime.min.replace(tzinfo=UTC)
ENDED = """
SELECT rep.id, had.id, had.ended_at, had.ended_as, had.accepted_at, had.contacted_at,
    (clock.policy ->> 'park_after')::int, coalesce(nullif(lead.name, ''), nullif(lead.email, ''), lead.company)
FROM reps_rep AS rep CROSS JOIN LATERAL (
    SELECT * FROM leads_assignment WHERE rep_id = rep.id AND ended_at IS NOT NULL ORDER BY ended_at DESC LIMIT %s
) AS had
JOIN leads_lead AS lead ON lead.id = had.lead_id
LEFT JOIN leads_slaclock AS clock ON clock.assignment_id = had.id
WHERE rep.active AND NOT rep.paused AND (%s::bigint IS NULL OR rep.id = %s::bigint)
"""
OPEN = """
SELECT rep_id, max(greatest(accepted_at, contacted_at)) FROM leads_assignment
WHERE ended_at IS NULL AND accepted_at IS NOT NULL AND (%s::bigint IS NULL OR rep_id = %s::bigint) GROUP BY rep_id
"""
SWITCHED = f"""
SELECT rep.id, max(change.at) FROM reps_change AS change
JOIN reps_user AS person ON person.email = change.subject JOIN reps_rep AS rep ON rep.user_id = person.id
WHERE change.kind = '{people.AVAILABILITY}' GROUP BY rep.id
"""


class Turn:
    """Whose turn it is once a minute: for whoever should have been parked by a process that died before it could."""

    def __init__(self) -> None:
        self._due = 0.0

    def take(self) -> int:
        if time.monotonic() < self._due:
            return 0
        self._due = time.monotonic() + EVERY_S
        return park_lapsed()


@dataclass(frozen=True, slots=True)
class Had:
    """A lead that he had and has no more."""

    assignment: int
    ended_at: datetime
    ended_as: str
    accepted_at: datetime | None
    contacted_at: datetime | None
    park_after: int | None
    lead: str

    @property
    def lapsed(self) -> bool:
        return self.ended_as == Assignment.Ended.SLA and self.accepted_at is None and self.contacted_at is None

    @property
    def heard_at(self) -> datetime:
        """When he last did anything about it."""
        declined = self.ended_at if self.ended_as == Assignment.Ended.DECLINED else None
        return max(filter(None, (self.accepted_at, self.contacted_at, declined)), default=LONG_AGO)


def park_lapsed(*, now: datetime | None = None) -> int:
    """Park whoever let as many leads lapse in a row as the policy of the last one allows; how many reps that were."""
    organisation = known()
    if not any(policy.park_after for policy in organisation.policies):
        return 0
    return sum(_park(rep, organisation, now) for rep in _lapsed(None))


def _lapsed(only: int | None) -> Mapping[int, Sequence[Had]]:
    """The lapses in a row, the latest first, of everybody who has too many of them."""
    ended, opened, switched = ask_together((ENDED, [LOOKED_AT, only, only]), (OPEN, [only, only]), (SWITCHED, []))
    heard, back = dict(opened), dict(switched)
    by_rep: dict[int, list[Had]] = {}
    for rep, *had in ended:
        by_rep.setdefault(rep, []).append(Had(*had))
    found = {}
    for rep, row in by_rep.items():
        since = max(heard.get(rep) or LONG_AGO, back.get(rep) or LONG_AGO, *map(attrgetter("heard_at"), row))
        lapses = _since(row, since)
        if lapses and lapses[0].park_after and len(lapses) >= lapses[0].park_after:
            found[rep] = lapses
    return found


def _since(row: Iterable[Had], since: datetime) -> list[Had]:
    lapses = [had for had in row if had.lapsed and had.ended_at > since]
    return sorted(lapses, key=attrgetter("ended_at"), reverse=True)


@transaction.atomic
def _park(rep_id: int, organisation: Known, at: datetime | None) -> bool:
    """Under the lock of the configuration, as he may have come back, or another sweeper been quicker."""
    people.hold_revision()
    lapses = _lapsed(rep_id).get(rep_id)
    if lapses is None:
        return False
    now = at or database_now()
    rep = people.pause(Rep.objects.get(pk=rep_id), until=None, as_=Rep.Paused.PARKED, by=None, now=now)
    crash_point("after_parked")

    leads = ", ".join(had.lead or "a lead without a name" for had in reversed(lapses))
    lapsed = f"{len(lapses)} leads in a row were not accepted in time ({leads})"
    if len(lapses) == 1:
        lapsed = f"a lead was not accepted in time ({leads})"
    managers = organisation.managers_of(organisation.emails[rep_id])
    told = dict.fromkeys(managers, f"{rep} is parked: {lapsed}. No more go there until {rep} is back.")
    told[rep.user_id] = f"You are parked: {lapsed}. You get no more until you say that you are back."
    context = {"rep": str(rep), "count": len(lapses), "why": lapsed}
    key = f"parked:{rep_id}:{lapses[0].assignment}"
    notifications.tell(
        [Notice(user, "parked", text, f"{key}:{user}", "/queue/", context) for user, text in told.items()], now=now
    )
    crash_point("before_parked_commit")
    return True
