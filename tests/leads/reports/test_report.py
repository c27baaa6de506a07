"""The page of one of a manager's reps: time off given and taken back, what follows said, and his switch turned."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import timezone

from leads.ladder import away
from leads.models import Assignment, Lead
from reps import services as people
from reps.models import Rep, TimeOff
from tests.office import CLARA, DANA, HEALTH, INES, LEE, LENA, MAYA, arrive, signed_in

pytestmark = pytest.mark.usefixtures("office")
BERLIN = ZoneInfo("Europe/Berlin")


def rep(email: str) -> Rep:
    return Rep.objects.get(user__email=email)


def text(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, answer.status_code
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def day(days: int, hour: int = 0) -> str:
    return f"{(timezone.now().astimezone(BERLIN) + timedelta(days=days)):%Y-%m-%d}T{hour:02}:00"


def give(email: str, **said: Any) -> Any:
    given = {"start": day(1), "end": day(3), "kind": "pto", "note": "", **said}
    return signed_in(email).post(f"/team/reps/{rep(DANA).pk}/", given)


def test_a_manager_gives_a_rep_time_off_on_that_reps_own_clock() -> None:
    assert give(LENA, note="Family").status_code == 302

    span = TimeOff.objects.get()
    assert span.start.astimezone(BERLIN).strftime("%Y-%m-%dT%H:%M") == day(1)
    assert span.end.astimezone(BERLIN).strftime("%Y-%m-%dT%H:%M") == day(3)
    assert "Holiday: Family" in text(signed_in(LENA), f"/team/reps/{span.rep_id}/")


def test_what_follows_is_said_before() -> None:
    arrive("Priya Raman", **HEALTH)

    words = text(signed_in(LENA), f"/team/reps/{rep(DANA).pk}/")

    assert "1 untouched lead now. What is untouched at that moment goes to Lee Marsh" in words
    assert "Until somebody says so" in words
    assert "No running promise moves" in words


def test_what_is_untouched_when_it_begins_goes_to_whoever_covers() -> None:
    lead = arrive("Priya Raman", **HEALTH)
    Rep.objects.filter(user__email=LEE).update(backup=None)
    give(LENA, start=datetime.now(BERLIN).strftime("%Y-%m-%dT00:00"), kind="sick")

    while away.begin_due():
        pass

    lead.refresh_from_db()
    assert lead.rep == rep(LEE)
    assert Assignment.objects.get(lead=lead, epoch=1).ended_as == "away"


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"start": ""}, "Choose a day and a time."),
        ({"end": "nonsense"}, "Choose a day and a time."),
        ({"kind": "nonsense"}, "Select a valid choice"),
        ({"end": day(0)}, "It has to end after it begins."),
        ({"end": day(2000)}, "It has to end within two years"),
    ],
)
def test_what_cannot_be_is_refused_with_what_would_be_right(said: dict[str, str], words: str) -> None:
    answer = give(LENA, **said)

    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not TimeOff.objects.exists()


def test_it_is_taken_back() -> None:
    give(LENA)
    span = TimeOff.objects.get()
    address = f"/team/reps/{span.rep_id}/time-off/{span.pk}/cancel/"

    assert signed_in(INES).post(address).status_code == 404
    assert signed_in(DANA).post(address).status_code == 403
    assert signed_in(LENA).post(f"/team/reps/{rep(LEE).pk}/time-off/{span.pk}/cancel/").status_code == 404
    assert TimeOff.objects.exists()
    assert signed_in(LENA).post(address).status_code == 302
    assert not TimeOff.objects.exists()


def test_a_parked_rep_is_given_leads_again() -> None:
    people.pause(rep(DANA), until=None, as_=Rep.Paused.PARKED, by=None, now=timezone.now())
    lena, address = signed_in(LENA), f"/team/reps/{rep(DANA).pk}/"
    assert "Dana Okafor let leads lapse and gets no new ones." in text(lena, address)

    assert lena.post(f"{address}resume/").status_code == 302

    assert not rep(DANA).paused
    assert "Dana Okafor gets leads again." in text(lena, address)


def test_a_rep_is_paused_for_a_while() -> None:
    lena, address = signed_in(LENA), f"/team/reps/{rep(DANA).pk}/"

    assert lena.post(f"{address}pause/", {"how": ""}).status_code == 422
    assert lena.post(f"{address}pause/", {"how": "1h"}).status_code == 302

    assert rep(DANA).paused
    assert re.search(r"Paused until (\w{3} )?\d\d:\d\d", text(lena, address))


@pytest.mark.parametrize("deed", ["", "pause/", "resume/"])
@pytest.mark.parametrize(("email", "of", "status"), [(DANA, DANA, 403), (INES, DANA, 404), (LENA, CLARA, 404)])
def test_nobody_else_sees_or_does_any_of_it(deed: str, email: str, of: str, status: int) -> None:
    given = {"start": day(1), "end": day(3), "kind": "pto", "how": "1h"}

    assert signed_in(email).post(f"/team/reps/{rep(of).pk}/{deed}", given).status_code == status
    if not deed:
        assert signed_in(email).get(f"/team/reps/{rep(of).pk}/").status_code == status
    assert not TimeOff.objects.exists()
    assert not Rep.objects.filter(paused=True).exists()


def test_revops_answer_for_everybody() -> None:
    assert give(MAYA).status_code == 302
    assert Lead.objects.count() == 0
    assert TimeOff.objects.get().rep == rep(DANA)
