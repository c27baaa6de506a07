"""A configuration file into the database: all of it in one transaction, or nothing and every problem named."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from leads.configuration import differences, dump, retention, rows_leads, rows_market, rows_people, rows_routing
from leads.configuration.differences import Differences
from leads.configuration.parts import Configuration
from leads.configuration.read import read
from leads.sources import revision_now
from reps import services as people
from reps.models import Change, User

LONGEST_SUBJECT = 200


@dataclass(frozen=True, slots=True)
class Plan:
    """What loading a file would do to the configuration as it was at `revision`."""

    revision: int
    before: Configuration
    after: Configuration
    differences: Differences


def plan(text: str) -> Plan:
    """What would change. Raises `BadConfiguration` with every problem of the file; writes nothing."""
    revision = revision_now()
    before = dump.current()
    loaded = read(text, before)
    after = retention.with_history(loaded.configuration, before, loaded.kinds)
    return Plan(revision, before, after, differences.between(before, after, loaded.kinds))


def load(text: str, *, now: datetime, by: User | None = None) -> Differences:
    """Make the database equal to the file for the kinds that it names; or raise `BadConfiguration`, nothing written."""
    while True:
        planned = plan(text)
        with transaction.atomic():
            if people.hold_revision() != planned.revision:
                continue
            _write(planned, now, by)
            return planned.differences


def _write(plan: Plan, now: datetime, by: User | None) -> None:
    rows_routing.keep_built_in_queue()
    found = plan.differences
    if not found:
        return
    rows_people.put(found, plan.before, plan.after)
    rows_market.put(found)
    rows_routing.put(found, now=now, by=by)
    rows_leads.put(found, plan.after)

    rows_leads.drop(found)
    rows_routing.drop(found)
    rows_market.drop(found)
    rows_people.drop(found)

    people.record(_history(found, plan, now, by))
    people.bump()


def _history(found: Differences, plan: Plan, now: datetime, by: User | None) -> Iterator[Change]:
    for one in found:
        before, after = one.values()
        subject = (one.name or one.kind)[:LONGEST_SUBJECT]
        yield Change(at=now, by=by, kind=one.kind, subject=subject, before=before, after=after)
    if found.policies_reordered:
        orders = [list(configuration.of("sla_policies")) for configuration in (plan.before, plan.after)]
        yield Change(at=now, by=by, kind="sla_policies", subject="order", before=orders[0], after=orders[1])
