"""Statements that run for every delivery and every batch: PostgreSQL parses and plans them once for each connection.

Django's own cursor writes the values into the text of a statement, which is then planned anew each time. For the few
that run all day long this costs more than running them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connection
from psycopg import Cursor

AT_ONCE = 0  # prepared when first used, and not only when it has come a few times

Question = tuple[str, Sequence[object]]


@contextmanager
def prepared_cursor() -> Iterator[Cursor[Any]]:
    """A cursor on Django's connection and in its transaction, whose statements are kept prepared."""
    with connection.cursor() as opened, connection.wrap_database_errors:
        line = opened.connection
        line.prepare_threshold = AT_ONCE
        with Cursor(line) as cursor:
            yield cursor


def ask_together(*questions: Question) -> list[list[tuple[Any, ...]]]:
    """The rows of several statements, which are sent in one go and run one after the other, in this order."""
    with prepared_cursor() as first:
        line = first.connection
        with line.pipeline():
            cursors = [Cursor(line).execute(statement, values) for statement, values in questions]
            return [cursor.fetchall() for cursor in cursors]
