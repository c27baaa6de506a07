"""Pools of which nobody is there: at some hours of the week, for the next days, or with the skills that are asked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from reps.hours import next_open
from routing.engine.lint.evidence import Promised
from routing.engine.lint.findings import NOTE, WARNING, Finding, Fix
from routing.engine.lint.outcomes import Outcome, outcomes
from routing.engine.lint.staff import said, takers
from routing.engine.lint.week import Gaps, gaps
from routing.engine.promises import chosen
from routing.engine.rules import Tree
from routing.engine.targets import Assign, ToFallback, ToPool
from routing.engine.world import Pool, Rep, World

SOON = timedelta(days=3)  # longer than a weekend


def hours(tree: Tree, world: World, zone: str, promises: Sequence[Promised], now: datetime) -> Iterator[Finding]:
    """Each pool is looked at once for each piece that names it."""
    told: set[tuple[str, str]] = set()
    weeks: dict[str, Gaps] = {}
    for outcome in outcomes(tree):
        target = outcome.target
        pool = world.pools.get(target.pool) if isinstance(target, ToPool) else None
        if not isinstance(target, ToPool) or pool is None or (outcome.node, pool.slug) in told:
            continue
        told.add((outcome.node, pool.slug))
        people = [world.reps[email] for email in takers(pool, world)]
        if not people:
            continue
        yield from _skilled(outcome, pool, people, target.assign)
        away = _away(outcome, pool, people, zone, now)
        if away is not None:
            yield away
        elif target.assign.hours != "ignore":
            if pool.slug not in weeks:
                weeks[pool.slug] = gaps((rep.calendar.week for rep in people), zone, now)
            if weeks[pool.slug].stretches:
                yield _nobody(outcome, pool, weeks[pool.slug], target.assign, promises)


def _nobody(outcome: Outcome, pool: Pool, week: Gaps, assign: Assign, promises: Sequence[Promised]) -> Finding:
    begins = said(outcome, f"nobody of {pool.name} works {week.words()}")
    if assign.hours == "require":
        onward = "the fallback" if isinstance(assign.if_nobody, ToFallback) else "whoever stands in"
        fix = None
        if not outcome.where:
            fix = Fix("set_assign", {"node": outcome.node, "hours": "prefer"}, "Let leads wait for whoever opens first")
        return Finding(outcome.node, WARNING, "nobody_open", f"{begins}: leads then go to {onward}.", fix)
    promise = chosen(promises, "", assign.sla, None)
    if promise is not None and promise.clock == "always" and promise.within < week.longest:
        words = f"{begins}: leads wait for whoever opens first, and the clock of “{promise.name}” runs on meanwhile."
        severity = WARNING if assign.sla else NOTE  # one that nobody chose for this outcome is everywhere the same
        return Finding(outcome.node, severity, "nobody_open", words)
    return Finding(outcome.node, NOTE, "nobody_open", f"{begins}: leads wait for whoever opens first.")


def _away(outcome: Outcome, pool: Pool, people: Sequence[Rep], zone: str, now: datetime) -> Finding | None:
    """Nobody is back for longer than a weekend: on leave, paused, not started yet."""
    back = [at for rep in people if (at := _back(rep, now)) is not None]
    if back and min(back) - now <= SOON:
        return None
    if back:
        day = min(back).astimezone(ZoneInfo(zone))
        words = f"nobody of {pool.name} is there until {day:%a} {day.day} {day:%b}"
    else:
        words = f"nobody of {pool.name} is there for as long as anybody has planned"
    return Finding(outcome.node, WARNING, "nobody_there", f"{said(outcome, words)}.")


def _back(rep: Rep, now: datetime) -> datetime | None:
    at = now
    if rep.paused:
        if rep.paused_until is None:
            return None
        at = max(at, rep.paused_until)
    if rep.starts_on is not None:
        at = max(at, datetime(rep.starts_on.year, rep.starts_on.month, rep.starts_on.day, tzinfo=rep.zone))
    return next_open(rep.calendar, at)


def _skilled(outcome: Outcome, pool: Pool, people: Sequence[Rep], assign: Assign) -> Iterator[Finding]:
    missing = [
        f"{skill} {level}" if level > 1 else skill
        for skill, level in assign.require_skills
        if not any(rep.skills.get(skill, 0) >= level for rep in people)
    ]
    if missing:
        words = f"nobody of {pool.name} has the skill {' or '.join(missing)} that is asked: it finds nobody"
        yield Finding(outcome.node, WARNING, "nobody_skilled", f"{said(outcome, words)}.")
