"""A lead tried as of a day: by the territories of that day and the change sets that are scheduled until then."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from leads.configuration import dump, store
from leads.realignment import services
from reps.models import User
from tests.leads.api.conftest import Program
from tests.leads.realignment.conftest import GERMANY_TO_CLEO
from tests.organisation import token_of

pytestmark = pytest.mark.usefixtures("market")
GERMAN = {"country": "DE", "employees": 50}


def tried(olivia: User, facts: dict[str, Any], at: datetime | None = None) -> dict[str, Any]:
    more = {"at": at.isoformat()} if at else {}
    answer = Program(token_of(olivia)).post("evaluate/", facts=facts, **more)
    assert answer.status_code == 200, answer.content
    found: dict[str, Any] = answer.json()
    return found


def scheduled(text: str, after: timedelta, olivia: User, name: str = "Spring") -> datetime:
    now = timezone.now()
    at = now + after
    services.schedule(services.prepare(name, text, by=None, now=now), at, by=olivia, now=now)
    return at


def test_a_scheduled_change_set_counts_from_its_instant_on(olivia: User) -> None:
    at = scheduled(GERMANY_TO_CLEO, timedelta(days=10), olivia)

    before, then = tried(olivia, GERMAN, at - timedelta(seconds=1)), tried(olivia, GERMAN, at)

    assert (before["rep"], before["assumed"]) == ("ada@example.com", [])
    assert (then["rep"], [one["name"] for one in then["assumed"]]) == ("cleo@example.com", ["Spring"])
    assert tried(olivia, GERMAN)["assumed"] == []


def test_change_sets_build_on_each_other(olivia: User) -> None:
    swiss = "territories: [{slug: ch, name: Swiss, parent: dach, when: {field: country, op: is, value: CH}}]"
    scheduled(GERMANY_TO_CLEO, timedelta(days=1), olivia, "First")
    at = scheduled("territories: [{slug: de, name: Alone}]", timedelta(days=2), olivia, "Second")
    scheduled(swiss, timedelta(days=3), olivia, "Third")

    then = tried(olivia, GERMAN, at)

    assert [one["name"] for one in then["assumed"]] == ["First", "Second"]
    assert (then["rep"], then["pool"]) == ("cleo@example.com", "territory:de")


def test_territories_are_those_of_the_day(olivia: User) -> None:
    today = timezone.now().date()
    begins = today + timedelta(days=5)
    text = "territories: [{slug: ch, name: Swiss, parent: dach, when: {field: country, op: is, value: CH},"
    now = timezone.now()
    scheduled(f"{text} valid_from: {begins}, reps: [{{rep: cleo@example.com}}]}}]", timedelta(minutes=1), olivia)

    swiss = {"country": "CH", "employees": 50}
    assert tried(olivia, swiss, now + timedelta(days=2))["facts"]["territory"] == "dach"
    assert tried(olivia, swiss, now + timedelta(days=6))["facts"]["territory"] == "ch"


def test_a_pool_that_will_only_be_made_gives_its_leads_too(olivia: User) -> None:
    france = "slug: fr, name: France, when: {field: country, op: is, value: FR}"
    text = f"territories: [{{{france}, reps: [{{rep: dan@example.com}}]}}]"
    at = scheduled(text, timedelta(days=1), olivia)

    assert tried(olivia, {"country": "FR"}, at)["rep"] == "dan@example.com"
    assert tried(olivia, {"country": "FR"})["queue"] == "emea"


def test_an_account_will_have_its_new_owner(olivia: User) -> None:
    owners = """
    version: 1
    trees:
      - slug: main
        name: Main
        default: true
        document:
          format: 1
          rules:
            - id: own
              name: Owner
              why: Knows them
              when: {field: account.matched, op: is, value: true}
              target: {kind: account_owner}
          otherwise: {kind: queue, queue: emea}
    """
    store.load(owners, now=timezone.now())
    at = scheduled("accounts: [{name: Acme, owner: dan@example.com}]", timedelta(days=1), olivia)

    lead = {"email": "ann@acme.com"}
    assert tried(olivia, lead)["rep"] == "bob@example.com"
    assert tried(olivia, lead, at)["rep"] == "dan@example.com"


def test_what_could_not_come_into_force_is_said_and_not_assumed(olivia: User) -> None:
    at = scheduled(GERMANY_TO_CLEO, timedelta(days=1), olivia)
    store.load("version: 1\nterritories: []", now=timezone.now())

    then = tried(olivia, GERMAN, at)

    assert then["assumed"][0]["problem"].startswith("territories[0].")
    assert then["queue"] == "emea"


def test_trying_writes_nothing(olivia: User) -> None:
    at = scheduled(GERMANY_TO_CLEO, timedelta(days=1), olivia)
    before = dump.text()

    tried(olivia, GERMAN, at)

    assert dump.text() == before
