"""What a complaint of the database means: somebody was quicker, the server is away, or the row itself is bad.

The difference decides what is tried again, by whom, and what is set apart.
"""

from __future__ import annotations

from django.db import InterfaceError, OperationalError

SOMEBODY_WAS_QUICKER = ("40001", "40P01", "55P03")  # a conflict, a deadlock, a lock not had in time
# Connection gone, out of room, ended by an operator or a restart, disk, a transaction that idled too long.
OF_THE_SERVER = ("08", "53", "57", "58", "25")
A_STATEMENT_TOOK_TOO_LONG = "57014"  # which may well be the row's own doing


def is_passing(trouble: BaseException) -> bool:
    """Others held what was wanted: nothing is wrong with the row or the server, and the next round does it."""
    return isinstance(trouble, OperationalError) and _state(trouble) in SOMEBODY_WAS_QUICKER


def is_of_the_server(trouble: BaseException) -> bool:
    """Nothing can be done just now, whichever row it is; no row may be blamed for it."""
    if isinstance(trouble, InterfaceError):
        return True
    state = _state(trouble)
    if not isinstance(trouble, OperationalError) or state == A_STATEMENT_TOOK_TOO_LONG:
        return False
    return not state or state.startswith(OF_THE_SERVER)


def _state(trouble: BaseException) -> str:
    """The SQLSTATE; "" where the connection ended before the server could name one."""
    return getattr(trouble.__cause__, "sqlstate", None) or ""
