"""A configuration file into the database: all of it in one transaction, or nothing and every problem named."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from leads.configuration import (
    differences,
    dump,
    retention,
    rows_accounts,
    rows_enrichment,
    rows_leads,
    rows_market,
    rows_people,
    rows_routing,
)
from leads.configuration.differences import Differences
from leads.configuration.parts import Configuration
from leads.configuration.read import read
from leads.copying import copy_rows
from leads.sources import revision_now
from reps import services as people
from reps.models import Change, User

CHANGE = ("at", "by_id", "kind", "subject", "before", "after")
LONGEST_SUBJECT = 200

# A file's text, or what writes one when it is told what is in force.
Text = str | Callable[[Configuration], str]


@dataclass(frozen=True, slots=True)
class Plan:
    """What loading a file would do to the configuration as it was at `revision`."""

    revision: int
    before: Configuration
    after: Configuration
    differences: Differences


def plan(text: Text) -> Plan:
    """What would change. Raises `BadConfiguration` with every problem of the file; writes nothing."""
    revision = revision_now()
    before = dump.current()
    loaded = read(text if isinstance(text, str) else text(before), before)
    after = retention.with_history(loaded.configuration, before, loaded.kinds)
    return Plan(revision, before, after, differences.between(before, after, loaded.kinds))


def load(text: Text, *, now: datetime, by: User | None = None) -> Differences:
    """Make the database equal to the file for the kinds that it names; or raise `BadConfiguration`, nothing written."""
    while True:
        planned = plan(text)
        with transaction.atomic():
            if people.hold_revision() != planned.revision:
                continue
            write(planned, now=now, by=by)
            return planned.differences


def write(plan: Plan, *, now: datetime, by: User | None) -> None:
    """Write what was planned. The caller's transaction holds the revision, and it is the one of the plan."""
    rows_routing.keep_built_in_queue()
    found = plan.differences
    if not found:
        return
    rows_people.put(found, plan.before, plan.after)
    rows_market.put(found)
    rows_accounts.put(found)
    rows_routing.put(found, now=now, by=by)
    rows_enrichment.put(found)
    rows_leads.put(found, plan.after, now=now, by=by)

    rows_leads.drop(found)
    rows_enrichment.drop(found)
    rows_routing.drop(found)
    rows_accounts.drop(found)
    rows_market.drop(found)
    rows_people.drop(found)

    copy_rows(Change, CHANGE, _history(found, plan, now, by))
    people.bump()


def _history(found: Differences, plan: Plan, now: datetime, by: User | None) -> Iterator[tuple[object, ...]]:
    """Who changed what, in the words of the file."""
    who = by.pk if by else None
    for one in found:
        before, after = one.values()
        yield (now, who, one.kind, (one.name or one.kind)[:LONGEST_SUBJECT], _json(before), _json(after))
    if found.policies_reordered:
        orders = [list(configuration.of("sla_policies")) for configuration in (plan.before, plan.after)]
        yield (now, who, "sla_policies", "order", _json(orders[0]), _json(orders[1]))


def _json(value: object) -> str | None:
    return None if value is None else json.dumps(value)
