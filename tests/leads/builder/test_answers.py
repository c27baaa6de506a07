"""Edits over HTTP: small answers where little changed, in fragments that find their places."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.http import HttpResponse

from reps.models import User
from routing.models import Draft, Tree
from tests.office import DANA, LENA, MAYA, open_office, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def office(db: None) -> None:
    open_office()


def do(op: str, email: str = MAYA, **fields: Any) -> Any:
    return signed_in(email).post("/routing/inbound/ops/", {"op": op, **fields}, HTTP_HX_REQUEST="true")


def cards(answer: HttpResponse) -> list[str]:
    return re.findall(r'class="card[^"]*" id="c-([^"]+)"', answer.content.decode())


def test_a_change_on_one_card_sends_that_card_and_its_line_of_the_outline() -> None:
    answer = do("rename", node="regulated", name="Banks and clinics", rev=0)

    assert answer.status_code == 200
    assert cards(answer) == ["regulated"]
    assert re.findall(r'<li id="(o-[^"]+)"', answer.content.decode()) == ["o-regulated"]


def test_a_moved_rule_names_its_neighbours_without_sending_them() -> None:
    answer = do("move", node="students", after="shared", rev=0)

    kept = re.findall(r'<li id="n-([^"]+)" data-same>', answer.content.decode())
    assert kept == ["large", "shared", "_otherwise"]
    assert cards(answer) == ["students", "students_target"]


def test_an_answer_says_where_to_look_and_what_was_done() -> None:
    answer = do("duplicate", node="students", rev=0)

    told = json.loads(answer["HX-Trigger-After-Settle"])["builder-focus"]
    assert told == {"node": "students-copy", "focus": "", "structural": True}
    assert answer["HX-Replace-Url"] == "/routing/inbound/?node=students-copy"
    assert "Duplicated Students" in answer.content.decode()


def test_without_the_script_an_edit_leads_back_to_the_page() -> None:
    answer = signed_in(MAYA).post("/routing/inbound/ops/", {"op": "toggle", "node": "students", "rev": 0})

    assert (answer.status_code, answer["Location"]) == (302, "/routing/inbound/?node=students")


def test_managers_see_the_page_and_reps_do_not() -> None:
    assert "View only" in signed_in(LENA).get("/routing/inbound/").content.decode()
    assert signed_in(DANA).get("/routing/inbound/").status_code == 403
    assert do("toggle", LENA, node="students", rev=0).status_code == 403
    assert signed_in(LENA).get("/routing/inbound/nodes/large/delete/").status_code == 403
    assert not Draft.objects.exists()
    assert User.objects.get(email=LENA).is_manager


def test_an_empty_tree_offers_three_ways_to_begin() -> None:
    Tree.objects.create(slug="blank", name="Blank")

    page = signed_in(MAYA).get("/routing/blank/").content.decode()

    assert re.findall(r'name="starter" value="([^"]+)"', page) == ["account-first", "by-territory", "by-segment"]
    assert 'name="starter"' not in signed_in(LENA).get("/routing/blank/").content.decode()
