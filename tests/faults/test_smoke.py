"""A minute of the whole installation under load, with everything in it killed, frozen, cut and emptied on a fixed seed.

The product's own supervisor repairs it; nobody lends a hand. Judged is by what senders and reps were told.
"""

from __future__ import annotations

import json
import random
import statistics
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psycopg
import pytest

from config.embedded import processes
from config.supervisor import Supervisor
from tests.faults import receivers as outside
from tests.faults.conftest import is_settled
from tests.faults.hand import Hand
from tests.faults.judge import broken_promises, only_broken
from tests.faults.machine import Machine
from tests.faults.nemesis import Nemesis
from tests.faults.organisation import configuration
from tests.faults.receivers import Receivers
from tests.faults.sender import Act, Delivery, History, Sender, delivery

SEED = 7
SECONDS = 70
DELIVERIES = 600
LOADERS, REPS = 12, 3
LADDER = ("2s", "4s")
CAMPAIGNS = {"steady": 50, "hasty": 27, "small": 10, "floor": 8, "later": 3, "spam": 2}
MINE = """
SELECT lead.id, lead.epoch, holder.email, extract(epoch FROM clock.next_at - clock_timestamp())::float
FROM leads_lead AS lead JOIN leads_assignment AS held ON held.lead_id = lead.id AND held.ended_at IS NULL
JOIN leads_slaclock AS clock ON clock.assignment_id = held.id
JOIN reps_rep AS rep ON rep.id = lead.rep_id JOIN reps_user AS holder ON holder.id = rep.user_id
WHERE lead.status IN ('assigned', 'accepted') AND (lead.id % 3 <> 0 OR lead.epoch > 1) ORDER BY random() LIMIT 1
"""
PARTS = {
    "web": "web",
    "worker": "worker",
    "beat": "beat",
    "sweeper1": "sweeper",
    "sweeper2": "sweeper",
    "deliverer1": "deliverer",
    "deliverer2": "deliverer",
}
DOUBLES = ("dup_event", "dup_lead", "dup_touch", "two_events", "accepted_twice", "double_open", "acted_twice")


def deliveries(rnd: random.Random) -> list[Delivery]:
    """New people and people who come back, for every kind of target."""
    found = []
    for number in range(DELIVERIES):
        person = rnd.randrange(number) if number and rnd.random() < 0.15 else number
        (campaign,) = rnd.choices(list(CAMPAIGNS), CAMPAIGNS.values())
        found.append(delivery(f"m{number}", f"p{person}@example.net", campaign))
    return found


class Load:
    """Senders who keep to a timetable, repeat until acknowledged, and send some deliveries again: at once, or later."""

    def __init__(self, sender: Sender, what: Sequence[Delivery], seconds: float) -> None:
        self._sender = sender
        self._what = what
        self._gap = seconds / len(what)
        self._start = time.monotonic()

    def run(self) -> None:
        with ThreadPoolExecutor(LOADERS) as crew:
            list(crew.map(self._share, range(LOADERS)))

    def _share(self, mine: int) -> None:
        rnd = random.Random(f"{SEED}:{mine}")
        for number in range(mine, len(self._what), LOADERS):
            time.sleep(max(0.0, self._start + number * self._gap - time.monotonic()))
            self._sender.deliver(self._what[number])
            if rnd.random() < 0.05:
                self._again(self._what[number], 3)
            if number > LOADERS * 10 and rnd.random() < 0.02:
                self._sender.deliver(self._what[number - LOADERS * 10])

    def _again(self, one: Delivery, times: int) -> None:
        crew = [threading.Thread(target=self._sender.post, args=[one]) for _ in range(times)]
        for each in crew:
            each.start()
        for each in crew:
            each.join()


class Floor:
    """Reps who accept, contact and decline what they see, often in the last moment before it is taken from them.

    Every third lead they leave lying until it was taken from the first.
    """

    def __init__(self, machine: Machine, database: str, history: History) -> None:
        self._machine = machine
        self._database = database
        self._history = history
        self.closing_time = threading.Event()

    def run(self) -> None:
        with ThreadPoolExecutor(REPS) as crew:
            list(crew.map(self._work, range(REPS)))

    def _work(self, number: int) -> None:
        rnd = random.Random(f"{SEED}:rep:{number}")
        hand = Hand(self._machine.environ(self._database), name=f"rep{number}")
        while not self.closing_time.wait(0.05):
            seen = self._look()
            if seen is None:
                continue
            lead, epoch, email, left = seen
            time.sleep(rnd.choice([0.0, min(2.0, max(0.0, (left or 0.0) - 0.05)), 0.3]))
            what = rnd.choices(["accept", "contact", "decline"], [60, 25, 15 if left is not None else 0])[0]
            hand.tell(what, lead=lead, by=email, epoch=epoch)
            answer = hand.hear()
            if "trouble" not in answer:
                # Who accepts what has gone back to his team's queue meanwhile gets it anew, and is told its new epoch.
                told = answer["answer"] if what == "accept" and answer["ok"] else epoch
                self._history.note_act(Act(what, lead, told, answer["ok"], str(answer)))
        hand.kill()

    def _look(self) -> tuple[Any, ...] | None:
        try:
            with self._machine.connect(self._database) as rows:
                return rows.execute(MINE).fetchone()
        except psycopg.Error:
            return None


@pytest.fixture
def supervisor(machine: Machine) -> Iterator[Supervisor]:
    """The product's own, with the machine's servers under it as long as the test lasts."""
    told: list[str] = []
    supervisor = Supervisor(told.append)
    for name in ("valkey", "postgres"):
        machine.stop_server(name)
    try:
        yield supervisor
    finally:
        supervisor.stop()
        for name in ("postgres", "valkey"):
            machine.start_server(name)


def test_a_minute_of_faults_breaks_no_promise(
    machine: Machine, supervisor: Supervisor, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    supervisor.start([machine.parts["postgres"], machine.parts["valkey"]])
    database = machine.create("smoke")
    office = Hand(machine.environ(database), name="office")
    office.do("load", text=configuration(ladder=LADDER))
    office.kill()
    with outside.receivers(tmp_path) as receivers, ThreadPoolExecutor(1) as beside:
        with machine.connect(database) as rows:
            receivers.subscribe(rows)
        parts = [machine.part(kind, database, name, receivers.environ) for name, kind in PARTS.items()]
        supervisor.start(parts)
        run = beside.submit(the_minute, machine, supervisor, database, receivers)
        run.add_done_callback(lambda _: supervisor.request_stop())
        supervisor.run_until_stopped()
    report, broken = run.result()

    record_property("figures", f"smoke run: {json.dumps(report)}")
    assert broken == {}, report
    assert report["acked"] == DELIVERIES
    assert report["busy_kills"] > 0, "no kill hit anybody at work: the run proves nothing"


def the_minute(
    machine: Machine, supervisor: Supervisor, database: str, receivers: Receivers
) -> tuple[dict[str, Any], dict[str, list[Any]]]:
    """Load, reps and faults side by side; then quiet, and then the judgement."""
    history = History()
    nemesis = Nemesis(machine, supervisor, database, history, receivers, SEED)
    load = Load(Sender(machine.port, history, SEED), deliveries(random.Random(SEED)), SECONDS)
    floor = Floor(machine, database, history)
    with ThreadPoolExecutor(2) as crew:
        loading, working = crew.submit(load.run), crew.submit(floor.run)
        nemesis.rage(SECONDS - 5)
        loading.result()
        floor.closing_time.set()
        working.result()

    quiet_from = time.monotonic()
    assert processes.wait_until(lambda: _all_well(machine, supervisor, database), 120, 0.2), "it did not come to rest"
    quiesce = time.monotonic() - quiet_from
    with machine.connect(database) as rows:
        rows.execute(outside.HURRY)
        assert processes.wait_until(lambda: outside.is_quiet(rows), 120, 0.2), "messages are still on their way"
    got = receivers.keys()
    with machine.connect(database) as rows, rows.transaction():
        rows.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        found = broken_promises(rows, history, configuration(ladder=LADDER))
        found |= outside.not_told(rows, got)
        report = figures(rows, history, nemesis, found) | {"quiesce_s": round(quiesce, 1), **outside.figures(rows, got)}
    return report | {"negative_control": doctored(machine, database, history)}, only_broken(found)


def _all_well(machine: Machine, supervisor: Supervisor, database: str) -> bool:
    answers = machine.part("web", database).answers
    try:
        with machine.connect(database) as rows:
            return len(supervisor.pids()) == len(PARTS) + 2 and bool(answers and answers()) and is_settled(rows)
    except psycopg.Error:
        return False


def figures(
    rows: psycopg.Connection, history: History, nemesis: Nemesis, found: dict[str, list[Any]]
) -> dict[str, Any]:
    """The run in numbers. A try without an answer is unknown, neither lost nor acknowledged."""
    acked = {answer.delivery.id for answer in history.acknowledged()}
    routed = "SELECT extract(epoch FROM finished_at - received_at)::float FROM leads_inboundevent"
    late = """
        SELECT extract(epoch FROM line.at - (clock.steps -> line.step ->> 'at')::timestamptz)::float
        FROM leads_timelineentry AS line JOIN leads_assignment AS held USING (lead_id, epoch)
        JOIN leads_slaclock AS clock ON clock.assignment_id = held.id WHERE line.step IS NOT NULL
    """
    return {
        "seed": SEED,
        "seconds": SECONDS,
        "sent": history.sent,
        "acked": len(acked),
        "lost": len(found["lost"]),
        "false_2xx": len(found["false_2xx"]),
        "doubles": sum(len(found[name]) for name in DOUBLES),
        "overruled": len(found["overruled"]),
        "broken": sum(map(len, found.values())),
        "acts": Counter(f"{act.what} {'done' if act.kept else 'refused'}" for act in history.acts),
        "taken_away": rows.execute("SELECT count(*) FROM leads_assignment WHERE ended_as = 'sla'").fetchone()[0],
        "answers": Counter(str(answer.status) for answer in history.answers),
        "ack_ms": spread([answer.took * 1000 for answer in history.acknowledged()]),
        "routed_s": spread([seconds for (seconds,) in rows.execute(routed)]),
        "timer_late_s": spread([seconds for (seconds,) in rows.execute(late)]),
        "faults": nemesis.faults,
        "kills": nemesis.kills,
        "busy_kills": nemesis.busy_kills,
    }


def spread(values: Sequence[float]) -> dict[str, float]:
    cuts = statistics.quantiles(values, n=100)
    return {"p50": round(cuts[49], 3), "p99": round(cuts[98], 3), "max": round(max(values), 3)}


def doctored(machine: Machine, database: str, history: History) -> dict[str, int]:
    """The same history over rows that were spoilt: what the judge finds there is not nothing."""
    with machine.connect(database) as rows:
        rows.autocommit = False
        rows.execute("DELETE FROM leads_inboundevent WHERE key IN ('id:m1', 'id:m2')")
        rows.execute("DELETE FROM leads_lead WHERE email = 'p3@example.net'")
        rows.execute("DROP INDEX one_open_assignment; UPDATE leads_assignment SET ended_at = NULL")
        found = broken_promises(rows, history)
        rows.rollback()
    control = {name: len(found[name]) for name in ("false_2xx", "lost", "double_open", "ledger", "unended")}
    assert control["false_2xx"] >= 2
    assert control["lost"] >= 1
    assert control["double_open"] >= 1
    return control
