"""From a webhook to a committed assignment, with nothing else to do (PERFORMANCE goal 14).

The whole installation runs as `manage.py up` runs it. One delivery is sent at a time; the clock stops when another
connection sees the committed assignment. Against it: one bare insert, and one empty Celery task, also one at a time.
"""

from __future__ import annotations

import argparse
import time
from itertools import count
from statistics import median, quantiles
from typing import Any

import psycopg
from rig import load, noop_queue
from rig.report import Goal, Measure, publish
from rig.stack import Stack, stack

ASSIGNED = """
SELECT decision.at - event.received_at FROM leads_inboundevent AS event
JOIN leads_touch AS touch ON touch.event_id = event.uuid
JOIN leads_assignment AS assignment ON assignment.lead_id = touch.lead_id
JOIN routing_decision AS decision ON decision.id = assignment.decision_id
WHERE event.source_id = (SELECT id FROM leads_source WHERE slug = 'open') AND event.key = %s
"""
PAUSE_S = 0.05
PATIENCE_S = 10


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--sends", type=int, default=100, help="deliveries in one round")
    options = parser.parse_args()
    found: dict[str, list[float]] = {}
    sent: list[float] = []
    numbers = count(1)
    with stack() as servers:
        for _ in range(options.rounds):
            for name, value in _round(servers, options.sends, numbers, sent).items():
                found.setdefault(name, []).append(value)
    _publish({name: Measure(name, "ms", tuple(values)) for name, values in found.items()}, sent)


def _round(servers: Stack, sends: int, numbers: Any, all_sent: list[float]) -> dict[str, float]:
    with servers.application("web", settings="rig.anchor_settings") as anchor:
        requests = [load.post("/insert/", load.lead(next(numbers))) for _ in range(sends + 20)]
        load.send(anchor.port, requests[:20], connections=1)
        insert = load.send(anchor.port, requests[20:], connections=1)
    task = noop_queue.idle_ms(servers, sends)
    servers.forget_bells()
    with servers.application("web", "worker", "sweeper", "beat") as product, servers.connect() as connection:
        _one(product.port, connection, next(numbers))
        time.sleep(2)  # all parts are up, and the worker has read the organisation
        for _ in range(10):
            _one(product.port, connection, next(numbers))
        sent = [_one(product.port, connection, next(numbers)) for _ in range(sends)]
    to_assigned = [each[0] for each in sent]
    all_sent += to_assigned
    return {
        "bare insert view, p50": insert.p50_ms,
        "Celery no-op, p50": median(task),
        "sent → answered, p50": median(each[1] for each in sent),
        "received → decided, p50": median(each[2] for each in sent),
        "sent → assignment seen, p50": median(to_assigned),
        "sent → assignment seen, p99": quantiles(to_assigned, n=100)[98],
    }


def _one(port: int, connection: psycopg.Connection[Any], number: int) -> tuple[float, float, float]:
    """Milliseconds from the send until the assignment is seen, until the answer, and from received to decided."""
    time.sleep(PAUSE_S)
    request = load.post("/in/open/", load.lead(number), idempotency_key=f"idle-{number}")
    begun = time.perf_counter()
    answered = load.send(port, [request], connections=1).seconds
    limit = begun + PATIENCE_S
    while (row := connection.execute(ASSIGNED, [f"id:idle-{number}"], prepare=True).fetchone()) is None:
        if time.perf_counter() > limit:
            raise SystemExit(f"delivery {number} was not assigned within {PATIENCE_S} s")
    return (time.perf_counter() - begun) * 1000, answered * 1000, row[0].total_seconds() * 1000


def _publish(measures: dict[str, Measure], sent: list[float]) -> None:
    parts = [
        insert + task
        for insert, task in zip(
            measures["bare insert view, p50"].rounds, measures["Celery no-op, p50"].rounds, strict=True
        )
    ]
    p50, p99 = measures["sent → assignment seen, p50"].rounds, measures["sent → assignment seen, p99"].rounds
    goals = [
        Goal(14, "p50 ÷ (insert + Celery)", _ratio(p50, parts), 4, 2, at_least=False),
        Goal(14, "p99 ÷ (insert + Celery)", _ratio(p99, parts), 15, 6, at_least=False),
    ]
    publish(
        "latency",
        "Idle: webhook → committed assignment",
        list(measures.values()),
        goals,
        {"slowest": f"{max(sent):.1f} ms"},
    )


def _ratio(over: tuple[float, ...], under: list[float]) -> float:
    return median(one / other for one, other in zip(over, under, strict=True))


if __name__ == "__main__":
    main()
