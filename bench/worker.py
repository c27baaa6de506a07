"""End to end: how many leads a second one worker process routes and commits, against what the database alone can do.

The worker does all of it: claim, parse, normalise, match, decide, assign, promise, audit, message. The limits do one
INSERT for each lead under the pool's lock (PERFORMANCE goals 10 to 13).
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import time
from datetime import UTC, datetime

from rig import noop_queue
from rig.report import Goal, Measure, publish, ratio
from rig.stack import Stack, cpu_seconds, stack

CLIENTS = 8


def main() -> None:
    options = _options()
    rounds: dict[str, list[float]] = {}
    with stack() as servers:
        settled(servers, options.leads, first=0)  # so that no table is empty, as on any day but the first
        for number in range(1, options.rounds + 1):
            for name, value in _round(servers, options.leads, number * options.leads).items():
                rounds.setdefault(name, []).append(value)
        crowd = _crowd(servers, options.leads, (options.rounds + 1) * options.leads)
    measures = {name: Measure(name, _unit(name), tuple(values)) for name, values in rounds.items()}
    worker = measures["one worker, end to end"]
    goals = [
        Goal(11, "÷ one statement a lead", ratio(worker, measures["one statement a lead, 8 clients"]), 1.3, 2.5),
        Goal(10, "÷ a hundred a statement", ratio(worker, measures["a hundred a statement, 1 client"]), 0.08, 0.15),
        Goal(12, "÷ Celery no-op", ratio(worker, measures["Celery no-op, 2 processes"]), 4, 8),
        Goal(13, "most − least, 8 workers, 1 killed", crowd["most_less_least"], 1, 1, at_least=False),
        Goal(13, "held twice or lost", crowd["held_twice"] + crowd["unfinished"], 0, 0, at_least=False),
    ]
    facts = {"leads a round": options.leads, "8 workers, one killed": crowd}
    publish("worker", "One worker on one hot pool of ten reps", list(measures.values()), goals, facts)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--leads", type=int, default=6000, help="events of one round")
    return parser.parse_args()


def _unit(name: str) -> str:
    return "µs/lead" if name.startswith("CPU") else "/s"


def _round(servers: Stack, leads: int, first: int) -> dict[str, float]:
    """Every anchor and the product, one after the other, so that a busy minute of the machine hits them all."""
    found = {
        "one statement a lead, 8 clients": servers.pgbench("one_statement", "-c", str(CLIENTS), "-j", "2", "-T", "2")
    }
    found |= settled(servers, leads, first)
    found["a hundred a statement, 1 client"] = _hundreds(servers)
    found["Celery no-op, 2 processes"] = noop_queue.per_second(servers, 3000)
    return found


def settled(servers: Stack, leads: int, first: int) -> dict[str, float]:
    """One worker drains a full queue; what it did is counted, and the reps close it all."""
    since = datetime.now(UTC).isoformat()
    servers.run("fill", str(leads), "--first", str(first))
    before = cpu_seconds(servers.postgres.pid)
    (said,) = _drain(servers, 1)
    in_database = cpu_seconds(servers.postgres.pid) - before
    _check(servers.ask("count", since), leads)
    servers.run("settle")
    return {
        "one worker, end to end": leads / said["seconds"],
        "CPU of the worker": said["cpu_seconds"] / leads * 1e6,
        "CPU of the database": in_database / leads * 1e6,
    }


def _crowd(servers: Stack, leads: int, first: int) -> dict[str, int]:
    """Eight workers at once, one of them killed in the middle: still everybody once, and fairly."""
    since = datetime.now(UTC).isoformat()
    servers.run("fill", str(leads), "--first", str(first))
    _drain(servers, CLIENTS, kill_one=True)
    counts = servers.ask("count", since)
    _check(counts, leads)
    return counts


def _drain(servers: Stack, workers: int, *, kill_one: bool = False) -> list[dict[str, float]]:
    crowd = [servers.begin("drain") for _ in range(workers)]
    for each in crowd:
        assert each.stdout
        assert each.stdout.readline() == "ready\n"
    for each in crowd:
        assert each.stdin
        each.stdin.write("go\n")
        each.stdin.flush()
    if kill_one:
        time.sleep(0.3)
        os.kill(crowd[0].pid, signal.SIGKILL)
    outputs = [each.communicate()[0] for each in crowd]
    return [json.loads(output) for output in outputs if output]


def _check(counts: dict[str, int], leads: int) -> None:
    """A fast worker that loses or doubles leads has measured nothing."""
    once = ("events", "leads", "assignments", "decisions", "promises", "messages")
    wrong = {name: counts[name] for name in once if counts[name] != leads}
    if wrong or counts["unfinished"] or counts["held_twice"] or counts["most_less_least"] > 1:
        raise SystemExit(f"{leads} events went in, and this came out: {counts}")


def _hundreds(servers: Stack) -> float:
    """A hundred leads for each statement: the most that one pool can take."""
    batches = 300
    with servers.connect() as connection:
        connection.execute("TRUNCATE limit_waiting")
        connection.execute("INSERT INTO limit_waiting SELECT FROM generate_series(1, %s)", [(batches + 1) * 100])
        connection.execute("VACUUM ANALYZE limit_waiting")
    return 100 * servers.pgbench("hundred_at_once", "-c", "1", "-t", str(batches))


if __name__ == "__main__":
    main()
