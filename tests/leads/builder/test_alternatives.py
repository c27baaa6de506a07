"""What would have changed it, in words: on the bar of a test and on the page of a decision."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.utils import timezone

from leads.builder.desk import desk_of
from leads.builder.testing import alternatives
from leads.builder.testing import under_test as testing
from leads.builder.testing.subjects import Subject
from leads.configuration import store
from leads.world import known
from tests.office import HEALTH, INES, LENA, MAYA, SMALL, arrive, open_office, person, signed_in
from tests.organisation import publish_tree

pytestmark = pytest.mark.django_db
SUNDAY = datetime(2026, 6, 7, 3, tzinfo=UTC)
MODEL = """
version: 1
scoring:
  threshold: 40
  rules:
    - {name: Large, when: {field: employees, op: gte, value: 500}, points: 30}
    - {name: Our kind, when: {field: industry, op: in, value: [Healthcare, Banking]}, points: 25}
"""


@pytest.fixture(autouse=True)
def office() -> None:
    open_office()


def told(**facts: Any) -> list[str]:
    maya = person(MAYA)
    tested = testing.tested(Subject(facts=facts), desk_of(maya, "inbound"), by=maya, now=SUNDAY)
    assert tested is not None
    return [one.now for one in tested.alternatives]


def test_the_smallest_change_comes_first_and_names_where_it_leads() -> None:
    assert told(intent="demo", employees=850, industry="Steel") == [
        "If employees were 1,000 (now 850), it would go to EMEA, by rule 2 Large demo request.",
        "If e-mail domain were .edu (blank now), it would go to Discarded, student, by rule 1 Students.",
    ]


def test_the_score_follows_from_the_facts_and_may_be_what_is_in_the_way() -> None:
    store.load(MODEL, now=timezone.now())

    said = told(intent="content", employees=600, industry="Steel")

    assert "If industry were Healthcare (now Steel), it would go to Triage queue, by Otherwise." in said
    assert "If score were 40 (now 30), it would go to Triage queue, by Otherwise." in said


def test_the_page_of_a_decision_says_what_would_have_changed_it() -> None:
    lead = arrive("Ada Small", **SMALL)

    page = signed_in(MAYA).get(f"/decisions/{lead.decision_id}/").content.decode()

    assert "What would have changed it" in page
    assert "employees were 1,000 (now 5)" in page
    assert "it would have gone to <b>Enterprise queue</b>, by rule 3 Large without a demo" in page


def test_by_the_rules_as_they_were_then() -> None:
    lead = arrive("Ada Small", **SMALL)
    publish_tree(slug="inbound", document={"rules": [], "otherwise": {"kind": "queue", "queue": "triage"}})

    [said, *_] = alternatives.of_decision(lead.decision, known())

    assert said.then == (
        "If employees were 1,000 (now 5), it would have gone to Enterprise queue, by rule 3 Large without a demo."
    )


def test_nothing_is_told_where_no_rule_was_asked() -> None:
    arrive("Priya Raman", **HEALTH)
    again = arrive("Priya Raman", **HEALTH, message="Me again")

    assert again.decision.sticky
    assert alternatives.of_decision(again.decision, known()) == ()
    assert "What would have changed it" not in signed_in(LENA).get(f"/decisions/{again.decision_id}/").content.decode()
    assert signed_in(INES).get(f"/decisions/{again.decision_id}/").status_code == 404
