"""What a lead did, on its page: by kind, with counts, the latest value, and thirty days as bars."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from leads.models import Account, Lead
from tests.office import DANA, HEALTH, MAYA, arrive, do, signed_in

pytestmark = pytest.mark.usefixtures("office")


def shown(lead: Lead, email: str = DANA) -> str:
    return " ".join(
        re.sub(r"<(?!rect)[^>]*>", " ", signed_in(email).get(f"/leads/{lead.pk}/").content.decode()).split()
    )


def test_who_did_nothing_has_no_such_panel() -> None:
    assert "Activity" not in shown(arrive("Priya Raman", **HEALTH))


def test_each_kind_has_its_counts_its_value_and_its_days() -> None:
    lead = arrive("Priya Raman", **HEALTH)
    for days in (0, 0, 3, 20, 60):
        do("Priya Raman", "pricing_views", at=(timezone.now() - timedelta(days=days)).isoformat())
    do("Priya Raman", "seats_used", value=1250.5)

    page = shown(lead)

    assert re.search(r"pricing views 3 4 (<rect[^>]*> ?){3}", page)
    assert re.search(r"seats used now 1,250\.5 1 1", page)
    assert page.index("seats used") < page.index("pricing views")


def test_what_others_at_the_account_did_is_told_as_counts_only_where_it_is_more() -> None:
    lead = arrive("Priya Raman", **HEALTH)
    account = Account.objects.create(name="Northwind Group")
    account.keys.create(kind="domain", key="northwind.example")
    Lead.objects.update(account=account)
    do("Priya Raman", "webinar")
    assert "Everybody at" not in shown(lead)

    do("Tom Stranger", "pricing_views")

    page = shown(lead)
    assert "Everybody at Northwind Group" in page
    assert page.count("webinar") == 1
    assert "Tom" not in page


def test_the_event_and_its_state_are_told_to_revops() -> None:
    lead = arrive("Priya Raman", **HEALTH)
    event = do("Priya Raman", "webinar")
    do("", "docs_read", email="tom@elsewhere.example")

    for address in ("/events/?status=counted", f"/events/{event.pk}/"):
        page = signed_in(MAYA).get(address).content.decode()
        for words in ("Counted", f'<a href="/leads/{lead.pk}/">Priya Raman</a>', "webinar"):
            assert words in page, address
    assert "<b>tom@elsewhere.example</b><small>docs read</small>" in signed_in(MAYA).get("/events/").content.decode()


def test_a_decision_tells_the_signals_it_saw() -> None:
    lead = arrive("Priya Raman", **HEALTH)
    lead.decision.facts = {**lead.decision.facts, "signal.pricing_views_7d": 5, "signal.account.seats_used": 40}
    lead.decision.save()

    page = signed_in(MAYA).get(f"/decisions/{lead.decision_id}/").content.decode()

    for words in ("Activity", "Pricing views in 7 days", "Seats used at the account"):
        assert words in page


def test_the_page_of_an_account_counts_what_everybody_there_did() -> None:
    account = Account.objects.create(name="Northwind Group")
    account.keys.create(kind="domain", key="northwind.example")
    for name in ("Priya Raman", "Tom Stranger"):
        do(name, "pricing_views")

    page = " ".join(
        re.sub(r"<(?!rect)[^>]*>", " ", signed_in(MAYA).get(f"/accounts/{account.pk}/").content.decode()).split()
    )

    assert re.search(r"pricing views 2 2 <rect", page)
