"""Whoever dies while a trial begins, ends or looks leaves nothing half, and nothing is looked at twice."""

from __future__ import annotations

from collections.abc import Callable

import psycopg
import pytest

from tests.faults.hand import Hand

KILLED = 137
LEADS = 5


def of_shadow(rows: psycopg.Connection) -> tuple[int, int, int]:
    found = rows.execute(
        "SELECT compared, differed, (SELECT count(*) FROM routing_disagreement) FROM routing_trial"
    ).fetchone()
    assert found is not None
    return found


def of_canary(rows: psycopg.Connection) -> tuple[str, str, int]:
    """Its state, that of its version, and how many live versions the tree has."""
    found = rows.execute(
        "SELECT trial.status, version.status,"
        " (SELECT count(*) FROM routing_version WHERE status = 'live' AND tree_id = trial.tree_id)"
        " FROM routing_trial AS trial JOIN routing_version AS version ON version.id = trial.version_id"
    ).fetchone()
    assert found is not None
    return found


@pytest.mark.usefixtures("fresh")
@pytest.mark.parametrize("point", ["shadow_locked", "shadow_written", "before_shadow_commit"])
def test_a_shadow_that_dies_has_looked_at_none_and_the_next_looks_at_each_once(
    point: str, rows: psycopg.Connection, hand: Callable[..., Hand]
) -> None:
    first = hand()
    first.do("try_out", kind="shadow")
    first.do("arrive", count=LEADS)

    dying = hand("dying", CRASH_AT=point)
    dying.tell("look")
    assert dying.dies() == KILLED
    assert of_shadow(rows) == (0, 0, 0)

    hand("again").do("look")
    hand("third").do("look")
    assert of_shadow(rows) == (LEADS, LEADS, LEADS)


@pytest.mark.usefixtures("fresh")
@pytest.mark.parametrize("act", ["promote_it", "end_it"])
def test_a_canary_ends_wholly_or_not_at_all(act: str, rows: psycopg.Connection, hand: Callable[..., Hand]) -> None:
    hand().do("try_out", kind="canary")
    done = ("promoted", "live", 1) if act == "promote_it" else ("ended", "retired", 1)

    dying = hand("dying", CRASH_AT="trial_written")
    dying.tell(act)
    assert dying.dies() == KILLED

    assert of_canary(rows) == ("running", "trial", 1)
    hand("again").do(act)
    assert of_canary(rows) == done
