"""What a command needs from outside, asked for at once and refused in words: a file, the database."""

from pathlib import Path

from django.core.management.base import CommandError
from django.db import OperationalError, connection


def text_of(path: Path) -> str:
    """The text of a file that a person hands over."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise CommandError(f"{path}: {error.strerror}", returncode=2) from error
    except UnicodeDecodeError as error:
        raise CommandError(f"{path}: byte {error.start} is not UTF-8; save the file as UTF-8", returncode=2) from error


def database() -> None:
    """Somebody who forgot to start it needs one line, not the story of a connection."""
    try:
        connection.ensure_connection()
    except OperationalError as error:
        reason = str(error).strip().splitlines()[0]
        raise CommandError(
            f"The database does not answer. Start it with `manage.py up`, or set DATABASE_URL. ({reason})"
        ) from error
