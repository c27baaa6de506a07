"""A publication whose sweeper dies at each point is published wholly and once, also by two sweepers at a time."""

from __future__ import annotations

from collections.abc import Callable

import psycopg
import pytest

from tests.faults.hand import Hand

KILLED = 137
POINTS = ("publication_checked", "publication_written", "before_publication_commit", "after_publication_commit")


def state(rows: psycopg.Connection) -> tuple[str, int, int, int, int, int]:
    """The wish; how many versions, LIVE ones, drafts, lines of history; and for how long the live one is sticky."""
    found = rows.execute(
        "SELECT (SELECT status FROM routing_publication), (SELECT count(*) FROM routing_version),"
        " (SELECT count(*) FROM routing_version WHERE status = 'live'), (SELECT count(*) FROM routing_draft),"
        " (SELECT count(*) FROM reps_change WHERE kind = 'trees' AND before IS NOT NULL),"
        " (SELECT (document->>'sticky_days')::int FROM routing_version WHERE status = 'live')"
    ).fetchone()
    assert found is not None
    return found


WAITS, PUBLISHED = ("scheduled", 1, 1, 1, 0, 90), ("done", 2, 1, 0, 1, 7)


@pytest.mark.usefixtures("fresh")
@pytest.mark.parametrize("point", POINTS)
def test_whoever_dies_over_a_publication_leaves_nothing_half(
    point: str, rows: psycopg.Connection, hand: Callable[..., Hand]
) -> None:
    hand().do("publish_when_due", days=7)

    dying = hand("dying", CRASH_AT=point)
    dying.tell("publish_due")
    assert dying.dies() == KILLED
    done = point == "after_publication_commit"
    assert state(rows) == (PUBLISHED if done else WAITS)

    assert hand("again").do("publish_due") == (0 if done else 1)
    assert state(rows) == PUBLISHED


@pytest.mark.usefixtures("fresh")
def test_two_sweepers_publish_once(rows: psycopg.Connection, hand: Callable[..., Hand]) -> None:
    hand().do("publish_when_due", days=7)
    sweepers = [hand("one"), hand("other")]

    for sweeper in sweepers:
        sweeper.tell("publish_due")
    for sweeper in sweepers:
        sweeper.hear()

    assert state(rows) == PUBLISHED
