"""A change set whose sweeper dies at each point comes into force wholly and once."""

from __future__ import annotations

from collections.abc import Callable

import psycopg
import pytest

from tests.faults.hand import Hand
from tests.faults.organisation import STEADY

KILLED = 137
POINTS = ("change_set_planned", "change_set_written", "before_change_set_commit", "after_change_set_commit")
TEXT = f"""
territories:
  - {{slug: de, name: Germany, when: {{field: country, op: is, value: DE}}, reps: [{{rep: {STEADY[0]}}}]}}
  - {{slug: by, name: Bavaria, parent: de, when: {{field: state, op: is, value: BY}}, reps: [{{rep: {STEADY[1]}}}]}}
pools: [{{slug: steady, strategy: weighted}}]
"""


def in_force(rows: psycopg.Connection) -> tuple[str, int, str, int]:
    """Its state, the territories, the pool's strategy, and how often each of the three was written into the history."""
    found = rows.execute(
        "SELECT (SELECT status FROM leads_changeset), (SELECT count(*) FROM reps_territory),"
        " (SELECT strategy FROM routing_pool WHERE slug = 'steady'),"
        " (SELECT count(*) FROM reps_change WHERE kind = 'territories' OR after->>'strategy' = 'weighted')"
    ).fetchone()
    assert found is not None
    return found


@pytest.mark.usefixtures("fresh")
@pytest.mark.parametrize("point", POINTS)
def test_whoever_dies_over_a_change_set_leaves_nothing_half(
    point: str, rows: psycopg.Connection, hand: Callable[..., Hand]
) -> None:
    hand().do("change_when_due", text=TEXT)

    dying = hand("dying", CRASH_AT=point)
    dying.tell("activate_due")
    assert dying.dies() == KILLED
    done = point == "after_change_set_commit"
    assert in_force(rows) == (("active", 2, "weighted", 3) if done else ("scheduled", 0, "round_robin", 0))

    assert hand("again").do("activate_due") == (0 if done else 1)
    assert in_force(rows) == ("active", 2, "weighted", 3)
