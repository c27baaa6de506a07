"""Where a fault test may end this process; the one switch for all apps lies at the bottom of the ladder."""

from outgoing.crash import crash_point

__all__ = ["crash_point"]
