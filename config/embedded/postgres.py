"""The embedded PostgreSQL: its folder, its command, and what must be put right before it starts."""

import os
import signal
import subprocess
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.pq import PGconn, Ping

from config.addresses import DATABASE_NAME
from config.embedded import processes
from config.embedded.accounts import Account, CannotRun, identity
from config.parts import Part

SOCKET_LOCK = ".s.PGSQL.5432.lock"
SETTINGS = {
    "listen_addresses": "",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "jit": "off",
    # Django puts values into statements: neither they nor the row of a broken constraint belong in a log.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_checkpoints": "off",
    "log_line_prefix": "%m [%p] ",
}


def part(cluster: Path, sockets: Path, programs: Path, account: Account, *, log: Path, durable: bool = True) -> Part:
    """`durable=False` is for unit tests alone: a crash of the machine may lose everything."""
    settings = {**SETTINGS, "unix_socket_directories": str(sockets)}
    settings["unix_socket_permissions"] = "0700" if account.is_ours else "0770"
    if not durable:
        settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
    options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    return Part(
        name="postgres",
        is_server=True,
        command=(str(programs / "postgres"), "-D", str(cluster), *options),
        folder=Path("/"),
        account=account,
        log=log,
        stop=signal.SIGINT,  # SIGTERM would wait until every session has gone by itself.
        seconds_to_stop=10,
        mend=lambda: clear_the_way(cluster, sockets),
        answers=lambda: answers(sockets),
        lives=lambda: lives(sockets),
    )


def make_cluster(cluster: Path, programs: Path, account: Account) -> None:
    """A new, empty cluster if there is none. Made aside: one that was cut short is never taken for a whole one."""
    check_version(cluster, programs)
    if cluster.exists():
        return
    fresh = cluster.with_name(f"{cluster.name}.new")
    subprocess.run(["rm", "-rf", str(fresh)], check=True)
    fresh.mkdir(mode=0o700)
    os.chown(fresh, account.uid, account.gid)
    made = subprocess.run(
        [
            programs / "initdb",
            *("-D", fresh, "-U", "postgres", "--auth=trust", "-E", "UTF8"),
            *("--locale-provider=builtin", "--locale=C.UTF-8"),
        ],
        cwd="/",
        capture_output=True,
        text=True,
        **identity(account),
    )
    if made.returncode:
        raise CannotRun(f"PostgreSQL could not make its data folder {cluster}:\n{made.stderr.strip()}")
    fresh.rename(cluster)


def check_version(cluster: Path, programs: Path) -> None:
    """A new major version cannot read the old one's files."""
    mark = cluster / "PG_VERSION"
    if not mark.exists():
        if cluster.exists() and any(cluster.iterdir()):
            raise CannotRun(f"{cluster} is not empty and holds no PostgreSQL data: move it away.")
        return
    theirs = mark.read_text().strip()
    answer = subprocess.run([programs / "postgres", "--version"], check=True, capture_output=True, text=True).stdout
    ours = answer.split()[-1].partition(".")[0]
    if theirs != ours:
        raise CannotRun(
            f"The data in {cluster} are of PostgreSQL {theirs}, and the installed programs are {ours}. Start them once"
            f" with the old programs (POSTGRES_BIN), write a dump with pg_dumpall, move {cluster} away, and load it."
        )


def clear_the_way(cluster: Path, sockets: Path) -> None:
    """End what is left of an earlier run and remove its lock files, which may by now name somebody else's process.

    PostgreSQL would refuse to start for any live process of that number, and for a zombie. The files go only when no
    server process of this folder is left: after kill -9 of the first one its children end a moment later.
    """
    pid_file = cluster / "postmaster.pid"
    leader = _first_number(pid_file)
    if leader and leader in processes.working_in(cluster, "postgres"):
        processes.send([leader], signal.SIGINT)
        processes.send([leader], signal.SIGCONT)
        processes.wait_until(lambda: not processes.is_running(leader), 10)
    if not processes.wait_until(lambda: not processes.working_in(cluster, "postgres"), 3):
        processes.send(processes.working_in(cluster, "postgres"), signal.SIGKILL)
        if not processes.wait_until(lambda: not processes.working_in(cluster, "postgres"), 5):
            raise CannotRun(f"Another PostgreSQL works in {cluster} and does not end.")
    for left in (pid_file, sockets / SOCKET_LOCK):
        left.unlink(missing_ok=True)


def answers(sockets: Path) -> bool:
    """By a new connection: a frozen server goes on answering the old ones."""
    try:
        with connect(sockets, "postgres") as connection:
            connection.execute("SELECT 1")
    except psycopg.Error:
        return False
    return True


def lives(sockets: Path) -> bool:
    """A server that says no is not silent: it may be recovering for minutes, or have no connection to spare."""
    said = PGconn.ping(f"host={sockets} user=postgres dbname=postgres connect_timeout=2".encode())
    return said in (Ping.OK, Ping.REJECT)


def make_database(sockets: Path) -> None:
    with connect(sockets, "postgres") as connection:
        known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE_NAME]).fetchone()
        if known is None:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE_NAME)))


def connect(sockets: Path, name: str) -> psycopg.Connection:
    return psycopg.connect(host=str(sockets), user="postgres", dbname=name, connect_timeout=2, autocommit=True)


def _first_number(pid_file: Path) -> int | None:
    """None for a missing, empty or damaged file."""
    try:
        first = pid_file.read_text().partition("\n")[0].strip()
    except FileNotFoundError:
        return None
    return int(first) if first.isdigit() else None
