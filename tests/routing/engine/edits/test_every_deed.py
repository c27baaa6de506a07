"""What holds for every deed on every document: nothing that it does not name is damaged, and it can be done again."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis import strategies as st

from routing.engine import edits, nodes
from routing.engine.edits import DEEDS, Around, Done, Refused
from routing.engine.nodes import Json
from routing.engine.unfinished import readable
from tests.routing.engine.documents import VOCABULARY, documents
from tests.routing.engine.edits.deeds import FURNITURE, deeds, documents_and_deeds

LIVE: Json = {
    "format": 1,
    "sticky_days": 7,
    "rules": [
        {
            "id": "rule-2",
            "name": "Two",
            "when": {"all": []},
            "rules": [{"id": "rule-1", "name": "One", "when": {"all": []}, "target": {"kind": "territory"}}],
            "otherwise": {"kind": "fallback"},
        },
        {"id": "branch", "name": "Three", "when": {"all": []}, "target": {"kind": "territory"}},
    ],
    "otherwise": {"kind": "queue", "queue": "triage"},
}
AROUND = Around(VOCABULARY, frozenset({"new", "rule"}), live=LIVE)


def done(document: Json, op: str, arguments: dict[str, Any]) -> Done | None:
    """None where the deed was refused."""
    try:
        return edits.apply(document, op, arguments, AROUND)
    except Refused:
        return None


def own(document: Json) -> dict[str, Json]:
    """What is written on each rule itself."""
    return {found.id: {key: found.rule[key] for key in found.rule if key != "rules"} for found in nodes.walk(document)}


def named(document: Json, op: str, arguments: dict[str, Any]) -> set[str]:
    """The rules that a deed is about. One that becomes a branch because something goes inside is among them."""
    named = {nodes.rule_of(str(arguments.get(key, ""))) for key in ("node", "parent")}
    named.update(arguments.get("nodes", []))
    if op in ("delete", "revert") and (found := nodes.find(document, arguments["node"])):
        named.update(inner.id for inner in nodes.walk({"rules": [found.rule]}))
        theirs = nodes.find(LIVE, arguments["node"])
        named.update(inner.id for inner in nodes.walk({"rules": [theirs.rule] if theirs else []}))
    return named


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(documents_and_deeds())
def test_a_deed_can_be_done_again_with_the_same_result_and_leaves_what_it_was_given(
    made: tuple[Json, str, dict[str, Any]],
) -> None:
    document, op, arguments = made
    before = deepcopy(document)

    first = done(document, op, arguments)

    assert document == before
    again = done(json.loads(json.dumps(document)), op, json.loads(json.dumps(arguments)))
    assert again == first
    if first:
        assert first.document == json.loads(json.dumps(first.document))
        assert first.words
        assert "None" not in first.words


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(documents_and_deeds())
def test_what_a_deed_does_not_name_says_what_it_said_and_stands_in_the_same_order(
    made: tuple[Json, str, dict[str, Any]],
) -> None:
    document, op, arguments = made
    after = done(document, op, arguments)
    if after is None:
        return

    names = named(document, op, arguments)
    said, says = own(document), own(after.document)
    kept = [node for node in said if node not in names]

    assert {node: says.get(node) for node in kept} == {node: said[node] for node in kept}
    assert [node for node in says if node in kept] == kept
    if op not in ("stickiness", "revert"):
        assert after.document.get("sticky_days") == document.get("sticky_days")
    if not str(arguments.get("node", "")).startswith("_"):
        assert after.document["otherwise"] == document["otherwise"]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(documents_and_deeds())
def test_a_tree_that_could_be_published_lacks_afterwards_at_most_what_the_deed_left_open(
    made: tuple[Json, str, dict[str, Any]],
) -> None:
    document, op, arguments = made
    assert readable(document, VOCABULARY).problems == ()
    after = done(document, op, arguments)
    if after is None:
        return

    problems = readable(after.document, VOCABULARY).problems

    about = named(document, op, arguments) | {nodes.rule_of(after.node)}
    if op == "starter":
        about = set(own(after.document))
    assert {nodes.rule_of(nodes.node_at(after.document, problem.path)) for problem in problems} <= about
    if op in ("move", "delete", "toggle", "add_branch", "duplicate", "merge", "to_table", "unset_fact", "revert"):
        assert problems == ()


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_whatever_is_done_to_a_draft_it_can_be_read_and_edited_further(data: st.DataObject) -> None:
    document = data.draw(documents())
    for _ in range(6):
        op, arguments = data.draw(deeds(document))
        after = done(document, op, arguments)
        document = after.document if after else document
        readable(document, VOCABULARY)
        ids = [found.id for found in nodes.walk(document)]
        assert len(ids) == len(set(ids))


@pytest.mark.parametrize("op", sorted(set(DEEDS) - {"starter"}))
def test_every_deed_that_is_made_up_here_can_be_done(op: str) -> None:
    """Or the properties above would hold because everything is refused."""
    document = {"format": 1, "rules": FURNITURE, "otherwise": {"kind": "queue", "queue": "inbox"}}

    find(
        deeds(document, op),
        lambda made: (after := done(document, *made)) is not None and after.document != document,
        settings=settings(
            max_examples=2000, phases=[Phase.generate], suppress_health_check=list(HealthCheck), deadline=None
        ),
    )


def test_no_tree_grows_past_what_could_be_published() -> None:
    filled = {**deepcopy(LIVE["rules"][1]), "why": "x" * 1_500_000}
    document = {**LIVE, "rules": [{**filled, "id": "a"}, {**filled, "id": "b"}]}

    with pytest.raises(Refused, match="4 MiB"):
        edits.apply(document, "duplicate", {"node": "a"}, AROUND)
    assert edits.apply(document, "delete", {"node": "a"}, AROUND)
