"""The score model through time: a change is a version, a decision names the one it was made with."""

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from leads.configuration import dump, store
from leads.models import ScoreVersion
from leads.world import known
from routing.models import Decision
from tests.office import STEEL, arrive, open_office

NOON = datetime(2026, 6, 3, 12, tzinfo=UTC)
BIG = "{name: Big, when: {field: employees, op: gte, value: 500}, points: 20}"
DEMO = "{name: Asks, when: {field: intent, op: is, value: demo}, points: 30}"


def load(*rules: str, more: str = "") -> None:
    store.load(f"version: 1\nscoring: {{rules: [{', '.join(rules)}], grades: {{A: 40, B: 0}}{more}}}", now=NOON)


@pytest.mark.django_db
def test_each_change_is_a_version_and_the_newest_is_in_force():
    load(BIG)
    load(BIG, DEMO)

    versions = ScoreVersion.objects.order_by("number")
    assert [(one.number, len(one.document["rules"]), one.published_at) for one in versions] == [
        (1, 1, NOON),
        (2, 2, NOON),
    ]
    assert (known().scoring.version, len(known().scoring.rules)) == (2, 2)


@pytest.mark.django_db
def test_the_same_file_again_is_no_version():
    load(BIG)
    load(BIG, more=", threshold: 0, track: nurture")

    assert ScoreVersion.objects.count() == 1


@pytest.mark.django_db
def test_a_file_without_a_model_ends_it_and_the_history_stays():
    load(BIG)

    store.load("version: 1\nscoring: {}", now=NOON)

    assert [one.document == {} for one in ScoreVersion.objects.order_by("number")] == [False, True]
    assert (known().scoring.rules, known().world.gate) == ((), None)
    assert "scoring" not in dump.text()


@pytest.mark.django_db
def test_a_decision_names_the_version_and_what_added_up():
    open_office()
    load(BIG)
    load(BIG, DEMO)

    lead = arrive("Jonas Beck", **STEEL)

    assert Decision.objects.get(pk=lead.decision_id).scoring == {
        "version": 2,
        "score": 50,
        "grade": "A",
        "parts": [{"name": "Big", "points": 20}, {"name": "Asks", "points": 30}],
    }


@pytest.mark.django_db(transaction=True)
def test_the_only_model_of_before_becomes_the_first_version():
    before, after = [("leads", "0007_matching")], [("leads", "0008_score_versions")]
    newest = MigrationExecutor(connection).loader.graph.leaf_nodes()
    executor = MigrationExecutor(connection)
    executor.migrate(before)
    executor.loader.project_state(before).apps.get_model("leads", "ScoreModel").objects.create(
        id=1, document={"rules": [], "grades": {"A": 5}}
    )

    executor = MigrationExecutor(connection)
    executor.migrate(after)

    kept = executor.loader.project_state(after).apps.get_model("leads", "ScoreVersion").objects.get()
    assert (kept.number, kept.document) == (1, {"rules": [], "grades": {"A": 5}})
    MigrationExecutor(connection).migrate(newest)
