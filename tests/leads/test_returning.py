"""Who comes twice is one lead, by e-mail or else by phone; who was lost and comes back is a new chance."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from leads import handover, pipeline, services
from leads.models import Assignment, Lead
from reps import services as people
from reps.models import Rep
from routing.models import Decision

pytestmark = pytest.mark.django_db

PHONE, WRITTEN = "+49 30 901820", "030 901820"


def close(lead, status="lost"):
    services.close(lead, by=lead.rep.user, status=status, now=timezone.now())


def send_together(*leads):
    """Several leads in one delivery, which are decided in one batch."""
    answer = Client().post("/in/web/", [{"employees": 500, **lead} for lead in leads], content_type="application/json")
    assert answer.status_code == 202
    pipeline.route_waiting()


def age(lead, **span):
    """As if all of it had happened so long ago."""
    ago = timedelta(**span)
    lead.refresh_from_db()
    lead.assigned_at -= ago
    lead.closed_at -= ago
    lead.save(update_fields=["assigned_at", "closed_at"])
    return lead


def test_who_leaves_only_the_phone_is_the_lead_that_has_this_phone(deliver):
    first = deliver(email="pat@corp.com", phone=PHONE)

    again = deliver(phone=WRITTEN, country="DE", message="call me")

    assert again.pk == first.pk
    assert (again.email, again.person_key, again.rep) == ("pat@corp.com", "mail:pat@corp.com", first.rep)
    assert Assignment.objects.count() == 1


def test_the_first_email_that_comes_with_a_phone_takes_over_who_was_known_by_the_phone(deliver):
    first = deliver(phone=PHONE, name="Pat")

    again = deliver(email="pat@corp.com", phone=PHONE)

    assert again.pk == first.pk
    assert (again.person_key, again.phone, again.name) == ("mail:pat@corp.com", "+4930901820", "Pat")
    assert (again.rep, Assignment.objects.count()) == (first.rep, 1)


def test_colleagues_who_share_a_phone_are_two_leads(deliver):
    first = deliver(email="pat@corp.com", phone=PHONE)
    second = deliver(email="sam@corp.com", phone=PHONE)

    assert first.pk != second.pk


def test_of_several_with_one_phone_it_is_whose_lead_is_open_and_of_those_the_newest(deliver):
    first = deliver(email="pat@corp.com", phone=PHONE)
    second = deliver(email="sam@corp.com", phone=PHONE)

    assert deliver(phone=PHONE, message="both open").pk == second.pk
    close(second)
    assert deliver(phone=PHONE, message="one open").pk == first.pk
    close(first)
    assert deliver(phone=PHONE, message="none open").pk == second.pk


def test_a_new_phone_of_somebody_known_is_the_one_that_counts(deliver):
    lead = deliver(email="pat@corp.com", phone=PHONE)
    deliver(email="pat@corp.com", phone="+49 30 901821")

    assert deliver(phone="+49 30 901821", message="new").pk == lead.pk
    assert deliver(phone=PHONE, message="old").pk != lead.pk


def test_a_number_that_cannot_be_names_nobody(deliver):
    first = deliver(phone="+1 555 000 0000", name="Pat")

    assert deliver(phone="+1 555 000 0000", name="Sam").pk != first.pk


@pytest.mark.parametrize(
    "copies",
    [
        [{"email": "pat@corp.com", "phone": PHONE}, {"phone": PHONE}],
        [{"phone": PHONE}, {"email": "pat@corp.com", "phone": PHONE}],
        [{"phone": PHONE}, {"email": "pat@corp.com", "phone": PHONE}, {"phone": PHONE}, {"email": "pat@corp.com"}],
        [{"email": "pat@corp.com"}, {"email": "pat@corp.com", "phone": PHONE}, {"phone": PHONE}],
    ],
    ids=["mail then phone", "phone then mail", "four of them", "the phone comes later"],
)
def test_copies_in_one_delivery_are_one_lead_with_one_assignment(copies, company):
    send_together(*copies)

    lead = Lead.objects.get()
    assert (lead.person_key, lead.phone) == ("mail:pat@corp.com", "+4930901820")
    assert Assignment.objects.count() == 1
    assert lead.touches.count() == len(copies)


def test_in_one_delivery_a_second_email_with_the_same_phone_is_a_colleague(company):
    send_together(
        {"phone": PHONE}, {"email": "pat@corp.com", "phone": PHONE}, {"email": "sam@corp.com", "phone": PHONE}
    )

    assert sorted(Lead.objects.values_list("person_key", flat=True)) == ["mail:pat@corp.com", "mail:sam@corp.com"]


def test_a_lost_lead_that_returns_goes_to_the_same_rep_whenever_it_comes(deliver):
    lead = deliver(email="pat@corp.com")
    close(lead)
    lead = age(lead, days=400)
    lost_on = lead.closed_at

    again = deliver(email="pat@corp.com", message="hello again")

    assert (again.rep, again.status, again.epoch) == (lead.rep, "assigned", 2)
    assert "a new chance" in again.decision.reason
    story = again.timeline.filter(kind="returned").latest("pk").text
    assert story == f"Came back through Website, after being lost on {lost_on.day} {lost_on:%b %Y}: a new chance."


def test_what_became_of_the_former_chance_stays(deliver):
    lead = deliver(email="pat@corp.com")
    close(lead)
    again = deliver(email="pat@corp.com", message="hello again")
    close(again, "won")

    kept = Assignment.objects.filter(lead=lead).order_by("epoch").values_list("outcome", "segment", "ended_as")
    assert list(kept) == [("lost", "enterprise", "closed"), ("won", "enterprise", "closed")]


@pytest.mark.parametrize("status", ["won", "disqualified"])
def test_other_closed_leads_are_sticky_only_as_long_as_the_tree_says(deliver, status):
    lead = deliver(email="pat@corp.com")
    close(lead, status)
    within = deliver(email="pat@corp.com", message="soon")
    assert (within.rep, within.decision.sticky) == (lead.rep, True)
    close(within, status)
    age(lead, days=400)

    late = deliver(email="pat@corp.com", message="much later")

    assert not late.decision.sticky


@pytest.mark.parametrize("gone", ["inactive", "away"])
def test_a_lost_lead_is_routed_anew_if_its_rep_is_not_there(deliver, gone):
    lead = deliver(email="pat@corp.com")
    close(lead)
    now = timezone.now()
    people.hold_revision()
    if gone == "inactive":
        Rep.objects.filter(pk=lead.rep_id).update(active=False)
    else:
        lead.rep.time_off.create(start=now - timedelta(hours=1), end=now + timedelta(hours=1))
    people.bump()

    again = deliver(email="pat@corp.com", message="hello again")

    assert again.rep != lead.rep
    assert not again.decision.sticky


def test_a_lost_lead_comes_back_to_a_rep_who_is_full(deliver):
    """Stickiness knows no limits: whoever knows the person is worth more than a place."""
    lead = deliver(email="pat@corp.com")
    close(lead)
    people.hold_revision()
    Rep.objects.filter(pk=lead.rep_id).update(capacity=0)
    people.bump()

    assert deliver(email="pat@corp.com", message="hello again").rep == lead.rep


def test_a_new_chance_counts_from_the_start(deliver):
    lead = deliver(email="pat@corp.com")
    close(lead)
    again = deliver(email="pat@corp.com", message="hello again")

    handover.decline(again, by=again.rep.user, reason="not mine any more", now=timezone.now())

    again.refresh_from_db()
    assert again.rep != lead.rep
    assert Decision.objects.filter(lead_id=lead.pk, cause="declined").count() == 1
