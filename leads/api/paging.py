"""Long lists in pages that begin after a row, not after a number of rows: what arrives meanwhile shifts nothing."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar, cast

from django.core.exceptions import ValidationError as NotFitting
from django.db.models import Field, Model, Q, QuerySet
from drf_spectacular.utils import inline_serializer
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from leads.api.endpoints import Form, Request

M = TypeVar("M", bound=Model)
Row = TypeVar("Row")

USUAL = 50
MOST = 200
LONGEST_CURSOR = 200


class Paging(serializers.Serializer[Any]):
    """How every list is read: follow `next` until it is null."""

    cursor = serializers.CharField(
        required=False, max_length=LONGEST_CURSOR, help_text="Where the page begins: taken from `next`."
    )
    page_size = serializers.IntegerField(required=False, min_value=1, max_value=MOST, default=USUAL)


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """`cursor` is where the next page begins, "" if this is the last."""

    rows: Sequence[Row]
    cursor: str


def page(rows: QuerySet[M], asked: Mapping[str, Any], *, by: str = "pk") -> Page[M]:
    """The rows after the cursor, by `by` (`-` before it: falling) and then by their key."""
    size, column, falls = asked["page_size"], by.removeprefix("-"), by.startswith("-")
    if cursor := asked.get("cursor"):
        rows = rows.filter(_after(rows.model, column, falls, cursor))
    sign = "-" if falls else ""
    found = list(rows.order_by(f"{sign}{column}", f"{sign}pk")[: size + 1])
    last = found[size - 1] if len(found) > size else None
    return Page(found[:size], _written(last, column) if last else "")


def listed(request: Request, found: Page[Row], form: Form, context: Mapping[str, Any] | None = None) -> Response:
    """The page as it is answered, with the address of the next one."""
    url = request.build_absolute_uri()
    results = form(found.rows, many=True, context=dict(context or {})).data
    onward = replace_query_param(url, "cursor", found.cursor) if found.cursor else None
    return Response({"next": onward, "results": results})


def page_of(form: Form) -> Form:
    """The form of such an answer."""
    fields = {"next": serializers.URLField(allow_null=True), "results": form(many=True)}
    return type(inline_serializer(f"{form.__name__}Page", fields))


def _after(model: type[Model], column: str, falls: bool, cursor: str) -> Q:
    value, key = _read(model, column, cursor)
    side = "lt" if falls else "gt"
    # The first half alone bounds the scan of the index; the second leaves out the rows that were equal and shown.
    return Q(**{f"{column}__{side}e": value}) & (Q(**{f"{column}__{side}": value}) | Q(**{f"pk__{side}": key}))


def _written(row: Model, column: str) -> str:
    value = getattr(row, column)
    text = f"{value.isoformat() if isinstance(value, datetime) else value}~{row.pk}"
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _read(model: type[Model], column: str, cursor: str) -> tuple[Any, Any]:
    try:
        text = base64.urlsafe_b64decode(cursor.encode() + b"=" * (-len(cursor) % 4)).decode()
        value, _, key = text.partition("~")
        field = model._meta.pk if column == "pk" else cast("Field[Any, Any]", model._meta.get_field(column))
        read = field.to_python(value), model._meta.pk.to_python(key)
    except (ValueError, binascii.Error, NotFitting) as wrong:
        raise _no_cursor() from wrong
    if isinstance(read[0], datetime) and read[0].tzinfo is None:
        raise _no_cursor()
    return read


def _no_cursor() -> serializers.ValidationError:
    return serializers.ValidationError({"cursor": "Is not one of this list: take it from `next`."})
