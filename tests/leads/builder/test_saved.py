"""Test leads: saved with where they go now, asked together, and in the way of a publication that breaks one."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from leads.builder.desk import desk_of
from leads.builder.publishing.checks import checks
from leads.builder.testing import saved
from reps.models import Change, Rep
from routing.builder import drafts
from routing.engine.edits import Done
from routing.engine.nodes import Json, find
from routing.models import TestLead, Tree
from tests.office import CLARA, DANA, HEALTH, INES, LENA, MAYA, arrive, open_office, person, signed_in
from tests.organisation import bump

pytestmark = pytest.mark.django_db
TEST, SAVE, LIST = "/routing/inbound/test/", "/routing/inbound/test-leads/+save/", "/routing/inbound/test-leads/"


@pytest.fixture(autouse=True)
def office() -> None:
    open_office()


@pytest.fixture
def maya() -> Client:
    return signed_in(MAYA)


def save(client: Client, name: str, expect: str = "node", **facts: Any) -> TestLead:
    client.post(TEST, {"do": "json", "json": json.dumps(facts)})
    answer = client.post(SAVE, {"name": name, "expect": expect, "time": "whenever"})
    assert answer.status_code == 302, answer.content
    return TestLead.objects.get(name=name)


def edit(change: Any) -> None:
    """The draft of the tree, with this done to its document."""
    tree, me = Tree.objects.get(slug="inbound"), person(MAYA)
    newest = drafts.newest_of(tree)

    def how(before: Json) -> Done:
        document = json.loads(json.dumps(before))
        change(document)
        return Done(document, "changed", "")

    drafts.change(tree, rev=newest.number if newest else 0, op={}, by=me, now=timezone.now(), how=how)


def need_2000(document: Json) -> None:
    found = find(document, "large")
    assert found is not None
    found.rule["when"]["all"][1]["value"] = 3000


def results() -> dict[str, tuple[bool, str]]:
    desk = desk_of(person(MAYA), "inbound")
    return {one.test_lead.name: (one.passed, one.why) for one in saved.run(desk, now=timezone.now())}


def test_where_it_goes_now_is_where_it_must_go(maya: Client) -> None:
    kept = save(maya, "A hospital", **HEALTH)

    assert kept.expect == {"node": "regulated_target"}
    assert kept.facts["employees"] == 2400
    assert kept.facts["account.matched"] is False
    assert (kept.at, kept.made_by) == (None, person(MAYA))
    assert results() == {"A hospital": (True, "")}
    assert Change.objects.get(kind="test lead").subject == "inbound: A hospital"


def test_a_change_that_sends_it_elsewhere_fails_it_and_may_not_be_published(maya: Client) -> None:
    save(maya, "A hospital", **HEALTH)
    save(maya, "Small fry", employees=3)
    desk = desk_of(person(MAYA), "inbound")
    assert not [one for one in checks(desk, now=timezone.now()).errors if one.code == "test_lead"]

    edit(need_2000)

    why = "Must go to rule 2.1 Regulated industry, but goes to rule 3 Large without a demo: Enterprise queue."
    assert results() == {"A hospital": (False, why), "Small fry": (True, "")}
    [error] = [
        one for one in checks(desk_of(person(MAYA), "inbound"), now=timezone.now()).errors if one.code == "test_lead"
    ]
    assert error.words == f"Test lead “A hospital”: {why}"
    assert error.node == "shared_target"


def test_to_whom_it_goes_may_be_expected_whichever_rule_sends_it(maya: Client) -> None:
    kept = save(maya, "Steel works", expect="to", intent="demo", employees=2400, industry="Steel")

    def rename(document: Json) -> None:
        document["rules"].insert(0, {"id": "new", "name": "New", "why": "x", "when": {"all": []}, "target": target})

    target = {"kind": "pool", "pool": "emea", "hours": "ignore"}
    edit(rename)

    assert kept.expect == {"to": {"kind": "pool", "pool": "emea"}}
    assert results()["Steel works"] == (True, "")


def test_an_outcome_that_is_gone_is_called_so(maya: Client) -> None:
    save(maya, "A hospital", **HEALTH)

    edit(lambda document: document["rules"].pop(1))

    assert results()["A hospital"][1].startswith("Must go to an outcome that is gone, but goes to rule 2 ")


def test_who_is_there_does_not_count(maya: Client) -> None:
    save(maya, "A hospital", **HEALTH)
    Rep.objects.filter(user__email=DANA).update(paused=True)
    bump()

    assert results() == {"A hospital": (True, "")}


def test_a_lead_s_own_facts_are_kept_not_the_lead(maya: Client) -> None:
    lead = arrive("Priya Raman", **HEALTH)
    maya.post(TEST, {"do": "lead", "lead": lead.pk})
    maya.post(SAVE, {"name": "Priya", "expect": "node", "time": "whenever"})
    lead.facts["employees"] = 1
    lead.save()

    assert results() == {"Priya": (True, "")}


def test_the_same_name_replaces_and_erasing_is_written_down(maya: Client) -> None:
    save(maya, "A hospital", **HEALTH)
    kept = save(maya, "A hospital", **(HEALTH | {"employees": 5}))

    assert TestLead.objects.get().expect == {"node": "_otherwise_target"}
    maya.post(f"{LIST}{kept.pk}/erase/")
    assert not TestLead.objects.exists()
    assert [bool(one.after) for one in Change.objects.filter(kind="test lead").order_by("pk")] == [True, True, False]


def test_without_a_name_or_a_lead_nothing_is_saved(maya: Client) -> None:
    assert maya.post(SAVE, {"name": "x", "expect": "node"}).status_code == 302
    maya.post(TEST, {"do": "json", "json": '{"employees": 5}'})

    refused = maya.post(SAVE, {"name": " ", "expect": "node"})

    assert refused.status_code == 422
    assert "Give it a name" in refused.content.decode()
    assert not TestLead.objects.exists()


def test_managers_read_and_test_but_do_not_save_and_reps_see_nothing(maya: Client) -> None:
    kept = save(maya, "A hospital", **HEALTH)
    lena, dana = signed_in(LENA), signed_in(DANA)

    shown = lena.get(LIST)
    assert shown.status_code == 200
    assert "View only" in shown.content.decode()
    assert "Delete" not in shown.content.decode()
    assert lena.post(TEST, {"do": "saved", "test_lead": kept.pk}).status_code == 302
    assert lena.post(SAVE, {"name": "x", "expect": "node"}).status_code == 403
    assert lena.post(f"{LIST}{kept.pk}/erase/").status_code == 403
    for address in (LIST, "/routing/inbound/test/leads/"):
        assert dana.get(address).status_code == 403
    assert dana.post(TEST, {"do": "end"}).status_code == 403


def test_a_manager_tests_only_with_leads_that_he_may_see() -> None:
    priya = arrive("Priya Raman", **HEALTH)  # Dana's, of Lena's team
    steel = arrive("Stan Steel", **(HEALTH | {"industry": "Steel"}))  # Clara's, of Ines's team
    assert (priya.rep.user.email, steel.rep.user.email) == (DANA, CLARA)
    ines = signed_in(INES)

    assert ines.post(TEST, {"do": "lead", "lead": steel.pk}).status_code == 302
    assert ines.post(TEST, {"do": "lead", "lead": priya.pk}).status_code == 404
    assert "Priya" not in ines.get("/routing/inbound/test/leads/?q=priya").content.decode()
    assert "Stan Steel" in ines.get("/routing/inbound/").content.decode()
    steel.rep = priya.rep
    steel.save()
    assert "Stan Steel" not in ines.get("/routing/inbound/").content.decode()


@pytest.mark.parametrize(
    ("what", "fields"),
    [
        ("test", {"do": "json", "json": '{"\\ud800": 1}'}),
        ("test", {"do": "json", "json": '{"a\\u0000": 1}'}),
        ("test", {"do": "time", "date": "9999-12-31", "at": "23:59"}),
        ("test", {"do": "time", "date": "0001-01-03", "at": "00:00"}),
    ],
)
def test_what_no_clock_and_no_row_can_hold_is_refused_in_words(maya: Client, what: str, fields: dict[str, str]) -> None:
    maya.post(f"/routing/inbound/{what}/", {"do": "json", "json": '{"intent": "demo"}'})

    assert maya.post(f"/routing/inbound/{what}/", fields).status_code == 422
    assert maya.get("/routing/inbound/").status_code == 200


def test_a_name_and_a_search_may_hold_anything(maya: Client) -> None:
    maya.post(TEST, {"do": "json", "json": '{"intent": "demo"}'})

    assert maya.post(SAVE, {"name": "A\0B", "expect": "node", "time": "whenever"}).status_code == 302
    assert TestLead.objects.get().name == "A\N{REPLACEMENT CHARACTER}B"
    assert maya.get("/routing/inbound/test/leads/?q=a%00b").status_code == 200


def test_a_search_asks_for_a_few_words_whatever_is_pasted_into_it(maya: Client) -> None:
    with CaptureQueriesContext(connection) as queries:
        assert maya.get("/routing/inbound/test/leads/", {"q": "abc " * 500}).status_code == 200

    assert max(query["sql"].upper().count("LIKE") for query in queries) <= 3 * 8
