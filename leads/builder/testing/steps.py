"""The way of a tried lead, piece by piece of the drawn tree: what was tried and held, what did not, what stays quiet.

A piece is named as in `routing.engine.nodes`. What happens in another tree that a rule jumps to is told at the jump.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from leads.builder.testing import own_words
from leads.builder.testing.ends import Ends
from leads.builder.testing.trying import Tried
from routing.engine import nodes
from routing.engine.compile import Level
from routing.engine.conditions import Setting
from routing.engine.explain import because
from routing.engine.facts import Facts, typed
from routing.engine.nodes import OTHERWISE, TARGET, Json
from routing.engine.rules import Rule
from routing.engine.walk import Place, clock_facts
from routing.engine.world import World

LIT, MISS, QUIET = "lit", "miss", "quiet"


@dataclass(frozen=True, slots=True)
class Step:
    """`words` stand on the card; `because` is the whole of it, with what the rule asks."""

    state: str
    words: str = ""
    because: str = ""


NOT_TRIED = Step(QUIET)


def steps_of(tried: Tried, document: Json, ends: Ends) -> dict[str, Step]:
    """A step for every piece of the document."""
    found = dict.fromkeys(every_node(document), NOT_TRIED)
    if not tried.held_back:
        found.update(_down(tried))
        found.update(_outcomes(tried, ends))
    return found


def every_node(document: Json) -> Iterator[str]:
    for one in nodes.walk(document):
        yield one.id
        if nodes.is_branch(one.rule):
            yield f"{one.id}{OTHERWISE}"
            yield f"{one.id}{OTHERWISE}{TARGET}"
        else:
            yield f"{one.id}{TARGET}"
    yield OTHERWISE
    yield f"{OTHERWISE}{TARGET}"


def end_of(tried: Tried) -> str:
    """The outcome in which the lead ends, as a piece of this tree; "" if no rule was asked."""
    return "" if tried.held_back else outcome_at(tried.tries[-1].place, tried.slug, tried.world)


def outcome_at(place: Place, slug: str, world: World) -> str:
    """The outcome that this place belongs to, seen from the tree `slug`."""
    if place.path in (f"{slug}/otherwise", f"{slug}/unassigned") or place.path.startswith(f"{slug}/otherwise/"):
        return f"{OTHERWISE}{TARGET}"
    held = _held_here(place.rules, world.trees[slug].level)
    if not held:
        return f"{OTHERWISE}{TARGET}"
    return f"{held[-1].id}{TARGET}" if not held[-1].rules else f"{held[-1].id}{OTHERWISE}{TARGET}"


def _held_here(held: Sequence[str], level: Level | None) -> list[Rule]:
    """Those of the rules that held which are this tree's own."""
    found: list[Rule] = []
    for name in held:
        index = next((n for n, rule in enumerate(level.rules) if rule.id == name), -1) if level else -1
        if level is None or index < 0:
            break
        found.append(level.rules[index])
        level = level.children[index]
    return found


def _down(tried: Tried) -> Iterator[tuple[str, Step]]:
    """Level by level: the rules until one held, and Otherwise where none did."""
    published = tried.world.trees[tried.slug]
    setting = tried.world.setting(tried.at)
    facts: Facts = {**tried.asked, **clock_facts(published.zone, tried.at)}
    level: Level | None = published.level
    above = ""
    while level is not None:
        index = level.first(facts, setting)
        for number, rule in enumerate(level.rules if index < 0 else level.rules[: index + 1]):
            yield rule.id, NOT_TRIED if rule.off else _step(rule, number == index, facts, setting, tried.world)
        if index < 0:
            yield f"{above}{OTHERWISE}", Step(LIT, "None of these rules held" if level.rules else "Every lead")
            return
        rule, level = level.rules[index], level.children[index]
        facts = {**facts, **typed(dict(rule.set), tried.world.vocabulary)[0]}
        above = rule.id


def _step(rule: Rule, held: bool, facts: Facts, setting: Setting, world: World) -> Step:
    words = own_words.answers(rule.when, facts, setting, world.vocabulary)
    return Step(LIT if held else MISS, words, because(rule.when, held, facts, setting, world.vocabulary))


def _outcomes(tried: Tried, ends: Ends) -> Iterator[tuple[str, Step]]:
    """Every outcome that the lead was led to: those where nobody was to be found, with why, and where it stays."""
    said: dict[str, list[str]] = {}
    for one in tried.tries[:-1]:
        node = outcome_at(one.place, tried.slug, tried.world)
        said.setdefault(node, []).append(ends.nobody(one))
    end = end_of(tried)
    first = outcome_at(tried.place, tried.slug, tried.world)
    if first not in said and first != end:
        said[first] = ["To the fallback of the tree"]
    words = {**said, end: [*said.get(end, ()), ends.why(tried)]}
    for node, lines in words.items():
        yield node, Step(LIT, ". ".join(lines), tried.outcome.reason if node == end else "")
    if end == f"{OTHERWISE}{TARGET}" and first != end:
        yield OTHERWISE, Step(LIT, "The tree’s fallback")
