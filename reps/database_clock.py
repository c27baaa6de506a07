"""One clock for everything that is late or early: the database's. Web and workers may disagree; it cannot."""

from __future__ import annotations

from datetime import datetime

from django.db import connection


def database_now() -> datetime:
    """This very instant by the database's clock; unlike `now()` it does not stand still within a transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        (now,) = cursor.fetchone()
    assert isinstance(now, datetime)
    return now
