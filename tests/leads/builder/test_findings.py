"""Findings on real drafts and traffic, and the panel that shows them: who may settle them, and that they go away."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from leads.builder.desk import Desk, of_tree
from leads.builder.findings import found as findings
from leads.builder.traffic import rollup
from routing.models import Draft, Tree, Version
from tests.leads.builder.arrivals import arrived, branch, document, drafted, is_in, rule
from tests.office import DANA, LENA, MAYA, person, signed_in
from tests.organisation import NOON, make_revops, publish_tree

COVERED = document(rule("norse", is_in("NO", "SE")), rule("swedish", is_in("SE")))


@pytest.fixture(autouse=True)
def _anew() -> None:
    findings.forget()


def desk(slug: str = "main") -> Desk:
    return of_tree(Tree.objects.get(slug=slug), may_edit=True)


def codes(of: Desk) -> list[tuple[str, str]]:
    return [(one.node, one.code) for one in findings.findings(of, NOON)]


@pytest.mark.django_db
def test_a_draft_is_looked_at_with_the_traffic_of_what_is_live() -> None:
    version = publish_tree(document=COVERED)
    arrived(version, ("norse",), facts={"country": "NO"}, count=30)
    arrived(version, (), facts={"country": "US"}, count=10)
    rollup.count_all(now=NOON)

    found = {one.code: one.words for one in findings.findings(desk(), NOON)}

    assert found == {
        "never_reached": "Never reached: “Norse” takes all of its leads before. It had 0 of 40 leads in 30 days.",
        "fallback": "25% of leads fit no rule and end here: 10 of 40 in 30 days.",
    }


@pytest.mark.django_db
def test_each_revision_is_looked_at_by_itself_and_only_once() -> None:
    version = publish_tree(document=COVERED)
    live = findings.findings(desk(), NOON)
    drafted(version.tree, document(rule("swedish", is_in("SE")), rule("norse", is_in("NO", "SE"))), make_revops())

    assert [one.code for one in live] == ["never_reached"]
    assert codes(desk()) == []
    assert findings.findings(desk(), NOON + timedelta(seconds=59)) is findings.findings(desk(), NOON)


@pytest.mark.django_db
def test_a_rule_that_says_nothing_about_why_is_a_problem_of_a_draft_before_anybody_publishes() -> None:
    unexplained = document({**rule("swedish", is_in("SE")), "why": ""})
    version = publish_tree(document=unexplained)
    live = codes(desk())
    drafted(version.tree, unexplained, make_revops())

    assert (live, codes(desk())) == ([], [("swedish", "why")])


@pytest.mark.django_db
def test_a_rule_is_idle_only_after_it_has_been_live_for_all_that_time() -> None:
    tree = document(rule("spam", is_in("US")), rule("rest"))
    version = publish_tree(document=tree)
    arrived(version, ("rest",), at=NOON - timedelta(days=80))
    arrived(version, ("rest",), at=NOON - timedelta(days=1))
    rollup.count_all(now=NOON)

    Version.objects.filter(pk=version.pk).update(published_at=NOON - timedelta(days=59))
    young = codes(desk())
    findings.forget()
    Version.objects.filter(pk=version.pk).update(published_at=NOON - timedelta(days=61))

    assert (young, codes(desk())) == ([], [("spam", "idle")])


@pytest.mark.usefixtures("office")
def test_revops_settle_a_finding_from_the_panel_and_it_is_gone() -> None:
    tree = Tree.objects.get(slug="inbound")
    drafted(tree, COVERED, person(MAYA), timezone.now())
    maya = signed_in(MAYA)

    body = " ".join(maya.get("/routing/inbound/findings/").text.split())

    assert '<span class="at-number">2</span> Swedish</a> <p>Never reached: “Norse” takes all of its leads' in body
    assert 'name="op" value="move"' in body
    rev = Draft.objects.get(tree=tree).newest
    answer = maya.post(
        "/routing/inbound/ops/",
        {"rev": rev, "op": "move", "node": "swedish", "before": "norse"},
        headers={"hx-request": "true"},
    )
    assert answer.status_code == 200
    assert "Never reached" not in maya.get("/routing/inbound/findings/").text


@pytest.mark.usefixtures("office")
def test_managers_read_the_panel_and_reps_do_not_get_it() -> None:
    drafted(Tree.objects.get(slug="inbound"), COVERED, person(MAYA), timezone.now())

    body = signed_in(LENA).get("/routing/inbound/findings/").text

    assert "Never reached" in body
    assert 'name="op"' not in body
    assert signed_in(DANA).get("/routing/inbound/findings/").status_code == 403
    assert signed_in(MAYA).get("/routing/nowhere/findings/").status_code == 404


@pytest.mark.usefixtures("office")
def test_the_panel_for_the_dialog_is_the_part_alone() -> None:
    body = signed_in(MAYA).get("/routing/inbound/findings/", headers={"hx-request": "true"}).text

    assert body.lstrip().startswith('<div class="found-list"')
    assert "Easy to follow" in body


@pytest.mark.usefixtures("office")
def test_an_unfinished_draft_says_at_the_outcome_what_it_lacks() -> None:
    unfinished = document(branch("emea", is_in("DE"), {"id": "new", "name": "New", "when": {"all": []}}))
    drafted(Tree.objects.get(slug="inbound"), unfinished, person(MAYA), timezone.now())

    body = " ".join(signed_in(MAYA).get("/routing/inbound/findings/").text.split())

    assert 'href="/routing/inbound/?node=new_target"' in body
    assert "It has no outcome yet: say where these leads go." in body
