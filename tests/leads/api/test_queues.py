"""Queues for programs: what waits where, the next one, and who was quicker."""

from __future__ import annotations

import pytest
from django.utils import timezone

from leads import services
from leads.models import Lead

SEEN = {
    "olivia": {"berlin", "paris", "triage", "unassigned"},
    "mia": {"berlin", "triage", "unassigned"},
    "max": {"paris", "triage", "unassigned"},
    "ada": {"berlin"},
    "zoe": {"paris"},
}


@pytest.mark.parametrize("who", SEEN)
def test_queues_are_listed_for_those_who_may_see_them(company, programs, who) -> None:
    results = programs[who].get("queues/").json()["results"]

    assert {each["slug"] for each in results} | {"unassigned"} == SEEN[who] | {"unassigned"}
    for each in results:
        waits = 0 if each["slug"] == "unassigned" else 1
        assert (each["waiting"], each["for_people"], each["oldest"] is not None) == (waits, 0, bool(waits))


def test_the_next_one_is_taken_and_accepted(company, programs) -> None:
    answer = programs["ada"].post("queues/berlin/pull/")

    assert answer.status_code == 200
    taken = answer.json()
    assert (taken["id"], taken["owner"], taken["status"]) == (company.in_berlin.pk, "ada@example.com", "accepted")


def test_nothing_to_pull_is_a_conflict_with_its_reason(company, programs) -> None:
    programs["ada"].post("queues/berlin/pull/")

    answer = programs["ben"].post("queues/berlin/pull/")

    assert answer.status_code == 409
    assert answer.json()["detail"] == "Nothing waits in your team's queues."


@pytest.mark.parametrize(("who", "status"), [("zoe", 404), ("max", 404), ("mia", 409), ("olivia", 409)])
def test_nobody_pulls_from_a_queue_that_is_not_his(company, programs, who, status) -> None:
    answer = programs[who].post("queues/berlin/pull/")
    assert answer.status_code == status
    assert Lead.objects.get(pk=company.in_berlin.pk).status == "queued"


def test_whoever_was_slower_is_told_who_was_quicker(company, programs) -> None:
    services.accept(company.in_berlin, by=company.ben.user, now=timezone.now())

    for body in ({"epoch": 0}, {}):
        answer = programs["ada"].post(f"leads/{company.in_berlin.pk}/accept/", **body)
        assert (answer.status_code, answer.json()["detail"]) == (409, "Ben was quicker.")
    assert programs["zoe"].post(f"leads/{company.in_berlin.pk}/accept/").status_code == 404
    assert programs["ada"].get(f"leads/{company.in_berlin.pk}/").status_code == 404
