"""Decisions by the API: which rules were asked, with the lead's answers, told again from the log."""

from __future__ import annotations

import pytest

from leads.models import Lead
from reps.models import User
from routing.models import Decision
from tests.organisation import NOON, make_lead, make_rep, publish_tree

TREE = {
    "rules": [
        {
            "id": "gone",
            "name": "Switched off",
            "when": {"all": []},
            "off": True,
            "target": {"kind": "discard", "reason": "never"},
        },
        {
            "id": "vip",
            "name": "Friends of the house",
            "when": {"field": "email_domain", "op": "is", "value": "friend.example"},
            "target": {"kind": "rep", "rep": "ada@example.com"},
        },
        {
            "id": "de",
            "name": "Germany",
            "when": {"field": "country", "op": "is", "value": "DE"},
            "set": {"priority": "high"},
            "rules": [
                {
                    "id": "de-urgent",
                    "name": "Urgent already",
                    "when": {"field": "priority", "op": "is", "value": "urgent"},
                    "target": {"kind": "queue", "queue": "berlin"},
                },
                {
                    "id": "de-big",
                    "name": "Large",
                    "when": {"field": "employees", "op": "gte", "value": 1000},
                    "target": {"kind": "tree", "tree": "large"},
                },
            ],
            "otherwise": {"kind": "pool", "pool": "berlin"},
        },
    ],
    "otherwise": {"kind": "queue", "queue": "triage"},
}
LARGE = {
    "rules": [
        {
            "id": "huge",
            "name": "Huge",
            "when": {"field": "employees", "op": "gte", "value": 50000},
            "target": {"kind": "rep", "rep": "ben@example.com"},
        }
    ],
    "otherwise": {"kind": "pool", "pool": "berlin"},
}


@pytest.fixture
def trees(company) -> None:
    publish_tree(document=LARGE, slug="large", default=False)
    publish_tree(document=TREE)


def logged(company, tree: str = "main", **values) -> Decision:
    """A decision about Ada's lead as routing writes it."""
    version = company.version.tree.versions.order_by("-number").first()
    return Decision.objects.create(
        **{
            "lead_id": company.adas.pk,
            "at": NOON,
            "version": version,
            "outcome": "assigned",
            "rep": company.ada,
            "reason": "Because.",
            "facts": {"country": "DE", "employees": 2000, "priority": "high"},
            "candidates": [
                {
                    "rep": "ada@example.com",
                    "code": "",
                    "weight": 1.0,
                    "level": 2.5,
                    "open": 1,
                    "capacity": 20,
                    "skill": 0,
                },
                {
                    "rep": "ben@example.com",
                    "code": "away",
                    "weight": 1.0,
                    "level": 2.0,
                    "open": 0,
                    "capacity": None,
                    "skill": 0,
                },
            ],
            **values,
        }
    )


def asked(programs, decision: Decision) -> list[tuple[str, str, bool]]:
    shown = programs["olivia"].get(f"decisions/{decision.pk}/").json()["asked"]
    return [(each["tree"], each["rule"], each["held"]) for each in shown]


def test_the_rules_that_were_asked_are_told_down_the_branch_and_into_the_next_tree(company, programs, trees) -> None:
    decision = logged(company, rules=["de", "de-big", "huge"], facts={"country": "DE", "employees": 60000})

    assert asked(programs, decision) == [
        ("main", "vip", False),
        ("main", "de", True),
        ("main", "de-urgent", False),
        ("main", "de-big", True),
        ("large", "huge", True),
    ]


def test_a_tree_in_which_no_rule_held_was_asked_too(company, programs, trees) -> None:
    decision = logged(company, rules=["de", "de-big"], fallback=True)

    assert asked(programs, decision)[-1] == ("large", "huge", False)


def test_a_branch_in_which_no_rule_held_was_asked_to_its_end(company, programs, trees) -> None:
    decision = logged(company, rules=["de"], facts={"country": "DE", "employees": 5})

    assert asked(programs, decision)[-2:] == [("main", "de-urgent", False), ("main", "de-big", False)]


def test_each_answer_has_its_reason_with_the_leads_own_value(company, programs, trees) -> None:
    decision = logged(company, rules=["de", "de-big", "huge"], facts={"country": "DE", "employees": 60000})

    shown = programs["olivia"].get(f"decisions/{decision.pk}/").json()

    assert shown["asked"][0]["because"] == "e-mail domain is blank"
    assert shown["asked"][-1]["because"] == "employees is at least 50,000 (it is 60,000)"
    assert shown["asked"][-1]["name"] == "Huge"


def test_what_the_log_says_held_is_told_even_if_the_facts_would_say_otherwise_now(company, programs, trees) -> None:
    decision = logged(company, rules=["vip"], facts={"country": "DE"})

    shown = programs["olivia"].get(f"decisions/{decision.pk}/").json()["asked"]

    assert [(each["rule"], each["held"]) for each in shown] == [("vip", True)]
    assert shown[0]["because"] == "answered otherwise then: what it asks about has changed since"


def test_a_version_of_the_past_explains_its_own_decisions(company, programs, trees) -> None:
    decision = logged(company, version=company.version, rules=["big"])

    assert asked(programs, decision) == [("main", "big", True)]
    assert programs["olivia"].get(f"decisions/{decision.pk}/").json()["version"] == 1


def test_a_version_that_asks_for_a_field_of_the_past_cannot_be_told_again(company, programs) -> None:
    document = {
        "rules": [
            {
                "id": "budget",
                "name": "Budget",
                "when": {"field": "custom.budget", "op": "gt", "value": 1},
                "target": {"kind": "fallback"},
            }
        ],
        "otherwise": {"kind": "queue", "queue": "triage"},
    }
    version = publish_tree(document=document)
    publish_tree(document=TREE | {"rules": []})
    decision = logged(company, version=version, rules=["budget"])

    answer = programs["olivia"].get(f"decisions/{decision.pk}/")

    assert answer.status_code == 200
    assert answer.json()["asked"] is None


@pytest.mark.parametrize("values", [{"sticky": True}, {"cause": "by_hand"}, {"version": None}])
def test_where_no_rule_was_asked_none_is_told(company, programs, trees, values) -> None:
    assert asked(programs, logged(company, **values)) == []


def test_candidates_have_their_codes_and_the_chosen_one_is_marked(company, programs, trees) -> None:
    decision = logged(company, rules=["de"], cover_for=company.ben)

    shown = programs["ada"].get(f"decisions/{decision.pk}/").json()

    assert shown["excluded"] == {"ben@example.com": "away"}
    assert [(each["rep"], each["chosen"], each["code"]) for each in shown["candidates"]] == [
        ("ada@example.com", True, ""),
        ("ben@example.com", False, "away"),
    ]
    assert shown["cover_for"] == "ben@example.com"
    assert shown["facts"] == {"country": "DE", "employees": 2000, "priority": "high"}


@pytest.mark.parametrize(
    ("chosen", "found"),
    [
        ({"rule": "de"}, 1),
        ({"rule": "d"}, 0),
        ({"outcome": "queued"}, 3),
        ({"fallback": "true"}, 5),
        ({"fallback": "false"}, 1),
        ({"sticky": "true"}, 0),
        ({"rep": "ada@example.com"}, 2),
        ({"tree": "main", "cause": "arrived"}, 6),
        ({"pool": "berlin"}, 0),
        ({"before": "2026-06-03T12:00:00Z"}, 0),
        ({"after": "2026-06-03T12:00:00Z"}, 6),
    ],
)
def test_filters_narrow_the_list_of_decisions(company, programs, trees, chosen, found) -> None:
    logged(company, rules=["de"])

    assert len(programs["olivia"].get("decisions/", **chosen).json()["results"]) == found


def test_a_decision_about_a_lead_that_went_elsewhere_went_with_it(company, programs) -> None:
    paul = make_rep(email="paul@example.com", team=company.zoe.team)
    lead = make_lead(rep=company.ada, version=company.version)
    address = f"decisions/{lead.decision_id}/"
    assert programs["mia"].get(address).status_code == 200

    Lead.objects.filter(pk=lead.pk).update(rep=paul)

    assert programs["mia"].get(address).status_code == 404
    assert programs["max"].get(address).status_code == 200
    assert User.objects.filter(pk=company.mia.pk, role="manager").exists()
