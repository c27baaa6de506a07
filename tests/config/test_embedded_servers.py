"""`manage.py servers` as a process: what a crash of it, or of what it runs, leaves behind."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

from config.embedded import postgres, processes, valkey
from config.places import PROJECT, socket_folder
from tests.config.conftest import Command, at_work, rows

Begin = Callable[..., Command]


def test_kill_9_of_a_server_is_repaired_and_no_row_is_lost(data: Path, command: Begin) -> None:
    running = command("servers")
    running.wait_for("REDIS_URL=")
    sockets = socket_folder(data)
    with postgres.connect(sockets, "postgres") as connection:
        connection.execute("CREATE TABLE kept (n int); INSERT INTO kept SELECT generate_series(1, 1000)")

    for folder, program, answers in (
        (data / "pg", "postgres", postgres.answers),
        (data / "valkey", "valkey-server", valkey.answers),
    ):
        leader = _leader(running.process.pid, folder, program)
        os.kill(leader, signal.SIGKILL)
        assert processes.wait_until(partial(_is_gone, leader), 5)
        assert processes.wait_until(partial(answers, sockets), 30), running.output

    assert rows(data) == 1000
    assert running.stop() == 0
    assert "postgres ended (signal 9)" in running.output
    assert "valkey ended (signal 9)" in running.output


def test_kill_9_of_the_supervisor_leaves_no_orphan_and_the_next_start_finds_the_data(
    data: Path, command: Begin
) -> None:
    running = command("servers")
    running.wait_for("REDIS_URL=")
    with postgres.connect(socket_folder(data), "postgres") as connection:
        connection.execute("CREATE TABLE kept (n int); INSERT INTO kept VALUES (1)")

    running.stop(signal.SIGKILL)
    assert processes.wait_until(lambda: not at_work(data), 10), at_work(data)

    command("servers")
    assert processes.wait_until(lambda: postgres.answers(socket_folder(data)), 20)
    assert rows(data) == 1


def test_a_second_one_on_the_same_data_is_refused_in_plain_words(data: Path, command: Begin) -> None:
    first = command("servers")
    first.wait_for("REDIS_URL=")

    second = command("up")

    assert second.process.wait(30) == 1
    assert f"already runs on the data in {data} (process {first.process.pid})" in second.output
    assert "Traceback" not in second.output
    assert postgres.answers(socket_folder(data))


def test_it_ends_in_order_when_nobody_listens_any_more(data: Path) -> None:
    reading, writing = os.pipe()
    running = subprocess.Popen(
        [sys.executable, "manage.py", "servers"],
        cwd=PROJECT,
        env={**os.environ, "SWITCHYARD_DATA": str(data), "DJANGO_SETTINGS_MODULE": "config.settings"},
        stdout=writing,
        stderr=writing,
    )
    os.close(writing)
    try:
        with os.fdopen(reading) as heard:
            assert any("REDIS_URL=" in line for line in heard)
        os.kill(_leader(running.pid, data / "pg", "postgres"), signal.SIGKILL)
        assert processes.wait_until(lambda: postgres.answers(socket_folder(data)), 30)

        running.send_signal(signal.SIGHUP)

        assert running.wait(30) == 0
    finally:
        running.kill()
        running.wait()
    assert "database system is shut down" in (data / "logs" / "postgres.log").read_text()
    assert at_work(data) == []


def _leader(parent: int, folder: Path, program: str) -> int:
    """Of a server's many processes the one that the supervisor started."""
    return next(pid for pid in processes.working_in(folder, program) if processes.parent(pid) == parent)


def _is_gone(pid: int) -> bool:
    return not processes.is_running(pid)
