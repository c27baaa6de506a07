"""What a lead did, for programs: the list, and what was counted of it on the lead."""

from datetime import timedelta

import pytest
from django.utils import timezone

from leads.models import Account, Activity
from routing.engine.facts import STANDARD

NOW = timezone.now()


@pytest.fixture
def done(company):
    """Ada's lead did three things by e-mail and one by phone, a colleague one more, somebody unknown another."""
    lead = company.adas
    account = Account.objects.create(name="Acme")
    lead.account, lead.facts = account, {**lead.facts, "phone": "+4930901820"}
    lead.save()
    people = [*[lead.person_key] * 3, "tel:+4930901820", "mail:colleague@acme.com"]
    for number, name in enumerate(people):
        Activity.objects.create(
            source=company.event.source,
            event=company.event,
            item=number,
            person_key=name,
            account=account,
            key="pricing_views" if number else "seats_used",
            value=None if number else 7.5,
            at=NOW - timedelta(days=number),
        )
    Activity.objects.create(source=company.event.source, person_key="", key="pricing_views", at=NOW)
    return lead


def test_the_activities_of_a_lead_are_its_own_newest_first(done, programs):
    found = programs["ada"].get("activities/", lead=done.pk).json()["results"]

    assert [(each["key"], each["value"]) for each in found] == [("seats_used", 7.5), *[("pricing_views", None)] * 3]
    assert all(each["source"] == "web" and each["event"] for each in found)


def test_the_list_can_be_narrowed_and_read_in_pages(done, programs):
    def keys(**query):
        return [each["key"] for each in programs["ada"].get("activities/", lead=done.pk, **query).json()["results"]]

    assert keys(key="Seats Used") == ["seats_used"]
    assert keys(before=(NOW - timedelta(days=2)).isoformat()) == ["pricing_views"]
    assert keys(after=(NOW - timedelta(hours=1)).isoformat()) == ["seats_used"]
    first = programs["ada"].get("activities/", lead=done.pk, page_size=3).json()
    assert len(first["results"]) == 3
    assert len(programs["ada"].get(first["next"].partition("/api/v1/")[2]).json()["results"]) == 1


@pytest.mark.parametrize(
    "query", [{}, {"lead": "x"}, {"lead": 0}, {"lead": 2**70}, {"lead": 1, "key": "!"}, {"who": 1}]
)
def test_what_cannot_be_asked_is_refused(company, programs, query):
    assert programs["ada"].get("activities/", **query).status_code == 400


def test_a_lead_tells_what_was_counted_by_the_names_that_rules_have(done, programs):
    signals = programs["ada"].get(f"leads/{done.pk}/").json()["signals"]

    assert signals["signal.seats_used"] == 7.5
    assert signals["signal.pricing_views_90d"] == 3
    assert signals["signal.account.pricing_views_90d"] == 4
    assert signals["signal.account.pricing_views_1d"] == 0
    assert all(STANDARD.get(name) for name in signals)
    assert "colleague" not in str(signals)


def test_an_event_tells_how_many_activities_it_brought(done, company, programs):
    assert programs["olivia"].get(f"events/{company.event.pk}/").json()["activities"] == 5
