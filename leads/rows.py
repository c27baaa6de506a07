"""What one decision becomes, row by row: decision, assignment, promise, ledger, story and message. No I/O."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from operator import itemgetter

from leads import logged, outgoing_events
from leads.arrivals import Arrival
from leads.deciding import Decided
from leads.models import Assignment, Lead, TimelineEntry
from leads.normalise import phone_key
from leads.promises import Promises
from leads.tables import CLOCK, DUE_IN_PROMISE, NEW_LEAD, Row, Rows
from leads.urgency import urgency_of
from leads.world import Known
from routing.engine.facts import as_json
from routing.engine.ledger import OPENING
from routing.models import Decision, Queue

_new_lead_row = itemgetter(*NEW_LEAD)


@dataclass(frozen=True, slots=True)
class Writer:
    """One decision on its way into the rows of its batch. `told`: whoever asked for it writes the line of the story."""

    one: Decided
    known: Known
    rows: Rows
    promises: Promises
    waiting_since: Mapping[int, datetime]
    now: datetime
    told: bool = False

    def write(self, decision_id: int, assignment_id: int, cause: str) -> None:
        lead = self.one.person.lead
        cause = Decision.Cause.RETURNED if lead and cause == Decision.Cause.ARRIVED else cause
        self._decision(decision_id, cause)
        self._touches()
        self._ledger(decision_id)
        changes, promises = self._changes(decision_id), len(self.rows.clocks)
        if self._is_given():
            epoch = (lead.epoch if lead else 0) + 1
            changes["epoch"] = epoch
            self._assignment(assignment_id, decision_id, epoch)
        elif self._is_kept():
            text, context = f"{self._who()} came back.", self._context(lead.epoch if lead else 0)
            self._tell(self._rep_user(), "returned", text, f"returned:{decision_id}", context)
        else:
            self._nobody(decision_id)
            self._wait()
        if self.known.wanted_events:
            self._event((decision_id, cause), changes, self.rows.clocks[promises:])
        if lead is None:
            self._new_lead(changes)
        else:
            self._changed_lead(lead, changes)
        if self.told:
            return
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
                known.side_of(self.one.person.id).versions.get(outcome.tree),
                outcome.kind,
                self._rep_id(outcome.rep),
                known.pools.get(outcome.pool) if outcome.pool else None,
                self._queue_id(),
                outcome.track,
                outcome.strategy,
                outcome.fallback,
                outcome.sticky,
                self._rep_id(outcome.cover_for),
                f"{{{','.join(outcome.rules)}}}",  # an array as PostgreSQL writes it: ids need no quotes
                outcome.reason,
                outcome.path,
                logged.as_text(outcome.notes) if outcome.notes else "[]",
                logged.as_text(outcome.asked),
                logged.scoring_of(self.one.points),
                logged.matching_of(self.one.matching),
                f"[{','.join(map(logged.candidate_of, outcome.candidates))}]",
                logged.as_text({"decided_us": self.one.took_us}),
            )
        )

    def _assignment(self, assignment_id: int, decision_id: int, epoch: int) -> None:
        outcome, lead_id = self.one.outcome, self.one.person.id
        pool = self.known.pools.get(outcome.pool) if outcome.pool else None
        rep, segment = self._rep_id(outcome.rep), str(outcome.facts.get("segment", ""))[:100]
        self.rows.assignments.append(
            (assignment_id, lead_id, rep, epoch, decision_id, pool, outcome.how, self.now, "", "", "", segment)
        )
        if outcome.rep is None:
            return
        promise = self.promises.start(facts=outcome.facts, named=outcome.sla, rep=outcome.rep)
        self.rows.clocks.append((lead_id, assignment_id, self.waiting_since[lead_id], *promise))
        if outcome.how == Assignment.How.CLAIMED:
            return  # He took it himself.
        text = f"New lead: {self._who()}. {outcome.reason}"
        due_at = promise[DUE_IN_PROMISE]
        self._tell(self._rep_user(), "assigned", text, f"assigned:{lead_id}:{epoch}", self._context(epoch, due_at))

    def _wait(self) -> None:
        """A promise runs while the lead waits, however often it comes back: that of the queue's target; where nobody
        could take it, else the one it would have been given with. Who waits by a rule that names none has none.
        """
        outcome, lead_id = self.one.outcome, self.one.person.id
        if outcome.queue and (outcome.sla or outcome.waits_for) and not self._stays_in_queue():
            promise = self.promises.wait(facts=outcome.facts, named=outcome.sla, queue=outcome.queue)
            self.rows.clocks.append((lead_id, None, self.waiting_since[lead_id], *promise))

    def _stays_in_queue(self) -> bool:
        lead = self.one.person.lead
        return lead is not None and lead.status == Lead.Status.QUEUED and lead.queue_id == self._queue_id()

    def _nobody(self, decision_id: int) -> None:
        """A lead that waits in the built-in queue is everybody's business: managers and RevOps are told."""
        if self.one.outcome.queue == Queue.UNASSIGNED:
            context = self._context(self.one.person.lead.epoch if self.one.person.lead else 0)
            for user_id in self.known.overseers:
                text = f"Nobody could take {self._who()}. {self.one.outcome.reason}"
                self._tell(user_id, "unassigned", text, f"unassigned:{decision_id}:{user_id}", context)

    def _event(self, decision: tuple[int, str], changes: Mapping[str, object], promise: Sequence[Row]) -> None:
        """What other systems hear of it: before the lead's row is changed, which says who held it until now."""
        clock = dict(zip(CLOCK, promise[0], strict=True)) if promise else None
        event = outgoing_events.of_decision(
            self.one, self.known, decision=decision, lead=changes, clock=clock, now=self.now
        )
        if event is not None:
            self.rows.events.append(event)

    def _changes(self, decision_id: int) -> dict[str, object]:
        """What the lead's row says from now on."""
        outcome, person = self.one.outcome, self.one.person
        facts = {**person.facts, **outcome.changed}
        values: dict[str, object] = {
            "name": " ".join(str(facts[part]) for part in ("first_name", "last_name") if part in facts)[:400],
            "person_key": person.name or None,
            "email": str(facts.get("email", ""))[:320],
            "phone": phone_key(str(facts.get("phone", ""))).removeprefix("tel:"),
            "company": str(facts.get("company", ""))[:300],
            "intent": str(facts.get("intent", ""))[:40],
            "facts": facts,
            "set_aside": person.set_aside,
            "provenance": person.provenance,
            "queue_id": self._queue_id(),
            "track": outcome.track,
            "urgency": urgency_of(facts),
            "waits_for": self.known.side_of(self.one.person.id).mark_of(outcome),
            "decision_id": decision_id,
            "account_id": self.one.account.card.id if self.one.account else None,
            "score": outcome.facts.get("score"),
            "changed_at": self.now,
        }
        values["rep_id"] = self._rep_id(outcome.rep)
        if self._is_given():
            values["assigned_at"] = self.now
        if not self._is_kept():
            values |= {"status": outcome.kind, "contacted_at": None, "closed_at": None}
        return values

    def _new_lead(self, changes: Mapping[str, object]) -> None:
        first = self.one.person.first
        values = {
            "epoch": 0,
            "assigned_at": None,
            **changes,
            "id": self.one.person.id,
            "source_id": first.source.id,
            "received_at": first.at,
            "facts": logged.as_text(changes["facts"]),
            "set_aside": logged.as_text(changes["set_aside"]),
            "provenance": logged.as_text(changes["provenance"]),
        }
        self.rows.new_leads.append(_new_lead_row(values))

    def _changed_lead(self, lead: Lead, changes: Mapping[str, object]) -> None:
        if (lead.status == Lead.Status.QUEUED and not self._stays_in_queue()) or (lead.is_open and not self._is_kept()):
            self.rows.left.append(lead.pk)
        for name, value in changes.items():
            setattr(lead, name, value)
        lead.facts = as_json(lead.facts)
        self.rows.changed_leads.append(lead)

    def _touches(self) -> None:
        for arrival in self.one.person.arrivals:
            self.rows.touches.append(
                (self.one.person.id, arrival.event, arrival.source.id, arrival.item, arrival.item_key, arrival.at)
            )
            again = self.one.person.lead is not None or arrival is not self.one.person.first
            kind = TimelineEntry.Kind.RETURNED if again else TimelineEntry.Kind.RECEIVED
            text = f"{'Came back' if again else 'Came in'} through {arrival.source.name}{self._after(arrival)}."
            self.rows.story.append((self.one.person.id, arrival.at, kind, text, 0))

    def _after(self, arrival: Arrival) -> str:
        """What became of the lead the last time, if it was lost: its first touch since then is a new chance."""
        lead = self.one.person.lead
        if lead is None or lead.status != Lead.Status.LOST or arrival is not self.one.person.first:
            return ""
        when = f" on {lead.closed_at.day} {lead.closed_at:%b %Y}" if lead.closed_at else ""
        return f", after being lost{when}: a new chance"

    def _ledger(self, decision_id: int) -> None:
        for line in self.one.outcome.lines:
            member_id = self.known.members[(line.pool, line.rep)]
            self.rows.amounts[member_id] = self.rows.amounts.get(member_id, 0.0) + line.amount
            if line.kind == OPENING:
                self.rows.opened.add(member_id)
            if line.amount:
                self.rows.ledger.append((member_id, self.now, line.amount, line.kind, decision_id))

    def _tell(self, user_id: int, kind: str, text: str, key: str, context: str) -> None:
        self.rows.notices.append((user_id, kind, text, f"/leads/{self.one.person.id}/", context, key, self.now))

    def _context(self, epoch: int, due_at: object = None) -> str:
        """What wordings may name, and which epoch an acceptance from afar would be of."""
        facts, outcome = self.one.outcome.facts, self.one.outcome
        return logged.as_text(
            {
                "lead": self.one.person.id,
                "epoch": epoch,
                "name": self._name() or str(facts.get("email", ""))[:320],
                "company": str(facts.get("company", ""))[:300],
                "intent": str(facts.get("intent", ""))[:40],
                "why": outcome.reason,
                "due_at": due_at.astimezone(UTC).isoformat() if isinstance(due_at, datetime) else "",
                "rep": self.known.world.reps[outcome.rep].name if outcome.rep else "",
            }
        )

    def _name(self) -> str:
        facts = self.one.outcome.facts
        return " ".join(str(facts[part]) for part in ("first_name", "last_name") if part in facts)

    def _who(self) -> str:
        facts = self.one.outcome.facts
        parts = [part for part in (self._name() or facts.get("email", ""), facts.get("company", "")) if part]
        return ", ".join(str(part) for part in parts) or "a lead without a name"

    def _rep_id(self, email: str | None) -> int | None:
        return self.known.reps[email].id if email else None

    def _rep_user(self) -> int:
        assert self.one.outcome.rep is not None
        return self.known.reps[self.one.outcome.rep].user_id

    def _queue_id(self) -> int | None:
        return self.known.queues[self.one.outcome.queue] if self.one.outcome.queue else None
