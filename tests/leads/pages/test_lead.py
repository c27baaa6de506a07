"""The page of a lead: what is known, what happened, and why it is where it is."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from leads import handover, services
from leads.models import SlaClock
from tests.office import DANA, HEALTH, LARGE, LEE, LENA, MAYA, SMALL, arrive, person, signed_in

pytestmark = pytest.mark.usefixtures("office")

MOST_QUERIES = 20


def page(email: str, address: str) -> str:
    return signed_in(email).get(address).content.decode()


def test_facts_are_told_with_labels_and_units() -> None:
    lead = arrive("Priya Raman", **HEALTH, job_title="Director of IT", phone="+1 617 555 0142")

    shown = page(DANA, f"/leads/{lead.pk}/")

    for words in ("Director of IT", "Employees", "2,400", "+16175550142", "Website form"):
        assert words in shown


def test_what_did_not_fit_its_field_is_shown_as_it_was_sent() -> None:
    lead = arrive("Priya Raman", **{**HEALTH, "revenue": "n/a, ask Bob"})

    assert "“n/a, ask Bob” was sent and does not fit" in page(DANA, f"/leads/{lead.pk}/")


def test_the_rules_that_were_asked_are_told_with_the_leads_own_answers() -> None:
    lead = arrive("Priya Raman", **HEALTH)

    shown = page(DANA, f"/leads/{lead.pk}/")

    assert "1 Students" in shown
    assert "2.1 Regulated industry" in shown
    assert "does not end with .edu (it is northwind.example)" in shown
    assert "Large without a demo" not in shown, "it came after the rule that held, so it was not asked"


def test_everybody_who_was_looked_at_is_named_with_the_reason() -> None:
    lead = arrive("Priya Raman", **HEALTH)

    shown = page(DANA, f"/leads/{lead.pk}/")

    assert "Chosen" in shown
    assert "lacks a required skill" in shown


def test_the_story_tells_every_deed() -> None:
    lead = arrive("Priya Raman", **HEALTH)
    services.accept(lead, by=person(DANA), now=timezone.now())
    handover.decline(lead, by=person(DANA), reason="Conflict of interest", now=timezone.now())

    shown = page(DANA, f"/leads/{lead.pk}/")

    for words in ("Came in through Website form", "Dana Okafor accepted", "Dana Okafor declined: Conflict of interest"):
        assert words in shown


def test_only_who_holds_the_lead_is_offered_deeds() -> None:
    lead = arrive("Priya Raman", **HEALTH)
    deed = f'action="/leads/{lead.pk}/accept/"'

    assert deed in page(DANA, f"/leads/{lead.pk}/")
    assert deed not in page(LENA, f"/leads/{lead.pk}/")
    assert deed not in page(MAYA, f"/leads/{lead.pk}/")


def test_a_lead_that_waits_can_be_taken_by_the_reps_of_the_team() -> None:
    lead = arrive("Iris Wolf", **LARGE)

    assert "Take it" in page(LEE, f"/leads/{lead.pk}/")
    assert "Take it" not in page(LENA, f"/leads/{lead.pk}/")


def test_what_happens_next_names_who_gets_the_lead() -> None:
    lead = arrive("Priya Raman", **HEALTH)

    shown = page(DANA, f"/leads/{lead.pk}/")

    assert "If it is not accepted by then, you are reminded." in shown
    assert "it goes to <b>Lee Marsh</b>" in shown


def test_what_happens_next_is_told_to_others_by_name() -> None:
    lead = arrive("Priya Raman", **HEALTH)

    shown = page(LENA, f"/leads/{lead.pk}/")

    assert "If it is not accepted by then, Dana Okafor is reminded." in shown
    assert "you are" not in shown


def test_a_lead_that_has_moved_too_often_goes_to_the_queue_next() -> None:
    lead = arrive("Priya Raman", **HEALTH)
    SlaClock.objects.update(policy={**SlaClock.objects.get().policy, "max_reassignments": 0})

    assert "it goes to the team’s queue" in page(DANA, f"/leads/{lead.pk}/")


def test_what_no_longer_applies_is_not_told() -> None:
    lead = arrive("Priya Raman", **HEALTH)
    services.accept(lead, by=person(DANA), now=timezone.now())

    shown = page(DANA, f"/leads/{lead.pk}/")

    assert "you are reminded" not in shown
    assert "it goes to" in shown


@pytest.mark.parametrize(("late", "words"), [(False, "First contact"), (True, "Late, ")])
def test_first_contact_is_told_with_how_long_it_took(late: bool, words: str) -> None:
    lead = arrive("Priya Raman", **HEALTH)
    services.contact(lead, by=person(DANA), now=timezone.now() + timedelta(minutes=9 if late else 2))

    assert words in page(DANA, f"/leads/{lead.pk}/")


def test_a_lead_that_no_rule_took_says_so() -> None:
    lead = arrive("Sam Small", **SMALL)

    assert "No rule held" in page(MAYA, f"/leads/{lead.pk}/")


def test_leads_are_found_by_name_mail_company_and_where_they_stand() -> None:
    arrive("Priya Raman", **HEALTH)
    arrive("Iris Wolf", **LARGE)

    assert "Iris Wolf" not in page(MAYA, "/leads/?q=raman+north")
    assert "Priya Raman" in page(MAYA, "/leads/?q=raman+north")
    assert "Priya Raman" not in page(MAYA, "/leads/?stand=queued")
    assert "Iris Wolf" in page(MAYA, "/leads/?stand=queued")
    assert "No lead here" in page(MAYA, "/leads/?q=nobody")


def test_a_filter_that_makes_no_sense_is_named_and_filters_nothing() -> None:
    arrive("Priya Raman", **HEALTH)

    shown = page(MAYA, "/leads/?stand=sideways")

    assert "sideways is not one of the available choices" in shown
    assert "Priya Raman" in shown


def test_the_page_asks_the_database_a_bounded_number_of_times() -> None:
    lead = arrive("Priya Raman", **HEALTH)
    for number in range(5):
        services.accept(lead, by=person(DANA), now=timezone.now() + timedelta(seconds=number))
    dana = signed_in(DANA)
    dana.get(f"/leads/{lead.pk}/")

    with CaptureQueriesContext(connection) as asked:
        dana.get(f"/leads/{lead.pk}/")

    assert len(asked) <= MOST_QUERIES
