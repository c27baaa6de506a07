"""What somebody did, by kind: how often lately, when last, and the last thirty days as bars."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from leads.activity.reading import KEPT_FOR
from leads.activity.windows import keys_of
from leads.activity.wording import in_words, number_in_words
from leads.models import Activity, Lead
from leads.prepared import Question, ask_together
from routing.engine.facts import Facts

DAYS = 30
MOST_KINDS = 12
WIDTH, HEIGHT, GAP = 4, 20, 1

# For each kind one row with its counts, and one for each of the last thirty days on which something was done.
COUNTS = f"""
SELECT key, bucket, count(*) FILTER (WHERE at >= %s), count(*) FILTER (WHERE at >= %s), count(*), max(at),
    (array_agg(value ORDER BY at DESC, value DESC) FILTER (WHERE value IS NOT NULL))[1]
FROM (SELECT key, at, value, floor(extract(epoch FROM %s - at) / 86400)::int AS bucket FROM leads_activity
      WHERE {{whose}} AND at BETWEEN %s AND %s) AS done
GROUP BY GROUPING SETS ((key), (key, bucket)) HAVING bucket IS NULL OR bucket < {DAYS}
"""
OF_PERSON = COUNTS.format(whose="person_key = ANY(%s::text[]) AND person_key <> ''")
OF_ACCOUNT = COUNTS.format(whose="account_id = %s")


@dataclass(frozen=True, slots=True)
class Bar:
    """One day, oldest on the left. Figures of an SVG of `WIDTH × DAYS` by `HEIGHT`."""

    x: int
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of activity. `value` is the latest that was sent, in words; "" if none ever was."""

    key: str
    label: str
    week: int
    month: int
    last: datetime
    value: str
    bars: Sequence[Bar]


@dataclass(frozen=True, slots=True)
class Activities:
    """The lead's own activity, and that of everybody at its account where it is more than its own."""

    own: Sequence[Kind]
    account: Sequence[Kind]


@dataclass(frozen=True, slots=True)
class Doer:
    """Somebody of one delivery: what he did there, and his lead; None while he is none."""

    who: str
    what: str
    lead: int | None


def done_in(events: Collection[object]) -> Mapping[object, Sequence[Doer]]:
    """What was done by whom in each of these deliveries."""
    rows = Activity.objects.filter(event__in=events).order_by("event", "item")
    done = list(rows.values_list("event_id", "person_key", "name", "key", "account__name"))
    people = {person for _, person, *_ in done if person}
    leads = dict(Lead.objects.filter(person_key__in=people).values_list("person_key", "pk")) if people else {}
    kinds: dict[tuple[object, str, str], Counter[str]] = {}
    names: dict[str, str] = {}
    for event, person, name, key, account in done:
        kinds.setdefault((event, person, account or ""), Counter())[key] += 1
        names[person] = name or names.get(person, "")
    found: dict[object, list[Doer]] = {}
    for (brought, person, account), counted in kinds.items():
        who = names[person] or person.partition(":")[2] or account or "Somebody"
        what = ", ".join(f"{times} × {in_words(key)}" if times > 1 else in_words(key) for key, times in counted.items())
        found.setdefault(brought, []).append(Doer(who, what, leads.get(person)))
    return found


def activities(lead: Lead, facts: Facts, *, now: datetime) -> Activities:
    """The newest kinds first."""
    since = (now - timedelta(days=7), now - timedelta(days=DAYS), now)
    span = (now - KEPT_FOR, now)
    questions: list[Question] = [(OF_PERSON, [*since, names_of(lead, facts), *span])]
    if lead.account_id is not None:
        questions.append((OF_ACCOUNT, [*since, lead.account_id, *span]))
    own, *there = [_kinds(rows) for rows in ask_together(*questions)]
    return Activities(own, _more(there[0], own) if there else ())


def at_account(account: int, *, now: datetime) -> Sequence[Kind]:
    """What everybody of this account did, leads or not, the newest kinds first."""
    since = (now - timedelta(days=7), now - timedelta(days=DAYS), now)
    [rows] = ask_together((OF_ACCOUNT, [*since, account, now - KEPT_FOR, now]))
    return _kinds(rows)


def names_of(lead: Lead, facts: Facts) -> list[str]:
    """The names under which this lead's activity is kept."""
    return list({*keys_of(facts), *([lead.person_key] if lead.person_key else [])})


def _kinds(rows: Sequence[tuple[Any, ...]]) -> list[Kind]:
    days: dict[str, dict[int, int]] = {}
    for key, bucket, _, _, number, _, _ in rows:
        if bucket is not None:
            days.setdefault(key, {})[bucket] = number
    kinds = [
        Kind(
            key=key,
            label=in_words(key),
            week=week,
            month=month,
            last=last,
            value="" if value is None else number_in_words(value),
            bars=_bars(days.get(key, {})),
        )
        for key, bucket, week, month, _, last, value in rows
        if bucket is None
    ]
    return sorted(kinds, key=lambda kind: (kind.last, kind.key), reverse=True)[:MOST_KINDS]


def _bars(days: dict[int, int]) -> list[Bar]:
    most = max(days.values(), default=0)
    return [
        Bar(
            x=(DAYS - 1 - ago) * WIDTH,
            y=round(HEIGHT - max(2, HEIGHT * number / most), 1),
            height=round(max(2, HEIGHT * number / most), 1),
        )
        for ago, number in sorted(days.items(), reverse=True)
    ]


def _more(there: Sequence[Kind], own: Sequence[Kind]) -> list[Kind]:
    """The kinds in which others did something too: the same figures twice tell nobody anything."""
    mine = {kind.key: (kind.week, kind.month, kind.last) for kind in own}
    return [kind for kind in there if mine.get(kind.key) != (kind.week, kind.month, kind.last)]
