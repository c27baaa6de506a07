"""The list of trees and a new one: what each column says, who may do what."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from leads.builder.trees.overview import listed
from leads.builder.trees.starting import BY_KEY, STARTS
from leads.configuration import store
from leads.world import known
from routing.builder import drafts
from routing.engine.document import parse
from routing.models import Draft, Revision, Traffic, Tree, Version
from tests.office import DANA, FILE, LENA, MAYA, person, signed_in

pytestmark = pytest.mark.usefixtures("office")


def test_the_list_says_what_is_live_and_how_much_goes_through():
    tree, today = Tree.objects.get(slug="inbound"), timezone.now().date()
    Traffic.objects.create(tree=tree, day=today, version=1, rules=["large"], path="inbound/large", leads=1_234)
    Traffic.objects.create(tree=tree, day=today, version=1, path="inbound/otherwise", fallback=True, leads=411)
    Traffic.objects.create(tree=tree, day=today - timedelta(days=40), version=1, path="inbound/large", leads=9_000)

    body = signed_in(MAYA).get("/routing/").text

    assert "Version 1" in body
    assert "1,645" in body
    assert "25.0%" in body
    assert "every lead enters here" in body
    assert "No draft" in body


def test_a_tree_that_others_go_on_in_counts_the_leads_that_came_to_it():
    tree, today = Tree.objects.get(slug="inbound"), timezone.now().date()
    other = Tree.objects.create(slug="regions", name="Regions")
    for path, fallback, leads in (("regions/north", False, 30), ("regions/otherwise", True, 10)):
        Traffic.objects.create(tree=tree, day=today, version=1, path=path, fallback=fallback, leads=leads)

    rows = {row.tree: row for row in listed(person(MAYA), now=timezone.now()).rows}

    assert (rows[tree].leads, rows[other].leads) == (40, 40)
    assert rows[other].fallback == 0.25


def test_a_draft_is_shown_with_who_did_what_and_what_is_wrong_with_it():
    tree = Tree.objects.get(slug="inbound")
    live = drafts.live_of(tree)
    broken = {**live.document, "rules": [{"id": "new", "name": "New", "when": {"all": []}}]}
    Draft.objects.create(tree=tree, base=None, newest=3, started_at=timezone.now())
    Revision.objects.create(tree=tree, number=3, document=broken, words="added New", at=timezone.now(), by=person(MAYA))

    body = signed_in(LENA).get("/routing/").text

    assert "added New" in body
    assert "by Maya Lindqvist" in body
    assert "problem" in body
    assert "Behind what is live" in body


def test_owner_and_next_review_are_those_of_its_rules():
    tree = Tree.objects.get(slug="inbound")
    live = drafts.live_of(tree)
    rules = [dict(rule) for rule in live.document["rules"]]
    rules[0] |= {"owner": MAYA, "review_on": "2031-05-01"}
    rules[1] |= {"owner": LENA, "review_on": "2020-02-03"}
    rules[2] |= {"owner": LENA}
    Version.objects.filter(pk=live.pk).update(document={**live.document, "rules": rules})

    body = signed_in(MAYA).get("/routing/").text

    assert "Lena Brandt" in body.split('id="trees"')[1]
    assert "3 Feb 2020, passed" in body


def test_managers_read_and_reps_are_kept_out():
    read, kept_out = signed_in(LENA), signed_in(DANA)

    page = read.get("/routing/")

    assert "View only" in page.text
    assert "New tree" not in page.text
    assert read.get("/routing/+new/").status_code == 403
    assert read.post("/routing/+new/", {"name": "Mine", "start": "blank"}).status_code == 403
    assert kept_out.get("/routing/").status_code == 403
    assert not Tree.objects.filter(name="Mine").exists()


def test_a_new_tree_has_an_address_made_from_its_name_and_a_draft_that_is_valid_already():
    answer = signed_in(MAYA).post("/routing/+new/", {"name": "  Partner &  Évents  ", "start": "blank"})

    tree = Tree.objects.get(name="Partner & Évents")
    assert answer["Location"] == f"/routing/{tree.slug}/" == "/routing/partner-events/"
    assert not tree.is_default
    document = drafts.newest_of(tree).document
    assert parse(document, known().world.vocabulary).otherwise.queue == "unassigned"
    assert "Never published" in signed_in(MAYA).get("/routing/").text


@pytest.mark.parametrize("start", [start.key for start in STARTS])
def test_a_tree_begins_as_any_of_the_starters(start):
    answer = signed_in(MAYA).post("/routing/+new/", {"name": "Partners", "start": start})

    document = drafts.newest_of(Tree.objects.get(slug="partners")).document
    assert document == BY_KEY[start].document
    assert signed_in(MAYA).get(answer["Location"]).status_code == 200


def test_the_starters_are_shown_as_small_trees():
    body = signed_in(MAYA).get("/routing/+new/").text

    for start in STARTS:
        assert start.name in body
        assert all(step in body for step in start.steps)


def test_two_trees_of_one_name_have_two_addresses():
    for _ in range(2):
        signed_in(MAYA).post("/routing/+new/", {"name": "Partners", "start": "blank"})

    assert sorted(Tree.objects.filter(name="Partners").values_list("slug", flat=True)) == ["partners", "partners-2"]


@pytest.mark.parametrize("name", ["", "   ", "!!!", "x" * 201])
def test_a_name_that_names_nothing_is_refused_beside_its_field(name):
    answer = signed_in(MAYA).post("/routing/+new/", {"name": name, "start": "blank"})

    assert answer.status_code == 422
    assert "errorlist" in answer.text
    assert Tree.objects.count() == 1


def test_a_starter_that_is_none_is_refused():
    answer = signed_in(MAYA).post("/routing/+new/", {"name": "Partners", "start": "<script>"})

    assert answer.status_code == 422
    assert "There is no such starter." in answer.text


def test_a_stranger_is_asked_to_sign_in():
    assert "/login/" in Client().get("/routing/")["Location"]


def test_the_first_tree_of_all_is_the_one_that_leads_enter():
    Tree.objects.all().update(is_default=False)

    signed_in(MAYA).post("/routing/+new/", {"name": "Inbound 2", "start": "blank"})

    assert Tree.objects.get(name="Inbound 2").is_default


def test_the_list_asks_the_database_as_often_for_ten_trees_as_for_one(django_assert_max_num_queries):
    maya = signed_in(MAYA)
    for number in range(10):
        maya.post("/routing/+new/", {"name": f"Tree {number}", "start": "blank"})
    maya.get("/routing/")

    with django_assert_max_num_queries(22):
        maya.get("/routing/")


def test_a_file_with_a_default_tree_takes_over_from_one_that_was_never_published():
    Tree.objects.all().update(is_default=False)
    signed_in(MAYA).post("/routing/+new/", {"name": "Mine", "start": "blank"})

    store.load(FILE.read_text(encoding="utf-8"), now=timezone.now())

    assert list(Tree.objects.filter(is_default=True).values_list("slug", flat=True)) == ["inbound"]
