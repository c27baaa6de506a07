"""What a `Hand` can be told to do: the product's public functions by name, with rows named by their ids."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from multiprocessing.connection import Connection
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import DatabaseError, InterfaceError, close_old_connections, connections
from django.utils import timezone

from leads import by_hand, draining, handover, intake, ladder, pipeline, services, sources, sweeper
from leads.builder.backtests import services as backtesting
from leads.builder.desk import of_tree
from leads.builder.publishing import services as publishing
from leads.configuration import store
from leads.enrichment import enricher
from leads.holding import NotPossible
from leads.models import InboundEvent, Lead
from leads.realignment import activation
from leads.realignment import services as realignment
from outgoing import crash
from reps.models import Rep, User
from routing.builder import drafts
from routing.engine.edits import Done
from routing.models import Tree
from tests.faults import trying


def serve(line: Connection, environ: Mapping[str, str]) -> None:
    """The life of a hand: one order after another, until nobody is there any more."""
    os.environ.update(environ)
    connections.settings["default"]["NAME"] = urlsplit(environ["DATABASE_URL"]).path.strip("/")
    crash.ARMED = environ.get("CRASH_AT", "")
    settings.OUTGOING_ALLOW = tuple(environ.get("OUTGOING_ALLOW", "").split())
    while True:
        try:
            do, how = line.recv()
        except EOFError:
            return
        line.send(perform(ACTS[do], how))


def perform(act: Callable[..., Any], how: Mapping[str, Any]) -> dict[str, Any]:
    """Do it and say how it went. A refusal and trouble of the database are answers; anything else ends the process."""
    try:
        return {"ok": True, "answer": act(**how)}
    except NotPossible as refusal:
        return {"ok": False, "refused": str(refusal)}
    except (DatabaseError, InterfaceError) as trouble:
        close_old_connections()
        return {"ok": False, "trouble": f"{type(trouble).__name__}: {trouble}"}


def receive(source: str, bodies: list[str], keys: list[str] | None = None) -> list[str]:
    """Take these deliveries in; their events."""
    current = sources.read()
    taken = []
    for number, body in enumerate(bodies):
        delivery = intake.Delivery(
            body.encode(), "application/json", {}, key=keys[number] if keys else f"k{time.time_ns()}"
        )
        receipt = intake.receive(current.by_slug[source], delivery, revision=current.revision)
        taken.append(str(receipt.event))
    return taken


def route(limit: int = pipeline.BATCH) -> int:
    """Route until nothing is waiting; how many events it was."""
    routed = 0
    while done := pipeline.route_waiting(limit=limit):
        routed += done
    return routed


def route_beside_others(limit: int, seconds: float, patience: int = 5) -> dict[str, int]:
    """Route until nothing has been waiting for a moment, as a sweeper does: trouble is for the next round."""
    routed = troubles = idle = 0
    until = time.monotonic() + seconds
    while idle < patience and time.monotonic() < until:
        try:
            done = pipeline.route_waiting(limit=limit)
        except (DatabaseError, InterfaceError):
            troubles += 1
            close_old_connections()
            continue
        routed += done
        idle = 0 if done else idle + 1
        if not done:
            time.sleep(0.05)
    return {"routed": routed, "troubles": troubles}


def enrich() -> None:
    """Ask the providers about everybody who waits."""
    enricher.enrich_waiting()


def drain() -> int:
    """Give waiting leads out until that helps no more; how many rounds it took."""
    rounds = 0
    while draining.drain():
        rounds += 1
    return rounds


def enforce() -> int:
    """Act on every step that is due."""
    acted = 0
    while looked_at := ladder.enforce_due():
        acted += looked_at
    return acted


def enforce_once() -> int:
    """Act on one step of every promise that has one due."""
    return ladder.enforce_due()


def accept(lead: int, by: str, epoch: int | None = None) -> int:
    return services.accept(_lead(lead), by=_user(by), now=timezone.now(), epoch=epoch).epoch


def contact(lead: int, by: str, epoch: int | None = None) -> int:
    return services.contact(_lead(lead), by=_user(by), now=timezone.now(), epoch=epoch).epoch


def close(lead: int, by: str, epoch: int | None = None) -> int:
    return services.close(_lead(lead), by=_user(by), status="won", now=timezone.now(), epoch=epoch).epoch


def decline(lead: int, by: str, epoch: int | None = None) -> int:
    now = timezone.now()
    return handover.decline(_lead(lead), by=_user(by), reason="No room", now=now, epoch=epoch).epoch


def reassign(lead: int, to: str, by: str, epoch: int | None = None) -> int:
    rep = Rep.objects.get(user__email=to)
    now = timezone.now()
    return by_hand.reassign(_lead(lead), to=rep, by=_user(by), reason="Knows them", now=now, epoch=epoch).epoch


def replay(event: str) -> str:
    return services.replay(InboundEvent.objects.get(pk=event), now=timezone.now()).status


def load(text: str) -> bool:
    """Load a configuration; whether it changed anything."""
    return bool(store.load(text, now=timezone.now()))


def change_when_due(text: str) -> int:
    """Prepare a change set whose instant comes at once."""
    now, user = timezone.now(), User.objects.order_by("pk")[0]
    change_set = realignment.prepare("Now", text, by=None, now=now)
    return realignment.schedule(change_set, now + timedelta(milliseconds=1), by=user, now=now).pk


def publish_when_due(days: int) -> int:
    """Write a draft that is published by itself at once."""
    tree, now, user = Tree.objects.get(), timezone.now(), User.objects.order_by("pk")[0]

    def stick(document: dict[str, Any]) -> Done:
        return Done({**document, "sticky_days": days}, "set stickiness", "")

    drafts.change(tree, rev=0, op={"op": "stickiness"}, by=user, now=now, how=stick)
    revision = drafts.newest_of(tree)
    assert revision is not None
    at = now + timedelta(milliseconds=1)
    asked = publishing.publish(tree, rev=revision.number, over=1, note="Try.", by=user, now=now, at=at, accepted=True)
    return asked.pk


def publish_due() -> int:
    return publishing.publish_due()


def activate_due() -> int:
    return activation.activate_due()


def ask_for_backtest() -> int:
    """Of what is live, against itself."""
    desk, by = of_tree(Tree.objects.get(is_default=True), may_edit=True), User.objects.order_by("pk")[0]
    return backtesting.ask(desk, days=30, most=1_000, by=by, now=timezone.now()).pk


def run_backtest() -> bool:
    """Do the one that waits longest, if there is one."""
    return backtesting.run_next()


def sweep(seconds: float) -> None:
    """What `manage.py sweeper` runs, for a while."""
    stop = threading.Event()
    end = threading.Timer(seconds, stop.set)
    end.start()
    sweeper.sweep_until(stop)
    end.cancel()


def _lead(pk: int) -> Lead:
    return Lead.objects.get(pk=pk)


def _user(email: str) -> User:
    return User.objects.get(email=email)


ACTS: Mapping[str, Callable[..., Any]] = {
    act.__name__: act
    for act in (
        trying.try_out,
        trying.arrive,
        trying.look,
        trying.promote_it,
        trying.end_it,
        receive,
        route,
        route_beside_others,
        enrich,
        drain,
        ask_for_backtest,
        run_backtest,
        enforce,
        enforce_once,
        accept,
        contact,
        close,
        decline,
        reassign,
        replay,
        load,
        change_when_due,
        activate_due,
        publish_when_due,
        publish_due,
        sweep,
    )
}
