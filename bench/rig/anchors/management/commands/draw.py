"""Drawn trees of several sizes with five thousand decided leads each, and what each request of the builder costs.

CPU of the web process alone, by the test client, so that what else a busy machine does counts little; the database's
own work is only told as a number of queries.
"""

from __future__ import annotations

import cProfile
import json
import pstats
import random
import time
from argparse import ArgumentParser
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.core.management.base import BaseCommand
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from leads import garbage
from leads.builder.traffic import rollup
from leads.world import known
from reps.models import User
from reps.services import bump
from rig.load import COUNTRIES, INTENTS, TITLES, lead
from routing.engine.facts import as_json, typed
from routing.engine.walk import enter
from routing.models import Decision, Draft, Tree, Version

Json = dict[str, Any]
Answer = Callable[[], Any]
SORTING: Json = {"kind": "queue", "queue": "sorting"}
EVERYBODY: Json = {"kind": "pool", "pool": "everybody"}
LEADS, DAYS = 5_000, 28


class Command(BaseCommand):
    help = "Measure the builder's page, its fragments and its edits."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("rounds", type=int)
        parser.add_argument("rules", type=int, nargs="+")
        parser.add_argument("--profile", default="", help="the request to be looked into, of the largest tree")

    def handle(self, *args: object, rounds: int, rules: list[int], profile: str, **options: object) -> None:
        user, _ = User.objects.get_or_create(email="robin@bench.example", defaults={"role": User.Role.REVOPS})
        now = timezone.now()
        client = Client(headers={"host": "localhost"})
        client.force_login(user)
        for count in rules:
            _plant(count, now)
        bump()
        for count in rules:
            _decide(f"tree-{count}", now)
        rollup.count_all(now=now)
        garbage.leave_what_is_loaded()  # as the web server does
        told = {count: _measured(client, count, rounds, profile if count == max(rules) else "") for count in rules}
        print(json.dumps(told))


def _plant(count: int, now: datetime) -> None:
    """As people draw them: branches by industry, in each of them rules by country, size, title and intent."""
    chance, branches = random.Random(count), max(3, round(count**0.5 * 0.65))
    inner = [_rule(f"r{number}", _tests(chance)) for number in range(count - branches)]
    rules = []
    for number in range(branches):
        own = [{"field": "employees", "op": "gte", "value": 5000 - number * 5000 // branches}]
        within = {"rules": inner[number::branches], "otherwise": EVERYBODY}
        rules.append({**_rule(f"b{number}", own), **within})
        del rules[-1]["target"]
    tree = Tree.objects.create(slug=f"tree-{count}", name=f"{count} rules")
    document = {"format": 1, "rules": rules, "otherwise": SORTING}
    live = Version.Status.LIVE
    Version.objects.create(tree=tree, number=1, status=live, document=document, published_at=now - timedelta(days=60))


def _tests(chance: random.Random) -> list[Json]:
    tests: list[Json] = [{"field": "country", "op": "in", "value": chance.sample(COUNTRIES, chance.randrange(1, 4))}]
    if chance.random() < 0.6:
        tests.append({"field": "company", "op": "contains", "value": f"Company {chance.randrange(5000)}"})
    if chance.random() < 0.4:
        tests.append({"field": "title", "op": "contains", "value": chance.choice(TITLES)})
    if chance.random() < 0.3:
        either = [
            {"field": "intent", "op": "is", "value": chance.choice(INTENTS)},
            {"field": "score", "op": "gte", "value": chance.randrange(10) * 10},
        ]
        tests.append({"any": either})
    return tests


def _rule(name: str, tests: list[Json]) -> Json:
    return {"id": name, "name": name.title(), "why": "So.", "when": {"all": tests}, "target": EVERYBODY}


def _decide(slug: str, now: datetime) -> None:
    """What the log keeps of leads that this tree was asked about, without the leads themselves."""
    version, world = Version.objects.get(tree__slug=slug), known().world
    decisions = []
    for number in range(LEADS):
        at = now - timedelta(days=DAYS * (number + 1) / LEADS)
        facts, _ = typed({**lead(number), "received_at": at.isoformat()}, world.vocabulary)
        place = enter(world, slug, facts, at)
        decisions.append(
            Decision(
                lead_id=version.pk * LEADS + number,
                at=at,
                version=version,
                outcome=Decision.Outcome.QUEUED,
                fallback=place.fallback,
                rules=list(place.rules),
                path=place.path,
                reason="As the rules say.",
                facts=as_json(facts),
            )
        )
    Decision.objects.bulk_create(decisions, batch_size=1000)


def _measured(client: Client, count: int, rounds: int, profile: str) -> Json:
    slug, took = f"tree-{count}", dict[str, list[float]]()
    queries, sizes = dict[str, int](), dict[str, int]()
    for turn in range(-1, rounds):  # the first one only warms up
        for name, ask in _requests(client, slug, turn).items():
            looked = cProfile.Profile()
            with CaptureQueriesContext(connection) as asked:
                begun = time.process_time()
                if turn >= 0 and name == profile:
                    looked.enable()
                answer = ask()
                looked.disable()
                spent = (time.process_time() - begun) * 1000
            if answer.status_code != 200:
                raise SystemExit(f"{name}: {answer.status_code} {answer.content[:300]!r}")
            if turn < 0:
                continue
            took.setdefault(name, []).append(spent)
            queries[name], sizes[name] = len(asked), len(answer.content)
            if name == profile and turn == rounds - 1:
                pstats.Stats(looked).sort_stats("cumulative").print_stats(60)
    return {"took": took, "queries": queries, "bytes": sizes}


def _requests(client: Client, slug: str, turn: int) -> dict[str, Answer]:
    """In the order in which somebody at work sends them."""
    page, htmx = f"/routing/{slug}/", {"HTTP_HX_REQUEST": "true"}

    def op(deed: str, node: str, **values: Any) -> Answer:
        def ask() -> Any:
            draft = Draft.objects.filter(tree__slug=slug).first()
            rev = draft.newest if draft else 0
            return client.post(f"{page}ops/", {"rev": rev, "op": deed, "node": node, **values}, **htmx)

        return ask

    def get(address: str) -> Answer:
        return lambda: client.get(f"{page}{address}", **htmx)

    other, value = ("DE", "US")[turn % 2], 1000 + turn
    return {
        "rename": op("rename", "r1", name=f"Renamed {turn}", quiet="1"),
        "set_condition": op("set_condition", "b1", at="0", field="employees", operator="gte", value=value),
        "move": op("move", "r2", parent="b2", index=turn % 2),
        "add_rule": op("add_rule", "", parent="b1", index=turn % 3, name=f"Added {turn} {other}"),
        "page": lambda: client.get(page),
        "page again": lambda: client.get(page),
        "page with a piece": get("?node=r1"),
        "inspector": get("nodes/r1/"),
        "impact": get("impact/r1/"),
        "findings": get("findings/"),
        "traffic": get("traffic/"),
        "history": get("history/"),
    }
