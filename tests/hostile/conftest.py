"""The whole product at work for strangers: web, worker and sweeper on a durable PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from config.embedded import processes
from tests.faults.machine import HOST, Machine, shared_machine

PARTS = ("web", "worker", "sweeper")


@dataclass(frozen=True, slots=True)
class Live:
    """Where it listens, and its rows."""

    machine: Machine
    rows: psycopg.Connection
    host: str = HOST

    @property
    def port(self) -> int:
        return self.machine.port

    def number(self, query: str, *values: object) -> int:
        found = self.rows.execute(query, values).fetchone()
        assert found
        return int(found[0])

    def leads(self) -> int:
        return self.number("SELECT count(*) FROM leads_lead")

    def events(self) -> int:
        return self.number("SELECT count(*) FROM leads_inboundevent")

    def settle(self) -> None:
        """Wait until every event has ended in its state."""
        waiting = "SELECT count(*) FROM leads_inboundevent WHERE status = 'waiting'"
        assert processes.wait_until(lambda: self.number(waiting) == 0, 60, 0.01), "it did not come to rest"

    def written(self) -> Iterator[str]:
        """Everything that our programs wrote, and what the broker keeps: no lead belongs there."""
        yield from (self.machine.log(name) for name in PARTS)
        for path in Path(self.machine.data / "valkey").rglob("*"):
            if path.is_file():
                yield path.read_bytes().decode("latin-1")


@pytest.fixture(scope="module")
def live() -> Iterator[Live]:
    with shared_machine() as machine:
        database = machine.create("hostile")
        for name in PARTS:
            (machine.data / "logs" / f"{name}.log").unlink(missing_ok=True)
        running = [machine.start(kind, database) for kind in PARTS]
        with machine.connect(database) as rows:
            yield Live(machine, rows)
        for each in running:
            each.kill()
