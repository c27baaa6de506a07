"""The document's page and its Markdown: live or draft, for RevOps and managers, true to what decides."""

import pytest
from django.utils import timezone

from leads.builder.desk import desk_of
from leads.builder.document.reading import document_of
from routing.models import Tree
from tests.leads.builder.trying import draft
from tests.office import DANA, LENA, MAYA, person, signed_in

pytestmark = pytest.mark.usefixtures("office")


def test_it_says_what_is_live_with_version_promises_and_what_comes_before():
    body = signed_in(LENA).get("/routing/inbound/document/").text

    for words in (
        "Version 1, live since",
        "Every lead enters here.",
        "Leads come in through Website form.",
        "Large demo request",
        "No buyers",
        "HIPAA (level 1 or more)",
        "Regulated (Dana Okafor, Lee Marsh)",
        "Enterprise queue",
        "None of the rules within 2 held.",
        "Demo and pricing",
        "After 30 min",
    ):
        assert words in body, words
    assert "Show the draft" not in body


def test_the_draft_is_shown_when_it_is_asked_for():
    draft()
    maya = signed_in(MAYA)

    live, drafted = maya.get("/routing/inbound/document/").text, maya.get("/routing/inbound/document/?of=draft").text

    assert "Show the draft" in live
    assert "It decides nothing yet." not in live
    assert "It decides nothing yet." in drafted
    assert "Show what is live" in drafted


def test_conditions_call_values_as_people_do():
    maya = signed_in(MAYA)
    to = {"op": "set_condition", "node": "students", "at": "0", "field": "country", "value": "DE", "operator": "is"}
    assert maya.post("/routing/inbound/ops/", {"rev": 0, **to}, headers={"HX-Request": "true"}).status_code == 200

    assert "country is Germany" in maya.get("/routing/inbound/document/?of=draft").text


def test_what_is_not_finished_in_a_draft_is_said_at_its_rule():
    draft({"rules": [{"id": "new", "name": "Half a rule", "when": {"all": []}}]})

    document = document_of(desk_of(person(MAYA), "inbound"), "draft", now=timezone.now())

    assert document.prose.entries[0].name == "Half a rule"
    assert document.prose.entries[0].problems
    assert "Not finished" in document.markdown


def test_markdown_comes_as_a_file_named_after_tree_and_state():
    answer = signed_in(MAYA).get("/routing/inbound/document.md")

    assert answer["Content-Type"] == "text/markdown; charset=utf-8"
    assert answer["Content-Disposition"] == 'attachment; filename="inbound-live.md"'
    assert answer.text.startswith("# Inbound\n")
    assert "## The rules" in answer.text


def test_a_tree_that_was_never_published_has_a_document_of_its_draft():
    maya = signed_in(MAYA)
    maya.post("/routing/+new/", {"name": "Partners", "start": "blank"})

    body = maya.get("/routing/partners/document/").text

    assert "There is no rule: every lead." in body
    assert "Draft, revision 1" in body


def test_a_tree_without_version_and_draft_still_has_a_page():
    Tree.objects.create(slug="bare", name="Bare")

    assert "Nothing is live, and there is no draft." in signed_in(MAYA).get("/routing/bare/document/").text


def test_reps_and_strangers_do_not_read_it():
    assert signed_in(DANA).get("/routing/inbound/document/").status_code == 403
    assert signed_in(DANA).get("/routing/inbound/document.md").status_code == 403
    assert signed_in(MAYA).get("/routing/nowhere/document/").status_code == 404
