"""Was everybody routed, once, and fairly? What a drain left in the tables."""

from __future__ import annotations

import json
from argparse import ArgumentParser

from django.core.management.base import BaseCommand
from django.db import connection

# Every event of the round in a final state; every person in exactly one lead with one open assignment, one decision,
# one running promise and one message; and how evenly the pool's members were given leads.
COUNTS = """
WITH round AS (
    SELECT uuid, status FROM leads_inboundevent WHERE received_at >= %(since)s
), led AS (
    SELECT DISTINCT lead_id FROM leads_touch WHERE event_id IN (SELECT uuid FROM round)
), held AS (
    SELECT * FROM leads_assignment WHERE lead_id IN (SELECT lead_id FROM led) AND ended_at IS NULL
), shares AS (
    SELECT member.id, count(held.id) AS leads
    FROM routing_member AS member LEFT JOIN held ON held.rep_id = member.rep_id AND held.pool_id = member.pool_id
    GROUP BY member.id
)
SELECT
    (SELECT count(*) FROM round),
    (SELECT count(*) FROM round WHERE status <> 'routed'),
    (SELECT count(*) FROM led),
    (SELECT count(*) FROM held),
    (SELECT count(*) FROM routing_decision WHERE lead_id IN (SELECT lead_id FROM led)),
    (SELECT count(*) FROM leads_slaclock WHERE state = 'running' AND lead_id IN (SELECT lead_id FROM led)),
    (SELECT count(*) FROM notifications_notification WHERE kind = 'assigned' AND created_at >= %(since)s),
    (SELECT count(*) FROM (SELECT lead_id FROM held GROUP BY 1 HAVING count(*) > 1) AS double),
    (SELECT max(leads) - min(leads) FROM shares)
"""
NAMES = (
    *("events", "unfinished", "leads", "assignments", "decisions", "promises", "messages"),
    *("held_twice", "most_less_least"),
)


class Command(BaseCommand):
    help = "Count what a round of events became."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("since", help="ISO time: events received from then on")

    def handle(self, *args: object, since: str, **options: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute(COUNTS, {"since": since})
            print(json.dumps(dict(zip(NAMES, cursor.fetchone(), strict=True))))
