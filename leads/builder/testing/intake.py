"""What happens to a tried lead before any rule is asked: captured, enriched, matched with an account, scored."""

from __future__ import annotations

from dataclasses import dataclass

from leads.builder.names import Names
from leads.builder.testing.steps import LIT, MISS
from leads.builder.testing.trying import Tried
from leads.provenance import BY_PROVIDER
from reps.templatetags.words import number
from routing.engine.world import Gate


@dataclass(frozen=True, slots=True)
class Arriving:
    """One step of the intake strip. `icon` is of the sprite."""

    icon: str
    title: str
    words: str
    state: str = LIT


def arriving(tried: Tried, names: Names, when: str) -> tuple[Arriving, ...]:
    """`when` it arrives, in words."""
    return (_captured(tried, names, when), _enriched(tried), _matched(tried), _gate(tried))


def not_routed(tried: Tried) -> str:
    """ "Not routed: score 31, needs 40", where the lead is held back before the rules."""
    gate: Gate | None = tried.world.gate
    if not tried.held_back or gate is None:
        return ""
    return f"Not routed: score {_figure(tried.asked.get('score'))}, needs {_figure(gate.threshold)}"


def _captured(tried: Tried, names: Names, when: str) -> Arriving:
    slug = str(tried.asked.get("source", ""))
    source = names.sources.get(slug, slug)
    return Arriving("inbox", "Capture", f"{source}, {when}" if source else when)


def _enriched(tried: Tried) -> Arriving:
    looked_up = [origin for origin in (tried.lead.provenance.values() if tried.lead else ()) if _by_provider(origin)]
    if looked_up:
        return Arriving("spark", "Enrich", f"{len(looked_up)} of {len(tried.own)} fields looked up")
    return Arriving("spark", "Enrich", "Nothing looked up")


def _by_provider(origin: object) -> bool:
    return isinstance(origin, dict) and str(origin.get("by", "")).startswith(BY_PROVIDER)


def _matched(tried: Tried) -> Arriving:
    if tried.asked.get("account.matched"):
        return Arriving("building", "Match account", str(tried.asked.get("account.name", "An account")))
    return Arriving("building", "Match account", "No account found")


def _gate(tried: Tried) -> Arriving:
    score = _figure(tried.asked.get("score"))
    if tried.held_back:
        return Arriving("filter", "Score gate", not_routed(tried), MISS)
    if not score:
        return Arriving("filter", "Score gate", "No score, routed")
    return Arriving("filter", "Score gate", f"{score}, routed")


def _figure(value: object) -> str:
    if not isinstance(value, int | float):
        return ""
    return number(int(value)) if float(value).is_integer() else f"{value:,g}"
