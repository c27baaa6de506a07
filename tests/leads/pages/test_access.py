"""Who sees what: every page asks who is there, and nobody sees what is not his."""

import pytest
from django.test import Client
from django.urls import get_resolver

from leads.models import Lead
from tests.office import CLARA, DANA, HEALTH, INES, LARGE, LEE, LENA, MAYA, SMALL, STEEL, arrive, signed_in

pytestmark = pytest.mark.usefixtures("office")

NO_PAGES = ("/in/", "/api/", "/livez", "/readyz", "/login/", "/logout/", "/act/<", "/slack/")


def pages() -> list[str]:
    """The addresses of all our pages, with something in the place of each argument."""
    found = []
    for include in get_resolver().url_patterns:
        for pattern in getattr(include, "url_patterns", [include]):
            route = f"/{include.pattern}{pattern.pattern if pattern is not include else ''}"
            if not route.startswith(NO_PAGES):
                found.append(
                    route.replace("<int:pk>", "1")
                    .replace("<int:span>", "1")
                    .replace("<slug:slug>", "west")
                    .replace("<slug:kind>", "assigned")
                    .replace("<str:kind>", "email")
                    .replace("<uuid:pk>", "00000000-0000-7000-8000-000000000000")
                )
    return found


def test_every_page_asks_a_stranger_to_sign_in(client: Client) -> None:
    addresses = pages()

    assert len(addresses) > 10
    for address in addresses:
        answers = [client.get(address), client.post(address)]
        assert any("/login/" in answer.get("Location", "") for answer in answers), address
        assert all(answer.status_code in (302, 405) for answer in answers), address


def test_a_rep_sees_his_own_leads_and_those_that_wait_for_his_team() -> None:
    mine, queued = arrive("Priya Raman", **HEALTH), arrive("Iris Wolf", **LARGE)
    foreign, nobodys = arrive("Jonas Beck", **STEEL), arrive("Sam Small", **SMALL)
    dana = signed_in(DANA)

    assert dana.get(f"/leads/{mine.pk}/").status_code == 200
    assert dana.get(f"/leads/{queued.pk}/").status_code == 200
    assert dana.get(f"/leads/{foreign.pk}/").status_code == 404
    assert dana.get(f"/leads/{nobodys.pk}/").status_code == 404


def test_a_rep_cannot_act_on_what_he_cannot_see() -> None:
    lead = arrive("Jonas Beck", **STEEL)
    dana = signed_in(DANA)

    for act in ("accept", "contact", "decline"):
        assert dana.post(f"/leads/{lead.pk}/{act}/", {"reason": "Not my territory"}).status_code == 404
    assert Lead.objects.get(pk=lead.pk).status == Lead.Status.ASSIGNED


def test_a_colleague_in_the_same_team_does_not_see_a_lead_that_is_taken() -> None:
    lead = arrive("Priya Raman", **HEALTH)

    assert signed_in(LEE).get(f"/leads/{lead.pk}/").status_code == 404


def test_a_reps_lists_name_nobody_elses_lead() -> None:
    arrive("Priya Raman", **HEALTH)
    arrive("Jonas Beck", **STEEL)
    dana = signed_in(DANA)

    for address in ("/leads/", "/queue/", "/queue/live/", "/leads/?q=Beck"):
        shown = dana.get(address).content.decode()
        assert "Jonas Beck" not in shown, address
    assert "Priya Raman" in dana.get("/leads/").content.decode()


def test_a_manager_sees_what_his_teams_have_and_decided() -> None:
    arrive("Priya Raman", **HEALTH)
    arrive("Jonas Beck", **STEEL)
    lena, ines = signed_in(LENA), signed_in(INES)

    for address in ("/leads/", "/decisions/"):
        assert "Priya Raman" in lena.get(address).content.decode()
        assert "Jonas Beck" not in lena.get(address).content.decode()
        assert "Jonas Beck" in ines.get(address).content.decode()
        assert "Priya Raman" not in ines.get(address).content.decode()


def test_a_manager_cannot_open_the_decision_about_another_teams_lead() -> None:
    decision = arrive("Jonas Beck", **STEEL).decision_id

    assert signed_in(INES).get(f"/decisions/{decision}/").status_code == 200
    assert signed_in(LENA).get(f"/decisions/{decision}/").status_code == 404


@pytest.mark.parametrize(
    ("email", "address", "status"),
    [
        (DANA, "/decisions/", 403),
        (DANA, "/events/", 403),
        (DANA, "/queues/", 403),
        (LENA, "/queues/", 200),
        (MAYA, "/queues/", 200),
        (LENA, "/events/", 403),
        (LENA, "/decisions/", 200),
        (DANA, "/performance/", 403),
        (LENA, "/performance/", 200),
        (MAYA, "/performance/", 200),
        (MAYA, "/events/", 200),
        (MAYA, "/decisions/", 200),
        (DANA, "/enrichment/", 403),
        (DANA, "/enrichment/+new/", 403),
        (LENA, "/enrichment/", 200),
        (LENA, "/enrichment/+new/", 403),
        (LENA, "/enrichment/clearview/", 403),
        (MAYA, "/enrichment/", 200),
        (MAYA, "/enrichment/+new/", 200),
        (DANA, "/scoring/", 403),
        (DANA, "/scoring/edit/", 403),
        (DANA, "/scoring/1/", 403),
        (LENA, "/scoring/", 200),
        (LENA, "/scoring/edit/", 403),
        (MAYA, "/scoring/", 200),
        (MAYA, "/scoring/edit/", 200),
    ],
)
def test_a_page_is_for_the_roles_that_need_it(email: str, address: str, status: int) -> None:
    answer = signed_in(email).get(address)

    assert answer.status_code == status
    assert ("not for you" in answer.content.decode()) == (status == 403)


def test_only_revops_replays_a_delivery() -> None:
    event = arrive("Priya Raman", **HEALTH).touches.get().event_id

    assert signed_in(LENA).post(f"/events/{event}/replay/").status_code == 403
    assert signed_in(MAYA).get(f"/events/{event}/replay/").status_code == 405
    assert signed_in(MAYA).post(f"/events/{event}/replay/").status_code == 302


def test_somebody_without_a_place_on_the_floor_has_no_queue() -> None:
    assert signed_in(MAYA).get("/queue/")["Location"] == "/"


def test_no_page_is_kept_by_a_cache_or_framed_by_another_site() -> None:
    lead = arrive("Priya Raman", **HEALTH)

    answer = signed_in(DANA).get(f"/leads/{lead.pk}/")

    assert "no-store" in answer["Cache-Control"]
    assert "frame-ancestors 'none'" in answer["Content-Security-Policy"]
    assert "unsafe" not in answer["Content-Security-Policy"]


def test_what_a_sender_writes_is_text_wherever_it_is_shown() -> None:
    evil = "<img src=x onerror=alert(1)>"
    lead = arrive("Eve " + evil, **{**HEALTH, "company": evil, "message": evil, "title": evil})
    event = lead.touches.get().event_id

    for email, address in (
        (DANA, "/queue/"),
        (DANA, f"/leads/{lead.pk}/"),
        (DANA, f"/leads/{lead.pk}/decline/"),
        (MAYA, "/leads/"),
        (MAYA, "/decisions/"),
        (MAYA, f"/decisions/{lead.decision_id}/"),
        (MAYA, "/events/"),
        (MAYA, f"/events/{event}/"),
    ):
        shown = signed_in(email).get(address).content.decode()
        assert "<img" not in shown, address
        assert "&lt;img" in shown, address


def test_clara_sees_nothing_of_the_team_enterprise() -> None:
    arrive("Iris Wolf", **LARGE)

    assert "Iris Wolf" not in signed_in(CLARA).get("/queue/").content.decode()
