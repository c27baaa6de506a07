"""Crash points: `CRASH_AT=name` ends the process there, as `kill -9` would. For the fault tests."""

from __future__ import annotations

import os

ARMED = os.environ.get("CRASH_AT", "")


def crash_point(name: str) -> None:
    """Die here if the fault tests asked for it; otherwise nothing."""
    if name == ARMED:
        os._exit(137)
