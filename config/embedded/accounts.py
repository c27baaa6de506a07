"""Who runs the embedded servers: ourselves, or an account without rights when we are root (PostgreSQL refuses root)."""

import os
import pwd
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

# A number without an entry in passwd is no account: initdb looks its name up.
ACCOUNTS_FOR_ROOT = ("switchyard", "nobody")


class CannotRun(Exception):
    """The embedded servers cannot run here; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Account:
    name: str
    uid: int
    gid: int

    @property
    def is_ours(self) -> bool:
        return self.uid == os.geteuid()

    def may_run(self, program: Path) -> bool:
        """Can this account walk to the program and start it?"""
        return self.is_ours or (
            all(_may_enter(self, folder) for folder in program.parents) and _has(self, program, 0o5)
        )

    def may_reach(self, folder: Path) -> bool:
        return self.is_ours or all(_may_enter(self, place) for place in (folder, *folder.parents) if place.exists())


class Identity(TypedDict, total=False):
    """What `subprocess` wants to hear to start a program as somebody else."""

    user: int
    group: int
    extra_groups: list[int]


def identity(account: Account | None) -> Identity:
    if account is None or account.is_ours:
        return {}
    return {"user": account.uid, "group": account.gid, "extra_groups": []}


def runner(cluster: Path, environ: Mapping[str, str]) -> Account:
    """Ourselves; as root the owner of the data that are there, else `SWITCHYARD_USER`, `switchyard` or `nobody`."""
    me = os.geteuid()
    if me != 0:
        if cluster.exists() and cluster.stat().st_uid != me:
            raise CannotRun(
                f"The data in {cluster} belong to {_name(cluster.stat().st_uid)}, and you are {_name(me)}."
                f" Run as {_name(cluster.stat().st_uid)}, or choose another folder with SWITCHYARD_DATA."
            )
        return Account(_name(me), me, os.getegid())
    if cluster.exists() and cluster.stat().st_uid != 0:
        return _account(_name(cluster.stat().st_uid))
    chosen = environ.get("SWITCHYARD_USER")
    if chosen:
        return _account(chosen)
    for name in ACCOUNTS_FOR_ROOT:
        if any(entry.pw_name == name for entry in pwd.getpwall()):
            return _account(name)
    raise CannotRun(
        "PostgreSQL does not run as root, and there is no account to run it as."
        " Create one with `useradd --system switchyard`, or name one in SWITCHYARD_USER."
    )


def _account(name: str) -> Account:
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        raise CannotRun(f"There is no account {name!r} on this machine to run PostgreSQL as.") from None
    if entry.pw_uid == 0:
        raise CannotRun("PostgreSQL does not run as root: name another account in SWITCHYARD_USER.")
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def _may_enter(account: Account, folder: Path) -> bool:
    return _has(account, folder, 0o1)


def _has(account: Account, path: Path, wanted: int) -> bool:
    """Mode bits decide, as for the kernel: the owner's for the owner, the group's for the group, else the others'."""
    facts = path.stat()
    if facts.st_uid == account.uid:
        bits = facts.st_mode >> 6
    elif facts.st_gid == account.gid:
        bits = facts.st_mode >> 3
    else:
        bits = facts.st_mode
    return bits & wanted == wanted
