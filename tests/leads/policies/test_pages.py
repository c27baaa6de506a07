"""The page of promises: each as a sentence, written as a file would write it, in force at once; managers only read."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from leads import sla
from leads.configuration import dump
from leads.models import SlaClock, SlaPolicy
from leads.pages.policies import sentences
from leads.policies import editing
from leads.policies.forms import MOST_LINES
from leads.world import known
from reps.models import Change, CompanyHoliday
from tests.office import DANA, HEALTH, LENA, MAYA, arrive, person, signed_in

pytestmark = pytest.mark.usefixtures("office")

FIRST = (
    "First contact within 1 min 30 s, in the working time of the team,"
    " for leads that ask for demo with a score of at least 60."
)
STEPS = (("2m", "accepted", "remind"), ("10m", "contacted", "notify_manager"), ("30m", "accepted", "reassign"))


@pytest.fixture
def maya() -> Client:
    return signed_in(MAYA)


def text(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def form(steps: Any = STEPS, **fields: Any) -> dict[str, Any]:
    """What the browser sends for a promise."""
    lines = {
        f"steps-{number}-{key}": value
        for number, step in enumerate(steps)
        for key, value in zip(("after", "unless", "do"), step, strict=True)
    }
    return {
        "name": "Webinars",
        "slug": "webinars",
        "respond_within": "15m",
        "clock": "rep_hours",
        "for_intents": "webinar, content",
        "min_score": "",
        "max_reassignments": "2",
        "silent_after": "",
        "park_after": "",
        "steps-TOTAL_FORMS": str(len(steps)),
        "steps-INITIAL_FORMS": "0",
        "steps-MIN_NUM_FORMS": "0",
        "steps-MAX_NUM_FORMS": "10",
        **lines,
        **fields,
    }


def edit(client: Client, slug: str, **fields: Any) -> Any:
    values = form(**{"seen": editing.last_change(), **fields})
    del values["slug"]
    return client.post(f"/promises/{slug}/edit/", values)


def slugs() -> list[str]:
    return [policy.slug for policy in known().policies]


def test_every_policy_is_a_sentence_with_its_ladder_and_who_it_is_for(maya: Client) -> None:
    page = text(maya.get("/promises/"))

    assert "First contact within 5 min, around the clock, for leads that ask for demo or pricing." in page
    assert "After 30 min the lead goes to the next in line, unless it is contacted by then." in page
    assert "First contact within 1 h, around the clock, for every lead that no other promise fits." in page
    assert "<b>2 min</b><span>Remind</span>" in page


def test_the_sentences_say_all_there_is() -> None:
    policy = sla.parse_policy(
        {
            "slug": "x",
            "name": "X",
            "respond_within": "90s",
            "clock": "team_hours",
            "for_intents": ["demo"],
            "min_score": 60,
            "silent_after": "2h",
            "park_after": 2,
            "max_reassignments": 1,
            "steps": [{"after": "1d", "unless": "accepted", "do": "reassign"}],
        },
        "x",
    )

    assert list(sentences(policy)) == [
        FIRST,
        "After 1 d the lead goes to the next in line, unless it is accepted by then.",
        "It is given to others at most once, then the lead goes to the team’s queue and the manager is told.",
        "Who accepts and then says nothing is asked after 1 h and loses the lead after 2 h.",
        "Who lets 2 leads in a row lapse gets no more until he is back.",
    ]


def test_a_promise_is_added_as_a_file_would_add_it_and_holds_from_the_next_lead_on(maya: Client) -> None:
    answer = maya.post("/promises/+new/", form(silent_after="2h", park_after="2"))

    assert answer["Location"] == "/promises/"
    assert SlaPolicy.objects.get(slug="webinars").document == {
        "slug": "webinars",
        "name": "Webinars",
        "respond_within": "15m",
        "clock": "rep_hours",
        "for_intents": ["webinar", "content"],
        "max_reassignments": 2,
        "silent_after": "2h",
        "park_after": 2,
        "steps": [{"after": after, "unless": unless, "do": do} for after, unless, do in STEPS],
    }
    assert slugs() == ["hot", "rest", "webinars"]
    change = Change.objects.get(kind="sla_policies", subject="webinars")
    assert (change.by, change.before) == (person(MAYA), None)


def test_a_promise_is_changed_in_its_place_and_leads_keep_the_old_one(maya: Client) -> None:
    arrive("Old Raman", **HEALTH)

    edit(maya, "hot", name="Hot", respond_within="3m", clock="always", for_intents="demo")
    arrive("New Raman", **HEALTH)

    assert slugs() == ["hot", "rest"]
    assert [clock.policy["respond_within_s"] for clock in SlaClock.objects.order_by("pk")] == [300.0, 180.0]


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"respond_within": "soon"}, "is no duration; write it like 5m"),
        ({"respond_within": "31d"}, "at most 30 days"),
        ({"slug": "hot"}, "is already the name of"),
        ({"min_score": "60", "for_intents": ""}, "only counts with for_intents"),
        ({"silent_after": "x"}, "is no duration"),
        ({"max_reassignments": "99"}, "less than or equal to 20"),
        ({"steps-1-after": "1m"}, "comes before the step above it"),
        ({"steps-0-after": "later"}, "is no duration"),
        ({"clock": "moon"}, "Select a valid choice"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_changed(
    maya: Client, fields: dict[str, str], problem: str
) -> None:
    before = dump.current()

    answer = maya.post("/promises/+new/", form(**fields))

    assert answer.status_code == 422
    assert problem in text(answer)
    assert "Nothing was changed." in text(answer)
    assert dump.current() == before


def test_there_is_one_default_and_it_is_whichever_was_marked_last(maya: Client) -> None:
    maya.post("/promises/+new/", form(default="on"))

    assert [policy.slug for policy in known().policies if policy.is_default] == ["webinars"]


def test_promises_are_put_in_order(maya: Client) -> None:
    maya.post("/promises/rest/move/", {"way": "up"})
    assert slugs() == ["rest", "hot"]

    maya.post("/promises/rest/move/", {"way": "down"})
    maya.post("/promises/rest/move/", {"way": "down"})
    assert slugs() == ["hot", "rest"]


def test_who_was_slower_does_not_write_over_the_other(maya: Client) -> None:
    seen = editing.last_change()
    edit(maya, "hot", name="Mine")

    answer = edit(maya, "hot", name="Yours", seen=seen)

    assert answer.status_code == 422
    assert "Somebody changed the promises meanwhile" in text(answer)
    assert known().policies[0].name == "Mine"


def test_a_promise_is_taken_out_after_a_question(maya: Client) -> None:
    assert "Remove Demo and pricing?" in text(maya.get("/promises/hot/remove/"))

    maya.post("/promises/hot/remove/")

    assert slugs() == ["rest"]
    assert maya.get("/promises/hot/edit/").status_code == 404


def test_once_none_is_left_the_shipped_ones_are_in_force_and_become_ones_own_with_the_first_change(
    maya: Client,
) -> None:
    for slug in ("hot", "rest"):
        maya.post(f"/promises/{slug}/remove/")
    assert known().policies == sla.SHIPPED
    assert "these come with Switchyard" in text(maya.get("/promises/"))

    edit(maya, "fast", name="Faster", for_intents="demo")

    assert slugs() == ["fast", "warm", "standard"]
    assert known().policies[0].name == "Faster"
    assert SlaPolicy.objects.count() == 3


def test_a_company_holiday_is_added_and_taken_out_again(maya: Client) -> None:
    day = timezone.now().date().replace(month=12, day=24)
    maya.post("/promises/+holidays/", {"day": day.isoformat(), "name": "Christmas Eve"})

    assert CompanyHoliday.objects.get().day == day
    assert "Christmas Eve" in text(maya.get("/promises/"))
    assert day in known().world.reps[DANA].calendar.holidays
    assert Change.objects.filter(kind="holidays", by=person(MAYA)).exists()

    maya.post("/promises/+holidays/remove/", {"day": day.isoformat()})
    assert not CompanyHoliday.objects.exists()
    assert date(2020, 1, 1) not in known().world.reps[DANA].calendar.holidays


@pytest.mark.parametrize("fields", [{"day": "", "name": "x"}, {"day": "24.12.", "name": "x"}, {"day": "2026-12-24"}])
def test_a_holiday_that_is_none_is_refused(maya: Client, fields: dict[str, str]) -> None:
    assert maya.post("/promises/+holidays/", fields).status_code == 422
    assert not CompanyHoliday.objects.exists()
    assert maya.post("/promises/+holidays/remove/", {"day": "no day"}).status_code == 404


def test_the_same_day_twice_is_said(maya: Client) -> None:
    for _ in range(2):
        answer = maya.post("/promises/+holidays/", {"day": "2026-12-24", "name": "Christmas Eve"})

    assert answer.status_code == 422
    assert "is already" in text(answer)


def test_a_form_that_says_it_has_a_million_steps_is_as_long_as_any_other(maya: Client) -> None:
    answer = maya.post("/promises/+new/", {"steps-TOTAL_FORMS": "9" * 20, "steps-INITIAL_FORMS": "0"})

    assert answer.status_code == 422
    assert len(answer.context["steps"].forms) <= MOST_LINES


def test_managers_read_and_reps_do_not() -> None:
    lena, dana = signed_in(LENA), signed_in(DANA)

    page = text(lena.get("/promises/"))
    assert "View only" in page
    assert "/edit/" not in page
    for address in ("/promises/+new/", "/promises/hot/edit/", "/promises/hot/remove/"):
        assert lena.get(address).status_code == 403
        assert dana.get(address).status_code == 403
    for address in ("/promises/hot/move/", "/promises/hot/remove/", "/promises/+holidays/"):
        assert lena.post(address, {"way": "down", "day": "2026-12-24", "name": "x"}).status_code == 403
    assert dana.get("/promises/").status_code == 403
    assert slugs() == ["hot", "rest"]
