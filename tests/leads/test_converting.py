"""Best converting, live: what was closed in the last half year decides, read in one go for a whole batch."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from leads import services
from leads.models import Assignment, Lead
from routing.models import Pool
from tests.organisation import bump

pytestmark = pytest.mark.django_db


@pytest.fixture
def by_win_rate(company: None) -> None:
    Pool.objects.filter(slug="sales").update(strategy="best_converting")
    bump()


def close(lead: Lead, status: str) -> None:
    services.close(lead, by=lead.rep.user, status=status, now=timezone.now())


def test_whoever_wins_more_of_the_segment_gets_the_next_lead(by_win_rate, deliver):
    for n in range(12):
        lead = deliver(email=f"p{n}@customer.example")
        close(lead, "won" if lead.rep.user.name == "Bob" else "lost")

    lead = deliver(email="next@customer.example")

    rates = {each["rep"]: each["rate"] for each in lead.decision.candidates}
    given = dict.fromkeys(rates, 0) | {
        email: Assignment.objects.filter(rep__user__email=email, outcome__in=["won", "lost"]).count() for email in rates
    }
    won = given["bob@example.com"]
    assert lead.rep.user.name == "Bob"
    assert rates["bob@example.com"] == pytest.approx((won + 20 * won / 12) / (won + 20))
    assert rates["ada@example.com"] == pytest.approx((20 * won / 12) / (given["ada@example.com"] + 20))


def test_what_was_closed_long_ago_counts_no_more(by_win_rate, deliver):
    lead = deliver(email="old@customer.example")
    close(lead, "won")
    Assignment.objects.update(ended_at=timezone.now() - timedelta(days=181))

    rates = {each["rep"]: each["rate"] for each in deliver(email="next@customer.example").decision.candidates}

    assert rates == {"ada@example.com": 0.5, "bob@example.com": 0.5}


def test_win_rates_are_not_asked_for_where_nobody_is_chosen_by_them(company, deliver):
    with CaptureQueriesContext(connection) as asked:
        lead = deliver(email="ada@customer.example")

    assert not any("outcome IN" in query["sql"] for query in asked.captured_queries)
    assert "rate" not in lead.decision.candidates[0]
