"""A shadow looks at what the live version has decided, after the commit, and says where it would have sent the lead.

Routing knows nothing of it. The trial's row is locked for each handful of decisions and keeps the newest that was
looked at, so two sweepers look at none twice, and whoever dies in the middle has looked at none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from leads import canaries, standing
from leads.builder.desk import references_of
from leads.builder.trials.figures import ASKED
from leads.crash import crash_point
from leads.models import Lead
from leads.world import Known, known
from routing.engine.bench import Presence
from routing.engine.facts import Facts, from_json
from routing.engine.reach import reach_of
from routing.engine.route import Request, route
from routing.engine.walk import Place, enter, settle
from routing.engine.world import World
from routing.models import Decision, Disagreement, Trial

BATCH = 200
HORIZON = "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint"
# With a number of its own: whoever is at work now has a lower one, as everybody locks a lead before he decides.
NEWEST = "SELECT max(id), pg_current_xact_id()::text::bigint FROM routing_decision"


class _Process:
    """The newest decision that was read, and the transaction after which nothing older can be committed any more."""

    settled: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class _Worlds:
    slug: str
    live: World
    shadow: World


def compare_new() -> int:
    """Look at the next decisions of every shadow that runs; how many were looked at. None runs: one small query."""
    trials = list(Trial.objects.filter(status=Trial.Status.RUNNING, kind=Trial.Kind.SHADOW).values_list("pk", "seen"))
    behind = [pk for pk, seen in trials if Decision.objects.filter(pk__gt=seen).exists()]
    if not behind:
        return 0
    upto = _settled_upto()
    return sum(_compare(pk, upto) for pk in behind)


def _settled_upto() -> int:
    """The newest decision below which every number is committed or never will be.

    Numbers are given out before their transactions end, so a lower one may come later. Whoever has been given one was
    at work when the newest was read; once all who were have ended, nothing older can come.
    """
    with connection.cursor() as cursor:
        if _Process.settled is None:
            cursor.execute(NEWEST)
            _Process.settled = cursor.fetchone()
        newest, until = _Process.settled
        cursor.execute(HORIZON)
        if cursor.fetchone()[0] <= until:
            return 0
    _Process.settled = None
    return newest


@transaction.atomic
def _compare(pk: int, upto: int) -> int:
    trial = (
        Trial.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("tree", "version__tree")
        .filter(pk=pk, status=Trial.Status.RUNNING)
        .first()
    )
    if trial is None or trial.seen >= upto:
        return 0
    crash_point("shadow_locked")
    decisions = list(
        Decision.objects.filter(pk__gt=trial.seen, pk__lte=upto)
        .order_by("pk")
        .select_related("version__tree", "rep__user", "pool", "queue")[:BATCH]
    )
    theirs = [one for one in decisions if _is_comparable(one, trial)]
    organisation = known()
    found = _of_trial(trial, organisation)
    if found is None:
        return 0  # it names what is gone: the guard ends it
    differing = _differing(theirs, found, organisation, trial)
    Disagreement.objects.bulk_create(differing)
    crash_point("shadow_written")
    trial.seen = decisions[-1].pk if len(decisions) == BATCH else upto
    trial.compared += len(theirs)
    trial.differed += len(differing)
    trial.save(update_fields=["seen", "compared", "differed"])
    crash_point("before_shadow_commit")
    return len(decisions)


def _is_comparable(decision: Decision, trial: Trial) -> bool:
    """The rules were asked, and the live version of this tree was among those that answered."""
    if decision.cause not in ASKED or not (decision.rules or decision.fallback):
        return False
    if decision.version_id == trial.against_id:
        return True
    is_of_this_tree = decision.version is not None and decision.version.tree_id == trial.tree_id
    return not is_of_this_tree and decision.path.startswith(f"{trial.tree.slug}/")


def _of_trial(trial: Trial, organisation: Known) -> _Worlds | None:
    published = canaries.compiled(trial.version, organisation.world, references_of(organisation))
    if published is None:
        return None
    one = canaries.Canary(trial.version_id, 100, published)
    return _Worlds(trial.tree.slug, organisation.world, canaries.with_these(organisation.world, [one]))


def _differing(decisions: Sequence[Decision], both: _Worlds, organisation: Known, trial: Trial) -> list[Disagreement]:
    """Where the two do not mean the same target with the same people, skills, hours and promise."""
    ids = [decision.lead_id for decision in decisions]
    keys = dict(Lead.objects.filter(pk__in=ids).values_list("pk", "person_key"))
    found = []
    for decision in decisions:
        key = keys.get(decision.lead_id) or f"lead:{decision.lead_id}"
        facts = from_json(decision.facts, organisation.world.vocabulary)
        entered = decision.version.tree.slug if decision.version else both.slug
        live = _place(both.live, entered, facts, key, decision.at)
        shadow = _place(both.shadow, entered, facts, key, decision.at)
        if live.target == shadow.target and live.changed == shadow.changed:
            continue
        told = _told(shadow, Request(key=key, facts=facts), both.shadow, organisation, decision.at)
        found.append(
            Disagreement(trial=trial, decision=decision, at=decision.at, live=_as_decided(decision), shadow=told)
        )
    return found


def _place(world: World, slug: str, facts: Facts, key: str, at: datetime) -> Place:
    return settle(enter(world, slug, facts, at), world, key, at)


def _as_decided(decision: Decision) -> dict[str, Any]:
    rep, pool, queue = decision.rep, decision.pool, decision.queue
    to = rep.user.name if rep else queue.name if queue else decision.get_outcome_display()
    return {
        "path": decision.path,
        "rules": decision.rules,
        "outcome": decision.outcome,
        "to": to,
        "pool": pool.name if pool else "",
        "reason": decision.reason,
    }


def _told(place: Place, request: Request, world: World, organisation: Known, at: datetime) -> dict[str, Any]:
    """Who would have got it, as everybody stands now: read only, nothing is locked."""
    reach, presence = reach_of(place, world), Presence(at)
    held = standing.read(organisation, reach.pools & organisation.pools.keys(), reach.reps, presence)
    outcome = route(request, world, held, presence, place)
    rep = world.reps[outcome.rep].name if outcome.rep else ""
    return {
        "path": place.path,
        "rules": list(place.rules),
        "outcome": outcome.kind,
        "to": rep or outcome.queue or outcome.track or outcome.kind.capitalize(),
        "pool": world.pools[outcome.pool].name if outcome.pool else "",
        "reason": outcome.reason,
    }
