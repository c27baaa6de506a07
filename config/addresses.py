"""`DATABASE_URL`, `REDIS_URL` and the names under which this site may be asked for."""

import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

DATABASE_NAME = "switchyard"


def database(environ: Mapping[str, str], sockets: Path) -> dict[str, Any]:
    """Django's settings for the database at `DATABASE_URL`, or for the embedded server."""
    url = environ.get("DATABASE_URL")
    if not url:
        return {
            "NAME": DATABASE_NAME,
            "USER": "postgres",
            "PASSWORD": "",
            "HOST": str(sockets),
            "PORT": "",
            "OPTIONS": {},
        }
    parts = urlsplit(url)
    options = dict(parse_qsl(parts.query))
    if parts.scheme not in ("postgres", "postgresql") or not parts.path.strip("/"):
        raise ImproperlyConfigured(
            "DATABASE_URL must look like postgresql://user:password@host:5432/name"
            " (or postgresql://user@/name?host=/folder/of/the/socket); PostgreSQL is the only database."
        )
    return {
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", unquote(parts.hostname or "")),
        "PORT": options.pop("port", str(parts.port or "")),
        "OPTIONS": options,
    }


def database_options(patience: int | None) -> dict[str, Any]:
    """Nothing waits for ever: not for a connection, a statement, a lock, or a forgotten transaction.

    `patience` (seconds) is for commands that people start: their statements and pauses may be long, waiting for a lock
    still may not.
    """
    limits = {
        "statement_timeout": f"{patience}s" if patience else "5s",
        "lock_timeout": "3s",
        "idle_in_transaction_session_timeout": f"{patience}s" if patience else "10s",
    }
    return {
        "connect_timeout": 3,
        "options": " ".join(f"-c {name}={value}" for name, value in limits.items()),
    }


def broker(environ: Mapping[str, str], sockets: Path) -> str:
    """The Redis protocol at `REDIS_URL`, or the embedded Valkey's socket, as Celery writes it."""
    url = environ.get("REDIS_URL")
    if not url:
        return f"redis+socket://{sockets}/valkey.sock"
    if url.startswith("unix://"):
        return "redis+socket://" + url.removeprefix("unix://")
    if not url.startswith(("redis://", "rediss://", "redis+socket://")):
        raise ImproperlyConfigured("REDIS_URL must look like redis://host:6379/0 or unix:///path/of/the/socket")
    return url


def allowed_hosts(environ: Mapping[str, str]) -> list[str]:
    """`ALLOWED_HOSTS` (comma-separated), else this machine's own names."""
    given = environ.get("ALLOWED_HOSTS", "")
    if given.strip():
        return [host.strip() for host in given.split(",") if host.strip()]
    return ["localhost", "127.0.0.1", "[::1]", socket.gethostname().lower()]
