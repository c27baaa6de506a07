"""Long lists in pieces, newest first. The next piece begins after a row, not after a number of rows: new ones that
arrive meanwhile shift nothing, and the thousandth piece costs what the first does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar
from urllib.parse import quote

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


def piece(rows: QuerySet[M], *, by: str, after: str, size: int = SIZE) -> Piece[M]:
    """The rows that come after the cursor `after` ("": from the newest), by the time in column `by`, then the key."""
    if after:
        at, key = _read(after)
        rows = rows.filter(Q(**{f"{by}__lt": at}) | Q(**{by: at, "pk__lt": key}))
    try:
        found = list(rows.order_by(f"-{by}", "-pk")[: size + 1])
    except (ValueError, ValidationError) as problem:  # the key's type is the model's: a number or a UUID
        raise BadRequest("The key in `after` is not one of this list.") from problem
    last = found[size - 1] if len(found) > size else None
    older = f"{getattr(last, by).isoformat()}~{last.pk}" if last else ""
    return Piece(found[:size], quote(older), not after)


def _read(cursor: str) -> tuple[datetime, str]:
    text, _, key = cursor.partition("~")
    try:
        at = parse_datetime(text)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None or not key:
        raise BadRequest("`after` must be the cursor of a link on the page: a time and a key.")
    return at, key
