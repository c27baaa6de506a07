"""Backtests as work to be done: asked for, claimed, told how far they are, called off, kept.

The row is the queue. Whoever works on one gives a sign of life twice a second, and his claim is that very sign: if it
is not the last that he gave, somebody else has taken over or it was called off, and what he has is thrown away. So a
worker that dies costs a quarter of a minute, and nothing is written twice.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import tee

from django.db import DatabaseError, InterfaceError, close_old_connections, transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from leads.builder.backtests import replaying
from leads.builder.desk import Desk, world_with
from leads.crash import crash_point
from leads.numbers import own_number
from leads.world import Known, known
from reps.database_clock import database_now
from reps.models import User
from routing.builder import drafts
from routing.engine.nodes import Json
from routing.engine.replay import replay, with_everybody_back
from routing.engine.unfinished import readable
from routing.engine.world import World
from routing.models import Backtest, Tree

log = logging.getLogger(__name__)

WAITING, RUNNING = Backtest.Status.WAITING, Backtest.Status.RUNNING
CANCELLED, FAILED, DONE = Backtest.Status.CANCELLED, Backtest.Status.FAILED, Backtest.Status.DONE
OPEN = (WAITING, RUNNING)

SILENT_FOR = timedelta(seconds=15)
BEAT_S = 0.5
PAUSE_S, LONGEST_PAUSE_S = 0.5, 5.0
MOST_TRIES = 3
MOST_KEPT = 50  # of a tree: each has a copy of the whole document
BREATH = 20  # leads between two moments in which other threads of this process may go first
GAVE_UP = f"{MOST_TRIES} workers stopped in the middle of it."
STUMBLED = "Something went wrong on our side. What it was stands in the log of the sweeper."

CLAIM = """
UPDATE routing_backtest SET status = 'running', claimed_at = clock_timestamp(), done = 0,
    result = jsonb_build_object('tries', coalesce((result ->> 'tries')::int, 0) + 1)
WHERE id = (
    SELECT id FROM routing_backtest
    WHERE status = 'waiting' OR (status = 'running' AND claimed_at < clock_timestamp() - %s)
    ORDER BY asked_at, id LIMIT 1 FOR UPDATE SKIP LOCKED
)
RETURNING *
"""


class NotMine(Exception):
    """It was called off, or somebody else works on it."""


@dataclass
class Claim:
    """A backtest in the hands of this worker, until its last sign of life is not the row's any more."""

    backtest: Backtest

    def beat(self, done: int, total: int) -> None:
        """Say how far it is. Raises NotMine."""
        at = database_now()
        if not self._mine().update(done=done, total=total, claimed_at=at):
            raise NotMine
        self.backtest.claimed_at = at
        crash_point("after_backtest_beat")

    def finish(self, result: Json) -> None:
        values = {"status": DONE, "result": result, "finished_at": Now(), "done": result["leads"]}
        if not self._mine().update(**values, total=result["leads"]):
            raise NotMine

    def fail(self, problem: str) -> None:
        self._mine().update(status=FAILED, problem=problem, result={}, finished_at=Now())

    def give_back(self) -> None:
        """For the next worker, at once and from its beginning."""
        self._mine().update(status=WAITING, claimed_at=None, result={})

    def _mine(self) -> QuerySet[Backtest]:
        return Backtest.objects.filter(pk=self.backtest.pk, status=RUNNING, claimed_at=self.backtest.claimed_at)


def ask(desk: Desk, *, days: int, most: int, by: User, now: datetime) -> Backtest:
    """Have the last leads decided again by what the desk shows. Who asks for the same twice gets the one that is open.

    The document is kept with it: what is edited meanwhile changes nothing.
    """
    with transaction.atomic():
        Tree.objects.select_for_update().get(pk=desk.tree.pk)
        same = Backtest.objects.filter(tree=desk.tree, revision=desk.revision, days=days, most=most, status__in=OPEN)
        if found := same.filter(against=desk.live).first():
            return found
        over = Backtest.objects.filter(tree=desk.tree).exclude(status__in=OPEN).order_by("-asked_at", "-pk")
        Backtest.objects.filter(pk__in=list(over.values_list("pk", flat=True)[MOST_KEPT:])).delete()
        return Backtest.objects.create(
            tree=desk.tree,
            revision=desk.revision,
            against=desk.live,
            document=desk.document,
            days=days,
            most=most,
            asked_at=now,
            asked_by=by,
        )


def cancel(backtest: Backtest, *, now: datetime) -> bool:
    """Call it off; False if it is over already. Whoever works on it notices at his next sign of life."""
    rows = Backtest.objects.filter(pk=backtest.pk, status__in=OPEN)
    return rows.update(status=CANCELLED, finished_at=now, result={}) == 1


def run_until(stop: threading.Event) -> None:
    """Work on whatever is open until `stop` is set. Trouble with the database is waited out."""
    pause = PAUSE_S
    while not stop.is_set():
        try:
            pause = 0.0 if run_next(stop) else PAUSE_S
        except (DatabaseError, InterfaceError) as trouble:
            log.warning("backtest interrupted: %s", type(trouble).__name__)
            close_old_connections()
            pause = min(LONGEST_PAUSE_S, max(PAUSE_S, pause * 2))
        stop.wait(pause)
    close_old_connections()


def run_next(stop: threading.Event | None = None) -> bool:
    """Do the one that waits longest; whether there was one."""
    for backtest in Backtest.objects.raw(CLAIM, [SILENT_FOR]):
        claim = Claim(backtest)
        crash_point("after_backtest_claim")
        if backtest.result["tries"] > MOST_TRIES:
            claim.fail(GAVE_UP)
            return True
        try:
            result = _run(claim, stop)
            crash_point("before_backtest_result")
            if result is None:
                claim.give_back()
            else:
                claim.finish(result)
        except NotMine:
            log.info("backtest %s was called off or taken over", backtest.pk)
        except (DatabaseError, InterfaceError):
            raise
        except Exception:  # One that we trip over must neither end the thread for all nor be tried for ever.
            log.exception("backtest %s failed", backtest.pk)
            claim.fail(STUMBLED)
        return True
    return False


def _run(claim: Claim, stop: threading.Event | None) -> Json | None:
    """The whole replay; None if this process is to end before it is done."""
    backtest, organisation, now = claim.backtest, known(), database_now()
    live = backtest.against.document if backtest.against else drafts.EMPTY
    before = _world(organisation, backtest.tree, live)
    after = _world(organisation, backtest.tree, backtest.document)
    arrivals = replaying.last_leads(backtest.tree, days=backtest.days, most=backtest.most, now=now)
    total, gathered = len(arrivals), replaying.Gathered(live, backtest.document, replaying.chances(now))
    claim.beat(0, total)

    leads, same = tee(replaying.read(arrivals, organisation.world.vocabulary))
    sides = replay(map(replaying.arrival_of, same), before, after, backtest.tree.slug)
    next_beat = time.monotonic() + BEAT_S
    for number, (seen, (_, one, other)) in enumerate(zip(leads, sides, strict=False), start=1):
        gathered.add(seen, one, other)
        if number % BREATH == 0:
            time.sleep(0)  # whoever keeps promises in this process must not wait for us
            if stop is not None and stop.is_set():
                return None
            if time.monotonic() >= next_beat:
                claim.beat(number, total)
                next_beat = time.monotonic() + BEAT_S
    return gathered.as_json()


def _world(organisation: Known, tree: Tree, document: Json) -> World:
    return with_everybody_back(world_with(organisation, tree, readable(document, organisation.world.vocabulary)))


def is_current(backtest: Backtest) -> bool:
    """Whether the tree still says what was replayed: else its figures do not belong on the pieces that are drawn."""
    newest = drafts.newest_of(backtest.tree) or drafts.live_of(backtest.tree)
    return newest is not None and newest.document == backtest.document


def shown_on(tree: Tree, number: object) -> Backtest | None:
    """The backtest that is to be laid over the drawn tree, if it is this tree's, done, and of what is drawn."""
    pk = own_number(number)
    found = Backtest.objects.select_related("tree").filter(pk=pk, tree=tree, status=DONE).first() if pk else None
    return found if found is not None and is_current(found) else None


def overlay(backtest: Backtest) -> Mapping[str, tuple[int, int]]:
    """By piece how many of the leads come there by the draft, and how many more than live. Empty until it is done."""
    if backtest.status != DONE:
        return {}
    return {node: (leads, change) for node, (leads, change) in backtest.result["nodes"].items()}
