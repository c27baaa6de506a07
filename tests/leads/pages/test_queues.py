"""The queues for whoever oversees them: who waits where and why, and giving a lead to somebody."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from leads import services
from leads.models import Lead
from reps.models import Rep
from tests.office import CLARA, DANA, HEALTH, INES, LARGE, LEE, LENA, MAYA, SMALL, STEEL, arrive, person, signed_in
from tests.organisation import bump

pytestmark = pytest.mark.usefixtures("office")

HTMX = {"HX-Request": "true"}


def text(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


@pytest.fixture
def iris() -> Lead:
    return arrive("Iris Wolf", **LARGE)


def full(*emails: str) -> None:
    Rep.objects.filter(user__email__in=emails).update(capacity=0)
    bump()


def test_the_queue_in_which_somebody_waits_longest_stands_first(iris: Lead) -> None:
    lines = signed_in(MAYA).get("/queues/").context["lines"]

    assert lines[0].queue.slug == iris.queue.slug
    assert (lines[0].waiting, lines[0].for_people) == (1, 0)
    assert {line.waiting for line in lines[1:]} == {0}


def test_a_manager_sees_his_teams_queues_and_those_of_nobody(iris: Lead) -> None:
    arrive("Sam Small", **SMALL)

    assert iris.queue.name in text(signed_in(LENA), "/queues/")
    assert iris.queue.name not in text(signed_in(INES), "/queues/")
    assert "Triage" in text(signed_in(INES), "/queues/")
    assert signed_in(INES).get(f"/queues/{iris.queue.slug}/").status_code == 404
    assert signed_in(LENA).get("/queues/nowhere/").status_code == 404


@pytest.mark.parametrize("address", ["/queues/", "/queues/triage/", "/leads/{}/give/"])
def test_reps_have_their_own_queue_and_not_this_page(iris: Lead, address: str) -> None:
    assert signed_in(DANA).get(address.format(iris.pk)).status_code == 403


def test_an_empty_queue_says_what_will_stand_there() -> None:
    assert "Nobody waits here" in text(signed_in(MAYA), "/queues/triage/")


def test_who_waits_is_told_with_why_nobody_took_it() -> None:
    full(DANA, LEE, CLARA)
    lead = arrive("Jonas Beck", **STEEL)

    shown = text(signed_in(MAYA), f"/queues/{lead.queue.slug}/")

    assert "Jonas Beck" in shown
    assert "Nobody could take it: 1 at capacity." in shown
    assert "Nobody was free: 1 at capacity" in shown


def test_a_lead_for_the_team_to_take_says_so(iris: Lead) -> None:
    shown = text(signed_in(LENA), f"/queues/{iris.queue.slug}/")

    assert "For the team to take" in shown
    assert "Nobody could take" not in shown


def test_a_manager_gives_a_lead_that_waits_to_somebody_of_his_team(iris: Lead) -> None:
    lena = signed_in(LENA)
    address = f"/leads/{iris.pk}/give/"
    assert "Lee Marsh" in text(lena, address)
    assert "Clara" not in text(lena, address)

    lee = Rep.objects.get(user__email=LEE)
    answer = lena.post(address, {"to": lee.pk, "reason": "Knows them", "epoch": 0}, headers=HTMX)

    assert answer.status_code == 204
    iris.refresh_from_db()
    assert (iris.rep, iris.status) == (lee, "assigned")
    assert iris.timeline.latest("pk").text == f"Lena Brandt gave it to {lee}: Knows them"


def test_giving_asks_to_whom_and_why(iris: Lead) -> None:
    clara = Rep.objects.get(user__email=CLARA)

    for given in ({}, {"to": clara.pk, "reason": "x"}, {"to": Rep.objects.get(user__email=LEE).pk}):
        answer = signed_in(LENA).post(f"/leads/{iris.pk}/give/", given, headers=HTMX)
        assert answer.status_code == 422
    iris.refresh_from_db()
    assert iris.status == "queued"


def test_giving_what_somebody_has_just_taken_changes_nothing_and_says_who(iris: Lead) -> None:
    services.accept(iris, by=person(DANA), now=timezone.now())
    lena, lee = signed_in(LENA), Rep.objects.get(user__email=LEE)

    given = {"to": lee.pk, "reason": "Knows them", "epoch": 0}
    lena.post(f"/leads/{iris.pk}/give/", given, headers=HTMX)

    assert "Dana Okafor was quicker." in text(lena, "/queues/")
    iris.refresh_from_db()
    assert iris.rep.user.email == DANA


def test_a_foreign_lead_is_given_by_nobody(iris: Lead) -> None:
    assert signed_in(INES).get(f"/leads/{iris.pk}/give/").status_code == 404
    assert signed_in(INES).post(f"/leads/{iris.pk}/give/").status_code == 404


def test_the_lead_shows_what_became_of_it_before() -> None:
    lead = arrive("Priya Raman", **HEALTH)
    assert "Former chances" not in text(signed_in(MAYA), f"/leads/{lead.pk}/")
    services.close(lead, by=person(DANA), status="lost", now=timezone.now())
    arrive("Priya Raman", **{**HEALTH, "message": "Hello again"})

    shown = text(signed_in(DANA), f"/leads/{lead.pk}/")

    assert "Former chances" in shown
    assert "Lost by Dana Okafor" in shown
    assert "after being lost on" in shown


def test_the_page_asks_the_database_as_often_for_many_as_for_few(iris: Lead) -> None:
    client, address = signed_in(MAYA), f"/queues/{iris.queue.slug}/"
    client.get(address)
    counts = []
    for number in range(2):
        for each in range(number * 4):
            arrive(f"Iris{each} Wolf{number}", **LARGE)
        with CaptureQueriesContext(connection) as asked:
            client.get(address)
        counts.append(len(asked))
    assert counts[0] == counts[1] < 12
