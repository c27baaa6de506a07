"""Leads by the API: what is shown, how lists are read, and the acts."""

from __future__ import annotations

import threading
import time
from datetime import timedelta

import pytest
from django.db import connection, transaction

from leads import services
from leads.models import Assignment, Lead, SlaClock, TimelineEntry
from reps.models import User
from tests.organisation import NOON, PASSWORD, make_lead

WAITS_FOR_A_LOCK = "SELECT count(*) FROM pg_locks WHERE NOT granted"


def test_a_lead_is_shown_with_all_that_is_known(company, programs) -> None:
    shown = programs["ada"].get(f"leads/{company.adas.pk}/").json()

    assert shown["status"] == "assigned"
    assert shown["owner"] == "ada@example.com"
    assert shown["queue"] is None
    assert shown["source"] == "web"
    assert shown["epoch"] == 1
    assert shown["facts"]["employees"] == 51
    assert shown["set_aside"] == {}
    assert shown["decision"]["version"] == 1
    assert shown["decision"]["reason"] == "No rule held: Ada."
    assert [line["kind"] for line in shown["timeline"]] == ["routed"]


def test_the_promise_is_broken_when_its_time_has_passed_whoever_noticed(company, programs) -> None:
    future = make_lead(rep=company.ada, due_in=timedelta(days=36500))

    broken = programs["ada"].get(f"leads/{company.adas.pk}/").json()["sla"]
    kept = programs["ada"].get(f"leads/{future.pk}/").json()["sla"]

    assert (broken["state"], broken["breached"], broken["due_at"]) == ("running", True, "2026-06-03T12:05:00Z")
    assert kept["breached"] is False
    assert kept["next_step"]["do"] == "remind"


def test_a_step_that_acceptance_has_made_needless_is_not_the_next_one(company, programs) -> None:
    lead = make_lead(rep=company.ada, due_in=timedelta(days=36500))
    clock = SlaClock.objects.get(lead=lead)
    at = clock.steps[0]["at"]
    steps = [
        {"at": at, "unless": unless, "do": do} for unless, do in (("accepted", "remind"), ("contacted", "reassign"))
    ]
    SlaClock.objects.filter(pk=clock.pk).update(steps=steps)
    Lead.objects.filter(pk=lead.pk).update(status=Lead.Status.ACCEPTED)

    assert programs["ada"].get(f"leads/{lead.pk}/").json()["sla"]["next_step"]["do"] == "reassign"


def test_a_list_tells_when_each_promise_is_due(company, programs) -> None:
    rows = {row["id"]: row for row in programs["ada"].get("leads/").json()["results"]}

    assert rows[company.adas.pk]["due_at"] == "2026-06-03T12:05:00Z"
    assert rows[company.in_berlin.pk]["due_at"] is None
    assert "facts" not in rows[company.adas.pk]


@pytest.mark.parametrize(
    ("chosen", "found"),
    [
        ({"status": "assigned"}, "adas zoes"),
        ({"status": "assigned,queued", "owner": "ada@example.com"}, "adas"),
        ({"queue": "triage"}, "in_triage"),
        ({"email": "A@Customer.example"}, "adas"),
        ({"email": "nobody@customer.example"}, ""),
        ({"source": "elsewhere"}, ""),
        ({"received_after": "2026-06-03T12:00:00Z", "status": "assigned"}, "adas zoes"),
        ({"received_before": "2026-06-03T12:00:00Z"}, ""),
        ({"received_before": "2026-06-03T14:00:01+02:00", "queue": "berlin"}, "in_berlin"),
    ],
)
def test_filters_narrow_the_list(company, programs, chosen, found) -> None:
    rows = programs["olivia"].get("leads/", **chosen).json()["results"]

    assert {row["id"] for row in rows} == {getattr(company, name).pk for name in found.split()}


@pytest.mark.parametrize("ordering", ["received_at", "-received_at"])
def test_pages_go_on_after_a_row_though_leads_arrive_and_times_are_equal(company, programs, ordering) -> None:
    for minute in range(4):
        make_lead(rep=company.ada, at=NOON + timedelta(minutes=minute // 2))
    before = set(Lead.objects.values_list("pk", flat=True))

    first = programs["olivia"].get("leads/", ordering=ordering, page_size=3).json()
    make_lead(rep=company.ada, at=NOON + timedelta(days=1 if ordering.startswith("-") else -1))
    rows, following = list(first["results"]), first["next"]
    while following:
        page = programs["olivia"].get(following.partition("/api/v1/")[2]).json()
        rows, following = rows + page["results"], page["next"]

    assert {row["id"] for row in rows} == before
    assert len(rows) == len(before)
    times = [row["received_at"] for row in rows]
    assert times == sorted(times, reverse=ordering.startswith("-"))


def test_accepting_twice_is_accepting_once(company, programs) -> None:
    first = programs["ada"].post(f"leads/{company.adas.pk}/accept/", epoch=1)
    again = programs["ada"].post(f"leads/{company.adas.pk}/accept/", epoch=1)

    assert first.status_code == again.status_code == 200
    assert again.json()["status"] == "accepted"
    assert again.json()["changed_at"] == first.json()["changed_at"]
    assert TimelineEntry.objects.filter(lead=company.adas, kind="accepted").count() == 1


def test_an_act_needs_no_body(company, programs) -> None:
    answer = programs["ada"].ask("POST", f"leads/{company.adas.pk}/contact/")

    assert answer.json()["status"] == "contacted"
    assert answer.json()["sla"]["state"] == "finished"


def test_a_rep_takes_a_lead_from_the_queue_of_his_team(company, programs) -> None:
    answer = programs["ben"].post(f"leads/{company.in_berlin.pk}/accept/", epoch=0)

    assert answer.status_code == 200, answer.content
    assert answer.json()["owner"] == "ben@example.com"
    assert programs["ada"].get(f"leads/{company.in_berlin.pk}/").status_code == 404


@pytest.mark.parametrize("act", ["accept", "contact", "decline", "close"])
def test_an_act_on_an_epoch_of_the_past_is_a_lost_race(company, programs, act) -> None:
    body = {"decline": {"reason": "Full"}, "close": {"status": "won"}}.get(act, {})

    answer = programs["ada"].post(f"leads/{company.adas.pk}/{act}/", epoch=0, **body)

    assert answer.status_code == 409
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert "moved on" in answer.json()["detail"]
    assert Lead.objects.get(pk=company.adas.pk).status == "assigned"


@pytest.mark.django_db(transaction=True)
def test_of_two_who_take_the_same_lead_the_slower_is_told_so(company, programs) -> None:
    answers = []

    def try_to_take() -> None:
        answers.append(programs["ben"].post(f"leads/{company.in_berlin.pk}/accept/"))
        connection.close()

    slower = threading.Thread(target=try_to_take)
    with transaction.atomic():
        services.accept(company.in_berlin, by=company.ada.user, now=NOON)
        slower.start()
        wait_until_somebody_waits_for_a_lock()
    slower.join(10)

    assert [answer.status_code for answer in answers] == [409]
    assert Lead.objects.get(pk=company.in_berlin.pk).rep == company.ada
    assert Assignment.objects.filter(lead=company.in_berlin, ended_at=None).count() == 1


def test_whoever_declines_hands_the_lead_on_and_sees_it_no_more(company, programs) -> None:
    answer = programs["ada"].post(f"leads/{company.adas.pk}/decline/", reason="Not my language")

    assert answer.status_code == 204
    assert answer.content == b""
    assert programs["ada"].get(f"leads/{company.adas.pk}/").status_code == 404
    assert programs["olivia"].get(f"leads/{company.adas.pk}/").json()["status"] == "queued"


def test_a_manager_gives_a_lead_to_somebody_else(company, programs) -> None:
    answer = programs["mia"].post(f"leads/{company.adas.pk}/reassign/", to="Ben@example.com", reason="Knows them")

    assert answer.status_code == 200, answer.content
    assert (answer.json()["owner"], answer.json()["epoch"]) == ("ben@example.com", 2)


NOBODY_OF_HIS = {"to": "Nobody whom you may give leads has this e-mail."}


@pytest.mark.parametrize(
    ("who", "body", "status", "said"),
    [
        ("mia", {}, 400, {"to": "This field is required.", "reason": "This field is required."}),
        ("mia", {"to": "x@example.com", "reason": "r"}, 400, NOBODY_OF_HIS),
        (
            "mia",
            {"to": "zoe@example.com", "reason": "r"},
            400,
            NOBODY_OF_HIS,
        ),
        ("mia", {"to": "ada@example.com", "reason": "r"}, 409, "Ada has this lead already."),
        ("mia", {"to": "gone@example.com", "reason": "r"}, 409, "Gone is not active."),
        ("ada", {"to": "ben@example.com", "reason": "r"}, 403, "Only a manager or RevOps can"),
    ],
)
def test_a_reassignment_that_cannot_be_says_why(company, programs, who, body, status, said) -> None:
    answer = programs[who].post(f"leads/{company.adas.pk}/reassign/", **body)

    assert answer.status_code == status
    if isinstance(said, dict):
        assert answer.json()["errors"] == said
    else:
        assert answer.json()["detail"].startswith(said)
    assert Lead.objects.get(pk=company.adas.pk).rep == company.ada


def test_a_lead_is_closed_once(company, programs) -> None:
    first = programs["mia"].post(f"leads/{company.adas.pk}/close/", status="won")
    again = programs["mia"].post(f"leads/{company.adas.pk}/close/", status="lost")

    assert (first.status_code, first.json()["status"]) == (200, "won")
    assert again.status_code == 409
    assert Lead.objects.get(pk=company.adas.pk).status == "won"


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_a_lead_is_changed_by_its_acts_alone(company, programs, method) -> None:
    before = Lead.objects.filter(pk=company.adas.pk).values().get()

    answer = programs["ada"].ask(method, f"leads/{company.adas.pk}/", b'{"owner": "zoe@example.com", "epoch": 9}')

    assert answer.status_code == 405
    assert set(answer.headers["Allow"].split(", ")) == {"GET", "OPTIONS"}
    assert Lead.objects.filter(pk=company.adas.pk).values().get() == before


def test_a_session_will_do_where_it_names_the_token_of_the_form(company, client) -> None:
    client.handler.enforce_csrf_checks = True
    client.force_login(company.ada.user)
    address = f"/api/v1/leads/{company.adas.pk}/accept/"
    assert client.get("/api/v1/me/").json()["email"] == "ada@example.com"

    refused = client.post(address, {}, content_type="application/json")

    assert refused.status_code == 403
    assert refused.headers["Content-Type"] == "application/problem+json"
    assert Lead.objects.get(pk=company.adas.pk).status == "assigned"

    client.cookies["csrftoken"] = "a" * 32
    accepted = client.post(address, {}, content_type="application/json", headers={"X-CSRFToken": "a" * 32})

    assert accepted.status_code == 200


def test_a_session_of_somebody_who_may_no_longer_sign_in_is_none(company, client) -> None:
    client.force_login(company.ada.user)
    User.objects.filter(pk=company.ada.user_id).update(is_active=False)

    assert client.get("/api/v1/me/").status_code == 401


def test_passwords_are_not_taken_here(company, client) -> None:
    answer = client.get("/api/v1/me/", headers={"Authorization": f"Basic ada@example.com:{PASSWORD}"})

    assert answer.status_code == 401


def test_no_answer_is_kept_by_a_cache(company, programs) -> None:
    assert "no-store" in programs["ada"].get("leads/").headers["Cache-Control"]
    assert "no-store" in programs["ada"].get("leads/999/").headers["Cache-Control"]


def wait_until_somebody_waits_for_a_lock() -> None:
    deadline = time.monotonic() + 2
    with connection.cursor() as cursor:
        while time.monotonic() < deadline:
            cursor.execute(WAITS_FOR_A_LOCK)
            if cursor.fetchone()[0]:
                return
            time.sleep(0.01)
    raise AssertionError("nobody came to the lock")
