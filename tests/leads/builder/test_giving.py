"""Facts and hours as somebody gives them to a test: kept in the session, through edits, and refused field by field."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import timezone

from leads.builder.testing import giving, subjects
from leads.builder.testing.giving import Unusable
from leads.configuration import store
from routing.builder import drafts
from routing.engine.edits import Done
from routing.engine.facts import STANDARD
from routing.models import Tree
from tests.office import HEALTH, MAYA, arrive, open_office, person, signed_in

BERLIN = ZoneInfo("Europe/Berlin")
WEDNESDAY = datetime(2026, 6, 3, 12, tzinfo=UTC)
TEST, PAGE = "/routing/inbound/test/", "/routing/inbound/"


@pytest.mark.parametrize(
    ("pasted", "problem"),
    [
        ("", "Paste an object"),
        ("{", "This is no JSON: line 1, column 2"),
        ("[1]", "one object in braces"),
        ('{"employes": 5}', "employes: there is no such field. Did you mean employees?"),
        ('{"employees": "many"}', "Employees must be a number, such as 200."),
        ('{"email": "nobody"}', "E-mail must be an e-mail address"),
        ("[" * 100_000, "no JSON"),
    ],
)
def test_what_is_wrong_with_a_pasted_lead_is_said_by_field(pasted: str, problem: str) -> None:
    with pytest.raises(Unusable) as refused:
        giving.facts_of_json(pasted, STANDARD)

    assert problem in refused.value.problems[0] or "nested too deeply" in refused.value.problems[0]


@pytest.mark.parametrize(
    ("day", "hour", "at"),
    [
        ("sun", "03:00", datetime(2026, 6, 7, 1, tzinfo=UTC)),
        ("wed", "15:00", datetime(2026, 6, 3, 13, tzinfo=UTC)),
        ("wed", "14:00", datetime(2026, 6, 10, 12, tzinfo=UTC)),  # it is two in Berlin just now: the next one
        ("2026-12-24", "", datetime(2026, 12, 23, 23, tzinfo=UTC)),
        ("", "", None),
    ],
)
def test_a_day_and_an_hour_are_the_next_such_on_the_tree_s_own_clock(day: str, hour: str, at: datetime | None) -> None:
    assert giving.moment_of(day, hour, BERLIN, WEDNESDAY) == at


def test_an_hour_that_is_none_is_refused() -> None:
    with pytest.raises(Unusable):
        giving.moment_of("sun", "3 o'clock", BERLIN, WEDNESDAY)


@pytest.fixture
def maya(db: None) -> Client:
    open_office()
    return signed_in(MAYA)


def kept(client: Client) -> dict[str, Any]:
    found: dict[str, Any] = client.session[subjects.KEY]["inbound"]
    return found


def test_it_stays_through_an_edit_and_says_what_the_edit_does(maya: Client) -> None:
    lead = arrive("Priya Raman", **HEALTH)
    maya.post(TEST, {"do": "lead", "lead": lead.pk})
    maya.post(TEST, {"do": "time", "day": "sun", "at": "03:00"})
    assert "Dana Okafor</b> by rule 2.1" in maya.get(PAGE).content.decode()

    def how(before: Any) -> Done:
        return Done({**before, "rules": before["rules"][:1]}, "emptied it", "")

    drafts.change(Tree.objects.get(), rev=0, op={}, by=person(MAYA), now=timezone.now(), how=how)

    shown = maya.get(PAGE).content.decode()
    assert "Triage queue</b> by Otherwise" in shown
    assert "Sunday" in shown
    maya.post(TEST, {"do": "end"})
    assert "Testing <b>" not in maya.get(PAGE).content.decode()
    assert "inbound" not in maya.session[subjects.KEY]


def test_a_fact_is_changed_made_blank_and_put_back(maya: Client) -> None:
    lead = arrive("Priya Raman", **HEALTH)
    maya.post(TEST, {"do": "lead", "lead": lead.pk})

    maya.post(TEST, {"do": "fact", "field": "employees", "value": "1,200", "act": "set"})
    assert kept(maya)["facts"] == {"employees": 1200}
    maya.post(TEST, {"do": "fact", "field": "employees", "act": "blank"})
    assert kept(maya)["facts"] == {"employees": None}
    assert "Employees is blank" in maya.get(PAGE).content.decode()
    maya.post(TEST, {"do": "fact", "field": "employees", "act": "restore"})
    assert kept(maya)["facts"] == {}
    assert maya.post(TEST, {"do": "fact", "field": "nothing", "value": "5"}).status_code == 404
    assert maya.post(TEST, {"do": "nothing"}).status_code == 404
    assert maya.post(TEST, {"do": "fact", "field": "employees", "value": "many"}).status_code == 422


def test_a_lead_held_back_by_its_score_says_so(maya: Client) -> None:
    rules = "[{name: L, when: {field: employees, op: gte, value: 9}, points: 31}]"
    model = f"version: 1\nscoring: {{threshold: 40, rules: {rules}}}"
    store.load(model, now=timezone.now())

    maya.post(TEST, {"do": "json", "json": '{"intent": "content", "employees": 5000}'})

    shown = maya.get(PAGE).content.decode()
    assert shown.count("Not routed: score 31, needs 40") >= 2  # in the bar and at the gate
    assert 'class="n lit' not in shown
