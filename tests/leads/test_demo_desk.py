"""The demo's shortcut decides and writes what the pipeline would."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction

from leads import sources
from leads.configuration import store
from leads.demo import deliveries
from leads.demo.company import configuration_text
from leads.demo.crm import SAMPLE, read_crm
from leads.demo.desk import Desk
from leads.demo.story import tell
from leads.models import Assignment, InboundEvent, Lead, SlaClock, TimelineEntry, Touch
from leads.pipeline import route_events
from leads.world import known
from notifications.models import Notification
from routing.models import Decision, LedgerLine, Member

NOW = datetime(2026, 6, 3, 15, 0, tzinfo=UTC)
TABLES = {
    InboundEvent: ("uuid", "status", "body", "received_at", "copies"),
    Lead: (
        "email",
        "status",
        "rep__user__email",
        "queue__slug",
        "facts",
        "account__name",
        "score",
        "epoch",
        "assigned_at",
    ),
    Decision: ("at", "outcome", "rep__user__email", "pool__slug", "reason", "rules", "facts", "candidates", "fallback"),
    Assignment: ("lead__email", "rep__user__email", "how", "epoch", "assigned_at", "ended_at"),
    SlaClock: ("lead__email", "policy", "due_at", "steps", "next_at", "state"),
    Touch: ("lead__email", "event_id", "item_key", "at"),
    TimelineEntry: ("lead__email", "at", "kind", "text", "epoch"),
    LedgerLine: ("member__pool__slug", "member__rep__user__email", "at", "amount", "kind"),
    Notification: ("user__email", "kind", "text", "created_at"),
    Member: ("pool__slug", "rep__user__email", "level", "opened"),
}


def written():
    """Everything in the database, without the numbers of rows."""
    found = {}
    for table, columns in TABLES.items():
        rows = table._default_manager.order_by(
            *(column for column in columns if column not in ("facts", "candidates", "policy", "steps"))
        )
        found[table.__name__] = [tuple(_comparable(value) for value in row) for row in rows.values_list(*columns)]
    return found


def _comparable(value):
    """Levels are sums of thirds, which come out a little otherwise when they are added up in one go."""
    if isinstance(value, float):
        return round(value, 9)
    return bytes(value) if isinstance(value, memoryview) else value


@pytest.mark.django_db
def test_newcomers_and_those_who_come_back_are_decided_and_written_alike():
    records = read_crm(SAMPLE).moved_to(NOW.date())
    store.load(configuration_text(records, NOW.date()), now=NOW)
    visitors = [visitor for visitor in tell(records, NOW) if visitor.at > NOW - timedelta(days=20)]
    delivered = sorted(
        deliveries.deliveries(visitors, sources.read().by_slug, NOW), key=lambda one: one.event.received_at
    )

    with transaction.atomic():
        for one in delivered:
            deliveries.store([one], status="waiting")
            route_events([one.event], known(), now=one.event.received_at)
        by_the_pipeline = written()
        transaction.set_rollback(True)
    desk = Desk(known())
    for one in delivered:
        desk.decide(one, one.event.received_at)
    desk.flush(NOW)

    assert written() == by_the_pipeline
    assert len(by_the_pipeline["Lead"]) > 40
