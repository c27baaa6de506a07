"""Many rows at once: what the writers of all kinds share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import models

BATCH = 2_000


def put(model: type[models.Model], rows: Iterable[models.Model], *, key: str, columns: Sequence[str]) -> None:
    """Insert these rows; where the key is there already, update the columns."""
    model._default_manager.bulk_create(
        rows, batch_size=BATCH, update_conflicts=True, unique_fields=[key], update_fields=columns
    )


def ids(model: type[models.Model], key: str, names: Iterable[str] | None = None) -> dict[str, Any]:
    """The ids of these rows (or of all) by what names them."""
    rows = (
        model._default_manager.all() if names is None else model._default_manager.filter(**{f"{key}__in": list(names)})
    )
    return dict(rows.values_list(key, "id"))


def drop(model: type[models.Model], key: str, names: Iterable[object]) -> None:
    names = list(names)
    if names:
        model._default_manager.filter(**{f"{key}__in": names}).delete()
