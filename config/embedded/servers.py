"""Both embedded servers of one data folder: the folders with their owners, then the parts to run."""

import fcntl
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from config.embedded import accounts, binaries, postgres, valkey
from config.embedded.accounts import Account, CannotRun
from config.parts import Part
from config.places import socket_folder

# A server's own log is small; what is above this at a start is set aside once.
LARGE_LOG = 10 * 1024 * 1024


class AlreadyRunning(Exception):
    """Somebody runs Switchyard on these data."""


@contextmanager
def sole_use(data: Path) -> Iterator[None]:
    """Only one supervisor works on a data folder, also across containers. The kernel lets go when the holder dies."""
    data.mkdir(parents=True, exist_ok=True)
    with open(data / "lock", "a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            holder = file.read().strip() or "another process"
            raise AlreadyRunning(
                f"Switchyard already runs on the data in {data} ({holder})."
                " Stop that one first, or choose another folder with SWITCHYARD_DATA."
            ) from None
        file.truncate(0)
        file.write(f"process {os.getpid()}")
        file.flush()
        yield


def prepare(data: Path, environ: Mapping[str, str], *, durable: bool = True) -> list[Part]:
    """Make what is missing and return what to run: nothing for a server that `environ` names by its URL."""
    with_postgres, with_valkey = not environ.get("DATABASE_URL"), not environ.get("REDIS_URL")
    if not (with_postgres or with_valkey):
        return []
    account = accounts.runner(data / "pg", environ)
    sockets = make_folders(data, account)
    parts = []
    if with_postgres:
        programs = binaries.postgres(data, account)
        postgres.make_cluster(data / "pg", programs, account)
        log = _log(data, "postgres")
        parts.append(postgres.part(data / "pg", sockets, programs, account, log=log, durable=durable))
    if with_valkey:
        program = binaries.valkey(data, account)
        parts.append(valkey.part(data / "valkey", sockets, program, account, log=_log(data, "valkey")))
    return parts


def make_folders(data: Path, account: Account) -> Path:
    """The servers' folders belong to the account that runs them; ours stays ours, and is only passed through."""
    data.chmod(0o700 if account.is_ours else 0o711)
    if not account.may_reach(data):
        raise CannotRun(
            f"PostgreSQL does not run as root, and the account {account.name} cannot enter {data}."
            " Choose a folder outside closed homes with SWITCHYARD_DATA (for example /var/lib/switchyard)."
        )
    (data / "logs").mkdir(mode=0o700, exist_ok=True)
    sockets = socket_folder(data)
    for folder in (data / "valkey", sockets):
        folder.mkdir(mode=0o700, exist_ok=True)
        if folder.is_symlink() or folder.stat().st_uid not in (os.geteuid(), account.uid):
            raise CannotRun(f"{folder} belongs to somebody else: remove it, or choose another SWITCHYARD_DATA.")
        os.chown(folder, account.uid, account.gid)
        folder.chmod(0o700)
    return sockets


def _log(data: Path, name: str) -> Path:
    path = data / "logs" / f"{name}.log"
    if path.exists() and path.stat().st_size > LARGE_LOG:
        path.rename(path.with_suffix(".log.1"))
    return path
