"""The last arrivals for which a tree's rules were asked: who entered it, and whom other trees sent on to it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection

from leads.builder.traffic import ways
from leads.models import Lead
from routing.engine.facts import Facts, Vocabulary, from_json
from routing.engine.nodes import Json
from routing.engine.route import GATE
from routing.models import Decision, Tree, Version

FOUND_ANEW = frozenset({"territory"})  # the map may have been redrawn since
ARRIVALS = (Decision.Cause.ARRIVED, Decision.Cause.RETURNED)

SENT_ON = """
SELECT decision.id, decision.at, way.number
FROM unnest(%(versions)s::bigint[], %(rules)s::text[], %(paths)s::text[]) WITH ORDINALITY
    AS way (version, rules, path, number)
JOIN routing_decision AS decision ON decision.version_id = way.version
    AND decision.rules = way.rules::varchar[] AND decision.path = way.path
WHERE decision.at >= %(since)s AND decision.cause IN ('arrived', 'returned')
ORDER BY decision.at DESC, decision.id DESC LIMIT %(most)s
"""


@dataclass(frozen=True, slots=True)
class Came:
    """A decision about an arrival; `set` is what rules of other trees made of it before it came to this one."""

    decision: int
    at: datetime
    set: Json


@dataclass(frozen=True, slots=True)
class Seen:
    """One arrival. `key` names the person, `facts` are as this tree's first rule saw them.

    `path`, `rules` and `rep` (his e-mail, "" if nobody) are what came of it then, `status` and `closed_at` what has
    become of its lead since.
    """

    decision: int
    lead: int
    at: datetime
    key: str
    facts: Facts
    path: str
    rules: tuple[str, ...]
    rep: str
    status: str
    closed_at: datetime | None


def first_of(days: int, now: datetime) -> datetime:
    """When the last `days` UTC days began, today among them: those that the edges count, beside which these stand."""
    today = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return today - timedelta(days=days - 1)


def last(tree: Tree, *, since: datetime, most: int) -> list[Came]:
    """Newest first. Of a tree that nobody ever came to all arrivals: it may be meant for any of them."""
    versions = list(ways.decided().filter(tree=tree).values_list("pk", flat=True))
    found = list(_entered(versions, since, most))
    if ways.is_sent_on(tree):
        found = sorted([*found, *_sent_on(tree, since, most)], key=lambda one: (one.at, one.decision), reverse=True)
    elif not found and not tree.is_default:
        found = list(_entered(list(Version.objects.values_list("pk", flat=True)), since, most))
    return found[:most]


def _entered(versions: Sequence[int], since: datetime, most: int) -> Iterator[Came]:
    rows = Decision.objects.filter(version__in=versions, cause__in=ARRIVALS, at__gte=since, sticky=False)
    for pk, at in rows.exclude(path=GATE).order_by("-at", "-pk").values_list("pk", "at")[:most]:
        yield Came(pk, at, {})


def _sent_on(tree: Tree, since: datetime, most: int) -> Iterator[Came]:
    own = set(ways.decided().filter(tree=tree).values_list("pk", flat=True))
    sent = [way for way in ways.through(tree, since.astimezone(UTC).date()) if way.entered not in own]
    values: dict[str, Any] = {
        "versions": [way.entered for way in sent],
        "rules": [f"{{{','.join(way.rules)}}}" for way in sent],
        "paths": [way.path for way in sent],
        "since": since,
        "most": most,
    }
    with connection.cursor() as cursor:
        cursor.execute(SENT_ON, values)
        for pk, at, number in cursor.fetchall():
            yield Came(pk, at, sent[number - 1].set)


def read(came: Sequence[Came], vocabulary: Vocabulary) -> Iterator[Seen]:
    """What the log keeps of these arrivals, in their order."""
    columns = ("pk", "lead_id", "at", "facts", "path", "rules", "rep__user__email")
    rows = {row[0]: row for row in Decision.objects.filter(pk__in=[one.decision for one in came]).values_list(*columns)}
    leads = _leads({row[1] for row in rows.values()})
    for one in came:
        if one.decision not in rows:
            continue
        pk, lead, at, facts, path, rules, rep = rows[one.decision]
        key, status, closed_at = leads.get(lead, (None, "", None))
        told = {name: value for name, value in facts.items() if name not in FOUND_ANEW} | one.set
        plain = from_json(told, vocabulary)
        yield Seen(pk, lead, at, key or f"lead:{lead}", plain, path, tuple(rules), rep or "", status, closed_at)


def _leads(pks: set[int]) -> Mapping[int, tuple[str | None, str, datetime | None]]:
    rows = Lead.objects.filter(pk__in=pks).values_list("pk", "person_key", "status", "closed_at")
    return {pk: (key, status, closed_at) for pk, key, status, closed_at in rows}
