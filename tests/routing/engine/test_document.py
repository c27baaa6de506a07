"""A document is refused with every problem and its path, or it becomes a tree that says the same."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from routing.engine.conditions import Test
from routing.engine.document import (
    Table,
    ToQueue,
    Tree,
    dump,
    dump_condition,
    every_rule,
    jumps,
    parse,
    parse_condition,
)
from routing.engine.facts import STANDARD
from tests.routing.engine.documents import SETTING, VOCABULARY, documents
from tests.routing.engine.written import ALWAYS, INBOX, document, parsed_or_refused, rule


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(documents())
def test_dump_gives_back_what_was_written_and_parse_what_was_dumped(data: dict[str, Any]):
    tree = parse(data, VOCABULARY)

    assert dump(tree) == data
    assert parse(json.loads(json.dumps(dump(tree))), VOCABULARY) == tree


ANY_JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(
            st.one_of(
                st.sampled_from(
                    ["all", "any", "not", "field", "op", "value", "rules", "when", "target", "kind", "ways"]
                ),
                st.text(max_size=4),
            ),
            inner,
            max_size=4,
        ),
    ),
    max_leaves=20,
)


@settings(max_examples=300, deadline=None)
@given(ANY_JSON)
def test_any_json_is_a_document_or_a_bad_document(data: Any):
    found = parsed_or_refused(data)

    assert found
    str(found).encode()


def _places(data: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    members = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    return [path] + [place for key, value in members for place in _places(value, (*path, key))]


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=documents(), junk=ANY_JSON, pick=st.randoms())
def test_a_good_document_with_junk_anywhere_is_read_or_refused(data: dict[str, Any], junk: Any, pick: Any):
    spoilt = copy.deepcopy(data)
    *path, last = pick.choice(_places(spoilt)[1:])
    place: Any = spoilt
    for key in path:
        place = place[key]
    place[last] = junk

    found = parsed_or_refused(spoilt)

    assert found
    if isinstance(found, Tree):
        assert parse(dump(found), VOCABULARY) == found


def test_numbers_and_dates_stay_as_they_were_written():
    written = {
        "all": [
            {"field": "employees", "op": "gte", "value": "1,200"},
            {"field": "time.weekday", "op": "is", "value": 1},
        ]
    }

    condition = parse_condition(written, STANDARD)

    assert dump_condition(condition) == written


def test_set_holds_facts():
    tree = parse(document(rule(set={"priority": 1, "tags": ["vip"], "custom.budget": "1,000"})), VOCABULARY)

    assert tree.rules[0].set == (("priority", "1"), ("tags", ("vip",)), ("custom.budget", 1000))


def test_jumps_are_found_wherever_they_hide():
    jump = {"kind": "tree", "tree": "partners"}
    table = {
        "kind": "table",
        "field": "country",
        "rows": [{"values": ["DE"], "target": {"kind": "pool", "pool": "p", "if_nobody": jump}}],
        "otherwise": {
            "kind": "split",
            "ways": [{"name": "a", "share": 1, "target": {"kind": "tree", "tree": "trials"}}],
        },
    }
    inner = {"id": "b", "name": "B", "when": ALWAYS, "rules": [rule(id="c", target=table)], "otherwise": INBOX}

    tree = parse(document(inner), VOCABULARY)

    assert jumps(tree) == {"partners", "trials"}
    assert [found.id for found in every_rule(tree.rules)] == ["b", "c"]


def test_a_tree_keeps_its_defaults():
    tree = parse(document(), VOCABULARY)

    assert tree == Tree(rules=(), otherwise=ToQueue("inbox"), sticky_days=90)


@pytest.mark.parametrize(
    ("field", "values", "fact", "row"),
    [
        ("country", [["DE", "AT"], ["de", "FR"]], " de ", 0),
        ("country", [["DE", "AT"], ["de", "FR"]], "fr", 1),
        ("country", [["DE"]], "IT", None),
        ("employees", [["1,200"], [50]], 1200, 0),
        ("custom.nda", [[True], [False]], False, 1),
        ("tags", [["x"], ["HOT"], ["new"]], ("new", "hot"), 1),
        ("territory", [["apac"], ["emea"], ["berlin"]], "berlin", 1),
        ("time.weekday", [["Monday", 2], ["sun"]], "tue", 0),
        ("country", [["DE"]], " ", None),
    ],
)
def test_a_table_looks_up_the_first_row_that_lists_the_fact(field: str, values: Any, fact: Any, row: int | None):
    rows = [{"values": listed, "target": {"kind": "nurture", "track": f"row-{n}"}} for n, listed in enumerate(values)]
    tree = parse(document(rule(target={"kind": "table", "field": field, "rows": rows, "otherwise": INBOX})), VOCABULARY)
    table = tree.rules[0].target
    assert isinstance(table, Table)

    found = table.row_for({field: fact}, SETTING)

    assert found == (None if row is None else table.rows[row])
    assert table.row_for({}, SETTING) is None


def test_a_territory_condition_takes_one_slug_or_several():
    one = parse_condition({"field": "territory", "op": "in", "value": "dach"}, STANDARD)

    assert one == Test("territory", "in", "dach")
