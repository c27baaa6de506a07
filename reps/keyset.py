"""Long lists in pieces, newest first. The next piece begins after a row, not after a number of rows: new ones that
arrive meanwhile shift nothing, and the thousandth piece costs what the first does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from django.core.exceptions import BadRequest, ValidationError
from django.db.models import Model, Q, QuerySet
from django.utils.dateparse import parse_datetime

M = TypeVar("M", bound=Model)

SIZE = 50


@dataclass(frozen=True, slots=True)
class Piece(Generic[M]):
    """`older` is the cursor of the next piece, "" if this is the last; `is_first` if it begins with the newest."""

    rows: Sequence[M]
    older: str
    is_first: bool


def piece(rows: QuerySet[M], *, by: str, after: str) -> Piece[M]:
    """The rows that come after the cursor `after` ("": from the newest), by the time in column `by`, then the key."""
    if after:
        at, key = _read(after, rows.model)
        rows = rows.filter(Q(**{f"{by}__lt": at}) | Q(**{by: at, "pk__lt": key}))
    found = list(rows.order_by(f"-{by}", "-pk")[: SIZE + 1])
    last = found[SIZE - 1] if len(found) > SIZE else None
    older = f"{getattr(last, by).isoformat()}~{last.pk}" if last else ""
    return Piece(found[:SIZE], older, not after)


def _read(cursor: str, model: type[Model]) -> tuple[datetime, object]:
    text, _, key = cursor.partition("~")
    try:
        at, pk = parse_datetime(text), model._meta.pk.to_python(key)
    except (ValueError, ValidationError):
        at, pk = None, None
    if at is None or at.tzinfo is None or pk is None:
        raise BadRequest("`after` must be the cursor of a link on the page: a time and a key.")
    return at, pk
