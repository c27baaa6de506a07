"""Whoever dies over a backtest loses nothing of it: somebody else does it, once, and nobody is given a lead by it."""

from __future__ import annotations

from collections.abc import Callable

import psycopg
import pytest

from config.embedded import processes
from tests.faults.hand import Hand
from tests.faults.sender import History
from tests.faults.test_crash_points import KILLED, bring, count, everything_at_once

Hands = Callable[..., Hand]
SILENT = "UPDATE routing_backtest SET claimed_at = claimed_at - interval '1 minute'"
ROW = "SELECT status, done, total, (result ->> 'leads')::int, (result ->> 'moved')::int FROM routing_backtest"


@pytest.mark.parametrize("point", ["after_backtest_claim", "after_backtest_beat", "before_backtest_result"])
def test_a_worker_that_dies_leaves_its_backtest_to_the_next_one(
    point: str, rows: psycopg.Connection, hand: Hands, history: History
) -> None:
    worker = hand()
    bring(worker, history, everything_at_once())
    worker.do("route")
    worker.do("ask_for_backtest")
    before = (count(rows, "routing_decision"), count(rows, "leads_assignment"), count(rows, "routing_ledgerline"))

    dying = hand("dying", CRASH_AT=point)
    dying.tell("run_backtest")
    assert dying.dies() == KILLED
    assert worker.do("run_backtest") is False  # its claim is fresh: it might be alive
    rows.execute(SILENT)
    assert worker.do("run_backtest") is True

    asked = rows.execute(ROW).fetchall()
    assert len(asked) == 1
    status, done, total, leads, moved = asked[0]
    assert (status, moved) == ("done", 0)
    assert done == total == leads > 0
    assert worker.do("run_backtest") is False
    after = (count(rows, "routing_decision"), count(rows, "leads_assignment"), count(rows, "routing_ledgerline"))
    assert after == before


def test_a_sweeper_does_backtests_beside_its_rounds(rows: psycopg.Connection, hand: Hands, history: History) -> None:
    worker = hand()
    bring(worker, history, everything_at_once())
    worker.do("route")
    worker.do("ask_for_backtest")

    hand("sweeper").tell("sweep", seconds=60)

    done = "SELECT FROM routing_backtest WHERE status = 'done'"
    assert processes.wait_until(lambda: rows.execute(done).fetchone() is not None, 60)
