"""How urgent a lead is, by the words of its `priority`: the order in which waiting leads are pulled. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from routing.engine.facts import Facts, normal

URGENT, HIGH, NORMAL, LOW = range(4)
WORDS: Mapping[str, int] = {
    **dict.fromkeys(("urgent", "critical", "highest", "p0", "p1"), URGENT),
    **dict.fromkeys(("high", "p2"), HIGH),
    **dict.fromkeys(("normal", "medium", "p3"), NORMAL),
    **dict.fromkeys(("low", "lowest", "p4", "p5"), LOW),
}
LABELS: Mapping[int, str] = {URGENT: "Urgent", HIGH: "High", LOW: "Low"}


def urgency_of(facts: Facts) -> int:
    """Blank, and what is none of these words, is normal."""
    return WORDS.get(normal(str(facts.get("priority", ""))), NORMAL)
