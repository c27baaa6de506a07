"""Activities counted in the database: for the decisions of a batch in one go, and for the page of one lead."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from leads.activity.reading import KEPT_FOR
from leads.activity.windows import DAYS, Asked, Tally, facts_of, keys_of, named
from leads.matching import Match
from leads.prepared import Question, ask_together
from routing.engine.facts import Facts

COUNTED = """
key, count(*) FILTER (WHERE at >= %s), count(*) FILTER (WHERE at >= %s), count(*) FILTER (WHERE at >= %s),
count(*) FILTER (WHERE at >= %s), (array_agg(value ORDER BY at DESC, value DESC) FILTER (WHERE value IS NOT NULL))[1]
"""
OF_PEOPLE = f"""
SELECT who.place, {COUNTED}
FROM unnest(%s::int[], %s::text[]) AS who (place, name)
JOIN leads_activity AS done ON done.person_key = who.name AND done.person_key <> ''
WHERE key = ANY(%s::text[]) AND at BETWEEN %s AND %s
GROUP BY who.place, key
"""
OF_ACCOUNTS = f"""
SELECT account_id, {COUNTED}
FROM leads_activity
WHERE account_id = ANY(%s::bigint[]) AND key = ANY(%s::text[]) AND at BETWEEN %s AND %s
GROUP BY account_id, key
"""
# Whatever one person and one account did.
EVERYTHING = f"""
SELECT whose, {COUNTED} FROM (
    SELECT 0 AS whose, key, at, value FROM leads_activity WHERE person_key = ANY(%s::text[]) AND person_key <> ''
    UNION ALL
    SELECT 1, key, at, value FROM leads_activity WHERE account_id = %s
) AS done WHERE at BETWEEN %s AND %s GROUP BY whose, key
"""

Tallies = Mapping[str, Tally]


def signals_of(people: Sequence[Facts], matches: Sequence[Match | None], asked: Asked, now: datetime) -> list[Facts]:
    """The signals of each lead, given by its own facts and its account, as they stand at `now`.

    Nothing is asked of the database if no rule asks for a signal.
    """
    if not asked or not people:
        return [{}] * len(people)
    accounts = [found.card.id if found else 0 for found in matches]
    own, of_account = _counted(people, accounts, asked, now)
    return [facts_of(asked, own.get(place, {}), of_account.get(account, {})) for place, account in enumerate(accounts)]


def all_signals(names: Sequence[str], account: int | None, now: datetime) -> Facts:
    """Everything that is counted of one lead and its account, by the names that rules have for it."""
    since = [now - timedelta(days=days) for days in DAYS]
    [rows] = ask_together((EVERYTHING, [*since, list(names), account, now - KEPT_FOR, now]))
    found = _by_whom(rows)
    return named(found.get(0, {})) | named(found.get(1, {}), of_account=True)


def _counted(
    people: Sequence[Facts], accounts: Sequence[int], asked: Asked, now: datetime
) -> tuple[Mapping[int, Tallies], Mapping[int, Tallies]]:
    since, span = [now - timedelta(days=days) for days in DAYS], (now - KEPT_FOR, now)
    names = [(place, name) for place, facts in enumerate(people) for name in keys_of(facts)] if asked.own else []
    known = list(set(accounts) - {0}) if asked.account else []
    questions: list[Question] = []
    if names:
        places, keys = [place for place, _ in names], [name for _, name in names]
        questions.append((OF_PEOPLE, [*since, places, keys, list(asked.own), *span]))
    if known:
        questions.append((OF_ACCOUNTS, [*since, known, list(asked.account), *span]))
    answers = ask_together(*questions) if questions else []
    own = _by_whom(answers.pop(0)) if names else {}
    return own, _by_whom(answers.pop(0)) if known else {}


def _by_whom(rows: Sequence[tuple[Any, ...]]) -> Mapping[int, Tallies]:
    found: dict[int, dict[str, Tally]] = {}
    for whom, key, *counts, latest in rows:
        found.setdefault(whom, {})[key] = Tally(tuple(counts), latest)
    return found
