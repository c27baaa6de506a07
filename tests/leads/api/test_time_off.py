"""Time off by API: for whoever answers for the rep, in the same words as on the page."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from reps.models import Rep, TimeOff

ADA = "reps/ada@example.com/time-off/"


def span(start: int = 1, end: int = 3) -> dict[str, str]:
    now = timezone.now()
    return {"start": (now + timedelta(days=start)).isoformat(), "end": (now + timedelta(days=end)).isoformat()}


@pytest.mark.parametrize("who", ["mia", "olivia"])
def test_it_is_given_and_taken_back(company: Any, programs: Any, who: str) -> None:
    given = programs[who].post(ADA, **span(), note="Family")

    assert given.status_code == 200
    (told,) = given.json()["time_off"]
    assert (told["kind"], told["note"]) == ("pto", "Family")
    back = programs[who].post(f"{ADA}{told['id']}/cancel/")
    assert (back.status_code, back.json()["time_off"]) == (200, [])
    assert programs[who].post(f"{ADA}{told['id']}/cancel/").status_code == 404


def test_times_without_an_offset_are_on_the_clock_of_the_rep(company: Any, programs: Any) -> None:
    Rep.objects.filter(user__email="ada@example.com").update(timezone="America/Chicago")
    day = (timezone.now() + timedelta(days=2)).date()

    given = programs["mia"].post(ADA, start=f"{day}T09:00", end=f"{day}T17:00+00:00")

    assert given.status_code == 200
    kept = TimeOff.objects.get()
    assert kept.start == datetime.combine(day, time(9), ZoneInfo("America/Chicago"))
    assert kept.end == datetime.combine(day, time(17), UTC)


@pytest.mark.parametrize(
    ("who", "status"), [("ada", 403), ("ben", 403), ("max", 404), ("zoe", 403), ("nobody", 401), ("gone", 401)]
)
def test_nobody_else_gives_or_takes_back(company: Any, programs: Any, who: str, status: int) -> None:
    programs["mia"].post(ADA, **span())
    kept = TimeOff.objects.get()

    assert programs[who].post(ADA, **span(5, 6)).status_code == status
    assert programs[who].post(f"{ADA}{kept.pk}/cancel/").status_code == status
    assert TimeOff.objects.get() == kept


@pytest.mark.parametrize(("start", "end", "field"), [(3, 1, "end"), (-9, 1, "start"), (1, 900, "end"), (2, 4, "start")])
def test_what_cannot_be_is_told_at_its_field(company: Any, programs: Any, start: int, end: int, field: str) -> None:
    programs["mia"].post(ADA, **span())

    answer = programs["mia"].post(ADA, **span(start, end))

    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == [field]
    assert TimeOff.objects.count() == 1
