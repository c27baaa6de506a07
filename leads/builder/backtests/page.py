"""A backtest as people read it: what moves, who gains, who loses, and which leads it is about."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from leads.builder.names import Names, piece_name
from leads.models import Lead
from reps.models import User
from routing.builder import drafts
from routing.engine.nodes import Json
from routing.models import Backtest

SHOWN_LEADS = 20
SHOWN_FLOWS = 12


@dataclass(frozen=True, slots=True)
class Row:
    """What one receiver gets of the same leads, by live and by the draft. `width` is of its bar, of 100."""

    name: str
    before: int
    after: int
    width: int = 0

    @property
    def change(self) -> int:
        return self.after - self.before


@dataclass(frozen=True, slots=True)
class Flow:
    source: str
    to: str
    leads: int
    share: int  # of all that move, in percent


@dataclass(frozen=True, slots=True)
class End:
    """Where a lead went: the piece, who was meant to take it, and who would have (an e-mail's name, "" if nobody)."""

    rule: str
    target: str
    rep: str


@dataclass(frozen=True, slots=True)
class Moved:
    """A lead that goes elsewhere; `lead` is None for whoever may not see it."""

    lead: Lead | None
    at: datetime
    before: End
    after: End


@dataclass(frozen=True)
class Result:
    """All figures are of the whole floor; the list has only leads that the reader may see."""

    backtest: Backtest
    names: Names
    user: User
    in_full: bool = False

    @property
    def _told(self) -> Json:
        return self.backtest.result

    @property
    def leads(self) -> int:
        return int(self._told["leads"])

    @property
    def moved(self) -> int:
        return int(self._told["moved"])

    @property
    def moved_share(self) -> float:
        return self.moved / self.leads if self.leads else 0.0

    @property
    def since(self) -> datetime | None:
        return _moment(self._told["from"])

    @property
    def until(self) -> datetime | None:
        return _moment(self._told["to"])

    @property
    def fallback(self) -> tuple[float, float]:
        before, after = self._told["fallback"]
        return (before / self.leads, after / self.leads) if self.leads else (0.0, 0.0)

    @property
    def nobody(self) -> tuple[int, int]:
        before, after = self._told["nobody"]
        return before, after

    @property
    def broken(self) -> tuple[float, float]:
        before, after = self._told["broken"]
        return before, after

    @cached_property
    def targets(self) -> Sequence[Row]:
        return _rows(self._told["targets"], self.names.of_target)

    @cached_property
    def reps(self) -> Sequence[Row]:
        return _rows(self._told["reps"], self.rep_name)

    @cached_property
    def flows(self) -> Sequence[Flow]:
        return [
            Flow(self.names.of_target(one), self.names.of_target(other), leads, round(100 * leads / self.moved))
            for one, other, leads in self._told["flows"][:SHOWN_FLOWS]
        ]

    @property
    def more_flows(self) -> int:
        return max(0, len(self._told["flows"]) - SHOWN_FLOWS)

    @cached_property
    def listed(self) -> Sequence[Moved]:
        rows = self._told["listed"]
        seen = Lead.objects.visible_to(self.user).in_bulk({row["lead"] for row in rows})
        rows = [row for row in rows if row["lead"] in seen][: None if self.in_full else SHOWN_LEADS]
        live = self.backtest.against.document if self.backtest.against else drafts.EMPTY
        return [
            Moved(
                seen.get(row["lead"]),
                datetime.fromisoformat(row["at"]),
                self._end(row["before"], live),
                self._end(row["after"], self.backtest.document),
            )
            for row in rows
        ]

    @property
    def has_more_listed(self) -> bool:
        return not self.in_full and len(self._told["listed"]) > SHOWN_LEADS

    @cached_property
    def gone(self) -> Sequence[Row]:
        """Rules of live that the draft lacks, with the leads they had."""
        live = self.backtest.against.document if self.backtest.against else drafts.EMPTY
        return [Row(piece_name(live, node), leads, 0) for node, leads in self._told["gone"].items() if leads]

    def rep_name(self, email: str) -> str:
        return self.names.reps.get(email, email)

    def _end(self, told: Mapping[str, str], document: Json) -> End:
        rep = self.rep_name(told["rep"]) if told["rep"] else ""
        return End(piece_name(document, told["node"]), self.names.of_target(told["target"]), rep)


def _rows(told: Mapping[str, Sequence[int]], name_of: Callable[[str], str]) -> Sequence[Row]:
    most = max((abs(after - before) for before, after in told.values()), default=0)
    rows: Iterable[Row] = (
        Row(name_of(key), before, after, round(100 * abs(after - before) / most) if most else 0)
        for key, (before, after) in told.items()
    )
    return sorted(rows, key=lambda row: (-abs(row.change), -row.after, row.name))


def _moment(told: str | None) -> datetime | None:
    return datetime.fromisoformat(told) if told else None
