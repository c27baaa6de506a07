"""Scoring is not routing: who is not ready waits before any rule is asked, and who asks for a demo never does."""

import pytest

from routing.engine.route import Holder, Request, answer_of
from routing.engine.world import Gate
from tests.routing.engine.small_world import NOON, TO_TRIAGE, Desk, days, pool, rep, world

ADA = rep("Ada")
RULE = {
    "id": "large",
    "name": "Large",
    "when": {"field": "employees", "op": "gte", "value": 100},
    "target": {"kind": "pool", "pool": "sales", "if_nobody": TO_TRIAGE},
}
GATE = Gate(threshold=40, skip_score_for=frozenset({"demo", "pricing"}), track="newsletter")


def office(gate: Gate | None = GATE) -> Desk:
    document = {"rules": [RULE], "otherwise": TO_TRIAGE}
    return Desk(world(document, reps=[ADA], pools=[pool("sales", "Ada")], gate=gate))


@pytest.mark.parametrize(
    ("facts", "kind", "path"),
    [
        ({"score": 39}, "nurture", "gate"),
        ({"score": 40}, "assigned", "main/large"),
        ({"score": -5, "intent": "Demo "}, "assigned", "main/large"),
        ({"score": 0, "intent": "content"}, "nurture", "gate"),
        ({}, "assigned", "main/large"),
    ],
)
def test_who_scores_less_than_the_threshold_is_nurtured_unless_the_intent_skips_the_score(facts, kind, path):
    outcome = office().arrive(employees=500, **facts)

    assert (outcome.kind, outcome.path) == (kind, path)


def test_who_is_held_back_waits_in_the_track_of_the_model_with_the_reason():
    outcome = office().arrive(score=31)

    assert (outcome.track, outcome.rules, outcome.fallback) == ("newsletter", (), False)
    assert outcome.reason == "Score 31, needs 40: nurture, track newsletter, until more is known."


def test_whoever_knows_the_person_gets_the_lead_whatever_the_score():
    outcome = office().arrive(score=0, holder=Holder(ADA.email, NOON - days(1)))

    assert (outcome.rep, outcome.path) == (ADA.email, "sticky")


def test_the_answer_is_known_without_asking_anybody():
    desk = office()
    ready, held = ({"employees": 500, "score": score} for score in (50, 10))

    answers = [answer_of(Request("ada", facts), desk.world, NOON) for facts in (ready, held, {"score": 99})]

    assert answers == ["main/large", "gate", "main/otherwise"]
    assert [desk.arrive(**facts).path for facts in (ready, held, {"score": 99})] == answers
    assert desk.standing.levels == {("sales", ADA.email): 1.0}


def test_the_path_stays_what_the_rules_answered_when_nobody_could_take_the_lead():
    away = rep("Ada", active=False)
    desk = Desk(world({"rules": [RULE], "otherwise": TO_TRIAGE}, reps=[away], pools=[pool("sales", "Ada")]))

    outcome = desk.arrive(employees=500)

    assert (outcome.kind, outcome.queue, outcome.path) == ("queued", "triage", "main/large")
