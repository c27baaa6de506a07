"""The list of accounts: by name, searched by the beginning of a name or a domain, or by words. Quick on a million.

The next piece begins after an account, not after a number of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Prefetch, Q, QuerySet
from django.db.models.functions import Collate, Lower

from leads.matching import keys
from leads.matching.names import read_name
from leads.models import Account, AccountKey, Lead, NameKey
from leads.numbers import own_number
from reps.models import User

SIZE = 50
LAST_LETTER = "\U0010ffff"
# As the index has it.
ORDER = Collate(Lower("name"), "C")


@dataclass(frozen=True, slots=True)
class Row:
    account: Account
    domains: Sequence[str]
    leads: int


@dataclass(frozen=True, slots=True)
class Page:
    """`after` is the account after which the next piece begins, None if this is the last."""

    rows: Sequence[Row]
    after: int | None
    is_first: bool


def page(filters: Mapping[str, Any], user: User, *, after: str) -> Page:
    ids = found(filters.get("q") or "", after=own_number(after), most=SIZE + 1, **_chosen(filters))
    rows = _rows(ids[:SIZE], user)
    return Page(rows, ids[SIZE - 1] if len(ids) > SIZE else None, not after)


def found(text: str, *, after: int | None = None, most: int, **only: Any) -> list[int]:
    """The accounts whose name or domain begins so, or whose name has these words; in the list's order."""
    accounts = Account.objects.filter(**only).annotate(order=ORDER)
    last = Account.objects.filter(pk=after).values_list(ORDER, flat=True).first() if after else None
    if last is not None:
        accounts = accounts.filter(Q(order__gt=last) | Q(order=last, pk__gt=after)).filter(order__gte=last)
    pieces = [piece.order_by("order", "pk").values_list("order", "pk")[:most] for piece in _pieces(accounts, text)]
    if len(pieces) == 1:
        return [pk for _, pk in pieces[0]]
    return [pk for _, pk in pieces[0].union(*pieces[1:]).order_by("order", "pk")[:most]]


def _pieces(accounts: QuerySet[Any], text: str) -> list[QuerySet[Any]]:
    text = " ".join(text.replace("\x00", "").lower().split())
    if not text:
        return [accounts]
    domains = AccountKey.objects.filter(kind=AccountKey.Kind.DOMAIN, key__gte=text, key__startswith=text)
    pieces = [
        accounts.filter(order__gte=text, order__lt=text + LAST_LETTER),
        accounts.filter(pk__in=domains.values("account")),
    ]
    words = keys.own_words(read_name(text))
    if words:
        for word in words:
            accounts = accounts.filter(pk__in=NameKey.objects.filter(key=keys.word_key(word)).values("account"))
        for part in text.split():
            accounts = accounts.filter(name__icontains=part)
        pieces.append(accounts)
    return pieces


def _chosen(filters: Mapping[str, Any]) -> dict[str, Any]:
    only: dict[str, Any] = {}
    if owner := filters.get("owner"):
        only["owner"] = owner
    if kind := filters.get("kind"):
        only["is_customer"] = kind == "customer"
    return only


def _rows(ids: Sequence[int], user: User) -> list[Row]:
    domains = AccountKey.objects.filter(kind=AccountKey.Kind.DOMAIN).order_by("position", "pk")
    accounts = Account.objects.select_related("owner__user", "team", "parent")
    by_id = accounts.prefetch_related(Prefetch("keys", domains)).in_bulk(ids)
    counted = (
        Lead.objects.visible_to(user)
        .filter(account__in=ids)
        .order_by()
        .values_list("account")
        .annotate(count=Count("pk"))
    )
    leads = dict(counted)
    return [Row(by_id[pk], [key.key for key in by_id[pk].keys.all()], leads.get(pk, 0)) for pk in ids if pk in by_id]
