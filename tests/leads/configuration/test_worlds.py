"""A configuration as the engine knows it."""

from datetime import UTC, datetime

import pytest

from leads import sla
from leads.configuration import worlds
from leads.configuration.parts import EMPTY
from leads.configuration.read import read
from routing.engine.simulate import Arrival, fold
from routing.engine.world import Gate
from tests.leads.configuration.company import COMPANY

NOON = datetime(2026, 6, 3, 12, tzinfo=UTC)
CONFIGURATION = read(COMPANY).configuration


def test_the_world_holds_everything_a_decision_needs():
    world = worlds.build_world(CONFIGURATION)

    assert world.default_tree == "main"
    assert world.trees["main"].zone == "Europe/Berlin"
    assert world.pools["sales"].members[0].rep == "carl@example.com"
    assert world.pools["territory:dach"].strategy == "weighted"
    assert world.ancestors["berlin"] == {"berlin", "dach"}
    assert world.lists["rivals"] == {"evil.example", "10115", "01234"}
    assert world.queues == {"unassigned": None, "triage": "north"}
    assert world.skills == {"german", "saas"}
    assert world.vocabulary.get("custom.budget") is not None
    ada = world.reps["ada@example.com"]
    assert ada.calendar.week.zone == "Europe/Berlin"
    assert len(ada.calendar.away) == 2
    assert datetime(2026, 12, 25).date() in ada.calendar.holidays


def test_an_account_without_an_owner_has_its_nearest_ancestors():
    assert worlds.account_cards(CONFIGURATION)["Acme Labs"].owner == "ada@example.com"
    assert worlds.shelf(CONFIGURATION).first(["acme-corp.example"], [])[0] == {
        "acme-corp.example": worlds.account_cards(CONFIGURATION)["Acme"].id
    }


def test_policies_are_the_files_or_those_that_are_shipped():
    assert [policy.slug for policy in worlds.policies(CONFIGURATION)] == ["quick", "calm"]
    assert worlds.policies(EMPTY) == sla.SHIPPED


def test_scores_grade_best_first():
    card = worlds.score_card(CONFIGURATION)

    assert card.grades == (("A", 80), ("B", 20))
    assert card.rules[0].points == 50


@pytest.mark.parametrize(
    ("scoring", "gate"),
    [
        ("{rules: [{name: A, when: {all: []}, points: 1}]}", Gate(0, frozenset({"demo", "pricing"}), "nurture")),
        (
            "{threshold: 40, skip_score_for: [' Trial'], track: later, rules: [{name: A, when: {all: []}, points: 1}]}",
            Gate(40, frozenset({"trial"}), "later"),
        ),
        (
            "{threshold: 40, skip_score_for: [], rules: [{name: A, when: {all: []}, points: 1}]}",
            Gate(40, frozenset(), "nurture"),
        ),
        ("{threshold: 40, grades: {A: 80}}", None),
        ("{}", None),
    ],
)
def test_who_is_held_back_follows_from_the_score_model(scoring, gate):
    assert worlds.build_world(read(f"version: 1\nscoring: {scoring}").configuration).gate == gate


def test_a_score_model_is_written_without_what_goes_without_saying():
    model = "{threshold: 0, skip_score_for: [pricing, demo], track: nurture, rules: [], grades: {}}"

    assert read(f"version: 1\nscoring: {model}").configuration.scoring[0].document == {"rules": [], "grades": {}}


def test_before_there_is_a_tree_every_lead_waits_in_the_built_in_queue():
    world = worlds.build_world(EMPTY)

    ((_, outcome),) = fold([Arrival("x", {}, NOON)], world)

    assert (outcome.kind, outcome.queue) == ("queued", "unassigned")
