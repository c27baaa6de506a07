"""The webhook against a bare Django view of one INSERT, on the same server and database (PERFORMANCE goals 1 to 3).

Both are served by granian with the product's own settings and kept by the same PostgreSQL with fsync on. The webhook
checks limits, identity and form, recognises what it has already, stores the delivery durably and rings the bell.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count

from rig import load
from rig.report import Goal, Measure, publish, ratio
from rig.stack import Stack, Web, cpu_seconds, stack

BULK = 100  # leads in one delivery


@dataclass(frozen=True, slots=True)
class Way:
    """One way to send leads: to which server, as what request, how many leads in it."""

    name: str
    to_product: bool
    request: Callable[[int], bytes]
    status: int = 202
    leads: int = 1


def _keyed(number: int) -> bytes:
    return load.post("/in/open/", load.lead(number), idempotency_key=f"key-{number}")


def _plain(number: int) -> dict[str, object]:
    lead = load.lead(number)
    known = {name: lead[name] for name in ("email", "name", "company", "country")}
    return {**known, "key": lead["id"], "body": lead}


def _bulk(number: int) -> bytes:
    """Five fields each: a delivery may have at most 500 keys."""
    leads = [load.lead(number * BULK + place) for place in range(BULK)]
    kept = ("id", "email", "name", "company", "message")
    return load.post("/in/open/", [{name: lead[name] for name in kept} for lead in leads])


WAYS = (
    Way("bare ORM insert view", False, lambda number: load.post("/insert/", load.lead(number))),
    Way("webhook, signed", True, lambda number: load.signed("/in/signed/", load.lead(number))),
    Way("webhook, open, Idempotency-Key", True, _keyed),
    Way("DRF ModelSerializer view", False, lambda number: load.post("/drf/", _plain(number)), status=201),
    Way("webhook, 100 leads a delivery", True, _bulk, leads=BULK),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--requests", type=int, default=3000, help="of one way in one round")
    options = parser.parse_args()
    rates: dict[str, list[float]] = {}
    numbers = count(1)
    with (
        stack() as servers,
        servers.application("web") as product,
        servers.application("web", settings="rig.anchor_settings") as anchor,
    ):
        _warm_up(product.port, anchor.port, numbers)
        for _ in range(options.rounds):
            for way in WAYS:
                server = product if way.to_product else anchor
                for name, value in _measured(servers, way, server, options.requests, numbers).items():
                    rates.setdefault(name, []).append(value)
            _clear(servers)
    _publish({name: Measure(name, _unit(name), tuple(values)) for name, values in rates.items()}, options.requests)


def _warm_up(product: int, anchor: int, numbers: Iterator[int]) -> None:
    for way in WAYS:
        requests = [way.request(next(numbers)) for _ in range(200 // way.leads + 8)]
        load.send(product if way.to_product else anchor, requests, status=way.status)


def _measured(servers: Stack, way: Way, server: Web, requests: int, numbers: Iterator[int]) -> dict[str, float]:
    made = [way.request(next(numbers)) for _ in range(max(200, requests // way.leads))]
    before = cpu_seconds(server.pid), cpu_seconds(servers.postgres.pid)
    found = load.send(server.port, made, status=way.status)
    after = cpu_seconds(server.pid), cpu_seconds(servers.postgres.pid)
    used = [(one - other) / len(made) * 1000 for one, other in zip(after, before, strict=True)]
    return {
        way.name: found.per_second * way.leads,
        f"  p50 of {way.name}": found.p50_ms,
        f"  p99 of {way.name}": found.p99_ms,
        f"  CPU of {way.name}": used[0],
        f"  CPU in PostgreSQL of {way.name}": used[1],
    }


def _unit(name: str) -> str:
    return "ms" if name.startswith("  ") else "leads/s"


def _clear(servers: Stack) -> None:
    """Every round meets tables of the same size, and a broker without a heap of bells."""
    servers.forget_bells()
    with servers.connect() as connection:
        connection.execute("TRUNCATE leads_inboundevent, anchors_plainlead CASCADE")


def _publish(measures: dict[str, Measure], requests: int) -> None:
    bare, drf = measures["bare ORM insert view"], measures["DRF ModelSerializer view"]
    signed, keyed = measures["webhook, signed"], measures["webhook, open, Idempotency-Key"]
    goals = [
        Goal(1, "signed webhook ÷ bare insert view", ratio(signed, bare), 0.6, 0.9),
        Goal(1, "open webhook ÷ bare insert view", ratio(keyed, bare), 0.6, 0.9),
        Goal(2, "signed webhook ÷ DRF ModelSerializer", ratio(signed, drf), 1, 1.5),
        Goal(3, "100 a delivery ÷ bare insert view", ratio(measures["webhook, 100 leads a delivery"], bare), 6, 10),
    ]
    publish("ingest", "Webhook, 8 connections", list(measures.values()), goals, {"requests a round": requests})


if __name__ == "__main__":
    main()
