"""Trying a lead on the rules: the whole decision with its trace, and nothing written."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from leads.models import Account, AccountKey
from reps.models import Rep, TimeOff
from routing.models import Member
from tests.leads.api.conftest import DOCUMENT
from tests.organisation import NOON, bump, make_lead, publish_tree

TO_BERLIN = {"format": 1, "rules": [], "otherwise": {"kind": "pool", "pool": "berlin"}}


def counted() -> dict[str, int]:
    return {model._meta.label: model._default_manager.count() for model in apps.get_models()}


def test_the_whole_decision_is_told(company, programs) -> None:
    tried = programs["olivia"].post("evaluate/", tree="main", facts={"employees": "1,200+", "name": "Grace Hopper"})

    assert tried.status_code == 200, tried.content
    shown = tried.json()
    assert (shown["tree"], shown["version"], shown["outcome"]) == ("main", 1, "assigned")
    assert (shown["rep"], shown["pool"], shown["strategy"]) == ("ada@example.com", "berlin", "round_robin")
    assert (shown["rules"], shown["fallback"], shown["sticky"]) == (["big"], False, False)
    assert shown["facts"]["employees"] == 1200
    assert shown["facts"]["last_name"] == "Hopper"
    assert shown["asked"][0]["because"] == "employees is at least 1,000 (it is 1,200)"
    assert [each["rep"] for each in shown["candidates"]] == ["ada@example.com", "ben@example.com"]
    assert shown["sla"]


def test_signals_are_believed_as_given_and_what_is_not_given_was_not_done(company, programs) -> None:
    asks = {"field": "signal.views_7d", "op": "lt", "value": 3}
    rule = {"id": "quiet", "name": "Quiet", "when": asks, "why": "x", "target": {"kind": "pool", "pool": "berlin"}}
    tree = {"format": 1, "rules": [rule], "otherwise": {"kind": "queue", "queue": "triage"}}

    outcomes = [
        programs["olivia"].post("evaluate/", tree=tree, facts=facts).json()["outcome"]
        for facts in ({}, {"signal.views_7d": 2}, {"signal.views_7d": "3"})
    ]

    assert outcomes == ["assigned", "assigned", "queued"]


def test_the_default_tree_is_asked_where_none_is_named(company, programs) -> None:
    shown = programs["mia"].post("evaluate/", facts={"employees": 3}).json()

    assert (shown["tree"], shown["outcome"], shown["queue"], shown["fallback"]) == ("main", "queued", "triage", True)


def test_nothing_is_written_and_nothing_is_locked(company, programs) -> None:
    programs["olivia"].post("evaluate/", facts={"employees": 2000})
    before, levels = counted(), list(Member.objects.order_by("pk").values())

    with CaptureQueriesContext(connection) as queries:
        programs["olivia"].post("evaluate/", facts={"employees": 2000, "email": "new@customer.example"})

    assert counted() == before
    assert list(Member.objects.order_by("pk").values()) == levels
    for query in queries:
        assert query["sql"].lstrip().startswith("SELECT"), query["sql"]
        assert " FOR " not in query["sql"], query["sql"]


def test_it_answers_for_another_time(company, programs) -> None:
    TimeOff.objects.create(rep=company.ada, start=NOON, end=NOON + timedelta(days=1))
    bump()

    shown = programs["olivia"].post("evaluate/", facts={"employees": 2000}, at=NOON.isoformat()).json()

    assert shown["rep"] == "ben@example.com"
    assert shown["excluded"] == {"ada@example.com": "away"}
    assert shown["facts"]["time.weekday"] == "wed"


def test_accounts_and_what_is_held_now_count(company, programs) -> None:
    Rep.objects.filter(pk=company.ada.pk).update(capacity=1)
    acme = Account.objects.create(name="Acme", owner=company.ada, tier="gold")
    AccountKey.objects.create(account=acme, kind="domain", key="acme.example")
    publish_tree(document={"rules": [], "otherwise": {"kind": "pool", "pool": "berlin"}})

    shown = programs["olivia"].post("evaluate/", facts={"email": "x@acme.example"}).json()

    assert shown["account"] == "Acme"
    assert shown["facts"]["account.owner"] == "ada@example.com"
    assert shown["rep"] == "ben@example.com"
    assert shown["excluded"] == {"ada@example.com": "at_capacity"}


def test_what_is_given_wins_over_what_is_known(company, programs) -> None:
    shown = programs["olivia"].post("evaluate/", facts={"account.tier": "silver", "score": 80}).json()

    assert shown["facts"]["account.tier"] == "silver"
    assert shown["facts"]["score"] == 80


def test_what_rules_set_is_not_what_they_asked(company, programs) -> None:
    rule = {
        "id": "up",
        "name": "Up",
        "when": {"field": "priority", "op": "is", "value": "low"},
        "set": {"priority": "high"},
    }
    document = {**TO_BERLIN, "rules": [{**rule, "target": {"kind": "pool", "pool": "berlin"}}]}

    shown = programs["olivia"].post("evaluate/", tree=document, facts={"priority": "low"}).json()

    assert shown["facts"]["priority"] == "high"
    assert shown["asked"] == [
        {"tree": "(document)", "rule": "up", "name": "Up", "held": True, "because": "priority is low"}
    ]


def test_whom_a_person_is_known_to_is_told_to_those_who_may_see_it(company, programs) -> None:
    lead = make_lead(rep=company.zoe, email="known@customer.example", at=timezone.now())

    seen = programs["olivia"].post("evaluate/", facts={"email": lead.email}).json()
    unseen = programs["mia"].post("evaluate/", facts={"email": lead.email}).json()

    assert (seen["sticky"], seen["rep"], seen["asked"]) == (True, "zoe@example.com", [])
    assert (unseen["sticky"], unseen["rep"]) == (False, None)
    assert "Zoe" not in str(unseen)


def test_a_document_that_nobody_has_published_can_be_tried(company, programs) -> None:
    shown = programs["olivia"].post("evaluate/", tree=TO_BERLIN, facts={}).json()

    assert (shown["tree"], shown["version"], shown["rep"]) == (None, None, "ada@example.com")


@pytest.mark.parametrize(
    ("tree", "problems"),
    [
        ({}, {"tree.format", "tree.rules", "tree.otherwise"}),
        ({**TO_BERLIN, "otherwise": {"kind": "pool", "pool": "nowhere"}}, {"tree.otherwise.pool"}),
        (
            {**DOCUMENT, "format": 1, "rules": [{**DOCUMENT["rules"][0], "when": {"field": "employes", "op": "gt"}}]},
            {"tree.rules[0].when.field"},
        ),
        (
            {
                **DOCUMENT,
                "format": 1,
                "rules": [
                    {**DOCUMENT["rules"][0], "when": {"field": "company", "op": "matches", "value": "(?=a)"}},
                ],
            },
            {"tree.rules[0].when.value"},
        ),
        ([], {"tree"}),
        (7, {"tree"}),
        ("nowhere", {"tree"}),
        ("", {"tree"}),
    ],
)
def test_a_tree_that_cannot_be_asked_is_refused_with_every_problem(company, programs, tree, problems) -> None:
    answer = programs["olivia"].post("evaluate/", tree=tree, facts={})

    assert answer.status_code == 400, answer.content
    assert set(answer.json()["errors"]) == problems


@pytest.mark.parametrize(
    ("body", "problems"),
    [
        ({}, {"facts"}),
        ({"facts": []}, {"facts"}),
        ({"facts": {"emplyees": 1}}, {"facts.emplyees"}),
        ({"facts": {}, "at": "yesterday"}, {"at"}),
        ({"facts": {}, "at": "0001-01-01T00:00:00Z"}, {"at"}),
        ({"facts": {}, "at": "9999-12-31T23:59:59Z"}, {"at"}),
        ({"facts": {}, "when": "now"}, {"when"}),
        ({"facts": {"message": "x" * 262_144}}, {"facts"}),
        ({"facts": {"company": "a\x00b", "tags": ["x", "\ud800"]}}, {"facts.company", "facts.tags[1]"}),
    ],
)
def test_bad_input_is_refused_by_field(company, programs, body, problems) -> None:
    answer = programs["olivia"].post("evaluate/", **body)

    assert answer.status_code == 400, answer.content
    assert set(answer.json()["errors"]) == problems


def test_values_that_do_not_fit_are_set_aside_as_they_would_be_live(company, programs) -> None:
    shown = (
        programs["olivia"].post("evaluate/", facts={"employees": "n/a", "country": {"a": 1}, "company": "Acme"}).json()
    )

    assert set(shown["set_aside"]) == {"employees", "country"}
    assert shown["facts"]["company"] == "Acme"
