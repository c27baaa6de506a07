"""Count every day that has decisions, one after another, and read what the pages read; says how long each took."""

from __future__ import annotations

import json
import time
from argparse import ArgumentParser

from django.core.management.base import BaseCommand
from django.db import connection
from django.test import Client
from django.utils import timezone

from leads.builder.desk import of_tree
from leads.builder.traffic import counts as traffic
from leads.builder.traffic import impact, rollup, sample
from reps.models import User
from routing.models import Decision, Traffic, TrafficDay, Tree

RECOUNT = """
SELECT count(*) FROM (
    (SELECT (d.at AT TIME ZONE 'UTC')::date, v.tree_id, v.number, d.rules, d.path, d.fallback, count(*)
     FROM routing_decision d JOIN routing_version v ON v.id = d.version_id WHERE d.cause IN ('arrived', 'returned')
     GROUP BY 1, 2, 3, 4, 5, 6)
    EXCEPT ALL
    (SELECT day, tree_id, version, rules, path, fallback, leads FROM routing_traffic)
) AS different
"""
FROM_DECISIONS = """
SELECT rules, path, fallback, count(*) FROM routing_decision
WHERE at >= now() - interval '30 days' AND cause IN ('arrived', 'returned') GROUP BY 1, 2, 3
"""


class Command(BaseCommand):
    help = "Measure counting and reading."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("rounds", type=int)

    def handle(self, *args: object, rounds: int, **options: object) -> None:
        now, tree = timezone.now(), Tree.objects.get(is_default=True)
        user, _ = User.objects.get_or_create(email="robin@bench.example", defaults={"role": User.Role.REVOPS})
        client = Client(headers={"host": "localhost"})
        client.force_login(user)
        address = f"/routing/{tree.slug}"
        took: dict[str, list[float]] = {}

        def measure(name: str, act: object) -> None:
            assert callable(act)
            begun = time.perf_counter()
            act()
            took.setdefault(name, []).append((time.perf_counter() - begun) * 1000)

        measure("all days for the first time", lambda: rollup.count_all(now=now))
        days = sorted(TrafficDay.objects.filter(pk__in=Traffic.objects.values("day")).values_list("day", flat=True))
        for number in range(rounds):
            desk = of_tree(tree, may_edit=True)
            measure("one day that is over", lambda: rollup.count(days[-2 - number % 5], now=now))  # noqa: B023
            measure("reading 30 days for the tree", lambda: traffic.counts(desk, now=now))  # noqa: B023
            measure("the same from the decisions", lambda: connection.cursor().execute(FROM_DECISIONS))
            measure("answer with all labels", lambda: client.get(f"{address}/traffic/"))
            measure("whole page of the builder", lambda: client.get(f"{address}/"))
            sample.forget()
            impact._Process.ways.clear()
            measure("sample of 5,000 leads, cold", lambda: sample.sample(tree, now))
            measure("impact of an edit, cold", lambda: impact.impact(desk, "large", now))  # noqa: B023
            measure("impact of an edit, warm", lambda: impact.impact(desk, "demo", now))  # noqa: B023
        with connection.cursor() as cursor:
            cursor.execute(RECOUNT)
            ((different,),) = cursor.fetchall()
        figures = {"decisions": Decision.objects.count(), "rows": Traffic.objects.count(), "days": len(days)}
        print(json.dumps({"took": took, "different": different, **figures}))
