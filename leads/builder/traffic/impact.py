"""What an edit does to the last leads: how many come to a piece now, how many more than live, which others want them.

The leads of the sample are asked of draft and live: where the rules send them, not who would get them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from leads.builder.desk import Desk, world_with
from leads.builder.remembering import Remembered
from leads.builder.traffic import sample
from leads.builder.traffic.sample import Sample, Seen
from routing.engine.conditions import question
from routing.engine.facts import Facts, typed
from routing.engine.nodes import ROOT, is_rule
from routing.engine.passage import Drawn, Held, Tally
from routing.engine.route import located
from routing.engine.rules import Rule
from routing.engine.walk import clock_facts, enter
from routing.engine.world import World
from routing.models import Tree

WAYS: Remembered[tuple[Held, ...]] = Remembered(16)  # of a whole sample


@dataclass(frozen=True, slots=True)
class Impact:
    """`leads` of the `of` last ones come to this piece; `versus_live` more than by what is live.

    `also_match`: siblings whose condition holds for leads that the piece's own holds for, and for how many of those.
    """

    leads: int
    versus_live: int
    also_match: tuple[tuple[str, int], ...]
    of: int


@dataclass(frozen=True, slots=True)
class _Moves:
    """The whole sample through draft and live: by piece what comes there."""

    draft: Tally
    live: Tally | None


def impact(desk: Desk, node: str, now: datetime) -> Impact:
    leads = sample.sample(desk.tree, now)
    all_moves = _moves(desk, leads)
    here = all_moves.draft.at[node]
    before = all_moves.live.at[node] if all_moves.live else 0
    also = _also_match(desk, node, leads) if is_rule(node) else ()
    return Impact(here, here - before, also, len(leads))


def _moves(desk: Desk, leads: Sample) -> _Moves:
    draft = held_by_draft(desk, leads)
    live = _held_by_live(desk, leads)
    before = _tally(Drawn(desk.live.document), live) if desk.live else None
    return _Moves(_tally(Drawn(desk.document), draft), before)


def _tally(drawn: Drawn, ways: Sequence[Held]) -> Tally:
    tally = Tally(drawn)
    for held, number in Counter(ways).items():
        tally.add(held, number)
    return tally


def held_by_draft(desk: Desk, leads: Sample) -> Sequence[Held]:
    if desk.revision is None:
        return _held_by_live(desk, leads)
    key = ("draft", desk.revision.pk, desk.known.revision, leads.stamp)
    return WAYS.get(key, lambda: held_by(desk.world, desk.tree, leads))


def _held_by_live(desk: Desk, leads: Sample) -> Sequence[Held]:
    readable = desk.live_readable
    if desk.live is None or readable is None:
        return [()] * len(leads)
    key = ("live", desk.live.pk, desk.known.revision, leads.stamp)
    return WAYS.get(key, lambda: held_by(world_with(desk.known, desk.tree, readable), desk.tree, leads))


def held_by(world: World, tree: Tree, leads: Sample) -> tuple[Held, ...]:
    """The way of each lead of the sample through the tree as this world has it."""
    return tuple(enter(world, tree.slug, facts, one.at).rules for one, facts in _located(world, leads))


def _located(world: World, leads: Sample) -> Sequence[tuple[Seen, Facts]]:
    return [(one, located(one.facts, world, one.at)) for one in leads.seen]


def _also_match(desk: Desk, node: str, leads: Sample) -> tuple[tuple[str, int], ...]:
    """Asked of the leads that come to the branch around the piece, with what the rules on the way there set."""
    drawn, tree = Drawn(desk.document), desk.readable.tree
    if node not in drawn.parents:
        return ()
    around, siblings = _siblings(tree.rules, drawn, node)
    own = next((rule for rule in siblings if rule.id == node), None)
    if own is None or own.off:
        return ()
    asks = [(rule.id, question(rule.when)) for rule in siblings if rule.id != node and not rule.off]
    ask, world, counted = question(own.when), desk.world, Counter[str]()
    came = around[-1].id if around else ROOT
    for (one, facts), held in zip(_located(world, leads), held_by_draft(desk, leads), strict=True):
        if came != ROOT and came not in held:
            continue
        facts = {**facts, **clock_facts(desk.tree.timezone, one.at)}
        for rule in around:
            facts |= typed(dict(rule.set), world.vocabulary)[0]
        setting = world.setting(one.at)
        if ask(facts, setting, {}):
            counted.update(other for other, asked in asks if asked(facts, setting, {}))
    return tuple(counted.most_common())


def _siblings(rules: Sequence[Rule], drawn: Drawn, node: str) -> tuple[list[Rule], Sequence[Rule]]:
    """The branches around a rule, outermost first, and the rules beside it, itself among them."""
    around: list[Rule] = []
    for branch in reversed([*drawn.above(drawn.parents[node])]):
        found = next(rule for rule in rules if rule.id == branch)
        around.append(found)
        rules = found.rules
    return around, rules
