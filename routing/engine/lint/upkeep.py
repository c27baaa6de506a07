"""What has to be looked at again or agreed to: reviews that are due, promises that are too long, leads thrown away."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from routing.engine import nodes
from routing.engine.conditions import All, Test, tests_in
from routing.engine.lint.evidence import Evidence, Promised
from routing.engine.lint.findings import ERROR, WARNING, Finding, Fix
from routing.engine.lint.outcomes import Outcome, outcomes
from routing.engine.lint.reached import Reached
from routing.engine.lint.staff import said
from routing.engine.nodes import Json
from routing.engine.promises import chosen
from routing.engine.rules import Tree, every_rule
from routing.engine.targets import ToAccountOwner, ToDiscard, ToPool, ToQueue, ToRep, ToTerritory

HALF_A_YEAR = timedelta(days=182)
ABOUT_THE_PROMISE = ("source", "intent")
DEEPEST = 5
# What stands there while nobody has said why: such a reason confirms nothing.
NO_REASONS = frozenset({"", "discard", "discarded", "no reason", "stop", "stopped"})


def reviews(tree: Tree, zone: str, now: datetime) -> Iterator[Finding]:
    today = now.astimezone(ZoneInfo(zone)).date()
    for rule in every_rule(tree.rules):
        if rule.review_on is not None and rule.review_on < today:
            since = (today - rule.review_on).days
            words = f"Its review was due on {_day(rule.review_on)}, {since} day{'' if since == 1 else 's'} ago."
            coming = today + HALF_A_YEAR
            arguments = {"node": rule.id, "review_on": coming.isoformat()}
            fix = Fix("info", arguments, f"Reviewed: next on {_day(coming)}")
            yield Finding(rule.id, WARNING, "review_due", words, fix)


def thrown_away(tree: Tree) -> Iterator[Finding]:
    """Whoever no rule of a branch took is thrown away: only with a reason in somebody's own words."""
    for outcome in outcomes(tree):
        if not isinstance(outcome.target, ToDiscard) or not nodes.is_otherwise(outcome.node) or outcome.is_backup:
            continue
        if outcome.target.reason.strip().casefold() in NO_REASONS:
            words = said(outcome, "leads that no rule here took are thrown away, and nobody has said why")
            fix = None
            if not outcome.where:
                arguments = {"node": outcome.node, "kind": "fallback"}
                fix = Fix("set_target", arguments, "Let them go to the fallback")
            yield Finding(outcome.node, ERROR, "otherwise_stops", f"{words}.", fix)
        else:
            words = said(outcome, f"leads that no rule here took are thrown away: {outcome.target.reason.strip()}")
            yield Finding(outcome.node, WARNING, "otherwise_stops", words if words.endswith(".") else f"{words}.")


def deep(document: Json) -> Iterator[Finding]:
    for found in nodes.walk(document):
        if found.depth == DEEPEST + 1:
            words = f"It stands more than {DEEPEST} levels deep, where nobody can follow any more."
            yield Finding(found.id, WARNING, "too_deep", words)


def slow(reached: Reached, evidence: Evidence) -> Iterator[Finding]:
    """Outcomes that promise more time than leads of a source that they ask for would have without."""
    by_slug = {promise.slug: promise for promise in evidence.promises}
    for outcome in outcomes(reached.tree):
        named = by_slug.get(_promise_of(outcome) or "")
        if named is None or outcome.is_backup:
            continue
        for source, intent in evidence.intents.items():
            usual = chosen(evidence.promises, intent, None, None)
            if usual is not None and usual.within < named.within and _asks_for(reached, outcome, source, intent):
                name = evidence.calls.get(source, source)
                words = f"it promises an answer within {_span(named)}, but leads of {name} are promised {_span(usual)}"
                fix = None
                if not outcome.where:
                    arguments = {"node": outcome.node, "sla": usual.slug}
                    fix = Fix("set_assign", arguments, f"Promise “{usual.name}”, {_span(usual)}")
                yield Finding(outcome.node, WARNING, "slow_promise", f"{said(outcome, words)}.", fix)
                break


def _promise_of(outcome: Outcome) -> str | None:
    match outcome.target:
        case ToPool(assign=assign) | ToRep(assign=assign) | ToAccountOwner(assign=assign) | ToTerritory(assign=assign):
            return assign.sla
        case ToQueue(sla=sla):
            return sla
        case _:
            return None


def _asks_for(reached: Reached, outcome: Outcome, source: str, intent: str) -> bool:
    """The way to it asks for sources or intents, and lets this source's leads pass."""
    way = reached.way(nodes.rule_of(outcome.node))
    if not any(test.field in ABOUT_THE_PROMISE for when in way for test in tests_in(when)):
        return False
    facts = (Test("source", "is", source), Test("intent", "is", intent))
    return reached.may_hold(All((*way, *facts)))


def _span(promise: Promised) -> str:
    seconds = int(promise.within.total_seconds())
    for length, unit in ((86400, "day"), (3600, "hour"), (60, "minute"), (1, "second")):
        if seconds % length == 0 and seconds >= length:
            count = seconds // length
            return f"{count} {unit}{'' if count == 1 else 's'}"
    return f"{seconds} seconds"


def _day(day: date) -> str:
    return f"{day.day} {day:%b %Y}"
