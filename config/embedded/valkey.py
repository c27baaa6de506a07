"""The embedded Valkey, Celery's broker. What it holds may vanish at any time: the database is the memory."""

import signal
import socket
from pathlib import Path

from config.embedded import processes
from config.embedded.accounts import Account, CannotRun
from config.parts import Part

SOCKET = "valkey.sock"


def part(folder: Path, sockets: Path, program: Path, account: Account, *, log: Path) -> Part:
    return Part(
        name="valkey",
        is_server=True,
        command=(
            str(program),
            *("--port", "0", "--unixsocket", str(sockets / SOCKET)),
            *("--unixsocketperm", "700" if account.is_ours else "770"),
            *("--dir", str(folder), "--appendonly", "yes", "--appendfsync", "everysec", "--save", ""),
            *("--maxmemory-policy", "noeviction", "--daemonize", "no"),
        ),
        folder=folder,
        account=account,
        log=log,
        seconds_to_stop=5,
        mend=lambda: clear_the_way(folder),
        answers=lambda: answers(sockets),
        seconds_of_silence=90,
    )


def clear_the_way(folder: Path) -> None:
    """Two servers that write one append-only file would spoil it: an orphan of an earlier run ends first."""
    for sig, seconds in ((signal.SIGTERM, 5), (signal.SIGKILL, 5)):
        left = processes.working_in(folder, "valkey-server")
        processes.send(left, sig)
        if processes.wait_until(lambda: not processes.working_in(folder, "valkey-server"), seconds if left else 0):
            return
    raise CannotRun(f"Another Valkey works in {folder} and does not end.")


def answers(sockets: Path) -> bool:
    try:
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(2)
            line.connect(str(sockets / SOCKET))
            line.sendall(b"PING\r\n")
            return line.recv(16).startswith(b"+PONG")
    except OSError:
        return False
