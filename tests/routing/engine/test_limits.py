"""How large a document may be, and what it may point at."""

from __future__ import annotations

from typing import Any

import pytest

from routing.engine.document import BadDocument, References, parse
from tests.routing.engine.documents import VOCABULARY
from tests.routing.engine.written import ALWAYS, GERMAN, INBOX, document, nested, problems, rule


def test_each_limit_has_a_message_of_its_own():
    many_tests = rule(when={"all": [GERMAN] * 201})
    assert "has 201 conditions; a rule may have at most 200" in problems(document(many_tests))["rules[0].when"]

    many_rules = [rule(id=f"r{number}") for number in range(10_001)]
    assert "10,001 rules" in problems(document(*many_rules))["rules"]

    deep = rule(id="r9")
    for level in range(8, 0, -1):
        deep = {"id": f"r{level}", "name": "R", "when": ALWAYS, "rules": [deep], "otherwise": INBOX}
    ((path, problem),) = problems(document(deep)).items()
    assert path == "rules[0]" + ".rules[0]" * 7 + ".rules"
    assert problem == "rules are nested more than 8 deep"

    large = rule(why="x" * 2000)
    assert "larger than 4 MiB" in problems(document(*[{**large, "id": f"r{number}"} for number in range(2100)]))[""]

    target: Any = INBOX
    for _ in range(8):
        target = {"kind": "split", "ways": [{"name": "all", "share": 1, "target": target}]}
    assert "targets are nested more than 8 deep" in problems(document(rule(target=target))).popitem()[1]


def test_what_is_just_within_the_limits_is_read():
    parse(document(rule(when={"all": [GERMAN] * 200})), VOCABULARY)
    parse(document(rule(when=nested(32, GERMAN))), VOCABULARY)
    parse(document(*[rule(id=f"r{number}") for number in range(10_000)]), VOCABULARY)


def test_a_bomb_of_shared_or_circular_pieces_is_refused():
    """YAML's anchors can make such objects."""
    shared: Any = [GERMAN] * 10
    for _ in range(8):
        shared = [shared] * 10
    circular: dict[str, Any] = {}
    circular["all"] = [circular]

    assert "larger than 4 MiB" in problems(document(rule(when={"all": shared})))[""]
    assert "larger than 4 MiB" in problems(document(rule(when=circular)))[""]


def test_names_that_exist_nowhere_are_refused_with_the_nearest_one():
    known = References(
        pools=frozenset({"emea"}),
        reps=frozenset({"ada@example.com"}),
        queues=frozenset({"inbox"}),
        skills=frozenset({"german"}),
        slas=frozenset({"fast"}),
        trees=frozenset({"partners"}),
        lists=frozenset({"strategic"}),
        territories=frozenset({"dach"}),
    )
    listed = {"field": "company", "op": "in_list", "value": "strategc"}
    placed = {"field": "territory", "op": "in", "value": ["dach", "dacch"]}
    pool = {"kind": "pool", "pool": "emee", "require_skills": {"germn": 3}, "sla": "fats", "prefer_skills": ["german"]}
    rules = [
        rule(id="a", when={"all": [listed, placed]}, target=pool),
        rule(id="b", target={"kind": "rep", "rep": "adda@example.com"}),
        rule(id="c", target={"kind": "tree", "tree": "partner"}),
        rule(id="d", target={"kind": "queue", "queue": "inbxo"}),
    ]

    found = problems(document(*rules), known)

    assert found == {
        "rules[0].when.all[0].value": 'there is no list "strategc": did you mean strategic?',
        "rules[0].when.all[1].value": 'there is no territory "dacch": did you mean dach?',
        "rules[0].target.pool": 'there is no pool "emee": did you mean emea?',
        "rules[0].target.require_skills": 'there is no skill "germn": did you mean german?',
        "rules[0].target.sla": 'there is no SLA policy "fats": did you mean fast?',
        "rules[1].target.rep": 'there is no rep "adda@example.com": did you mean ada@example.com?',
        "rules[2].target.tree": 'there is no tree "partner": did you mean partners?',
        "rules[3].target.queue": 'there is no queue "inbxo": did you mean inbox?',
    }


def test_a_document_of_nothing_but_mistakes_is_given_up_early():
    with pytest.raises(BadDocument) as refused:
        parse(document(*[0] * 1_000_000), VOCABULARY)

    assert len(refused.value.problems) == 1001
    assert refused.value.problems[-1].problem == "only the first 1,000 problems are listed"
