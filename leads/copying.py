"""Many rows in one go: PostgreSQL's COPY, several times as fast as inserting instances."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache

from django.db import connection, models
from psycopg import sql


def copy_rows(model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Append rows to the model's table. Values must be what the columns take; JSON is passed as text."""
    rows = iter(rows)
    first = next(rows, None)
    if first is None:
        return
    statement = _statement(model._meta.db_table, tuple(columns))
    # Django knows `copy` not, so its errors would come through as the driver's own.
    with connection.wrap_database_errors, connection.cursor() as cursor, cursor.copy(statement) as copy:
        copy.write_row(first)
        for row in rows:
            copy.write_row(row)


@cache
def _statement(table: str, columns: tuple[str, ...]) -> sql.Composed:
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    return sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table), names)
