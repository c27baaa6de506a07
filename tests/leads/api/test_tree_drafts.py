"""The draft of a tree by API: read, written whole, published; and who was quicker is told as 409."""

from __future__ import annotations

import json
from copy import deepcopy
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from routing.models import Draft, Tree, Version
from tests.leads.api.conftest import DOCUMENT

DRAFT, PUBLISH = "trees/main/draft/", "trees/main/publish/"


def changed(employees: int = 500, **rule: Any) -> dict[str, Any]:
    document = deepcopy(DOCUMENT)
    document["rules"][0]["when"]["value"] = employees
    document["rules"][0].update(rule)
    return {"format": 1, **document}


def put(programs, rev: int = 0, who: str = "olivia", **more: Any) -> Any:
    body = {"rev": rev, "document": more.pop("document", changed())}
    return programs[who].ask("PUT", DRAFT, json.dumps(body).encode())


def published(programs, **more: Any) -> Any:
    said = {"rev": 2, "live": 1, "note": "Agreed.", "accepted": True, **more}
    return programs["olivia"].post(PUBLISH, **said)


def test_without_a_draft_it_is_what_is_live(company, programs) -> None:
    answer = programs["mia"].get(DRAFT).json()

    assert (answer["rev"], answer["live"], answer["behind"], answer["changed_by"]) == (0, 1, False, None)
    assert answer["document"]["rules"][0]["id"] == "big"


def test_a_draft_is_written_whole_and_published(company, programs) -> None:
    written = put(programs)
    assert (written.status_code, written.json()["rev"], written.json()["changed_by"]) == (200, 2, "olivia@example.com")
    assert Version.objects.filter(tree__slug="main").count() == 1

    answer = published(programs)

    assert (answer.status_code, answer.json()["status"], answer.json()["version"]) == (200, "done", 2)
    live = Version.objects.get(tree__slug="main", status=Version.Status.LIVE)
    assert live.document["rules"][0]["when"]["value"] == 500
    assert not Draft.objects.exists()


def test_a_document_that_cannot_be_read_is_refused_with_each_problem_at_its_path(company, programs) -> None:
    bad = changed(target={"kind": "pool", "pool": "nowhere"})

    answer = put(programs, document=bad)

    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == ["document.rules[0].target.pool"]
    assert not Draft.objects.exists()


def test_whoever_has_not_seen_the_newest_is_told_who_was_quicker(company, programs) -> None:
    put(programs)

    answer = put(programs, rev=1)

    assert (answer.status_code, answer.json()["detail"].startswith("The draft is at revision 2: ")) == (409, True)
    assert published(programs, rev=1).status_code == 409
    assert published(programs, live=7).status_code == 409


def test_what_publishing_forbids_is_told_by_reading_too(company, programs) -> None:
    put(programs, document=changed(why=""))

    told = programs["olivia"].get(DRAFT).json()["checks"]
    answer = published(programs)

    assert {"severity": "error", "node": "big", "words": "It says nothing about why it exists."} in told
    assert (answer.status_code, "It says nothing about why it exists." in answer.json()["detail"]) == (409, True)


def test_it_is_scheduled_and_asked_for_approval(company, programs) -> None:
    put(programs)
    later = published(programs, at=(timezone.now() + timedelta(hours=1)).isoformat())
    assert (later.json()["status"], later.json()["version"]) == ("scheduled", None)
    assert published(programs).status_code == 409

    Tree.objects.get(slug="main").publications.all().delete()
    Tree.objects.update(needs_approval=True)
    assert published(programs).json()["status"] == "waiting"


@pytest.mark.parametrize(
    ("said", "where"), [({"note": " "}, "note"), ({"at": "2001-01-01T00:00:00Z"}, "at"), ({"rev": "2"}, "rev")]
)
def test_what_does_not_do_is_named_by_its_field(company, programs, said, where) -> None:
    put(programs)

    answer = published(programs, **said)

    assert (answer.status_code, list(answer.json()["errors"])) == (400, [where])


@pytest.mark.parametrize("who", ["mia", "ada"])
def test_only_revops_write_and_publish(company, programs, who) -> None:
    assert put(programs, who=who).status_code == 403
    assert programs[who].post(PUBLISH, rev=0, live=1, note="x").status_code == 403
    assert programs["olivia"].get("trees/nowhere/draft/").status_code == 404
