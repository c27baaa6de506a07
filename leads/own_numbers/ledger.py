"""A rep's ledger in one pool, line by line: each with its lead, its reason, and the level after it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet, Sum

from leads.models import Lead
from leads.world import Known
from reps.keyset import piece
from reps.models import Rep, User
from routing.engine import bench
from routing.models import Decision, LedgerLine

WHILE = {
    bench.INACTIVE: "not active",
    bench.NOT_YET_STARTED: "not yet started",
    bench.AWAY: "away",
    bench.HOLIDAY: "on a holiday",
    bench.PAUSED: "away by the switch, or parked",
    bench.OFF_HOURS: "outside working hours",
    bench.LACKS_SKILL: "without a skill that was asked for",
    bench.DAILY_CAP: "at the daily cap",
    bench.AT_CAPACITY: "at capacity",
    bench.HELD_BEFORE: "out, having held the lead before",
    bench.DECLINED: "out, having declined the lead",
}


@dataclass(frozen=True, slots=True)
class Line:
    """`lead` is None where it was never the rep's; `may_open`: the reader may see it as it is now.

    `level` is the sum up to and with this line.
    """

    at: datetime
    amount: float
    what: str
    why: str
    lead: Lead | None
    may_open: bool
    level: float

    @property
    def size(self) -> str:
        """Without its sign: 1, 0.33"""
        return f"{round(abs(self.amount), 2):g}"


@dataclass(frozen=True, slots=True)
class Ledger:
    level: float
    lines: Sequence[Line]
    older: str
    is_first: bool


def ledger(rep: Rep, pool: str, known: Known, *, reader: User, after: str = "") -> Ledger:
    """The newest lines, or those after the cursor. The level is their sum: nothing else moves it."""
    member = known.members.get((pool, rep.user.email))
    lines = LedgerLine.objects.filter(member_id=member) if member else LedgerLine.objects.none()
    whole = _sum(lines)
    found = piece(lines.select_related("decision__rep__user"), by="at", after=after)
    level = whole
    if found.rows and not found.is_first:
        first = found.rows[0]
        level = _sum(lines.filter(Q(at__lt=first.at) | Q(at=first.at, pk__lte=first.pk)))
    named = [line.decision.lead_id for line in found.rows if line.decision]
    once_his = Lead.objects.filter(assignments__rep=rep).distinct().in_bulk(named) if named else {}
    seen = set(Lead.objects.visible_to(reader).filter(pk__in=named).values_list("pk", flat=True)) if named else set()
    told = []
    for line in found.rows:
        lead = once_his.get(line.decision.lead_id) if line.decision else None
        what, may_open = line.get_kind_display(), lead is not None and lead.pk in seen
        told.append(Line(line.at, line.amount, what, _why(line, rep), lead, may_open, level))
        level -= line.amount
    return Ledger(whole, told, found.older, found.is_first)


def latest_pool(rep: Rep) -> str:
    """In whose ledger the newest line of this rep stands; "" if he has none."""
    lines = LedgerLine.objects.filter(member__rep=rep).order_by("-at", "-pk")
    return lines.values_list("member__pool__slug", flat=True).first() or ""


def _sum(lines: QuerySet[LedgerLine]) -> float:
    return lines.aggregate(sum=Sum("amount"))["sum"] or 0.0


def _why(line: LedgerLine, rep: Rep) -> str:
    decision = line.decision
    if line.kind == LedgerLine.Kind.KEPT_PACE:
        code = _code(decision, rep.user.email) if decision else ""
        why = WHILE.get(code, "not competing").capitalize()
        return f"{why} when a lead was given: whoever is back is neither flooded nor passed over"
    if line.kind == LedgerLine.Kind.OPENING:
        return "A new member begins at the others’ pace"
    if line.kind == LedgerLine.Kind.CREDIT and decision is None:
        return "The lead was moved to somebody else by hand, so it no longer counts"
    return decision.reason if decision else ""


def _code(decision: Decision, email: str) -> str:
    return next((str(one.get("code", "")) for one in decision.candidates if one.get("rep") == email), "")
