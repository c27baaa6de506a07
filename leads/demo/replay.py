"""The last ninety days once more, through the real routing: each delivery at its own time, and what reps did."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from leads import by_hand, handover, services
from leads.demo import deeds
from leads.demo.deeds import Held
from leads.demo.deliveries import Delivered
from leads.demo.desk import Desk
from leads.demo.visitors import Visitor
from leads.demo.words import number, pick
from leads.models import Lead
from leads.world import Known
from reps.models import Rep, User
from routing.models import Queue

# The chance that a lead is declined, or moved by its manager, is one in so many.
ONE_IN_DECLINED, ONE_IN_MOVED = 70, 90
REASONS = ("A friend of mine works there.", "I am travelling the whole week.", "They only speak Portuguese.")
A_WHILE = timedelta(hours=1)  # nobody closes a lead sooner
LEFT_IN_QUEUES = timedelta(hours=30)  # what came later still waits there


@dataclass(order=True, slots=True)
class Act:
    """Something that happens at its time; `order` keeps those of one instant as they were planned."""

    at: datetime
    order: int
    what: str = field(compare=False)
    lead: int = field(compare=False, default=0)
    delivered: Delivered | None = field(compare=False, default=None)


class Replay:
    """The story of the demo as it is told; everything is written in the caller's transaction."""

    def __init__(self, known: Known, now: datetime) -> None:
        self.known = known
        self.now = now
        self.desk = Desk(known)
        self.held: dict[int, Held] = {}
        self.visitors: dict[int, Visitor] = {}
        self.users = {user.pk: user for user in User.objects.all()}
        self.names = {pk: str(user) for pk, user in self.users.items()}
        self.acts: list[Act] = []
        self.emails: set[str] = set()
        self.closings: list[deeds.Deed] = []

    def tell(self, delivered: Sequence[Delivered]) -> None:
        for one in delivered:
            self._plan(one.event.received_at, "arrive", delivered=one)
        while self.acts:
            act = heapq.heappop(self.acts)
            if act.what == "close":
                self._close(act)
            elif act.delivered is not None:
                self._arrive(act.delivered)
            else:
                self._write(act.at)
                self._hand_over(act)
                self.desk.forget()
        self._write(self.now)
        deeds.write([deeds.deed_of(held, None, self.now) for held in self.held.values()], self.names)

    def _plan(self, at: datetime, what: str, *, lead: int = 0, delivered: Delivered | None = None) -> None:
        if at < self.now or what == "arrive":
            heapq.heappush(self.acts, Act(at, len(self.acts) + len(self.visitors), what, lead, delivered))

    def _arrive(self, delivered: Delivered) -> None:
        """Within a second or two of its arrival a lead is decided."""
        event = delivered.event
        at = event.received_at + timedelta(milliseconds=150 + number("worker", event.uuid, below=1200))
        if delivered.visitor is None or delivered.visitor.email in self.emails:
            self._write(at)
        for decided in self.desk.decide(delivered, at):
            visitor = delivered.visitor
            assert visitor is not None
            self.emails.add(visitor.email)
            lead = decided.person.id
            self.visitors[lead] = visitor
            if not decided.outcome.rep:
                self.held.pop(lead, None)
            if decided.outcome.rep:
                known = decided.person.lead
                self._hold(lead, decided.outcome.rep, at, visitor, epoch=known.epoch if known else 1)
                self._plan_trouble(lead, decided.outcome.how, at, visitor)
            elif decided.outcome.kind == "queued" and event.received_at < self.now - LEFT_IN_QUEUES:
                wait = timedelta(minutes=20 + number("wait", visitor.id, below=400))
                self._plan(at + wait, "take", lead=lead)

    def _hold(self, lead: int, rep: str, at: datetime, visitor: Visitor, epoch: int) -> None:
        """Whoever comes back while he is held stays where he is, and the lead closes with the last of his visits."""
        before = self.held.get(lead)
        kept = before is not None and before.rep == rep
        keys = self.known.reps[rep]
        closes = [max(one, at + A_WHILE) for one in (visitor.closed_at, before.closes_at if before else None) if one]
        closes_at = max(closes, default=None)
        self.held[lead] = Held(
            lead=lead,
            key=visitor.id,
            rep=rep,
            user=keys.user_id,
            calendar=self.known.world.reps[rep].calendar,
            epoch=before.epoch if before and kept else epoch,
            since=before.since if before and kept else at,
            stage=visitor.stage,
            closes_at=closes_at,
        )
        if closes_at is not None:
            self._plan(closes_at, "close", lead=lead)

    def _plan_trouble(self, lead: int, how: str, at: datetime, visitor: Visitor) -> None:
        if how != "rotation" or visitor.is_fresh:
            return
        if number("decline", visitor.id, below=ONE_IN_DECLINED) == 0:
            self._plan(at + timedelta(minutes=4), "decline", lead=lead)
        elif number("move", visitor.id, below=ONE_IN_MOVED) == 0:
            self._plan(at + timedelta(minutes=90), "move", lead=lead)

    def _close(self, act: Act) -> None:
        held = self.held.get(act.lead)
        if held is not None and held.closes_at == act.at:
            self.closings.append(deeds.deed_of(held, act.at, self.now))
            self.desk.release(held.rep)
            del self.held[act.lead]

    def _write(self, now: datetime) -> None:
        """The database knows all that has happened, before somebody reads it there."""
        self.desk.flush(now)
        if self.closings:
            deeds.write(self.closings, self.names)
            self.closings = []

    def _hand_over(self, act: Act) -> None:
        """A rep takes a lead from his team's queue or declines one; a manager hands one out, or moves it."""
        lead = Lead.objects.select_related("queue__team", "rep__user").get(pk=act.lead)
        visitor = self.visitors[act.lead]
        if act.what == "take" and lead.status == Lead.Status.QUEUED:
            self._take_from_queue(lead, visitor, act.at)
        elif act.what == "decline" and act.lead in self.held:
            user = self.users[self.held[act.lead].user]
            handover.decline(lead, by=user, reason=pick(REASONS, "reason", visitor.id), now=act.at)
        elif act.what == "move" and act.lead in self.held:
            self._move(lead, visitor, act.at)
        self._look_again(act.lead, act.at, visitor)

    def _take_from_queue(self, lead: Lead, visitor: Visitor, at: datetime) -> None:
        queue = lead.queue
        assert isinstance(queue, Queue)
        rep = self._somebody(visitor, team=queue.team_id, at=at)
        if rep is None:
            return
        if queue.team_id:
            services.accept(lead, by=rep.user, now=at)
        else:
            by_hand.reassign(lead, to=rep, by=self._manager(rep), reason="Looked at in triage.", now=at)

    def _move(self, lead: Lead, visitor: Visitor, at: datetime) -> None:
        assert lead.rep is not None
        rep = self._somebody(visitor, team=lead.rep.team_id, at=at)
        if rep is not None and rep.pk != lead.rep_id:
            by_hand.reassign(lead, to=rep, by=self._manager(rep), reason="Has the time this week.", now=at)

    def _somebody(self, visitor: Visitor, *, team: int | None, at: datetime) -> Rep | None:
        """One of the team (of everybody, without one) who works and has started."""
        reps = Rep.objects.filter(active=True).exclude(starts_on__gt=at.date()).select_related("user", "team__manager")
        there = list((reps.filter(team=team) if team else reps).order_by("id"))
        return pick(there, "somebody", visitor.id) if there else None

    def _manager(self, rep: Rep) -> User:
        manager = rep.team.manager if rep.team else None
        assert manager is not None
        return manager

    def _look_again(self, pk: int, at: datetime, visitor: Visitor) -> None:
        """Who has the lead now."""
        lead = Lead.objects.select_related("rep__user").get(pk=pk)
        held = self.held.pop(pk, None)
        if lead.rep is not None and lead.is_open:
            if held is not None and held.rep == lead.rep.user.email:
                self.held[pk] = held
            else:
                self._hold(pk, lead.rep.user.email, at, visitor, lead.epoch)
