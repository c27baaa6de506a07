"""The panel about one piece: drawn for every piece of a tree, with names for what it names, and for nobody else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings

from leads.builder import names
from leads.builder.inspector import asked
from leads.builder.inspector.asked import Group, Row, Words
from leads.builder.inspector.fields import control, operators
from routing.engine.facts import FieldType
from routing.engine.operators import OPERATORS
from routing.models import Tree, Version
from tests.leads.builder.arrivals import arrived, document, drafted, is_in, rule
from tests.office import DANA, LENA, MAYA, person, signed_in
from tests.routing.engine.documents import VOCABULARY, conditions

NOBODY = names.Names(*({},) * 8)
PIECES = ("students", "large", "regulated", "shared", "students_target", "regulated_target", "shared_target")
OTHERWISES = ("large_otherwise", "large_otherwise_target", "_otherwise", "_otherwise_target")


def panel(email: str, node: str, tab: str = "") -> str:
    answer = signed_in(email).get(f"/routing/inbound/nodes/{node}/?tab={tab}", headers={"hx-request": "true"})
    assert answer.status_code == 200
    return " ".join(re.sub(r"\s+", " ", answer.text).split())


@pytest.mark.usefixtures("office")
@pytest.mark.parametrize("email", [MAYA, LENA])
@pytest.mark.parametrize("node", [*PIECES, *OTHERWISES])
def test_every_piece_has_a_panel_with_three_tabs(email: str, node: str) -> None:
    for tab in ("condition", "traffic", "history"):
        body = panel(email, node, tab)

        assert f'data-node="{node}" data-tab="{tab}"' in body
        assert ("<form" in body) == (email == MAYA and (tab == "condition" or node in PIECES[:4]))


@pytest.mark.usefixtures("office")
def test_the_panel_says_the_condition_and_calls_everything_by_its_name() -> None:
    assert "Matches when <b>intent</b> is <b>demo</b> and <b>employees</b> is at least <b>1,000</b>." in panel(
        MAYA, "large"
    )
    regulated = panel(LENA, "regulated_target")
    assert "<dt>Required</dt><dd>HIPAA, at least 1</dd>" in regulated
    assert "<dt>If nobody</dt><dd>Enterprise queue</dd>" in regulated
    assert "Dana Okafor" in regulated


@pytest.mark.usefixtures("office")
def test_what_is_not_finished_is_said_and_drawn_all_the_same() -> None:
    new = document(rule("half", {"all": [{"field": "", "op": "is"}, {"field": "employees", "op": "gte"}]}))
    del new["rules"][0]["target"]
    drafted(Tree.objects.get(slug="inbound"), new, person(MAYA))

    body = panel(MAYA, "half")

    assert "Matches no lead yet" in body
    assert "Choose a field…" in body
    assert '<option value="" selected>Choose…</option>' in panel(MAYA, "half_target")


@pytest.mark.usefixtures("office")
def test_a_rule_without_an_outcome_says_what_it_asks_all_the_same() -> None:
    maya = signed_in(MAYA)
    maya.post("/routing/inbound/ops/", {"op": "add_rule", "before": "_otherwise", "name": "Fresh", "rev": 0})

    page = maya.get("/routing/inbound/?node=fresh").content.decode()

    assert "Finish the condition" not in page
    assert page.count("No outcome yet") >= 2


@pytest.mark.usefixtures("office")
def test_a_condition_without_a_field_asks_for_one() -> None:
    maya = signed_in(MAYA)
    maya.post("/routing/inbound/ops/", {"op": "add_condition", "node": "students", "at": "", "rev": 0})

    page = maya.get("/routing/inbound/?node=students").content.decode()

    assert "say which field" in page
    assert "unknown field" not in page


@pytest.mark.usefixtures("office")
def test_values_are_offered_with_their_leads_and_by_name() -> None:
    version = Version.objects.select_related("tree").get(tree__slug="inbound")
    arrived(version, (), at=timezone.now(), facts={"country": "DE"}, count=3)
    options = "/routing/inbound/fields/country/values/?list=i-x&q="

    first = signed_in(MAYA).get(f"{options}ger").text

    assert 'id="i-x-1" aria-selected="false" data-value="DE" data-label="Germany"' in first
    assert '<span class="count">3' in first
    assert 'data-value="NE"' not in first.partition("Germany")[0]
    assert signed_in(MAYA).get("/routing/inbound/fields/nonsense/values/").text.count("role=") == 0


@pytest.mark.usefixtures("office")
def test_reps_see_none_of_it_and_managers_are_offered_nothing_to_write() -> None:
    assert signed_in(DANA).get("/routing/inbound/nodes/large/").status_code == 403
    assert signed_in(LENA).get("/routing/inbound/fields/country/values/").status_code == 403
    missing = signed_in(MAYA).get("/routing/inbound/nodes/nothing/", headers={"hx-request": "true"})
    assert missing.status_code == 404
    page = signed_in(LENA).get("/routing/inbound/nodes/large/")
    assert (page.status_code, page.headers["Location"]) == (302, "/routing/inbound/?node=large")


@pytest.mark.usefixtures("office")
def test_the_history_tells_of_edits_and_versions_that_touched_the_piece() -> None:
    drafted(Tree.objects.get(slug="inbound"), document(rule("norse", is_in("NO"))), person(MAYA))
    signed_in(MAYA).post(
        "/routing/inbound/ops/", {"op": "rename", "node": "norse", "name": "Northmen", "rev": newest()}
    )

    assert "renamed Norse to Northmen" in panel(MAYA, "norse", "history")
    assert 'published it: Loaded from a configuration file. <span class="chip accent">v1</span>' in panel(
        LENA, "_otherwise", "history"
    )


def newest() -> int:
    return Tree.objects.get(slug="inbound").draft.newest


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(conditions())
def test_every_condition_is_drawn_whole(condition: dict[str, Any]) -> None:
    form = asked.form_of(condition, asked.Around(VOCABULARY, NOBODY))

    assert [(row.name, row.op) for row in rows(form)] == [(test["field"], test["op"]) for test in asked_in(condition)]


def rows(group: Group) -> Iterator[Row]:
    for part in group.parts:
        assert not isinstance(part, Words)
        if isinstance(part, Row):
            yield part
        else:
            yield from rows(part)


def asked_in(condition: Any) -> Iterator[dict[str, Any]]:
    if "field" in condition:
        yield condition
    for part in (*condition.get("all", ()), *condition.get("any", ()), *filter(None, [condition.get("not")])):
        yield from asked_in(part)


@pytest.mark.parametrize("kind", list(FieldType))
def test_every_operator_has_words_and_a_control(kind: FieldType) -> None:
    field = next(one for one in VOCABULARY if one.type is kind)

    offered = [(one.value, one.label) for one in operators(kind)]

    assert [value for value, _ in offered] == list(OPERATORS[kind])
    assert all(label and control(field, value) for value, label in offered)


@pytest.mark.usefixtures("office")
def test_of_a_long_table_the_ends_and_what_is_wrong_are_drawn() -> None:
    rows: list[dict[str, Any]] = [
        {"values": [f"Company {number}"], "target": {"kind": "queue", "queue": "unassigned"}} for number in range(1_000)
    ]
    rows[500]["target"] = {"kind": "queue", "queue": "gone"}
    table = {"kind": "table", "field": "company", "rows": rows, "otherwise": {"kind": "fallback"}}
    drafted(Tree.objects.get(slug="inbound"), document({**rule("long", {"all": []}), "target": table}), person(MAYA))

    body = panel(MAYA, "long_target")

    assert {int(found) for found in re.findall(r'id="i-row-(\d+)-form"', body)} == {
        *range(190),
        500,
        *range(990, 1_000),
    }
    assert "310 more rows" in body
    assert "489 more rows" in body
    assert 'data-then="i-row-1000-values"' in body
