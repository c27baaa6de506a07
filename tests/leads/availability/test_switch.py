"""The switch beside the title of My queue: what is asked, what is said before, and what comes of it."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import timezone

from leads import services
from leads.availability.forms import tomorrow_morning
from leads.models import Lead
from reps import services as people
from reps.hours import ALWAYS, Calendar, parse_week
from reps.models import Change, Rep
from tests.office import CLARA, DANA, HEALTH, LEE, MAYA, arrive, open_office, person, signed_in
from tests.organisation import bump

HTMX = {"HX-Request": "true"}
BERLIN = ZoneInfo("Europe/Berlin")
OFFICE = {day: ["09:00-17:00"] for day in ("mon", "tue", "wed", "thu", "fri")}


@pytest.fixture
def dana(db: None) -> Client:
    open_office()
    return signed_in(DANA)


def rep() -> Rep:
    return Rep.objects.get(user__email=DANA)


def go_away(client: Client, **fields: Any) -> Any:
    return client.post("/queue/away/", fields, headers=HTMX)


def text(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


@pytest.mark.parametrize(("how", "minutes"), [("30m", 30), ("1h", 60)])
def test_somebody_goes_away_for_a_while_and_the_chip_says_so(dana: Client, how: str, minutes: int) -> None:
    before = timezone.now()

    answer = go_away(dana, how=how)

    assert answer.status_code == 204
    until = rep().paused_until
    assert rep().paused_as == "by_hand"
    assert timedelta(0) <= until - before - timedelta(minutes=minutes) < timedelta(seconds=20)
    back = f"{until.astimezone(BERLIN):%H:%M}"
    assert re.search(
        rf"Away: no new leads, back (\w{{3}} )?{back}", text(dana.get("/queue/"))
    )  # the day, near midnight


def test_until_i_am_back_has_no_end_and_one_click_ends_it(dana: Client) -> None:
    go_away(dana, how="back")
    assert (rep().paused, rep().paused_until) == (True, None)
    assert "I’m back" in text(dana.get("/queue/"))

    answer = dana.post("/queue/back/")

    assert answer["Location"] == "/queue/"
    assert not rep().paused
    page = text(dana.get("/queue/"))
    assert "Available" in page
    assert "You are available: new leads come to you again." in page


def test_a_time_of_ones_own_is_in_ones_own_zone(dana: Client) -> None:
    at = (timezone.now() + timedelta(hours=3)).astimezone(BERLIN).replace(second=0, microsecond=0)

    assert go_away(dana, how="at", at=f"{at:%Y-%m-%dT%H:%M}").status_code == 204

    assert rep().paused_until == at


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({}, "Choose for how long."),
        ({"how": "never"}, "Choose for how long."),
        ({"how": "at"}, "Choose a day and a time."),
        ({"how": "at", "at": "noon"}, "Choose a day and a time."),
        ({"how": "at", "at": "2020-01-01T10:00"}, "Choose a time within the next 30 days."),
        ({"how": "at", "at": "2999-01-01T10:00"}, "Choose a time within the next 30 days."),
    ],
)
def test_what_says_no_time_is_asked_again(dana: Client, fields: dict[str, str], problem: str) -> None:
    answer = go_away(dana, **fields)

    assert answer.status_code == 422
    assert problem in text(answer)
    assert not rep().paused


def test_before_it_is_done_it_says_what_becomes_of_untouched_leads(dana: Client) -> None:
    arrive("One Raman", **HEALTH)
    arrive("Two Raman", **HEALTH)

    asked = text(dana.get("/queue/away/"))

    assert (
        "<b>2 leads you have not accepted</b> go to Lee Marsh at once. Whom there is no room for goes to the" in asked
    )

    Rep.objects.filter(user__email=LEE).update(capacity=0)
    bump()
    asked = text(dana.get("/queue/away/"))
    assert "<b>2 you have not accepted</b> stay with you: nobody else can take them now." in asked


def test_what_he_has_not_accepted_goes_to_cover_at_once_and_what_he_has_stays(dana: Client) -> None:
    one, two, mine = (arrive(f"{name} Raman", **HEALTH) for name in ("One", "Two", "Mine"))
    services.accept(mine, by=person(DANA), now=timezone.now())

    go_away(dana, how="1h")

    assert [str(Lead.objects.get(pk=lead.pk).rep) for lead in (one, two, mine)] == [
        *("Lee Marsh", "Lee Marsh"),
        "Dana Okafor",
    ]
    assert "2 leads went to somebody else." in text(dana.get("/queue/"))


def test_whoever_was_parked_is_told_why_and_comes_back(dana: Client) -> None:
    people.pause(rep(), until=None, as_=Rep.Paused.PARKED, by=None, now=timezone.now())

    page = text(dana.get("/queue/"))
    assert "You are parked since" in page
    assert ": leads given to you were not accepted in time. New leads go to others" in page
    assert "Parked: no new leads" in page

    dana.post("/queue/back/")
    assert "You are parked" not in text(dana.get("/queue/"))
    assert Change.objects.filter(kind="availability").count() == 2


def test_an_open_page_learns_that_somebody_is_back(dana: Client) -> None:
    now = timezone.now()
    people.pause(rep(), until=now + timedelta(hours=1), as_=Rep.Paused.BY_HAND, by=None, now=now)
    revision = dana.get("/queue/").context["queue"].revision

    people.resume_due(now + timedelta(hours=1))

    assert "Available" in text(dana.get("/queue/live/", {"rev": revision}, headers=HTMX))


def test_who_is_no_rep_has_no_switch(dana: Client) -> None:
    maya = signed_in(MAYA)

    assert maya.get("/queue/away/")["Location"] == "/"
    assert maya.post("/queue/back/")["Location"] == "/"
    assert Client().get("/queue/away/")["Location"].startswith("/login/")


def test_who_is_not_active_is_told_so(dana: Client) -> None:
    Rep.objects.filter(user=person(DANA)).update(active=False)
    bump()

    go_away(dana, how="1h")

    assert "is not active and gets no leads anyway" in text(dana.get("/queue/"))
    assert not rep().paused


def test_each_turns_his_own_switch(dana: Client) -> None:
    go_away(signed_in(CLARA), how="1h")

    assert not rep().paused
    assert Rep.objects.get(user__email=CLARA).paused


@pytest.mark.parametrize(
    ("week", "away", "morning"),
    [
        (OFFICE, (), "2026-06-04 09:00"),
        (None, (), "2026-06-04 09:00"),
        ({"wed": ["09:00-17:00"], "mon": ["10:00-12:00"]}, (), "2026-06-08 10:00"),
        (OFFICE, ((datetime(2026, 6, 4, tzinfo=BERLIN), datetime(2026, 6, 6, tzinfo=BERLIN)),), "2026-06-08 09:00"),
    ],
)
def test_tomorrow_morning_is_when_he_next_begins_to_work(week: Any, away: Any, morning: str) -> None:
    calendar = Calendar(parse_week(week, "Europe/Berlin"), frozenset(), away)
    wednesday = datetime(2026, 6, 3, 8, tzinfo=UTC)

    found = tomorrow_morning(calendar, wednesday)

    assert found is not None
    assert f"{found.astimezone(BERLIN):%Y-%m-%d %H:%M}" == morning


def test_a_holiday_tomorrow_puts_the_morning_off() -> None:
    calendar = Calendar(parse_week(OFFICE, "Europe/Berlin"), {date(2026, 6, 4)})
    found = tomorrow_morning(calendar, datetime(2026, 6, 3, 8, tzinfo=UTC))

    assert found == datetime(2026, 6, 5, 9, tzinfo=BERLIN)
    assert tomorrow_morning(ALWAYS, datetime(2026, 6, 3, 8, tzinfo=UTC)) == datetime(2026, 6, 4, 9, tzinfo=UTC)
