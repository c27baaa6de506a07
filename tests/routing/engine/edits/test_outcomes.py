"""Where leads are sent, who of several takes them, and what happens if nobody can."""

from __future__ import annotations

from typing import Any

import pytest

from routing.engine.edits import Around, Refused
from routing.engine.nodes import Json, target_of
from tests.routing.engine.edits.trees import AROUND, TREE, do, rule

ENTERPRISE = {"kind": "pool", "pool": "enterprise"}
NAMED = Around(AROUND.vocabulary, names={"pool": {"smb": "Small business"}, "sla": {"fast": "5 minutes"}})


def to(node: str, around: Around = AROUND, document: Json = TREE, **arguments: Any) -> Any:
    return target_of(do("set_target", document, around, node=node, **arguments).document, node)


@pytest.mark.parametrize(
    ("given", "target", "words"),
    [
        ({"kind": "pool", "pool": "smb"}, {"kind": "pool", "pool": "smb"}, "sent Large to Small business"),
        ({"kind": "rep", "rep": "ada@x.com"}, {"kind": "rep", "rep": "ada@x.com"}, "sent Large to ada@x.com"),
        ({"kind": "account_owner"}, {"kind": "account_owner"}, "sent Large to the account's owner"),
        ({"kind": "territory"}, {"kind": "territory"}, "sent Large to the territory's reps"),
        (
            {"kind": "queue", "queue": "triage", "sla": "fast"},
            {"kind": "queue", "queue": "triage", "sla": "fast"},
            "sent Large to the queue triage",
        ),
        ({"kind": "nurture", "track": "later"}, {"kind": "nurture", "track": "later"}, "sent Large to the track later"),
        (
            {"kind": "discard", "reason": "A competitor."},
            {"kind": "discard", "reason": "A competitor."},
            "sent Large to nobody: they are discarded",
        ),
        ({"kind": "tree", "tree": "partners"}, {"kind": "tree", "tree": "partners"}, "sent Large to the tree partners"),
        ({"kind": "fallback"}, {"kind": "fallback"}, "sent Large to the fallback"),
        ({"kind": "rep"}, {"kind": "rep"}, "sent Large to a rep that is still to be chosen"),
        (
            {"kind": "table"},
            {"kind": "table", "field": "country", "rows": [], "otherwise": ENTERPRISE},
            "sent Large to a table by country",
        ),
        (
            {"kind": "split"},
            {
                "kind": "split",
                "ways": [
                    {"name": "A", "share": 50, "target": ENTERPRISE},
                    {"name": "B", "share": 50, "target": ENTERPRISE},
                ],
            },
            "sent Large to a split of 2 ways",
        ),
    ],
)
def test_a_rule_sends_its_leads_to_any_kind_of_place(given: dict[str, Any], target: Json, words: str) -> None:
    done = do("set_target", TREE, NAMED, node="large_target", **given)

    assert rule(done.document, "large")["target"] == target
    assert (done.words, done.node) == (words, "large_target")


def test_how_somebody_is_chosen_stays_as_far_as_the_new_kind_chooses_too() -> None:
    assigned = do("set_assign", node="large_target", strategy="weighted", sla="fast", hours="require").document

    assert to("large_target", document=assigned, kind="territory") == {
        "kind": "territory",
        "strategy": "weighted",
        "sla": "fast",
        "hours": "require",
    }
    assert to("large_target", document=assigned, kind="queue", queue="triage") == {
        "kind": "queue",
        "queue": "triage",
        "sla": "fast",
    }


def test_otherwise_is_set_too_and_the_last_one_must_be_a_place() -> None:
    done = do("set_target", node="emea_otherwise_target", kind="fallback")

    assert rule(done.document, "emea")["otherwise"] == {"kind": "fallback"}
    assert done.words == "sent Otherwise of EMEA to the fallback"
    pool = do("set_target", node="_otherwise_target", kind="pool", pool="smb").document
    assert pool["otherwise"] == {"kind": "pool", "pool": "smb"}
    with pytest.raises(Refused, match="place where leads can stay"):
        to("_otherwise_target", kind="discard", reason="None of ours.")
    with pytest.raises(Refused, match="place where leads can stay"):
        do("set_if_nobody", pool, AROUND, node="_otherwise_target", kind="nurture", track="later")


def test_the_outcome_of_a_rule_can_be_taken_away_and_that_of_an_otherwise_cannot() -> None:
    done = do("set_target", node="large_target", kind="")

    assert "target" not in rule(done.document, "large")
    with pytest.raises(Refused, match="Choose where"):
        do("set_target", node="emea_otherwise_target", kind="")


@pytest.mark.parametrize("node", ["emea_target", "large_otherwise_target", "gone_target", "_target", ""])
def test_a_piece_without_an_outcome_of_its_own_is_given_none(node: str) -> None:
    with pytest.raises(Refused):
        do("set_target", node=node, kind="fallback")


@pytest.mark.parametrize(
    ("given", "member", "words"),
    [
        ({"strategy": "least_loaded"}, {"strategy": "least_loaded"}, "set strategy of Large to least loaded"),
        (
            {"require_skills": ["german:3", "french"]},
            {"require_skills": {"german": 3, "french": 1}},
            "set required skills of Large to german 3, french 1",
        ),
        (
            {"require_skills": {"german": 2}},
            {"require_skills": {"german": 2}},
            "set required skills of Large to german 2",
        ),
        ({"skills_from": ["language"]}, {"skills_from": ["language"]}, "set skills from fields of Large to language"),
        ({"prefer_skills": ["french"]}, {"prefer_skills": ["french"]}, "set preferred skills of Large to french"),
        ({"hours": "ignore"}, {"hours": "ignore"}, "set working hours of Large to ignore"),
        ({"sla": "fast"}, {"sla": "fast"}, "set SLA of Large to 5 minutes"),
        (
            {"strategy": "weighted", "sla": "fast"},
            {"strategy": "weighted", "sla": "fast"},
            "set strategy of Large to weighted and SLA to 5 minutes",
        ),
    ],
)
def test_who_of_several_is_chosen_is_set_and_taken_back(given: dict[str, Any], member: Json, words: str) -> None:
    done = do("set_assign", TREE, NAMED, node="large_target", **given)
    back = do("set_assign", done.document, AROUND, node="large_target", **dict.fromkeys(given, ""))

    assert rule(done.document, "large")["target"] == {**ENTERPRISE, **member}
    assert done.words == words
    assert back.document == TREE


@pytest.mark.parametrize(
    ("node", "given", "field"),
    [
        ("large_target", {"strategy": "dice"}, "strategy"),
        ("large_target", {"require_skills": ["german:9"]}, "require_skills"),
        ("large_target", {"skills_from": ["employees"]}, "skills_from"),
        ("large_target", {"capacity": "warn"}, "capacity"),
        ("rest_target", {"strategy": "weighted"}, "strategy"),
    ],
)
def test_what_does_not_choose_there_is_refused(node: str, given: dict[str, Any], field: str) -> None:
    with pytest.raises(Refused) as refused:
        do("set_assign", node=node, **given)

    assert refused.value.field == field


def test_a_named_person_may_be_asked_although_he_is_full() -> None:
    done = do("set_assign", node="customers_target", capacity="warn")

    assert rule(done.document, "customers")["target"] == {"kind": "account_owner", "capacity": "warn"}


def test_leads_that_nobody_can_take_go_elsewhere_and_that_place_is_edited_like_any() -> None:
    done = do("set_if_nobody", node="large_target", kind="pool", pool="smb")
    deeper = do("set_assign", done.document, AROUND, node="large_target", within="if_nobody", hours="ignore")
    back = do("set_if_nobody", deeper.document, AROUND, node="large_target", kind="fallback")

    assert done.words == "sent leads of Large that nobody can take to smb"
    assert rule(deeper.document, "large")["target"] == {
        **ENTERPRISE,
        "if_nobody": {"kind": "pool", "pool": "smb", "hours": "ignore"},
    }
    assert back.document == TREE
    with pytest.raises(Refused, match="nobody is chosen"):
        do("set_if_nobody", node="rest_target", kind="pool", pool="smb")


def test_places_inside_an_outcome_are_named_by_their_way_and_go_eight_deep() -> None:
    document = do("set_target", node="large_target", kind="split").document
    document = do("set_target", document, AROUND, node="large_target", within="ways.1", kind="territory").document
    assert rule(document, "large")["target"]["ways"][1]["target"] == {"kind": "territory"}

    within = "ways.0"
    for _ in range(6):
        document = do("set_if_nobody", document, AROUND, node="large_target", within=within, kind="territory").document
        within = f"{within}.if_nobody"
    with pytest.raises(Refused, match="8 deep"):
        do("set_if_nobody", document, AROUND, node="large_target", within=within, kind="territory")


@pytest.mark.parametrize("within", ["rows.0", "ways", "ways.9", "nowhere", "otherwise.otherwise", "ways.x"])
def test_a_place_that_is_not_inside_is_refused(within: str) -> None:
    with pytest.raises(Refused):
        do("set_target", node="large_target", within=within, kind="fallback")
