"""What is wrong or odd in the tree on the page: found once for each revision, and again when what is around changes."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from datetime import datetime, timedelta

from leads.builder.desk import Desk
from leads.builder.traffic import counts as traffic
from leads.builder.traffic import sample
from leads.builder.traffic.counts import Counts
from routing.engine import nodes
from routing.engine.lint import ERROR, Evidence, Finding, Looked, Promised, lint
from routing.engine.lint.evidence import IDLE_DAYS, TRAFFIC_DAYS
from routing.engine.lint.findings import SEVERITIES
from routing.engine.rules import every_rule
from routing.engine.simplify import suggestions
from routing.models import TrafficDay

NO_WHY, WHY = "why", "It says nothing about why it exists."
MOST_KEPT = 32
FRESH = timedelta(minutes=1)  # counts go on, and so does the clock

Key = tuple[object, ...]


class _Process:
    """What this process found last."""

    found: OrderedDict[Key, tuple[datetime, tuple[Finding, ...]]] = OrderedDict()


def findings(desk: Desk, now: datetime) -> tuple[Finding, ...]:
    """Errors first, then warnings and notes."""
    key = _key(desk)
    before = _Process.found.get(key)
    if before is not None and timedelta() <= now - before[0] < FRESH:
        return before[1]
    looked = Looked(desk.tree.slug, desk.document, desk.readable, desk.world, now, evidence_of(desk, now))
    found = tuple(sorted((*lint(looked), *_unexplained(desk)), key=lambda one: SEVERITIES.index(one.severity)))
    _Process.found[key] = (now, found)
    while len(_Process.found) > MOST_KEPT:
        _Process.found.popitem(last=False)
    return found


def _unexplained(desk: Desk) -> Iterator[Finding]:
    """Rules of a draft that say nothing about why they exist: it cannot be published before they do."""
    if desk.revision is not None:
        for rule in every_rule(desk.readable.tree.rules):
            if not rule.why.strip():
                yield Finding(rule.id, ERROR, NO_WHY, WHY)


def kept(desk: Desk) -> tuple[Finding, ...] | None:
    """What was found last, at any time: what a page that was drawn from it shows."""
    found = _Process.found.get(_key(desk))
    return found[1] if found else None


def _key(desk: Desk) -> Key:
    return desk.tree.pk, desk.rev, desk.live.pk if desk.live else 0, desk.known.revision


def simpler(desk: Desk, counts: Counts) -> tuple[Finding, ...]:
    """What would make the tree easier to follow."""
    leads = {found.id: number for found in nodes.walk(desk.document) if (number := counts.of(found.id)) is not None}
    return suggestions(desk.document, desk.known.world.vocabulary, leads, counts.total)


def forget() -> None:
    _Process.found.clear()


def evidence_of(desk: Desk, now: datetime) -> Evidence:
    """What the counted traffic, the last leads and the sources say about this tree."""
    counts = traffic.counts(desk, days=TRAFFIC_DAYS, now=now)
    rules = [found.id for found in nodes.walk(desk.document)]
    named = {rule: leads for rule in rules if (leads := counts.of(rule)) is not None}
    sources = desk.known.sources
    return Evidence(
        asked=counts.intake.asked,
        counts=named,
        idle=_idle(desk, frozenset(named), now),
        fallback=counts.fallback,
        leads=sample.sample(desk.tree, now).seen,
        promises=tuple(
            Promised(
                policy.slug,
                policy.name,
                policy.respond_within,
                policy.clock,
                policy.for_intents,
                policy.min_score,
                policy.is_default,
            )
            for policy in desk.known.policies
        ),
        intents={source.slug: source.intent for source in sources.by_slug.values() if source.intent},
        calls={source.slug: source.name for source in sources.by_slug.values()},
    )


def _idle(desk: Desk, counted: frozenset[str], now: datetime) -> frozenset[str]:
    """Rules that nobody came to in all that time, although what is live had them and leads were counted."""
    since = now - timedelta(days=IDLE_DAYS)
    if not TrafficDay.objects.filter(day__lte=since.date()).exists():
        return frozenset()
    old = desk.tree.versions.filter(published_at__lte=since).order_by("-published_at").first()
    then = {found.id for found in nodes.walk(old.document)} if old else set()
    counts = traffic.counts(desk, days=IDLE_DAYS, now=now)
    return frozenset(rule for rule in counted & then if not counts.of(rule))
