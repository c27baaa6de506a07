"""A lead that does not exist, decided as live routing would, with nothing locked and nothing written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from leads import accounts, again, people, promises, reckoning, standing
from leads.activity.windows import asked_by, facts_of
from leads.configuration import worlds
from leads.deciding import known_about
from leads.matching import AccountCard, Matching, as_record
from leads.models import Lead
from leads.normalise import Normalised, normalise, person_key
from leads.scoring import Points
from leads.trace import retrace
from leads.world import Known
from reps.models import User
from routing.engine.bench import Presence
from routing.engine.compile import compile_rules
from routing.engine.document import parse, size
from routing.engine.facts import as_json
from routing.engine.reach import reach_of
from routing.engine.route import GATE, STICKY, Outcome, Request, plan, route
from routing.engine.walk import Place
from routing.engine.world import Published, World
from routing.models import Version

# The name of a document that nobody has published: no slug is like it, so nothing can jump to it.
DRAFT = "(document)"
FULL_NAME = "name"  # a form's one field for both, understood wherever leads come in
LARGEST_FACTS = 256 * 1024  # bytes
NO_CARDS: Mapping[str, AccountCard] = {}


class Unusable(Exception):
    """What was asked for cannot be evaluated; `problems` has a sentence for each path."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__("; ".join(f"{path}: {problem}" for path, problem in problems.items()))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Tried:
    """What would happen to the lead, and what it was taken for."""

    outcome: Outcome
    request: Request
    place: Place
    read: Normalised
    points: Points
    matching: Matching


def world_with(known: Known, tree: object) -> tuple[World, str]:
    """The world to ask and the slug of the tree to begin with. `tree` is a slug, a document, or None: the default.

    Raises `routing.engine.problems.BadDocument` for a document that cannot be published either.
    """
    world = known.world
    if tree is None:
        tree = world.default_tree
        if not tree:
            raise Unusable({"tree": "There is no default tree: name one."})
    if isinstance(tree, str):
        if tree not in world.trees:
            names = ", ".join(world.trees) or "none"
            raise Unusable({"tree": f"There is no live tree {tree[:60]!r}; there are: {names}."})
        return world, tree
    draft = _published(tree, known)
    by_win_rate = world.converting or worlds.chooses_by_win_rate(draft.tree)
    return replace(world, trees={**world.trees, DRAFT: draft}, converting=by_win_rate), DRAFT


def evaluate(
    known: Known,
    world: World,
    slug: str,
    raw: Mapping[str, Any],
    *,
    by: User,
    at: datetime,
    cards: Mapping[str, AccountCard] = NO_CARDS,
) -> Tried:
    """Who would get a lead with these facts. Whom it is known to counts only as far as `by` may see that lead.

    `cards` are accounts as they will be then, where that is not as they are.
    """
    _check_names(raw, world)
    read = normalise(raw, world.vocabulary, trusted=True)
    key = person_key(read.facts)
    lead = again.known_as(Lead.objects.visible_to(by), key)
    matching = accounts.matching(read.facts, lead.pk if lead else None)
    found = matching.match
    if found is not None and (then := cards.get(found.card.name)):
        found = replace(found, card=replace(found.card, owner=then.owner, owner_of=then.owner_of))
    presence = Presence(at)
    signals = facts_of(asked_by(world, known.scoring))  # whatever is not given was not done
    about = known_about({"received_at": at, **read.facts}, found, known, presence, signals)
    holder = people.holder_of(lead, known.emails) if lead else None
    request = Request(key=key or "lead:0", facts=about.facts, holder=holder)

    place = plan(request, world, at, tree=slug)
    reach = reach_of(place, world)
    reps = reach.reps | ({request.holder.rep} if request.holder else set())
    held = standing.read(replace(known, world=world), reach.pools & known.pools.keys(), reps, presence)
    outcome = route(request, world, held, presence, place)
    return Tried(outcome, request, place, read, about.points, matching)


def told(tried: Tried, known: Known, world: World, at: datetime) -> dict[str, Any]:
    """The evaluation in the words of the contract."""
    outcome = tried.outcome
    version = Version.objects.filter(pk=known.versions.get(outcome.tree, 0)).values_list("number", flat=True).first()
    setting = world.setting(at)
    asked = retrace(outcome.tree, outcome.rules, outcome.asked, world, setting)
    scored = reckoning.of_points(tried.points, outcome.asked, outcome.path, known, setting)
    return {
        "tree": None if outcome.tree == DRAFT else outcome.tree,
        "version": version,
        "outcome": outcome.kind,
        "rep": outcome.rep,
        "pool": outcome.pool,
        "queue": outcome.queue,
        "track": outcome.track,
        "strategy": outcome.strategy,
        "fallback": outcome.fallback,
        "sticky": outcome.sticky,
        "cover_for": outcome.cover_for,
        "rules": outcome.rules,
        "path": outcome.path,
        "reason": outcome.reason,
        "remarks": outcome.notes,
        "excluded": outcome.excluded,
        "sla": _promise(outcome, known),
        "account": tried.matching.match.card.name if tried.matching.match else None,
        "matching": as_record(tried.matching),
        "scoring": asdict(scored) if scored else None,
        "facts": as_json(outcome.facts),
        "set_aside": tried.read.set_aside,
        "notes": tried.read.notes,
        "asked": [] if outcome.path in (STICKY, GATE) else [asdict(each) for each in asked],
        "candidates": [{**each._asdict(), "chosen": each.rep == outcome.rep} for each in outcome.candidates],
    }


def _published(document: object, known: Known) -> Published:
    world = known.world
    tree = parse(document, world.vocabulary, worlds.references_of(world, known.policies))
    zone = world.trees[world.default_tree].zone if world.default_tree else "UTC"
    return Published(DRAFT, DRAFT, zone, tree, compile_rules(tree.rules, world.lists, world.ancestors))


def _check_names(raw: Mapping[str, Any], world: World) -> None:
    if size(raw) > LARGEST_FACTS:
        raise Unusable({"facts": f"Are larger than {LARGEST_FACTS // 1024} KiB of JSON."})
    unknown = [name for name in raw if name != FULL_NAME and world.vocabulary.get(name) is None]
    if unknown:
        raise Unusable({f"facts.{name[:80]}": "There is no such field." for name in unknown})


def _promise(outcome: Outcome, known: Known) -> str | None:
    if outcome.rep is None:
        return None
    return promises.policy_of(known, outcome.facts, outcome.sla).slug
