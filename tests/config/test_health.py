"""/readyz is green only if a lead that came in now would be stored and routed."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, connections
from django.test import Client
from django.utils import timezone

from config import health
from config.embedded import postgres
from config.parts import Running
from config.places import socket_folder
from leads.models import Finding as Broken
from leads.models import Heartbeat, InboundEvent, Source


@pytest.fixture
def sweeper() -> None:
    """Everybody who looks after things has just done so."""
    Heartbeat.objects.bulk_create(
        Heartbeat(name=name, at=timezone.now()) for name in ("sweeper", "deliverer", "auditor")
    )


@pytest.fixture
def ask(monkeypatch: pytest.MonkeyPatch) -> Callable[[], tuple[int, dict[str, Any]]]:
    def ask() -> tuple[int, dict[str, Any]]:
        monkeypatch.setattr(health, "_latest", health.Latest(health.look))
        response = Client().get("/readyz")
        return response.status_code, response.json()["checks"]

    return ask


Ask = Callable[[], tuple[int, dict[str, Any]]]


def waiting_event(waited: timedelta) -> None:
    at = timezone.now() - waited
    source = Source.objects.create(slug="web", name="Web")
    InboundEvent.objects.create(
        uuid=uuid4(), source=source, key="k", body=b"{}", body_hash="", received_at=at, due_at=at
    )


@pytest.mark.django_db(transaction=True)
def test_it_is_ready_when_everything_is_well(sweeper: None, ask: Ask) -> None:
    status, checks = ask()

    assert status == 200, checks
    assert set(checks) == {"disk", "database", "clock", "migrations", "sweeper", "deliverer", "events", "promises"}


@pytest.mark.django_db(transaction=True)
def test_a_sweeper_that_stands_still_turns_it_red(sweeper: None, ask: Ask) -> None:
    Heartbeat.objects.filter(name="sweeper").update(at=timezone.now() - timedelta(seconds=20))

    status, checks = ask()

    assert status == 503
    assert checks["sweeper"] == {"ok": False, "detail": "went round 20 s ago"}


@pytest.mark.django_db(transaction=True)
def test_an_event_that_waits_too_long_turns_it_red_and_a_short_wait_does_not(sweeper: None, ask: Ask) -> None:
    waiting_event(timedelta(seconds=50))
    assert ask()[0] == 200

    InboundEvent.objects.update(due_at=timezone.now() - timedelta(seconds=70))
    status, checks = ask()

    assert (status, checks["events"]["ok"]) == (503, False)


@pytest.mark.django_db(transaction=True)
def test_an_auditor_who_no_longer_looks_turns_it_red(sweeper: None, ask: Ask) -> None:
    Heartbeat.objects.filter(name="auditor").update(at=timezone.now() - timedelta(seconds=110))

    status, checks = ask()

    assert (status, checks["promises"]) == (503, {"ok": False, "detail": "nobody has looked for 110 s"})


@pytest.mark.django_db(transaction=True)
def test_a_broken_promise_turns_it_red(sweeper: None, ask: Ask) -> None:
    at = timezone.now()
    Broken.objects.create(slug="overdue_step", since=at, looked_at=at, count=3, example="lead 7")

    status, checks = ask()

    assert (status, checks["promises"]["detail"]) == (503, "broken: overdue_step")


@pytest.mark.django_db(transaction=True)
def test_a_migration_that_is_missing_turns_it_red(sweeper: None, ask: Ask) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'leads' AND name = '0001_initial' RETURNING applied")
        (applied,) = cursor.fetchone()

    status, checks = ask()

    with connection.cursor() as cursor:
        row = ["leads", "0001_initial", applied]
        cursor.execute("INSERT INTO django_migrations (app, name, applied) VALUES (%s, %s, %s)", row)
    assert (status, checks["migrations"]["detail"]) == (503, "1 not applied")


@pytest.mark.django_db(transaction=True)
def test_a_database_that_cannot_be_written_to_turns_it_red(sweeper: None, ask: Ask) -> None:
    name = connection.settings_dict["NAME"]
    with connection.cursor() as cursor:
        cursor.execute(f'ALTER DATABASE "{name}" SET default_transaction_read_only = on')
    try:
        status, checks = ask()
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SET default_transaction_read_only = off")
            cursor.execute(f'ALTER DATABASE "{name}" RESET default_transaction_read_only')

    assert (status, checks["database"]["ok"]) == (503, False)


@pytest.mark.django_db(transaction=True)
def test_a_clock_that_differs_from_the_databases_turns_it_red(
    sweeper: None, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Skewed(health.datetime):
        @classmethod
        def now(cls, tz: Any = None) -> Any:
            return super().now(tz) + timedelta(minutes=10)

    monkeypatch.setattr(health, "datetime", Skewed)
    status, checks = ask()

    assert (status, checks["clock"]["ok"]) == (503, False)


@pytest.mark.django_db(transaction=True)
def test_a_full_disk_turns_it_red(sweeper: None, ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "LEAST_FREE", 1.01)

    status, checks = ask()

    assert (status, checks["disk"]["ok"]) == (503, False)


@pytest.fixture
def own_database(data: Path, postgres_on: Callable[[], Running]) -> Iterator[Running]:
    """Django's connection on a server that this test may stop."""
    server = postgres_on()
    default = connections["default"]
    kept = dict(default.settings_dict)
    default.close()
    default.settings_dict.update(HOST=str(socket_folder(data)), NAME="postgres")
    yield server
    default.close()
    default.settings_dict.update(kept)


def test_a_database_that_is_stopped_or_frozen_turns_it_red_in_seconds(
    data: Path, own_database: Running, postgres_on: Callable[[], Running], ask: Ask, django_db_blocker: Any
) -> None:
    with django_db_blocker.unblock():
        os.kill(own_database.pid, signal.SIGSTOP)
        begun = time.monotonic()
        assert ask()[0] == 503
        assert time.monotonic() - begun < 6

        own_database.kill()
        begun = time.monotonic()
        status, checks = ask()

        assert (status, checks["database"]["ok"]) == (503, False)
        assert set(checks) == {"disk", "database"}
        assert time.monotonic() - begun < 2

        postgres_on()
        assert postgres.answers(socket_folder(data))
        assert ask()[1]["database"]["ok"]


def test_many_who_ask_at_once_cost_one_look() -> None:
    looks: list[int] = []

    def look() -> health.Findings:
        looks.append(1)
        return {}

    latest = health.Latest(look)

    for _ in range(50):
        latest.findings()

    assert len(looks) == 1


def test_a_deliverer_that_stands_still_is_silent(db: None) -> None:
    assert not health.deliverer().well

    Heartbeat.objects.create(name="deliverer", at=timezone.now())
    assert health.deliverer().well

    Heartbeat.objects.update(at=timezone.now() - timedelta(seconds=20))
    assert not health.deliverer().well
