"""One backtest of the last leads against a draft that sends some elsewhere; says how long it took."""

from __future__ import annotations

import json
import time
from argparse import ArgumentParser
from copy import deepcopy

from django.core.management.base import BaseCommand
from django.utils import timezone

from leads.builder.backtests import services as backtesting
from leads.builder.desk import of_tree
from reps.models import User
from routing.builder import drafts
from routing.engine.edits import Done
from routing.models import Backtest, Draft, Tree


class Command(BaseCommand):
    help = "Replay the last leads through live and a draft."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("most", type=int)

    def handle(self, *args: object, most: int, **options: object) -> None:
        tree, now = Tree.objects.get(is_default=True), timezone.now()
        by, _ = User.objects.get_or_create(email="robin@bench.example", defaults={"name": "Robin"})
        if not Draft.objects.filter(tree=tree).exists():
            drafts.change(tree, rev=0, op={}, by=by, now=now, how=lambda live: Done(_changed(live), "changed it", ""))
        asked = backtesting.ask(of_tree(tree, may_edit=True), days=90, most=most, by=by, now=now)
        begun, used = time.perf_counter(), time.process_time()
        backtesting.run_next()
        seconds, cpu_seconds = time.perf_counter() - begun, time.process_time() - used
        told = Backtest.objects.get(pk=asked.pk)
        rules = len(list(drafts.ids_ever(tree)))
        figures = {"seconds": seconds, "cpu_seconds": cpu_seconds, "leads": told.total, "rules": rules}
        print(json.dumps({**figures, "status": told.status, "moved": told.result.get("moved")}))


def _changed(live: dict[str, object]) -> dict[str, object]:
    """The draft: the first rule takes more, and the last goes first."""
    document = deepcopy(live)
    rules = document["rules"]
    assert isinstance(rules, list)
    rules.insert(0, rules.pop())
    rules.insert(
        0,
        {
            "id": "germans",
            "name": "Germans",
            "why": "They are many.",
            "when": {"field": "country", "op": "in", "value": ["DE", "FR"]},
            "target": {"kind": "queue", "queue": "sorting"},
        },
    )
    return document
