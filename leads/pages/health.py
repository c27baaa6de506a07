"""How Switchyard is: each promise with what was found about it, and when each part last gave a sign of life."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from leads.auditor.audit import HEARTBEAT, LONGEST_SILENCE
from leads.auditor.questions import MOST, QUESTIONS, Question
from leads.models import Finding, Heartbeat

# After this long without a sign a part is shown as silent.
PATIENCE = {HEARTBEAT: LONGEST_SILENCE}
USUAL_PATIENCE = timedelta(seconds=15)
PARTS = {
    "sweeper": "Acts on promises and routes what waits, without broker and worker",
    "auditor": "Asks every half minute whether the promises are kept",
    "deliverer": "Sends messages and events",
}


@dataclass(frozen=True, slots=True)
class Row:
    question: Question
    finding: Finding | None

    @property
    def count(self) -> str:
        if self.finding is None:
            return ""
        return f"{MOST:,} and more" if self.finding.count >= MOST else f"{self.finding.count:,}"


@dataclass(frozen=True, slots=True)
class Sign:
    """A part and its last sign of life (None: none yet)."""

    name: str
    does: str
    at: datetime | None
    is_alive: bool


@dataclass(frozen=True, slots=True)
class Page:
    rows: Sequence[Row]
    signs: Sequence[Sign]

    @property
    def broken(self) -> int:
        return sum(row.finding is not None for row in self.rows)

    @property
    def silent(self) -> Sequence[Sign]:
        return [sign for sign in self.signs if not sign.is_alive]

    @property
    def knows(self) -> bool:
        """Whether what is shown can be believed: an auditor who has not looked found nothing."""
        return all(sign.is_alive for sign in self.signs if sign.name == "auditor")


def page(now: datetime) -> Page:
    """Broken promises first, in the order in which they are asked. `now` is by the clock of the web process."""
    findings = {finding.slug: finding for finding in Finding.objects.all()}
    rows = [Row(question, findings.get(question.slug)) for question in QUESTIONS]
    beats = dict(Heartbeat.objects.filter(name__in=PARTS).values_list("name", "at"))
    signs = [Sign(name, does, beats.get(name), _is_alive(name, beats.get(name), now)) for name, does in PARTS.items()]
    return Page(sorted(rows, key=lambda row: row.finding is None), signs)


def _is_alive(name: str, at: datetime | None, now: datetime) -> bool:
    return at is not None and now - at <= PATIENCE.get(name, USUAL_PATIENCE)
