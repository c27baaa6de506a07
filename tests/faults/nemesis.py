"""Who breaks things, in an order that a seed decides, and counts how often somebody was hit in the middle of work."""

from __future__ import annotations

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress

import psycopg

from config.embedded import processes
from config.supervisor import Supervisor
from tests.faults.machine import Machine, children
from tests.faults.receivers import Receivers
from tests.faults.sender import History

PAUSE = (1.5, 3.0)
FROZEN = 5.0
AT_WORK = """
SELECT count(*) FROM pg_stat_activity WHERE application_name = %s AND state IN ('active', 'idle in transaction')
"""
CUT = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = %s"


class Nemesis:
    """Kills what the supervisor keeps running; starting it again is the supervisor's part."""

    def __init__(
        self,
        machine: Machine,
        supervisor: Supervisor,
        database: str,
        history: History,
        receivers: Receivers,
        seed: int,
    ) -> None:
        self._machine = machine
        self._receivers = receivers
        self._supervisor = supervisor
        self._database = database
        self._history = history
        self._rnd = random.Random(seed)
        self.faults: Counter[str] = Counter()
        self.kills = 0
        self.busy_kills = 0
        self._kinds: Mapping[str, Callable[[], None]] = {
            "F1 web killed": self._kill_web,
            "F2 worker killed": lambda: self._kill("worker"),
            "F3 child of the web killed": self._kill_child,
            "F4 both sweepers killed": lambda: self._kill("sweeper1", "sweeper2"),
            "F5 beat killed": lambda: self._kill("beat"),
            "F6 broker killed, back empty": self._kill_broker,
            "F7 broker emptied": machine.flush,
            "F8 broker frozen": self._freeze_broker,
            "F9 database restarted at once": lambda: self._kill("postgres", sig=signal.SIGQUIT),
            "F11 sessions cut": self._cut,
            "F4 both deliverers killed": lambda: self._kill("deliverer1", "deliverer2"),
            "F15 receiver in trouble": self._annoy,
            "F18 deliverer frozen": lambda: self._freeze("deliverer1"),
        }

    def rage(self, seconds: float) -> None:
        """One fault after another until the time is over, each at least once if it lasts long enough."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            kinds = sorted(self._kinds)
            self._rnd.shuffle(kinds)
            for kind in kinds:
                if time.monotonic() > until:
                    return
                self.faults[kind] += 1
                self._kinds[kind]()
                time.sleep(self._rnd.uniform(*PAUSE))

    def _kill_web(self) -> None:
        self._when(lambda: self._history.waiting > 0)
        self._kill("web")

    def _kill_child(self) -> None:
        self._when(lambda: self._history.waiting > 0)
        crew = children(self._supervisor.pids().get("web", 0))
        processes.send(self._rnd.sample(crew, min(1, len(crew))), signal.SIGKILL)

    def _kill_broker(self) -> None:
        before = self._supervisor.pids().get("valkey")
        self._kill("valkey")

        def is_back() -> bool:
            answers = self._machine.parts["valkey"].answers
            return self._supervisor.pids().get("valkey", before) != before and bool(answers and answers())

        if processes.wait_until(is_back, 20):
            self._machine.flush()

    def _freeze_broker(self) -> None:
        pid = self._supervisor.pids()["valkey"]
        processes.send([pid], signal.SIGSTOP)
        time.sleep(FROZEN)
        processes.send([pid], signal.SIGCONT)

    def _annoy(self) -> None:
        """The chat fails, limits, dawdles or hangs for a while."""
        mode = self._rnd.choice(["fail", "limited", "slow", "hang", "reset", "drip"])
        self.faults[f"F15 {mode}"] += 1
        self._receivers.sink.behave(mode, path="/chat", seconds=2)
        time.sleep(FROZEN)
        self._receivers.sink.behave("ok", path="/chat")

    def _freeze(self, name: str) -> None:
        pid = self._supervisor.pids().get(name)
        if pid is not None:
            processes.send([pid], signal.SIGSTOP)
            time.sleep(FROZEN)
            processes.send([pid], signal.SIGCONT)

    def _cut(self) -> None:
        for _ in range(3):
            with suppress(psycopg.Error), self._machine.connect(self._database) as rows:
                rows.execute(CUT, [self._database])
            time.sleep(1)

    def _kill(self, *names: str, sig: signal.Signals = signal.SIGKILL) -> None:
        """The whole session, at a moment when it is at work if one comes soon."""
        if names[0] not in ("web", "beat", "valkey"):
            self._when(lambda: any(self._at_work(name) for name in names))
        for name in names:
            pid = self._supervisor.pids().get(name)
            if pid is None:
                continue
            try:
                # PostgreSQL's first process ends the others itself: that is its immediate stop.
                (os.kill if sig is signal.SIGQUIT else os.killpg)(pid, sig)
            except ProcessLookupError:
                continue

    def _when(self, busy: Callable[[], bool]) -> None:
        self.kills += 1
        self.busy_kills += processes.wait_until(busy, 1.5, 0.002)

    def _at_work(self, name: str) -> bool:
        """Is one of its sessions in the middle of something?"""
        try:
            with self._machine.connect(self._database) as rows:
                found = rows.execute(AT_WORK, [name]).fetchone()
        except psycopg.Error:
            return False
        return bool(found and found[0])
