"""What is no longer in the file but has a history: it is kept and put out of use, because the past names it.

Reps with a history become inactive, pools lose their members, queues stay as they are (removing one where leads wait is
refused). Sources are closed and trees retired where they are written. Everything else is deleted.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from django.db.models import Count, Q

from leads.configuration.parts import KEYS, Configuration, Queue, Rep, in_order
from leads.configuration.read import BadConfiguration, Problem
from leads.models import Assignment, Lead
from routing.models import Decision


def with_history(target: Configuration, current: Configuration, kinds: Collection[str]) -> Configuration:
    """The target with what must outlive its removal."""
    gone = {kind: sorted(current.of(kind).keys() - target.of(kind).keys()) for kind in KEYS if kind in kinds}
    _refuse_lost_leads(gone.get("queues", []))
    known = _reps_with_history(gone.get("reps", []))
    reps = [_retired(rep, target) for rep in current.reps if rep.email in known]
    pools = _named_by_decisions("pool__slug", gone.get("pools", []))
    queues = _named_by_decisions("queue__slug", gone.get("queues", []))
    return replace(
        target,
        reps=in_order("reps", [*target.reps, *reps]),
        pools=in_order(
            "pools", [*target.pools, *(replace(one, members=()) for one in current.pools if one.slug in pools)]
        ),
        queues=in_order(
            "queues", [*target.queues, *(_left(one, target) for one in current.queues if one.slug in queues)]
        ),
    )


def _refuse_lost_leads(queues: list[str]) -> None:
    waiting = (
        Lead.objects.filter(queue__slug__in=queues)
        .values_list("queue__slug")
        .annotate(Count("id"))
        .order_by("queue__slug")
    )
    problems = tuple(
        Problem(
            "queues", f"{slug} cannot be removed: {count} leads wait there; hand them out first, or keep it in the file"
        )
        for slug, count in waiting
    )
    if problems:
        raise BadConfiguration(problems)


def _reps_with_history(emails: list[str]) -> set[str]:
    if not emails:
        return set()
    found: set[str] = set()
    for model, path in ((Assignment, "rep"), (Decision, "rep"), (Decision, "cover_for"), (Lead, "rep")):
        column = f"{path}__user__email"
        rows = model._default_manager.filter(**{f"{column}__in": emails}).values_list(column, flat=True)
        found |= set(rows.distinct())
    return found


def _retired(rep: Rep, target: Configuration) -> Rep:
    """His leads stay his, and visible to his team's manager; he gets no more."""
    skills, reps = target.of("skills"), target.of("reps")
    return replace(
        rep,
        active=False,
        team=rep.team if rep.team in target.of("teams") else None,
        backup=rep.backup if rep.backup in reps else None,
        skills={slug: level for slug, level in rep.skills.items() if slug in skills},
    )


def _left(queue: Queue, target: Configuration) -> Queue:
    return queue if queue.team in target.of("teams") else replace(queue, team=None)


def _named_by_decisions(column: str, slugs: list[str]) -> set[str]:
    if not slugs:
        return set()
    return set(Decision.objects.filter(Q(**{f"{column}__in": slugs})).values_list(column, flat=True).distinct())
