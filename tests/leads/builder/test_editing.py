"""A drawn tree changed over HTTP: one POST, one revision, whoever else is at it; and read out as a spreadsheet."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from routing.builder import drafts
from routing.engine.nodes import Json, find
from routing.models import Draft, Tree
from tests.office import DANA, LENA, MAYA, person, signed_in

pytestmark = pytest.mark.usefixtures("office")
HTMX = {"HX-Request": "true"}


@pytest.fixture
def maya(office: None) -> Client:
    return signed_in(MAYA)


def tree() -> Tree:
    return Tree.objects.get(slug="inbound")


def rev() -> int:
    newest = drafts.newest_of(tree())
    return newest.number if newest else 0


def document() -> Json:
    newest = drafts.newest_of(tree())
    return newest.document if newest else drafts.live_of(tree()).document


def post(client: Client, what: str = "ops", *, seen: int | None = None, **fields: Any) -> Any:
    fields = {"rev": rev() if seen is None else seen, **fields}
    return client.post(f"/routing/inbound/{what}/", fields, headers=HTMX)


def rule(node: str) -> Json:
    found = find(document(), node)
    assert found
    return found.rule


def test_a_change_begins_a_draft_and_says_what_was_done(maya: Client) -> None:
    answer = post(maya, op="toggle", node="shared")

    assert answer.status_code == 200
    assert "Switched off Large without a demo" in answer.content.decode()
    assert rule("shared")["off"] is True
    newest = drafts.newest_of(tree())
    assert (newest.op, newest.by, newest.node) == ({"op": "toggle", "node": "shared"}, person(MAYA), "shared")
    assert "off" not in find(drafts.live_of(tree()).document, "shared").rule


def test_without_the_script_the_same_form_leads_back_to_the_page(maya: Client) -> None:
    done = maya.post("/routing/inbound/ops/", {"rev": 0, "op": "toggle", "node": "shared"})
    refused = maya.post("/routing/inbound/ops/", {"rev": rev(), "op": "toggle", "node": "gone"}, follow=True)

    assert (done.status_code, done["Location"]) == (302, "/routing/inbound/?node=shared")
    assert "This rule is not there any more." in refused.content.decode()


def test_a_form_brings_lists_as_repeated_fields_and_values_as_json(maya: Client) -> None:
    regulated = {"node": "regulated", "op": "set_condition", "at": "0"}

    post(maya, **regulated, values=["", "Banking", "Insurance"])
    post(maya, op="set_assign", node="regulated_target", require_skills=["hipaa:2", ""])
    post(maya, op="add_condition", node="regulated", field="employees")
    post(maya, **{**regulated, "at": "1"}, operator="between", value_json="[10, 50]")

    when = rule("regulated")["when"]["all"]
    assert when[0]["value"] == ["Banking", "Insurance"]
    assert when[1] == {"field": "employees", "op": "between", "value": [10, 50]}
    assert rule("regulated")["target"]["require_skills"] == {"hipaa": 2}


def test_countries_and_states_may_be_written_as_people_do_and_are_kept_as_leads_have_them(maya: Client) -> None:
    question = {"op": "set_condition", "node": "regulated", "at": "0", "field": "country"}

    post(maya, **question, operator="in", values=["Austria", "se", "Österreich", "Narnia"])
    post(maya, op="set_target", node="shared_target", kind="table")
    post(maya, op="table_field", node="shared_target", field="state")
    post(maya, op="paste_rows", node="shared_target", text='"California; tx"\tTriage')

    assert rule("regulated")["when"]["all"][0]["value"] == ["AT", "SE", "Narnia"]
    assert rule("shared")["target"]["rows"][0]["values"] == ["CA", "TX"]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"op": "toggle", "node": "gone"}, "node"),
        ({"op": "explode"}, "op"),
        ({"op": "info", "node": "large", "owner": "nobody"}, "owner"),
        ({"op": "set_condition", "node": "large", "at": "1", "value": "many"}, "value"),
        ({"op": "set_condition", "node": "large", "at": "1", "value_json": "[1"}, "value"),
        ({"op": "set_condition", "node": "large", "at": "1", "value_json": '[{"a": 1}]'}, "value"),
        ({"op": "rename", "node": "large", "name": "a\0b"}, "name"),
        ({"op": "add_rule", "parent": "large", "index": "-1"}, "index"),
    ],
)
def test_what_makes_no_sense_is_refused_beside_its_control_and_begins_no_draft(
    maya: Client, fields: dict[str, str], field: str
) -> None:
    answer = post(maya, **fields)

    assert answer.status_code == 422
    assert f'"field": "{field}"' in answer["HX-Trigger"]
    assert not Draft.objects.exists()


def test_whoever_has_not_seen_the_newest_change_is_told_who_did_what_and_changes_nothing(maya: Client) -> None:
    post(maya, op="toggle", node="shared")
    before = document()

    for seen in (0, rev() - 1, rev() + 1):
        answer = post(maya, seen=seen, op="delete", node="large")

        assert answer.status_code == 409
        assert "Maya Lindqvist" in answer.content.decode()
        assert "switched off Large without a demo" in answer.content.decode()
    assert post(maya, "undo", seen=1).status_code == post(maya, "discard", seen=1).status_code == 409
    assert document() == before


def test_a_page_that_brings_no_number_changes_nothing(maya: Client) -> None:
    for given in ("", "x", "-1", "²", "9" * 30):
        assert post(maya, seen=given, op="toggle", node="shared").status_code == 409
    assert not Draft.objects.exists()


def test_all_is_undone_and_redone_to_the_very_same_documents(maya: Client) -> None:
    seen = [document()]
    for fields in (
        {"op": "add_rule", "parent": "large", "index": "0", "name": "Mine"},
        {"op": "set_target", "node": "mine_target", "kind": "pool", "pool": "emea"},
        {"op": "move", "node": "mine", "parent": "", "index": "0"},
        {"op": "delete", "node": "large", "mode": "keep"},
    ):
        assert post(maya, **fields).status_code == 200
        seen.append(document())

    undone = [(post(maya, "undo").status_code, document()) for _ in range(4)]
    redone = [(post(maya, "redo").status_code, document()) for _ in range(4)]

    assert undone == [(200, one) for one in seen[-2::-1]]
    assert redone == [(200, one) for one in seen[1:]]
    assert post(maya, "redo").status_code == 422


def test_there_is_nothing_to_undo_in_what_is_live(maya: Client) -> None:
    answer = post(maya, "undo")

    assert (answer.status_code, answer.content.decode()) == (422, "There is nothing to undo.")


def test_a_draft_is_thrown_away_and_what_is_live_stands_again(maya: Client) -> None:
    live = document()
    post(maya, op="delete", node="large")

    answer = maya.post("/routing/inbound/discard/", {"rev": rev()}, follow=True)

    assert "The draft is thrown away" in answer.content.decode()
    assert document() == live
    assert not Draft.objects.exists()


def test_one_rule_is_taken_back_to_what_is_live_and_names_are_those_that_people_use(maya: Client) -> None:
    post(maya, op="rename", node="shared", name="Other")

    taken_back = post(maya, op="revert", node="shared")
    sent = post(maya, op="set_target", node="shared_target", kind="rep", rep=DANA)

    assert "Took Large without a demo back to what is live" in taken_back.content.decode()
    assert drafts.newest_of(tree()).words == f"sent Large without a demo to {person(DANA).name}"
    assert sent.status_code == 200


@pytest.mark.parametrize("email", [LENA, DANA])
@pytest.mark.parametrize("what", ["ops", "undo", "redo", "discard"])
def test_nobody_but_revops_changes_a_tree(email: str, what: str) -> None:
    assert post(signed_in(email), what, op="toggle", node="shared").status_code == 403
    assert not Draft.objects.exists()


def test_only_a_post_changes_anything(maya: Client) -> None:
    for what in ("ops", "undo", "redo", "discard"):
        assert maya.get(f"/routing/inbound/{what}/").status_code == 405
        assert maya.post(f"/routing/nowhere/{what}/", {"rev": 0}).status_code == 404


def test_a_lookup_table_is_downloaded_and_pasted_back_whole(maya: Client) -> None:
    post(maya, op="set_target", node="shared_target", kind="table", field="country")
    text = "country,to\nDE; AT,EMEA\nFR,queue: triage\n"
    answer = post(maya, op="paste_rows", node="shared_target", text=text)
    assert answer.status_code == 200, answer.content
    rows = rule("shared")["target"]["rows"]

    file = signed_in(LENA).get("/routing/inbound/nodes/shared_target/table.csv")

    assert file["Content-Disposition"] == 'attachment; filename="inbound-shared.csv"'
    assert file.content.decode().splitlines()[0] == "values,to,more"
    post(maya, op="paste_rows", node="shared_target", text=file.content.decode(), mode="replace")
    assert rule("shared")["target"]["rows"] == rows
    assert maya.get("/routing/inbound/nodes/large_target/table.csv").status_code == 404
    assert signed_in(DANA).get("/routing/inbound/nodes/shared_target/table.csv").status_code == 403


@pytest.mark.parametrize("forged", ['"undo"', '"redo"', '"roll_back"', '"begin"'])
def test_no_argument_makes_a_change_pass_for_another_one(maya: Client, forged: str) -> None:
    post(maya, op="toggle", node="shared", op_json=forged, of_json="2")

    assert drafts.newest_of(tree()).op["op"] == "toggle"
    assert post(maya, "undo").status_code == 200
    assert "off" not in rule("shared")


@pytest.mark.parametrize(
    "junk",
    [
        {"more": "a\0b"},
        {"a\0b": "1"},
        {"more_json": '"\\ud800"'},
        {"more_json": '{"deep": ["\\u0000"]}'},
        {"more_json": '{"\\u0000": 1}'},
        {"more_json": "[NaN]"},
        {"more_json": "1e999"},
        {"more_json": "[" * 900 + "]" * 900},
    ],
)
def test_an_argument_that_no_row_can_hold_is_refused_though_the_deed_has_no_use_for_it(
    maya: Client, junk: dict[str, str]
) -> None:
    answer = post(maya, op="toggle", node="shared", **junk)

    assert answer.status_code == 422
    assert not Draft.objects.exists()
