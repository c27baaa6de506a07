"""Writing what was decided: decision, assignment, promise, ledger, story and message, in the same transaction.

Rows are gathered for the whole batch and copied in at once: the commit, not the lead, is what costs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import orjson
from django.db import connection

from leads import promises
from leads.copying import copy_rows
from leads.crash import crash_point
from leads.deciding import Decided
from leads.models import Assignment, Lead, SlaClock, TimelineEntry, Touch
from leads.people import new_ids
from leads.world import Known
from notifications.models import Notification
from routing.engine.bench import Candidate
from routing.engine.facts import Value, as_json
from routing.engine.ledger import OPENING
from routing.models import Decision, LedgerLine, Queue

Row = tuple[object, ...]

DECISION = (
    "id", "lead_id", "at", "cause", "version_id", "outcome", "rep_id", "pool_id", "queue_id", "track", "strategy",
    "fallback", "sticky", "cover_for_id", "rules", "reason", "facts", "candidates", "timings",
)  # fmt: skip
ASSIGNMENT = (
    "id",
    "lead_id",
    "rep_id",
    "epoch",
    "decision_id",
    "pool_id",
    "how",
    "assigned_at",
    "ended_as",
    "end_reason",
)
CLOCK = ("lead_id", "assignment_id", "policy", "started_at", "due_at", "state", "steps", "next_step", "next_at")
TOUCH = ("lead_id", "event_id", "source_id", "item", "item_key", "at")
STORY = ("lead_id", "at", "kind", "text", "epoch")
LEDGER = ("member_id", "at", "amount", "kind", "decision_id")
NOTICE = ("user_id", "kind", "text", "link", "dedupe_key", "created_at")
NEW_LEAD = (
    "id", "person_key", "source_id", "name", "email", "company", "intent", "facts", "set_aside", "status", "rep_id",
    "queue_id", "track", "epoch", "decision_id", "account_id", "score", "received_at", "assigned_at", "changed_at",
)  # fmt: skip
CHANGED_LEAD = (
    "name", "email", "company", "intent", "facts", "set_aside", "status", "rep", "queue", "track", "epoch", "decision",
    "account", "score", "assigned_at", "contacted_at", "closed_at", "changed_at",
)  # fmt: skip

END_ASSIGNMENTS = """
UPDATE leads_assignment SET ended_at = %s, ended_as = %s, end_reason = %s WHERE lead_id = ANY(%s) AND ended_at IS NULL
"""
STOP_CLOCKS = """
UPDATE leads_slaclock SET state = 'stopped', finished_at = %s, next_at = NULL
WHERE lead_id = ANY(%s) AND state = 'running'
"""
ADD_LEVELS = """
UPDATE routing_member AS member SET level = member.level + v.amount, opened = member.opened OR v.opened
FROM unnest(%s::bigint[], %s::float8[], %s::bool[]) AS v (id, amount, opened) WHERE member.id = v.id
"""


@dataclass(slots=True)
class Rows:
    """Everything one batch writes, table by table."""

    decisions: list[Row] = field(default_factory=list)
    assignments: list[Row] = field(default_factory=list)
    clocks: list[Row] = field(default_factory=list)
    touches: list[Row] = field(default_factory=list)
    story: list[Row] = field(default_factory=list)
    ledger: list[Row] = field(default_factory=list)
    notices: list[Row] = field(default_factory=list)
    new_leads: list[Row] = field(default_factory=list)
    changed_leads: list[Lead] = field(default_factory=list)
    left: list[int] = field(default_factory=list)  # leads whose open assignment and clock end now
    amounts: dict[int, float] = field(default_factory=dict)
    opened: set[int] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Ending:
    """How assignments end that these decisions take away: the code, and why in words."""

    code: str
    reason: str


def write(decided: Sequence[Decided], known: Known, *, now: datetime, cause: str, ending: Ending) -> None:
    """Write these decisions and all that follows from them; `ending` is said of assignments that end by it."""
    rows = Rows()
    decision_ids = new_ids("routing_decision", len(decided))
    assignment_ids = new_ids("leads_assignment", len(decided))
    for one, decision_id, assignment_id in zip(decided, decision_ids, assignment_ids, strict=True):
        _Writer(one, known, rows, now).write(decision_id, assignment_id, cause)
    _flush(rows, now, ending)


@dataclass(frozen=True, slots=True)
class _Writer:
    """One decision on its way into the rows of its batch."""

    one: Decided
    known: Known
    rows: Rows
    now: datetime

    def write(self, decision_id: int, assignment_id: int, cause: str) -> None:
        lead = self.one.person.lead
        self._decision(decision_id, Decision.Cause.RETURNED if lead and cause == Decision.Cause.ARRIVED else cause)
        self._touches()
        self._ledger(decision_id)
        changes = self._changes(decision_id)
        if self._is_given():
            epoch = (lead.epoch if lead else 0) + 1
            changes["epoch"] = epoch
            self._assignment(assignment_id, decision_id, epoch)
        elif self._is_kept():
            self._tell(self._rep_user(), "returned", f"{self._who()} came back.", f"returned:{decision_id}")
        else:
            self._nobody(decision_id)
        if lead is None:
            self._new_lead(changes)
        else:
            self._changed_lead(lead, changes)
        kind = TimelineEntry.Kind.RETURNED if self._is_kept() else TimelineEntry.Kind.ROUTED
        self.rows.story.append((self.one.person.id, self.now, kind, self.one.outcome.reason, changes.get("epoch", 0)))

    def _is_kept(self) -> bool:
        """The holder keeps the lead: it came back to him while he still had it."""
        holder = self.one.request.holder
        return holder is not None and holder.open and self.one.outcome.rep == holder.rep

    def _is_given(self) -> bool:
        return self.one.outcome.rep is not None and not self._is_kept()

    def _decision(self, decision_id: int, cause: str) -> None:
        outcome, known = self.one.outcome, self.known
        self.rows.decisions.append(
            (
                decision_id,
                self.one.person.id,
                self.now,
                cause,
                known.versions.get(outcome.tree),
                outcome.kind,
                self._rep_id(outcome.rep),
                known.pools.get(outcome.pool) if outcome.pool else None,
                self._queue_id(),
                outcome.track,
                outcome.strategy,
                outcome.fallback,
                outcome.sticky,
                self._rep_id(outcome.cover_for),
                list(outcome.rules),
                outcome.reason,
                _json(as_json(outcome.facts)),
                _json([_candidate(candidate) for candidate in outcome.candidates]),
                _json({"decided_us": self.one.took_us}),
            )
        )

    def _assignment(self, assignment_id: int, decision_id: int, epoch: int) -> None:
        outcome, lead_id = self.one.outcome, self.one.person.id
        pool = self.known.pools.get(outcome.pool) if outcome.pool else None
        self.rows.assignments.append(
            (assignment_id, lead_id, self._rep_id(outcome.rep), epoch, decision_id, pool, outcome.how, self.now, "", "")
        )
        if outcome.rep is None:
            return
        promise = promises.start(self.known, facts=outcome.facts, named=outcome.sla, rep=outcome.rep, now=self.now)
        self.rows.clocks.append((lead_id, assignment_id, *promise))
        text = f"New lead: {self._who()}. {outcome.reason}"
        self._tell(self._rep_user(), "assigned", text, f"assigned:{lead_id}:{epoch}")

    def _nobody(self, decision_id: int) -> None:
        """A lead that waits in the built-in queue is everybody's business: managers and RevOps are told."""
        if self.one.outcome.queue == Queue.UNASSIGNED:
            for user_id in self.known.overseers:
                text = f"Nobody could take {self._who()}. {self.one.outcome.reason}"
                self._tell(user_id, "unassigned", text, f"unassigned:{decision_id}:{user_id}")

    def _changes(self, decision_id: int) -> dict[str, object]:
        """What the lead's row says from now on."""
        outcome, person = self.one.outcome, self.one.person
        facts = {**person.facts, **outcome.changed}
        values: dict[str, object] = {
            "name": " ".join(str(facts[part]) for part in ("first_name", "last_name") if part in facts)[:400],
            "email": str(facts.get("email", ""))[:320],
            "company": str(facts.get("company", ""))[:300],
            "intent": str(facts.get("intent", ""))[:40],
            "facts": as_json(facts),
            "set_aside": person.set_aside,
            "queue_id": self._queue_id(),
            "track": outcome.track,
            "decision_id": decision_id,
            "account_id": self.one.account.card.id if self.one.account else None,
            "score": outcome.facts.get("score"),
            "changed_at": self.now,
        }
        if outcome.rep is not None:
            values |= {"rep_id": self._rep_id(outcome.rep), "assigned_at": self.now}
        else:
            values["rep_id"] = None
        if not self._is_kept():
            values |= {"status": outcome.kind, "contacted_at": None, "closed_at": None}
        return values

    def _new_lead(self, changes: Mapping[str, object]) -> None:
        first = self.one.person.first
        values = {
            **changes,
            "id": self.one.person.id,
            "person_key": first.key or None,
            "source_id": first.source.id,
            "received_at": first.at,
            "facts": _json(changes["facts"]),
            "set_aside": _json(changes["set_aside"]),
        }
        values.setdefault("epoch", 0)
        values.setdefault("assigned_at", None)
        self.rows.new_leads.append(tuple(values[column] for column in NEW_LEAD))

    def _changed_lead(self, lead: Lead, changes: Mapping[str, object]) -> None:
        if lead.is_open and not self._is_kept():
            self.rows.left.append(lead.pk)
        for name, value in changes.items():
            setattr(lead, name, value)
        self.rows.changed_leads.append(lead)

    def _touches(self) -> None:
        for arrival in self.one.person.arrivals:
            self.rows.touches.append(
                (self.one.person.id, arrival.event, arrival.source.id, arrival.item, arrival.item_key, arrival.at)
            )
            again = self.one.person.lead is not None or arrival is not self.one.person.first
            kind = TimelineEntry.Kind.RETURNED if again else TimelineEntry.Kind.RECEIVED
            text = f"{'Came back' if again else 'Came in'} through {arrival.source.name}."
            self.rows.story.append((self.one.person.id, arrival.at, kind, text, 0))

    def _ledger(self, decision_id: int) -> None:
        for line in self.one.outcome.lines:
            member_id = self.known.members[(line.pool, line.rep)]
            self.rows.amounts[member_id] = self.rows.amounts.get(member_id, 0.0) + line.amount
            if line.kind == OPENING:
                self.rows.opened.add(member_id)
            if line.amount:
                self.rows.ledger.append((member_id, self.now, line.amount, line.kind, decision_id))

    def _tell(self, user_id: int, kind: str, text: str, key: str) -> None:
        self.rows.notices.append((user_id, kind, text, f"/leads/{self.one.person.id}/", key, self.now))

    def _who(self) -> str:
        facts = self.one.outcome.facts
        name = " ".join(str(facts[part]) for part in ("first_name", "last_name") if part in facts)
        parts = [part for part in (name or facts.get("email", ""), facts.get("company", "")) if part]
        return ", ".join(str(part) for part in parts) or "a lead without a name"

    def _rep_id(self, email: str | None) -> int | None:
        return self.known.reps[email].id if email else None

    def _rep_user(self) -> int:
        assert self.one.outcome.rep is not None
        return self.known.reps[self.one.outcome.rep].user_id

    def _queue_id(self) -> int | None:
        return self.known.queues[self.one.outcome.queue] if self.one.outcome.queue else None


def _flush(rows: Rows, now: datetime, ending: Ending) -> None:
    with connection.cursor() as cursor:
        if rows.left:
            cursor.execute(END_ASSIGNMENTS, [now, ending.code, ending.reason, rows.left])
            cursor.execute(STOP_CLOCKS, [now, rows.left])
        if rows.amounts:
            ids = list(rows.amounts)
            cursor.execute(ADD_LEVELS, [ids, list(rows.amounts.values()), [one in rows.opened for one in ids]])
    crash_point("after_levels")
    copy_rows(Decision, DECISION, rows.decisions)
    crash_point("after_decisions")
    copy_rows(Lead, NEW_LEAD, rows.new_leads)
    if rows.changed_leads:
        Lead.objects.bulk_update(rows.changed_leads, CHANGED_LEAD)
    crash_point("after_leads")
    copy_rows(Assignment, ASSIGNMENT, rows.assignments)
    crash_point("after_assignments")
    copy_rows(SlaClock, CLOCK, rows.clocks)
    crash_point("after_clocks")
    copy_rows(Touch, TOUCH, rows.touches)
    copy_rows(TimelineEntry, STORY, rows.story)
    crash_point("after_story")
    copy_rows(LedgerLine, LEDGER, rows.ledger)
    copy_rows(Notification, NOTICE, rows.notices)


def _candidate(candidate: Candidate) -> dict[str, Value | None]:
    """A candidate as the log keeps it; whoever competed has no code."""
    return {
        "rep": candidate.rep,
        "code": candidate.code,
        "weight": candidate.weight,
        "level": round(candidate.level, 9),
        "open": candidate.open,
        "capacity": candidate.capacity,
        "skill": candidate.skill,
    }


def _json(value: object) -> str:
    return orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS, default=str).decode()
