"""Where this installation keeps its files: data, sockets, the secret key.

Settings and supervisor must agree on every path before anything runs, so each is worked out from the project's folder
and the environment alone.
"""

import hashlib
import os
import secrets
import stat
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile

PROJECT = Path(__file__).resolve().parent.parent

# sun_path holds 108 bytes with its closing NUL; the longest name in the folder is PostgreSQL's lock file.
LONGEST_SOCKET_PATH = 107
LONGEST_SOCKET_NAME = "/.s.PGSQL.5432.lock"


def data_folder(project: Path, environ: Mapping[str, str], *, is_root: bool) -> Path:
    """`SWITCHYARD_DATA`, else `.data` in the project.

    PostgreSQL refuses to run as root, and the account it runs as instead cannot enter a closed home such as /root. A
    project that root keeps there has its data under /var/lib; opening the home would expose everything in it.
    """
    chosen = environ.get("SWITCHYARD_DATA")
    if chosen:
        return Path(chosen).expanduser().resolve()
    if is_root and not open_to_others(project):
        mark = hashlib.sha256(os.fsencode(project)).hexdigest()[:8]
        return Path("/var/lib/switchyard") / f"{project.name}-{mark}"
    return project / ".data"


def open_to_others(folder: Path) -> bool:
    """Can an account without any rights walk down to this folder?"""
    return all(place.stat().st_mode & stat.S_IXOTH for place in (folder, *folder.parents) if place.exists())


def socket_folder(data: Path) -> Path:
    """Beside the data if a socket's path fits there, else in a short folder of our own under /tmp."""
    here = data / "run"
    if len(os.fsencode(here)) + len(LONGEST_SOCKET_NAME) <= LONGEST_SOCKET_PATH:
        return here
    mark = hashlib.sha256(os.fsencode(data)).hexdigest()[:16]
    return Path("/tmp") / f"switchyard-{os.geteuid()}-{mark}"


def secret_key(data: Path, environ: Mapping[str, str]) -> str:
    """`SECRET_KEY`, else a key that is made once and kept beside the data, readable by its owner alone."""
    given = environ.get("SECRET_KEY")
    if given:
        return given
    path = data / "secret_key"
    if not path.exists():
        data.mkdir(parents=True, exist_ok=True)
        # Written aside and linked into place: two processes that start at once end with the same key, and a crash
        # half-way leaves no short one.
        with NamedTemporaryFile("w", dir=data) as fresh:  # mode 0600
            fresh.write(secrets.token_urlsafe(50))
            fresh.flush()
            os.fsync(fresh.fileno())
            with suppress(FileExistsError):
                os.link(fresh.name, path)
    return path.read_text().strip()


DATA = data_folder(PROJECT, os.environ, is_root=os.geteuid() == 0)
SOCKETS = socket_folder(DATA)
