"""Files that a person hands to a command: read whole, or refused in words with exit code 2."""

from pathlib import Path

from django.core.management.base import CommandError


def text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise CommandError(f"{path}: {error.strerror}", returncode=2) from error
    except UnicodeDecodeError as error:
        raise CommandError(f"{path}: byte {error.start} is not UTF-8; save the file as UTF-8", returncode=2) from error
