"""A score is told part by part, with what it meant: on pages and to programs, also long after."""

import re

import pytest
from django.utils import timezone

from leads.configuration import store
from leads.models import Lead
from leads.reckoning import of_decision
from leads.world import known
from reps.tokens import make_token
from routing.models import Decision
from tests.office import HEALTH, MAYA, arrive, open_office, person, signed_in

pytestmark = pytest.mark.django_db

MODEL = """
version: 1
scoring:
  threshold: 40
  track: newsletter
  rules:
    - {name: Large, when: {field: employees, op: gte, value: 500}, points: 20}
    - {name: Wants to buy, when: {field: message, op: contains, value: budget}, points: 25}
    - {name: Free mail, when: {field: is_free_email, op: is, value: true}, points: -15}
  grades: {A: 40, B: 0}
"""
READER = {"intent": "content", "employees": 2400}


@pytest.fixture(autouse=True)
def office() -> None:
    open_office()
    store.load(MODEL, now=timezone.now())


def plain(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def told(lead: Lead):
    return of_decision(Decision.objects.get(pk=lead.decision_id), known())


def test_every_part_is_told_with_the_leads_own_value():
    scored = told(arrive("Iris Wolf", **READER))

    assert (scored.version, scored.score, scored.grade, scored.threshold) == (1, 20, "B", 40)
    assert [(part.points, part.name, part.because) for part in scored.parts] == [
        (20, "Large", "employees is at least 500 (it is 2,400)")
    ]


@pytest.mark.parametrize(
    ("fields", "status", "verdict"),
    [
        (READER, "nurture", "Needs 40: newsletter"),
        ({**READER, "message": "We have a budget."}, "queued", "Needs 40: ready"),
        (HEALTH, "assigned", "Needs 40: not held back, because the intent is demo"),
    ],
)
def test_what_the_score_meant_is_said_in_words(fields, status, verdict):
    lead = arrive("Iris Wolf", **fields)

    assert (lead.status, told(lead).verdict) == (status, verdict)


def test_a_new_model_leaves_what_was_said_by_the_old_one():
    lead = arrive("Iris Wolf", **READER)
    before = told(lead)

    store.load("version: 1\nscoring: {rules: [{name: Any, when: {all: []}, points: 1}]}", now=timezone.now())

    assert told(lead) == before


def test_a_rule_on_a_field_that_is_gone_is_still_named():
    store.load(
        "version: 1\nfields: [{key: custom.seats, type: number, label: Seats}]\n"
        "scoring: {rules: [{name: Seats, when: {field: custom.seats, op: is_blank}, points: 3}]}",
        now=timezone.now(),
    )
    lead = arrive("Iris Wolf", **READER)

    store.load("version: 1\nfields: []\nscoring: {}", now=timezone.now())

    assert [(part.name, part.points, part.because) for part in told(lead).parts] == [("Seats", 3, "")]


def test_without_a_model_there_is_nothing_to_tell():
    store.load("version: 1\nscoring: {}", now=timezone.now())

    assert told(arrive("Iris Wolf", **READER)) is None


def test_the_page_of_a_lead_says_how_its_score_came_about():
    lead = arrive("Iris Wolf", **READER)

    shown = plain(signed_in(MAYA).get(f"/leads/{lead.pk}/").content.decode())

    assert "20 Grade B Needs 40: newsletter" in shown
    assert "+20 Large employees is at least 500 (it is 2,400)" in shown


def test_the_page_of_a_decision_that_held_a_lead_back_offers_no_rules():
    lead = arrive("Iris Wolf", **READER)

    shown = plain(signed_in(MAYA).get(f"/decisions/{lead.decision_id}/").content.decode())

    assert "Held back before the rules The lead is not ready by the score model, so no rule was asked." in shown
    assert "Score 20, needs 40" in shown
    assert "Rules asked" not in shown
    assert "Score too low" in plain(signed_in(MAYA).get("/decisions/").content.decode())


def test_programs_are_told_the_same():
    lead = arrive("Iris Wolf", **READER)
    headers = {"Authorization": f"Bearer {make_token(person(MAYA), timezone.now())}"}
    expected = {
        "version": 1,
        "score": 20,
        "grade": "B",
        "threshold": 40.0,
        "parts": [{"name": "Large", "points": 20, "because": "employees is at least 500 (it is 2,400)"}],
        "verdict": "Needs 40: newsletter",
    }
    client = signed_in(MAYA)

    tried = client.post("/api/v1/evaluate/", {"facts": READER}, content_type="application/json", headers=headers).json()

    assert tried["scoring"] == expected
    assert (tried["outcome"], tried["track"], tried["asked"]) == ("nurture", "newsletter", [])
    assert client.get(f"/api/v1/leads/{lead.pk}/", headers=headers).json()["scoring"] == expected
    assert client.get(f"/api/v1/decisions/{lead.decision_id}/", headers=headers).json()["scoring"] == expected


def test_a_score_that_is_only_tried_has_no_parts():
    headers = {"Authorization": f"Bearer {make_token(person(MAYA), timezone.now())}"}
    facts = {**READER, "score": 90}

    tried = (
        signed_in(MAYA)
        .post("/api/v1/evaluate/", {"facts": facts}, content_type="application/json", headers=headers)
        .json()
    )

    assert (tried["outcome"], tried["scoring"]["score"], tried["scoring"]["version"]) == ("queued", 90, None)
    assert tried["scoring"]["parts"] == []
