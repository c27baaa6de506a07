import pytest
from django.utils import timezone

from leads.configuration import store
from leads.enrichment.account import fill_of
from leads.enrichment.enricher import enrich_waiting
from tests.leads.enrichment.conftest import lead_of, patience, route

pytestmark = pytest.mark.django_db
BOEING = """
version: 1
accounts:
  - {name: Acme, domains: [acme.com], owner: bob@example.com, sector: Aerospace, size: 501-1000, country: FR}
"""


@pytest.fixture
def boeing(company):
    store.load(BOEING, now=timezone.now())


def test_an_account_fills_what_its_people_leave_blank(boeing, send):
    event = send(email="ada@acme.com")

    route()

    decision = lead_of(event).decision
    assert decision.facts["employees"] == 501
    assert lead_of(event).rep is not None  # the rule for big companies
    assert "employees" not in lead_of(event).facts  # it is the account's, and follows it


def test_a_lead_knows_better_than_its_account(boeing, send):
    event = send(email="ada@acme.com", employees=3)

    route()

    assert lead_of(event).decision.facts["employees"] == 3


def test_nobody_is_asked_for_what_the_account_knows(boeing, provider, clearview, send):
    provider()
    patience(60_000)
    event = send(email="ada@acme.com")

    route()
    enrich_waiting()

    assert lead_of(event)
    assert clearview.asked == []


def test_a_provider_fills_only_what_the_account_does_not_know(boeing, provider, clearview, send):
    clearview.answer = {"industry": "Steel", "revenue": "5M"}
    provider(mapping={"industry": "industry", "revenue": "revenue"})
    patience(60_000)
    event = send(email="ada@acme.com")

    route()
    enrich_waiting()
    route()

    assert lead_of(event).facts["revenue"] == 5_000_000
    assert "industry" not in lead_of(event).facts


def test_the_time_at_the_head_office_is_nobodys_time():
    assert fill_of({"country_of_origin": "x"}, "FR") == {"country": "FR"}
    assert fill_of({"timezone": "Europe/Paris"}, "FR") == {"country": "FR", "timezone": "Europe/Paris"}
    assert fill_of({"employees": {"not": "a number"}}, "") == {}
