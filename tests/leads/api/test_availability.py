"""The switch by API: whose it is, what it answers, and that strangers learn nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from reps.models import Rep

ADA = "reps/ada@example.com"


@pytest.mark.parametrize("who", ["ada", "mia", "olivia"])
def test_the_rep_the_manager_and_revops_turn_the_switch(company, programs, who) -> None:
    until = timezone.now() + timedelta(hours=1)

    away = programs[who].post(f"{ADA}/pause/", until=until.isoformat())
    assert away.status_code == 200
    assert (away.json()["paused"], away.json()["paused_as"]) == (True, "by_hand")
    assert Rep.objects.get(pk=company.ada.pk).paused_until == until

    back = programs[who].post(f"{ADA}/resume/")
    assert back.status_code == 200
    assert (back.json()["paused"], back.json()["paused_until"]) == (False, None)


@pytest.mark.parametrize(("who", "status"), [("ben", 404), ("max", 404), ("zoe", 404), ("nobody", 401), ("gone", 401)])
def test_nobody_else_does(company, programs, who, status) -> None:
    assert programs[who].post(f"{ADA}/pause/").status_code == status
    assert programs[who].post(f"{ADA}/resume/").status_code == status
    assert not Rep.objects.get(pk=company.ada.pk).paused


@pytest.mark.parametrize("ends", [timedelta(minutes=-1), timedelta(days=31)])
def test_an_end_that_is_none_is_refused_with_its_reason(company, programs, ends) -> None:
    answer = programs["ada"].post(f"{ADA}/pause/", until=(timezone.now() + ends).isoformat())

    assert answer.status_code == 409
    assert "within the next 30 days" in answer.json()["detail"]
    assert programs["ada"].post(f"{ADA}/pause/", until="soon").status_code == 400
    assert not Rep.objects.get(pk=company.ada.pk).paused


def test_whoever_is_not_active_is_not_switched(company, programs) -> None:
    answer = programs["mia"].post("reps/gone@example.com/pause/")

    assert (answer.status_code, answer.json()["detail"]) == (409, "Gone is not active and gets no leads anyway.")


@pytest.mark.parametrize("act", ["pause/", "resume/", "time-off/", "time-off/1/cancel/"])
def test_a_name_that_nobody_can_have_is_nobodys(company, programs, act) -> None:
    assert programs["olivia"].post(f"reps/%00ada@example.com/{act}").status_code == 404
