"""Programs subscribe to events, change and rotate what they made, and have events sent again."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from notifications.models import Delivery, OutgoingEvent, Subscription
from notifications.subscriptions import catalogue, planning
from tests.organisation import NOON, make_subscription

HOOK = {"name": "CRM", "url": "https://crm.example.com/hook", "types": ["lead.closed", "lead.assigned"]}
STRANGERS = ("mia", "max", "ada", "zoe")


@pytest.fixture
def revops(programs):
    return programs["olivia"]


def change(program, one: Subscription, **body: object):
    return program.ask("PATCH", f"subscriptions/{one.pk}/", json.dumps(body).encode())


def happened(count: int, kind: str = "lead.closed") -> list[OutgoingEvent]:
    return [
        OutgoingEvent.objects.create(type=kind, at=NOON + timedelta(minutes=n), lead_id=7, payload={"version": 1})
        for n in range(count)
    ]


def test_a_subscription_is_made_read_and_taken_out(company, revops):
    made = revops.post("subscriptions/", **HOOK)
    assert made.status_code == 201, made.content
    one = made.json()
    assert (one["types"], one["enabled"], len(one["secrets"])) == (["lead.assigned", "lead.closed"], True, 1)
    assert one["secrets"][0].startswith("whsec_")

    address = f"subscriptions/{one['id']}/"
    assert revops.get(address).json() == one
    (listed,) = revops.get("subscriptions/").json()["results"]
    assert listed == {name: value for name, value in one.items() if name != "secrets"}

    assert revops.ask("DELETE", address).status_code == 204
    assert revops.get(address).status_code == 404
    assert revops.ask("DELETE", address).status_code == 404


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"url": "http://127.0.0.1/"}, "url"),
        ({"url": "https://169.254.169.254/"}, "url"),
        ({"types": []}, "types"),
        ({"types": ["lead.exploded"]}, "types"),
        ({"name": ""}, "name"),
        ({"name": 5}, "name"),
        ({"per_minute": 0}, "per_minute"),
        ({"per_minute": True}, "per_minute"),
        ({"secret": "mine"}, "secret"),
        ({"enabled": False}, "enabled"),
    ],
)
def test_each_field_is_told_what_is_wrong_with_it(company, revops, wrong, field):
    answer = revops.post("subscriptions/", **{**HOOK, **wrong})

    assert answer.status_code == 400
    assert any(name.startswith(field) for name in answer.json()["errors"])
    assert not Subscription.objects.exists()


def test_only_what_is_given_is_changed(company, revops):
    one = make_subscription("lead.closed", name="CRM")

    assert change(revops, one, types=["lead.contacted"]).json()["types"] == ["lead.contacted"]
    assert change(revops, one, enabled=False).json()["enabled"] is False
    answer = change(revops, one, url="https://10.0.0.1/", enabled=1)
    assert set(answer.json()["errors"]) == {"enabled"}
    assert "url" in change(revops, one, url="https://10.0.0.1/", enabled=True).json()["errors"]
    one.refresh_from_db()
    assert (one.name, one.types, one.enabled) == ("CRM", ["lead.contacted"], False)


def test_a_secret_is_rotated(company, revops):
    one = make_subscription("lead.closed")
    (before,) = revops.get(f"subscriptions/{one.pk}/").json()["secrets"]

    rotated = revops.post(f"subscriptions/{one.pk}/rotate/").json()

    assert rotated["secrets"][1] == before != rotated["secrets"][0]
    assert rotated["previous_until"] is not None


def test_what_did_not_arrive_is_sent_again(company, revops):
    one = make_subscription("lead.closed")
    happened(3)
    planning.plan_events()
    Delivery.objects.update(state="dead")

    since = (NOON + timedelta(minutes=1)).isoformat()
    assert revops.post(f"subscriptions/{one.pk}/replay/", since=since).json() == {"queued": 2, "left": False}
    assert Delivery.objects.filter(state="waiting").count() == 2
    assert revops.post(f"subscriptions/{one.pk}/replay/").status_code == 400


def test_the_catalogue_has_a_schema_for_each_type(company, revops):
    found = revops.get("event-types/").json()["results"]

    assert [one["name"] for one in found] == list(catalogue.BY_NAME)
    assert all(one["schema"]["properties"]["type"]["const"] == one["name"] for one in found)


def test_events_are_listed_as_they_are_sent(company, revops):
    first, second = happened(2)
    (other,) = happened(1, "lead.assigned")

    found = revops.get("outgoing-events/", type="lead.closed").json()["results"]
    assert [one["id"] for one in found] == [str(second.key), str(first.key)]
    assert found[0] == {
        "id": str(second.key),
        "type": "lead.closed",
        "timestamp": "2026-06-03T12:01:00Z",
        "data": {"version": 1},
    }
    assert len(revops.get("outgoing-events/", lead=7).json()["results"]) == 3
    assert revops.get("outgoing-events/", lead=8).json()["results"] == []
    assert other.pk


@pytest.mark.parametrize("who", STRANGERS)
def test_only_revops_may_do_any_of_it(company, programs, who):
    one, program = make_subscription("lead.closed"), programs[who]
    answers = [
        program.post("subscriptions/", **HOOK),
        program.get(f"subscriptions/{one.pk}/"),
        change(program, one, enabled=False),
        program.ask("DELETE", f"subscriptions/{one.pk}/"),
        program.post(f"subscriptions/{one.pk}/rotate/"),
        program.post(f"subscriptions/{one.pk}/replay/", since=NOON.isoformat()),
    ]

    assert {answer.status_code for answer in answers} == {403}
    one.refresh_from_db()
    assert (one.enabled, one.secret_number) == (True, 1)
