"""What a hand can be told to do with trials: begin one of a draft that sends everybody to the queue, look, end it."""

from __future__ import annotations

import json

from django.utils import timezone

from leads import intake, pipeline, sources
from leads.builder.trials import services as trials
from leads.builder.trials import shadow
from leads.builder.trials.services import Terms
from reps.models import User
from routing.builder import drafts
from routing.engine.edits import Done
from routing.models import Tree, Trial


def try_out(kind: str) -> int:
    tree, now, by = Tree.objects.get(is_default=True), timezone.now(), User.objects.order_by("pk")[0]
    document = {"format": 1, "rules": [], "otherwise": {"kind": "queue", "queue": "floor"}}
    done = Done(document, "emptied it", "")
    revision = drafts.change(tree, rev=0, op={"op": "test"}, by=by, now=now, how=lambda _: done)
    share = 100 if kind == Trial.Kind.CANARY else 0
    return trials.begin(tree, Terms(Trial.Kind(kind), share), rev=revision.number, by=by, now=now).pk


def arrive(count: int) -> int:
    """Leads from the first source, one delivery each, and routed."""
    current = sources.read()
    source = next(iter(current.by_slug.values()))
    for number in range(count):
        body = json.dumps({"email": f"p{number}@trial.example", "campaign": "steady"}).encode()
        delivery = intake.Delivery(body, "application/json", {}, key=f"trial{number}")
        intake.receive(source, delivery, revision=current.revision)
    routed = 0
    while done := pipeline.route_waiting():
        routed += done
    return routed


def look() -> int:
    looked = 0
    while done := shadow.compare_new():
        looked += done
    return looked


def promote_it() -> str:
    return str(trials.promote(Trial.objects.get(), by=User.objects.order_by("pk")[0], now=timezone.now()).status)


def end_it() -> str:
    by = User.objects.order_by("pk")[0]
    return str(trials.end(Trial.objects.get(), reason="Enough.", by=by, now=timezone.now()).status)
