"""The columns in which decisions are copied in, table by table, and all rows of one batch."""

from __future__ import annotations

from dataclasses import dataclass, field

from leads.models import Lead

Row = tuple[object, ...]

DECISION = (
    "id", "lead_id", "at", "cause", "version_id", "outcome", "rep_id", "pool_id", "queue_id", "track", "strategy",
    "fallback", "sticky", "cover_for_id", "rules", "reason", "path", "notes",
    "facts", "scoring", "matching", "candidates", "timings",
)  # fmt: skip
ASSIGNMENT = (
    "id", "lead_id", "rep_id", "epoch", "decision_id", "pool_id", "how", "assigned_at", "ended_as", "end_reason",
    "outcome", "segment",
)  # fmt: skip
CLOCK = (
    "lead_id", "assignment_id", "waiting_since", "policy", "basis", "revision", "started_at", "due_at", "state",
    "steps", "next_step", "next_at",
)  # fmt: skip
DUE_IN_PROMISE = CLOCK.index("due_at") - CLOCK.index("policy")
TOUCH = ("lead_id", "event_id", "source_id", "item", "item_key", "at")
STORY = ("lead_id", "at", "kind", "text", "epoch")
LEDGER = ("member_id", "at", "amount", "kind", "decision_id")
NOTICE = ("user_id", "kind", "text", "link", "context", "dedupe_key", "created_at")
NEW_LEAD = (
    "id", "person_key", "source_id", "name", "email", "phone", "company", "intent", "facts", "set_aside", "provenance",
    "status", "rep_id", "queue_id", "track", "waits_for", "urgency", "epoch", "decision_id", "account_id", "score",
    "received_at", "assigned_at", "changed_at",
)  # fmt: skip


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
    events: list[Row] = field(default_factory=list)  # for other systems
    new_leads: list[Row] = field(default_factory=list)
    changed_leads: list[Lead] = field(default_factory=list)
    left: list[int] = field(default_factory=list)  # leads whose open assignment, or clock in a queue, ends now
    amounts: dict[int, float] = field(default_factory=dict)
    opened: set[int] = field(default_factory=set)
