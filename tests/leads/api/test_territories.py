"""Territories and change sets for programs: to be read, by those who answer for the floor."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from leads.configuration import store
from leads.models import ChangeSet
from tests.organisation import NOON

MAP = """version: 1
territories:
  - slug: dach
    name: DACH
    when: {field: country, op: in, value: [DE, AT, CH]}
    reps: [{rep: ada@example.com, weight: 2}, {rep: ben@example.com}]
  - {slug: berlin, name: Berlin, parent: dach, when: {field: city, op: is, value: Berlin}, valid_to: 2027-01-01}
"""


@pytest.fixture(autouse=True)
def on_the_map(company) -> None:
    store.load(MAP, now=timezone.now())


def slugs(answer) -> list[str]:
    return [each["slug"] for each in answer.json()["results"]]


def test_a_territory_is_told_as_the_file_and_as_a_sentence(programs) -> None:
    told = programs["mia"].get("territories/dach/").json()

    assert told == {
        "slug": "dach",
        "name": "DACH",
        "parent": None,
        "when": {"field": "country", "op": "in", "value": ["DE", "AT", "CH"]},
        "says": "country is one of DE, AT, CH",
        "valid_from": None,
        "valid_to": None,
        "reps": [{"rep": "ada@example.com", "weight": 2.0}, {"rep": "ben@example.com", "weight": 1.0}],
    }
    within = programs["mia"].get("territories/berlin/").json()
    assert (within["parent"], within["valid_to"], within["reps"]) == ("dach", "2027-01-01", [])


@pytest.mark.parametrize(
    ("chosen", "found"),
    [
        ({}, ["dach", "berlin"]),
        ({"parent": "dach"}, ["berlin"]),
        ({"rep": "ben@example.com"}, ["dach"]),
        ({"rep": "zoe@example.com"}, []),
        ({"parent": "nowhere"}, []),
    ],
)
def test_the_map_is_listed_by_what_lies_above_and_who_works_it(programs, chosen, found) -> None:
    assert sorted(slugs(programs["olivia"].get("territories/", **chosen))) == sorted(found)


def test_the_map_comes_in_pages(programs) -> None:
    first = programs["olivia"].get("territories/", page_size=1).json()
    second = programs["olivia"].get(first["next"].partition("/api/v1/")[2]).json()

    assert {first["results"][0]["slug"], second["results"][0]["slug"]} == {"dach", "berlin"}
    assert second["next"] is None


def test_change_sets_are_told_the_newest_first(company, programs) -> None:
    for number, status in enumerate(("draft", "scheduled")):
        ChangeSet.objects.create(
            name=f"Realignment {number}",
            document="remove: {territories: [berlin]}",
            status=status,
            effective_at=NOON + timedelta(days=1) if status == "scheduled" else None,
            prepared_at=NOON,
            prepared_by=company.olivia,
        )

    results = programs["mia"].get("change-sets/").json()["results"]
    assert [each["name"] for each in results] == ["Realignment 1", "Realignment 0"]
    (scheduled,) = programs["mia"].get("change-sets/", status="scheduled").json()["results"]
    assert scheduled == programs["mia"].get(f"change-sets/{scheduled['id']}/").json()
    assert scheduled["effective_at"] == "2026-06-04T12:00:00Z"
    assert scheduled["prepared_by"] == "olivia@example.com"
    assert scheduled["document"] == "remove: {territories: [berlin]}"


@pytest.mark.parametrize("address", ["territories/nowhere/", "change-sets/1/"])
def test_what_is_not_there_is_not_found(programs, address) -> None:
    assert programs["olivia"].get(address).status_code == 404
    assert programs["ada"].get(address).status_code == 403


def test_a_status_that_there_is_not_is_refused(programs) -> None:
    assert programs["olivia"].get("change-sets/", status="perhaps").status_code == 400
