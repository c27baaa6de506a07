"""Activities become rows, each once: whoever sends one again, or replays its delivery, adds nothing."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

import orjson

from leads import accounts
from leads.activity.windows import keys_of
from leads.arrivals import EventRead, Sighting
from leads.models import Activity, Lead
from leads.prepared import prepared_cursor
from routing.engine.facts import STANDARD, from_json

INSERT = """
INSERT INTO leads_activity
    (source_id, event_id, item, item_key, person_key, account_id, key, value, at, intent, name, context)
SELECT * FROM unnest(
    %s::bigint[], %s::uuid[], %s::int[], %s::text[], %s::text[], %s::bigint[], %s::text[], %s::float8[],
    %s::timestamptz[], %s::text[], %s::text[], %s::jsonb[])
ON CONFLICT DO NOTHING
RETURNING event_id, item
"""
KNOWN_LEADS = "SELECT person_key, account_id FROM leads_lead WHERE person_key = ANY(%s::text[]) AND account_id > 0"
BROUGHT_BY = "SELECT DISTINCT event_id FROM leads_activity WHERE event_id = ANY(%s::uuid[])"


@dataclass(frozen=True, slots=True)
class Kept:
    """An activity that was not there before, and the account it is of."""

    sighting: Sighting
    account: int | None


@dataclass(frozen=True, slots=True)
class Keeping:
    """What a batch added, and the events whose activities are there: from now on, or from before."""

    new: Sequence[Kept] = ()
    counted: frozenset[uuid.UUID] = frozenset()


def keep(read: Sequence[EventRead]) -> Keeping:
    """Write what is new in these deliveries, all in one statement. The people must be locked."""
    sightings = [sighting for event in read for sighting in event.sightings]
    if not sightings:
        return Keeping()
    # In one order, whichever batch they came in: two that bring the same one would else wait for each other.
    sightings.sort(key=lambda sighting: (sighting.source.id, sighting.item_key))
    of_account = _accounts(sightings)
    rows = [_row(sighting, account) for sighting, account in zip(sightings, of_account, strict=True)]

    with prepared_cursor() as cursor:
        cursor.execute(INSERT, list(map(list, zip(*rows, strict=True))))
        added = set(cursor.fetchall())
        counted = {event for event, _ in added}
        if len(added) < len(rows):
            cursor.execute(BROUGHT_BY, [list({sighting.event for sighting in sightings})])
            counted |= {event for (event,) in cursor.fetchall()}

    both = zip(sightings, of_account, strict=True)
    new = [Kept(sighting, account) for sighting, account in both if (sighting.event, sighting.item) in added]
    return Keeping(new, frozenset(counted))


def follow(lead: Lead, *, to: int | None) -> None:
    """What this person did for the account of his lead counts for another from now on: somebody said so."""
    facts = from_json(lead.facts, STANDARD)
    names = {*keys_of(facts), lead.person_key or ""} - {""}
    Activity.objects.filter(person_key__in=names, account=lead.account_id).update(account=to)


def _accounts(sightings: Sequence[Sighting]) -> list[int | None]:
    """Whose account each is of: that of the person's lead, else what the activity itself says."""
    with prepared_cursor() as cursor:
        cursor.execute(KNOWN_LEADS, [list({one.signal.person_key for one in sightings} - {""})])
        of_leads: dict[str, int] = dict(cursor.fetchall())
    strangers = [one.signal.facts for one in sightings if one.signal.person_key not in of_leads]
    theirs = iter(accounts.matchings([(facts, None) for facts in strangers]))
    found: list[int | None] = []
    for one in sightings:
        if one.signal.person_key in of_leads:
            found.append(of_leads[one.signal.person_key])
        else:
            matched = next(theirs).match
            found.append(matched.card.id if matched else None)
    return found


def _row(sighting: Sighting, account: int | None) -> tuple[object, ...]:
    signal = sighting.signal
    return (
        sighting.source.id,
        sighting.event,
        sighting.item,
        sighting.item_key,
        signal.person_key,
        account,
        signal.key,
        signal.value,
        signal.at,
        signal.intent,
        signal.name,
        orjson.dumps(signal.context).decode(),
    )
