"""`manage.py up` as a whole: what a person starts, breaks and stops."""

import json
import os
import signal
import socket
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from functools import partial
from pathlib import Path

from config import application
from config.embedded import processes
from tests.config.conftest import Command, at_work

Begin = Callable[..., Command]


def test_up_repairs_every_part_that_is_killed_and_ends_without_a_trace(data: Path, command: Begin) -> None:
    port = application.free_port("127.0.0.1", 19100 + os.getpid() % 900)
    up = command("up", PORT=str(port))
    up.wait_for(f"Switchyard runs at http://localhost:{port}/")
    assert processes.wait_until(lambda: ready(port), 30, 0.2), up.output

    for victim in ("web", "web's worker", "worker", "beat", "sweeper", "deliverer", "postgres", "valkey"):
        # Whoever answers at the port may still be the child of the part that was killed before.
        assert processes.wait_until(lambda name=victim: len(find(data, up, name)) == 1, 30, 0.2), (victim, up.output)
        pids = find(data, up, victim)
        os.kill(pids[0], signal.SIGKILL)
        assert processes.wait_until(partial(is_back, data, up, victim, pids, port), 30, 0.2), (
            victim,
            up.output,
        )

    assert "Set-Cookie" not in urllib.request.urlopen(f"http://localhost:{port}/livez", timeout=5).headers
    begun = time.monotonic()
    assert up.stop() == 0
    assert time.monotonic() - begun < 30
    assert at_work(data) == []


def test_when_all_are_killed_at_once_the_next_start_cleans_up(data: Path, command: Begin) -> None:
    port = application.free_port("127.0.0.1", 20100 + os.getpid() % 900)
    up = command("up", PORT=str(port))
    up.wait_for("Switchyard runs at")
    everything = at_work(data)
    # Granian's workers and PostgreSQL's own children are left to themselves.
    os.kill(up.process.pid, signal.SIGSTOP)
    for pid in everything:
        if processes.parent(pid) == up.process.pid:
            os.kill(pid, signal.SIGKILL)
    up.stop(signal.SIGKILL)

    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        again = command("up", PORT=str(port))
        again.wait_for(f"Port {port} is taken, so it is ")
        free = int(again.output.rpartition(f"Port {port} is taken, so it is ")[2].split()[0])
        again.wait_for(f"Switchyard runs at http://localhost:{free}/")

    assert free > port  # mostly the next one, but others on the machine open ports too
    assert not set(everything) & set(at_work(data))
    assert again.stop(signal.SIGTERM) == 0


def ready(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://localhost:{port}/readyz", timeout=5) as answer:
            return json.loads(answer.read())["status"] == "ready"
    except (urllib.error.URLError, OSError):
        return False


def find(data: Path, up: Command, name: str) -> list[int]:
    """The one process that stands for this part (the first of its kind)."""
    if name == "postgres":
        return [pid for pid in processes.working_in(data / "pg", "postgres") if processes.parent(pid) == up.process.pid]
    if name == "valkey":
        return processes.working_in(data / "valkey", "valkey-server")
    ours = set(processes.marked("SWITCHYARD_SUPERVISED", str(data)))
    part = ours.intersection(processes.marked("SWITCHYARD_PART", name.removesuffix("'s worker")))
    first = [pid for pid in part if processes.parent(pid) == up.process.pid]
    return first if "'" not in name else [pid for pid in part if processes.parent(pid) in first][:1]


def new(data: Path, up: Command, name: str, old: list[int]) -> bool:
    now = find(data, up, name)
    return len(now) == 1 and now != old


def is_back(data: Path, up: Command, name: str, old: list[int], port: int) -> bool:
    return new(data, up, name, old) and ready(port)
