"""How late steps of promises are acted on when 10,000 of them are due at one instant, against the bare writing of it.

Lateness is seen from outside, by a connection of its own that looks every 20 ms how many steps are still due: what is
not committed has not happened. Two sweepers run, as `manage.py sweeper` starts them, before the steps come due. The
anchor moves as many clocks on and inserts as many lines and notices, 200 in one transaction, and decides nothing. In
the last part the steps come due while as many events wait to be routed.
"""

from __future__ import annotations

import argparse
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
import yaml
from rig.report import Measure, publish, ratio
from rig.stack import COMPANY, Stack, stack

MIXES = {
    "remind": ("remind",),
    "notify_manager": ("notify_manager",),
    "reassign": ("reassign",),
    "a third each": ("remind", "notify_manager", "reassign"),
}
LEAD_S = 2.0  # how long before they are due the steps are made
PATIENCE_S = 300.0
WAIT = "UPDATE leads_slaclock SET next_at = NULL WHERE state = 'running'"
# The ladder's only step, due at one instant; leads take turns with what it does.
MAKE_DUE = """
UPDATE leads_slaclock AS clock SET next_step = 0, next_at = due.at, steps = jsonb_build_array(jsonb_build_object(
    'after_s', 60, 'at', due.at, 'unless', 'accepted', 'do', (%(doings)s::text[])[numbered.n %% %(kinds)s + 1]))
FROM (SELECT clock_timestamp() + make_interval(secs => %(lead)s) AS at) AS due,
    (SELECT id, row_number() OVER (ORDER BY id) AS n FROM leads_slaclock WHERE state = 'running' LIMIT %(count)s)
        AS numbered
WHERE clock.id = numbered.id RETURNING due.at
"""
STILL_DUE = """
SELECT count(*), extract(epoch FROM clock_timestamp() - %s) FROM leads_slaclock
WHERE state = 'running' AND next_at = %s
"""
ANCHOR = (
    "UPDATE leads_slaclock SET next_step = next_step + 1 WHERE id = ANY(%(clocks)s)",
    """INSERT INTO leads_timelineentry (lead_id, at, kind, text, epoch)
    SELECT lead_id, clock_timestamp(), 'sla', 'Reminded somebody: not accepted yet.', 0 FROM leads_slaclock
    WHERE id = ANY(%(clocks)s)""",
    """INSERT INTO notifications_notification (user_id, kind, text, link, context, dedupe_key, created_at)
    SELECT (SELECT min(id) FROM reps_user), 'reminder', 'Still waiting for you.', '/leads/', '{}',
        format('anchor:%%s:%%s', id, clock_timestamp()), clock_timestamp() FROM leads_slaclock
    WHERE id = ANY(%(clocks)s)""",
)


def main() -> None:
    options = _options()
    rounds: dict[str, list[float]] = {}
    with stack() as servers, servers.connect() as rows:
        _load(servers)
        first = 0
        fresh = options.steps * 12 // 10  # a sixth of the leads ends in a queue
        for _ in range(options.rounds):
            for mix, doings in MIXES.items():
                _ready(servers, rows, fresh, first)
                first += fresh
                _note(rounds, "anchor, ", {mix: _anchor(rows, options.steps)})
                _note(rounds, f"{mix}, ", _burst(servers, rows, doings, options.steps))
            _ready(servers, rows, fresh, first)
            first += fresh
            servers.run("fill", str(options.steps), "--first", str(first))
            first += options.steps
            beside = _burst(servers, rows, MIXES["a third each"], 1000, sweepers=1)
            _note(rounds, "1,000 while routing, ", beside)
            servers.run("settle")
    measures = [Measure(name, "s", tuple(values)) for name, values in rounds.items()]
    by_name = {one.name: one for one in measures}
    whole = {mix: round(ratio(by_name[f"{mix}, max"], by_name[f"anchor, {mix}"]), 1) for mix in MIXES}
    facts = {"steps": options.steps, "sweepers": 2, "the last of them ÷ the anchor": whole}
    publish("timers", "Lateness of steps that are due at one instant", measures, [], facts)


def _load(servers: Stack) -> None:
    """The company of the rig, with a manager who can be told."""
    company = yaml.safe_load(COMPANY.read_text())
    company["teams"][0] |= {"manager": "mona@bench.example", "queue": "sorting"}
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
        yaml.safe_dump(company, file, sort_keys=False)
        file.flush()
        servers.run("load_config", file.name)


def _ready(servers: Stack, rows: psycopg.Connection[Any], count: int, first: int) -> None:
    """So many leads that somebody has and nobody accepted, with promises that wait for nothing yet."""
    servers.run("settle")
    servers.run("fill", str(count), "--first", str(first))
    worker = servers.begin("drain")
    worker.communicate("go\n")
    rows.execute(WAIT)
    rows.execute("VACUUM ANALYZE leads_slaclock")


def _burst(
    servers: Stack, rows: psycopg.Connection[Any], doings: Sequence[str], count: int, sweepers: int = 2
) -> dict[str, float]:
    """The lateness of each step, as quantiles, and the processor time the sweepers used for all of them."""
    with _sweeping(servers, sweepers):
        how = {"doings": list(doings), "kinds": len(doings), "lead": LEAD_S, "count": count}
        made = rows.execute(MAKE_DUE, how).fetchall()
        if len(made) != count:
            raise SystemExit(f"only {len(made)} of {count} promises run")
        return _watch(rows, made[0][0], count)


def _watch(rows: psycopg.Connection[Any], due: object, count: int) -> dict[str, float]:
    """How many are left at each look; what was done between two looks is as late as the later one."""
    late: list[float] = []
    until = time.monotonic() + PATIENCE_S
    while len(late) < count:
        ((left, since),) = rows.execute(STILL_DUE, [due, due]).fetchall()
        if since < 0 and left < count:
            raise SystemExit(f"{count - left} steps were acted on early")
        late += [float(since)] * (count - left - len(late))
        if time.monotonic() > until:
            raise SystemExit(f"{left} steps were still due after {PATIENCE_S:.0f} s")
        time.sleep(0.02)
    return {"p50": late[count // 2], "p99": late[count * 99 // 100], "max": late[-1]}


def _anchor(rows: psycopg.Connection[Any], count: int) -> float:
    clocks = [pk for (pk,) in rows.execute("SELECT id FROM leads_slaclock WHERE state = 'running' LIMIT %s", [count])]
    begun = time.perf_counter()
    for start in range(0, len(clocks), 200):
        with rows.transaction():
            for statement in ANCHOR:
                rows.execute(statement, {"clocks": clocks[start : start + 200]})
    return time.perf_counter() - begun


@contextmanager
def _sweeping(servers: Stack, count: int) -> Iterator[None]:
    rounds: list[subprocess.Popen[str]] = [servers.begin("sweeper") for _ in range(count)]
    time.sleep(4.0)  # so that they have begun to go round
    try:
        yield
    finally:
        for each in rounds:
            each.terminate()
        for each in rounds:
            each.communicate(timeout=60)


def _note(rounds: dict[str, list[float]], prefix: str, found: dict[str, float]) -> None:
    for name, value in found.items():
        rounds.setdefault(f"{prefix}{name}", []).append(value)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--steps", type=int, default=10_000, help="steps that are due at once")
    return parser.parse_args()


if __name__ == "__main__":
    main()
