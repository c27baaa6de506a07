"""What differs between two documents: nothing if and only if they mean the same, and every word of both is there."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.engine import nodes
from routing.engine.conditions import All, AnyOf, Condition, Not
from routing.engine.difference import Change, differences
from routing.engine.document import dump, dump_condition, parse
from routing.engine.edits import Around, Refused, apply
from routing.engine.nodes import Json
from routing.engine.phrases import text
from routing.engine.rules import every_rule
from routing.engine.saying import Speaker
from routing.engine.targets import STRATEGIES
from tests.routing.engine.documents import TARGETS, VOCABULARY, conditions, documents

POOL, QUEUE = {"kind": "pool", "pool": "emea"}, {"kind": "queue", "queue": "triage"}
NAMES = {("pool", "emea"): "EMEA", ("pool", "regulated"): "Regulated AEs", ("queue", "triage"): "Triage"}
BIG = {"field": "employees", "op": "gte", "value": 2000}
GERMAN = {"field": "country", "op": "is", "value": "DE"}


def rule(name: str, /, **said: Any) -> Json:
    target = {} if "rules" in said else {"target": POOL}
    return {"id": name, "name": name.title(), "when": BIG, **target, **said}


def tree(*rules: Json, **said: Any) -> Json:
    return {"format": 1, "rules": list(rules), "otherwise": QUEUE, **said}


def found(before: Json, after: Json) -> list[Change]:
    return list(differences(before, after, VOCABULARY, NAMES))


def read(change: Change) -> str:
    """ "employees is at least [-2,000-] [+1,000+]" """
    marks = {"same": "{}", "gone": "[-{}-]", "new": "[+{}+]"}
    return "".join(marks[how].format(said) for said, how in change.pieces)


def told(before: Json, after: Json) -> list[str]:
    return [f"{one.kind} {one.number} {one.name} {one.node}: {read(one)}" for one in found(before, after)]


def test_what_changed_inside_a_sentence_stands_inside_it() -> None:
    before = tree(rule("big", when={"all": [GERMAN, BIG]}))
    after = tree(rule("big", when={"all": [GERMAN, {**BIG, "value": 1000}]}))

    assert told(before, after) == ["edited 1 Big big: country is DE and employees is at least [-2,000-][+1,000+]"]


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (BIG, {"all": [BIG, GERMAN]}, "employees is at least 2,000[+ and country is DE+]"),
        ({"all": [GERMAN, BIG]}, BIG, "[-country is DE and -]employees is at least 2,000"),
        ({"all": [GERMAN, BIG]}, {"any": [GERMAN, BIG]}, "country is DE[- and -][+ or +]employees is at least 2,000"),
        (GERMAN, {**GERMAN, "op": "in", "value": ["DE", "AT"]}, "country[- is -][+ is one of +]DE[+, AT+]"),
        (GERMAN, BIG, "[-country is DE-][+employees is at least 2,000+]"),
        (GERMAN, {**GERMAN, "if_blank": True}, "country is DE[+ (or blank)+]"),
        ({"all": []}, GERMAN, "[-every lead-][+country is DE+]"),
        (
            {"all": [GERMAN, {"any": [BIG]}]},
            {"all": [GERMAN, {"any": [BIG, {"field": "revenue", "op": "gte", "value": 5}]}]},
            "country is DE and [+(+]employees is at least 2,000[+ or revenue is at least 5)+]",
        ),
    ],
)
def test_conditions_are_compared_part_by_part(before: Json, after: Json, said: str) -> None:
    assert [read(one) for one in found(tree(rule("big", when=before)), tree(rule("big", when=after)))] == [said]


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (POOL, {**POOL, "pool": "regulated"}, "to pool [-EMEA-][+Regulated AEs+]"),
        (POOL, QUEUE, "to [-pool EMEA-][+queue Triage+]"),
        (POOL, {**POOL, "strategy": "best_skilled"}, "to pool EMEA[+, by best skilled+]"),
        (
            {**POOL, "sla": "fast", "if_nobody": QUEUE},
            {**POOL, "sla": "slow", "if_nobody": {**QUEUE, "queue": "late"}},
            "to pool EMEA, promise [-fast-][+slow+], if nobody: queue [-Triage-][+late+]",
        ),
        (
            {"kind": "table", "field": "country", "rows": [{"values": ["DE"], "target": POOL}], "otherwise": QUEUE},
            {
                "kind": "table",
                "field": "country",
                "rows": [{"values": ["DE", "AT"], "target": POOL}, {"values": ["FR"], "target": QUEUE}],
                "otherwise": QUEUE,
            },
            "to by country: DE[+, AT+] → pool EMEA[+; FR → queue Triage+]; otherwise queue Triage",
        ),
    ],
)
def test_outcomes_are_compared_with_all_they_ask_for(before: Json, after: Json, said: str) -> None:
    changes = found(tree(rule("big", target=before)), tree(rule("big", target=after)))

    assert [(one.node, read(one)) for one in changes] == [("big_target", said)]


def test_a_branch_that_took_over_the_outcome_reads_like_that() -> None:
    after = tree(rule("big", rules=[rule("inner")], otherwise=POOL))

    assert told(tree(rule("big")), after) == [
        "edited 1 Big big_otherwise_target: to [+its own rules, otherwise +]pool EMEA",
        "new 1.1 Inner inner: [+employees is at least 2,000 → to pool EMEA+]",
    ]


def test_rules_that_are_new_or_gone_are_said_in_full() -> None:
    assert told(tree(rule("a")), tree(rule("b", off=True))) == [
        "new 1 B b: [+employees is at least 2,000 → to pool EMEA, off+]",
        "removed 1 A a: [-employees is at least 2,000 → to pool EMEA-]",
    ]


def test_only_who_was_moved_is_said_to_be_moved() -> None:
    a, b, c, d = (rule(name) for name in "abcd")

    assert told(tree(a, b, c, d), tree(a, c, d, b)) == ["moved 4 B b: from [-2-] to [+4+]"]
    assert told(tree(a, b, c), tree(b, c)) == ["removed 1 A a: [-employees is at least 2,000 → to pool EMEA-]"]


def test_a_move_into_another_branch_says_which() -> None:
    before = tree(rule("a"), rule("box", rules=[rule("in")], otherwise=POOL))
    after = tree(rule("box", rules=[rule("in"), rule("a")], otherwise=POOL))

    assert told(before, after) == ["moved 1.2 A a: from [-1 in the top-] to [+1.2 in Box+]"]


def test_switching_a_rule_off_and_on_is_said_as_that() -> None:
    assert [one.kind for one in found(tree(rule("a")), tree(rule("a", off=True)))] == ["off"]
    assert [one.kind for one in found(tree(rule("a", off=True)), tree(rule("a", off=False)))] == ["on"]


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ({}, {"why": "They buy."}, "why: [-…-][+They buy.+]"),
        ({"owner": "ines@example.com"}, {}, "owner: [-ines@example.com-][+…+]"),
        ({"review_on": "2027-01-01"}, {"review_on": "2027-02-01"}, "review on [-2027-01-01-][+2027-02-01+]"),
        ({"name": "Large"}, {}, "name: [-Large-][+Big+]"),
        ({}, {"set": {"priority": "high"}}, "sets [-nothing-][+priority to high+]"),
        ({"set": {"priority": "high"}}, {"set": {"priority": "low"}}, "sets priority to [-high-][+low+]"),
    ],
)
def test_what_a_rule_says_of_itself_is_compared_too(before: Json, after: Json, said: str) -> None:
    assert [read(one) for one in found(tree(rule("big", **before)), tree(rule("big", **after)))] == [said]


def test_what_belongs_to_the_whole_tree_is_compared_too() -> None:
    assert told(tree(), tree(sticky_days=30, otherwise={**QUEUE, "queue": "late"})) == [
        "edited  Otherwise _otherwise_target: queue [-Triage-][+late+]",
        "edited  Who comes back : the same rep for [-90-][+30+] days",
    ]


def test_a_draft_that_is_not_finished_can_be_compared() -> None:
    after = tree({"id": "raw", "name": "", "when": {"field": "", "op": "", "value": None}})

    assert told(tree(), after) == ["new 1 … raw: [+… … … → to …+]"]


@given(documents())
def test_a_document_written_in_another_way_is_not_different(document: Json) -> None:
    assert found(document, document) == []
    assert found(document, rewritten(document)) == []
    assert found(rewritten(document), document) == []


@given(documents(), st.data())
def test_there_is_a_difference_if_and_only_if_the_documents_mean_something_else(
    document: Json, data: st.DataObject
) -> None:
    other = deepcopy(document)
    alter(other, data)

    assert (found(document, other) == []) == (meant(document) == meant(other))
    assert (found(other, rewritten(document)) == []) == (meant(document) == meant(other))


@given(documents(), documents())
def test_of_two_strange_documents_every_rule_is_accounted_for(one: Json, other: Json) -> None:
    changes = found(one, other)
    ids = {rule.id for rule in nodes.walk(one)}, {rule.id for rule in nodes.walk(other)}

    assert {change.node for change in changes if change.kind == "removed"} == ids[0] - ids[1]
    assert {change.node for change in changes if change.kind == "new"} == ids[1] - ids[0]
    assert (changes == []) == (meant(one) == meant(other))


@given(conditions(), conditions())
def test_reading_over_what_is_new_gives_the_sentence_from_before_and_over_what_is_gone_the_one_of_now(
    before: Json, after: Json
) -> None:
    speaker = Speaker(VOCABULARY)
    for change in found(tree(rule("a", when=before)), tree(rule("a", when=after))):
        pieces = [piece for piece in change.pieces if "another way" not in piece[0]]

        assert "".join(said for said, how in pieces if how != "new") == sentence(before, speaker)
        assert "".join(said for said, how in pieces if how != "gone") == sentence(after, speaker)


def sentence(when: Json, speaker: Speaker) -> str:
    """What `meaning` leaves out of it is not said."""
    from_scratch = differences(tree(), tree(rule("a", when=when)), speaker.vocabulary)
    return text(from_scratch[0].pieces[0][0]).removesuffix(" → to pool emea")


def alter(document: Json, data: st.DataObject) -> None:
    """One change of any kind, which may come to nothing."""
    places = list(nodes.walk(document))
    what = data.draw(
        st.sampled_from(
            [
                "days",
                "otherwise",
                *(["name", "when", "place", "off", "why", "set", "gone", "swap", "lift"] * bool(places)),
            ]
        )
    )
    if what == "days":
        document["sticky_days"] = data.draw(st.integers(0, 2))
    elif what == "otherwise":
        document["otherwise"] = {**QUEUE, "sla": data.draw(st.sampled_from(["fast", "slow"]))}
    if not places:
        return
    place = data.draw(st.sampled_from(places))
    if what == "name":
        place.rule["name"] = data.draw(st.sampled_from(["One", "Two"]))
    elif what == "when":
        place.rule["when"] = data.draw(conditions())
    elif what == "place":
        place.rule["otherwise" if nodes.is_branch(place.rule) else "target"] = data.draw(TARGETS)
    elif what == "off":
        place.rule["off"] = data.draw(st.booleans())
    elif what == "why":
        place.rule["why"] = data.draw(st.sampled_from(["", "Because."]))
    elif what == "set":
        place.rule["set"] = data.draw(st.sampled_from([{}, {"priority": "high"}, {"priority": "low"}]))
    elif what == "gone":
        place.siblings.remove(place.rule)
    elif what == "swap":
        place.siblings.insert(data.draw(st.integers(0, len(place.siblings) - 1)), place.siblings.pop(place.index))
    elif what == "lift":
        place.siblings.pop(place.index)
        document["rules"].append(place.rule)


def rewritten(document: Json) -> Json:
    """The same with what goes without saying, and with every condition as a group of one."""
    other = deepcopy(document)
    for place in nodes.walk(other):
        one = place.rule
        one["when"] = {"all": [{"any": [one["when"]]}]}
        place.rule.update({"why": "", "off": False, "set": {}, "owner": None} | one)
        if one.get("target", {}).get("kind") in ("pool", "territory"):
            one["target"] = {"hours": "prefer", "if_nobody": {"kind": "fallback"}, "skills_from": [], **one["target"]}
    return other


def meant(document: Json) -> str:
    """The oracle: what the engine itself reads, its conditions without groups of one, as text."""
    read = {key: value for key, value in document.items() if value is not None}
    written: Any = dump(parse(json.loads(json.dumps(read)), VOCABULARY))
    for place, parsed in zip(nodes.walk(written), _parsed(document), strict=True):
        place.rule["when"] = dump_condition(_simple(parsed))
    return json.dumps(_numbers(written), sort_keys=True)


def _parsed(document: Json) -> list[Condition]:
    return [one.when for one in every_rule(parse(document, VOCABULARY).rules)]


def _simple(condition: Condition) -> Condition:
    match condition:
        case All(parts=(part,)) | AnyOf(parts=(part,)):
            return _simple(part)
        case All(parts=parts):
            return All(tuple(_simple(part) for part in parts))
        case AnyOf(parts=parts):
            return AnyOf(tuple(_simple(part) for part in parts))
        case Not(part=part):
            return Not(_simple(part))
    if condition.if_blank is condition.operator.blank:
        return type(condition)(condition.field, condition.op, condition.value, None, condition.type)
    return condition


def _numbers(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _numbers(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_numbers(one) for one in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def test_strategies_are_said_without_underscores() -> None:
    for strategy in STRATEGIES:
        [change] = found(tree(rule("a")), tree(rule("a", target={**POOL, "strategy": strategy})))
        assert "_" not in read(change)


@given(documents(), st.data())
def test_taking_every_change_back_leaves_no_difference(live: Json, data: st.DataObject) -> None:
    draft = deepcopy(live)
    for _ in range(data.draw(st.integers(1, 3))):
        alter(draft, data)
    around = Around(VOCABULARY, live=live)

    for _ in range(40):
        changes = found(live, draft)
        if not changes:
            break
        draft = one_taken_back(draft, changes, around)

    assert found(live, draft) == []
    assert meant(live) == meant(draft)


def one_taken_back(draft: Json, changes: list[Change], around: Around) -> Json:
    """The first that can be: a rule may have to wait until its branch is back."""
    for change in changes:
        try:
            return apply(draft, "revert", {"node": change.node}, around).document
        except Refused:
            continue
    raise AssertionError(f"none of these can be taken back: {[read(one) for one in changes]}")
