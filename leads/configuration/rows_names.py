"""The keys under which accounts are found by name, kept by whoever writes accounts, in the same transaction.

A dozen for each account, so they are made and copied in pieces: a million accounts must not fill the memory.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice

from django.db import connection

from leads.copying import copy_rows
from leads.matching.book import keys_of
from leads.models import NameKey

AT_ONCE = 20_000  # accounts

FORGET = "DELETE FROM leads_namekey WHERE account_id = ANY(%s::bigint[])"
NAMES = """
SELECT account.id, account.name, array_remove(array_agg(alias.key ORDER BY alias.position, alias.id), NULL)
FROM leads_account AS account
LEFT JOIN leads_accountkey AS alias ON alias.account_id = account.id AND alias.kind = 'alias'
WHERE account.id > %s GROUP BY account.id ORDER BY account.id LIMIT %s
"""


def write(accounts: Iterable[tuple[int, str, Sequence[str]]]) -> None:
    """The keys of accounts that have none yet: id, name, aliases."""
    rest = iter(accounts)
    while piece := list(islice(rest, AT_ONCE)):
        copy_rows(
            NameKey, ("key", "account_id"), ((key, pk) for pk, name, also in piece for key in keys_of(name, also))
        )


def forget(ids: Sequence[int]) -> None:
    if ids:
        with connection.cursor() as cursor:
            cursor.execute(FORGET, [list(ids)])


def rewrite_all() -> None:
    """The keys of all accounts anew: for accounts that were there before the keys, and when the keys are made anew."""
    last = 0
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE leads_namekey")
        while True:
            cursor.execute(NAMES, [last, AT_ONCE])
            rows = cursor.fetchall()
            if not rows:
                break
            write(rows)
            last = rows[-1][0]
