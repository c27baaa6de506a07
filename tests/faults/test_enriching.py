"""Whoever dies while leads are looked up: each lead is routed at its deadline, and what is known is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import psycopg
import pytest

from tests.faults.conftest import judged
from tests.faults.hand import Hand
from tests.faults.sender import History, delivery
from tests.faults.test_crash_points import KILLED, STILL_TO_DO, bring, count, ended
from tests.vendor import Vendor, vendor

Hands = Callable[..., Hand]
PROVIDER = """
version: 1
enrichment:
  - {{slug: clearview, name: Clearview, url: "{origin}/{{domain}}", mapping: {{industry: company.industry}}}}
"""
NOBODY = "version: 1\nenrichment: []\n"
KNOWN = "SELECT count(*) FROM leads_lead WHERE facts->>'industry' = 'Aerospace'"


@pytest.fixture
def clearview(hand: Hands) -> Iterator[Vendor]:
    with vendor() as one:
        hand().do("load", text=PROVIDER.format(origin=one.origin))
        yield one
        hand().do("load", text=NOBODY)


@pytest.mark.parametrize("point", ["after_parking", "before_route_commit"])
def test_a_router_that_dies_while_it_lets_leads_wait_lets_them_wait_once(
    point: str, rows: psycopg.Connection, hand: Hands, history: History, clearview: Vendor
) -> None:
    bring(hand(), history, [delivery(f"new{each}", f"new{each}@c{each}.example") for each in range(3)])

    dying = hand("dying", CRASH_AT=point, OUTGOING_ALLOW=clearview.origin)
    dying.tell("route")
    assert dying.dies() == KILLED
    assert count(rows, "leads_enquiry") == 0

    worker = hand("again", OUTGOING_ALLOW=clearview.origin)
    worker.do("route")
    worker.do("enrich")
    worker.do("route")
    assert judged(rows, history) == {}
    assert ended(rows) == {"routed": 3}
    assert rows.execute(KNOWN).fetchone() == (3,)


@pytest.mark.parametrize("point", ["after_enquiry_claim", "after_answer", "after_answer_commit", "before_release"])
def test_an_enricher_that_dies_holds_nobody_past_the_deadline_and_its_work_is_done_by_the_next(
    point: str, rows: psycopg.Connection, hand: Hands, history: History, clearview: Vendor
) -> None:
    worker = hand(OUTGOING_ALLOW=clearview.origin)
    bring(worker, history, [delivery(f"new{each}", f"new{each}@c{each}.example") for each in range(3)])
    worker.do("route")
    assert ended(rows) == {"enriching": 3}

    dying = hand("dying", CRASH_AT=point, OUTGOING_ALLOW=clearview.origin)
    dying.tell("enrich")
    assert dying.dies() == KILLED
    assert judged(rows, history).keys() <= STILL_TO_DO

    rows.execute("UPDATE leads_inboundevent SET due_at = clock_timestamp() WHERE status = 'enriching'")
    worker.do("route")
    assert judged(rows, history) == {}
    assert ended(rows) == {"routed": 3}

    rows.execute("UPDATE leads_enquiry SET lease_until = clock_timestamp() WHERE done_at IS NULL")
    worker.do("enrich")
    assert judged(rows, history) == {}
    assert count(rows, "leads_lead") == 3
    assert rows.execute(KNOWN).fetchone() == (3,)
    assert rows.execute("SELECT count(*) FROM leads_enquiry WHERE done_at IS NULL").fetchone() == (0,)
    assert len(clearview.asked) <= 6
