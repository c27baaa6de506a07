"""The document of a tree: what is live, or the draft, as prose with the names that people use."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from leads.builder.desk import Desk
from leads.builder.names import Names as Called
from leads.builder.names import names_of
from leads.models import Source
from leads.pages.policies import sentences
from leads.world import Known
from reps.models import User
from routing.engine import nodes, prose, prose_markdown
from routing.engine.nodes import Json
from routing.engine.prose import Promise, Prose, Writer
from routing.engine.prose_targets import Line, Names
from routing.engine.rules import Tree
from routing.engine.saying import Speaker
from routing.engine.unfinished import Readable

LIVE, DRAFT = "live", "draft"


@dataclass(frozen=True, slots=True)
class Document:
    """`which` is live or draft; `about` says of when it is and by whom."""

    title: str
    which: str
    about: tuple[str, ...]
    prose: Prose
    both: bool

    @property
    def markdown(self) -> str:
        return prose_markdown.markdown(self.title, self.about, self.prose)


def document_of(desk: Desk, which: str, *, now: datetime) -> Document:
    """The draft if it is asked for and there is one, or if nothing is live."""
    has_draft = desk.revision is not None
    if has_draft and (which == DRAFT or desk.live is None):
        shown, readable, document = DRAFT, desk.readable, desk.document
    else:
        live = desk.live_readable or desk.readable
        shown, readable, document = LIVE, live, desk.live.document if desk.live else desk.document
    told = _prose(readable, document, desk.known)
    return Document(desk.tree.name, shown, _about(desk, shown, now), told, has_draft and desk.live is not None)


def _about(desk: Desk, which: str, now: datetime) -> tuple[str, ...]:
    printed = f"As of {_at(now)}. Made from what decides, not written by hand."
    entered = ("Every lead enters here.",) if desk.tree.is_default else ()
    zone = f"Hours and weekdays in conditions are those of {desk.tree.timezone}."
    if which == DRAFT and desk.revision is not None:
        by = f" by {desk.revision.by}" if desk.revision.by else ""
        said = f"Draft, revision {desk.revision.number}, changed {_at(desk.revision.at)}{by}. It decides nothing yet."
    elif desk.live is not None:
        by = f" by {desk.live.published_by}" if desk.live.published_by else ""
        since = f", live since {_at(desk.live.published_at)}{by}" if desk.live.published_at else ", live"
        said = f"Version {desk.live.number}{since}."
        if desk.live.note:
            said += f" {desk.live.note}"
    else:
        said = "Nothing is live, and there is no draft."
    return (said, *entered, zone, printed)


def _at(at: datetime) -> str:
    local = timezone.localtime(at)
    return f"{local:%-d %b %Y, %H:%M %Z}"


def _prose(readable: Readable, document: Json, known: Known) -> Prose:
    called, tree = names_of(known), readable.tree
    problems: dict[str, list[str]] = {}
    for problem in readable.problems:
        problems.setdefault(nodes.node_at(document, problem.path), []).append(problem.problem)
    writer = Writer(Speaker(known.world.vocabulary, {}, called.of_value), _names(known, called), problems)
    return Prose(
        before=tuple(_before(known, tree)),
        entries=tuple(writer.entries(tree)),
        promises=tuple(_promises(known, tree)),
        problems=tuple(problems.get("", ())),
    )


def _before(known: Known, tree: Tree) -> list[Line]:
    """In the order in which it happens to a lead."""
    sources = Source.objects.filter(active=True).order_by("name").values_list("name", flat=True)
    providers = [card.name for card in known.providers]
    matching = "By the domain of its e-mail or website, else by the name of its company, a lead belongs to an account."
    territories = len(known.world.territories)
    located = (
        f"Of {territories} territories the most specific that fits is the lead’s."
        if territories
        else "There are no territories."
    )
    return [
        Line("Capture", f"Leads come in through {', '.join(sources)}." if sources else "No source is open."),
        Line(
            "Enrich",
            f"What is blank is asked of {', '.join(providers)}, in this order." if providers else "Nobody is asked.",
        ),
        Line("Match account", matching),
        Line("Territory", located),
        prose.stickiness(tree),
        prose.gate(known.world.gate),
    ]


def _promises(known: Known, tree: Tree) -> list[Promise]:
    """Those that the tree names; where a target names none, also all that intent and score may choose."""
    named, all_of_them = prose.named_promises(tree), prose.leaves_promise_open(tree)
    return [
        Promise(policy.name, tuple(sentences(policy)))
        for policy in known.policies
        if policy.slug in named or (all_of_them and (policy.for_intents or policy.is_default))
    ]


def _names(known: Known, called: Called) -> Names:
    world = known.world
    members = {}
    for pool in world.pools.values():
        even = len({member.weight for member in pool.members}) < 2
        members[pool.slug] = ", ".join(
            called.reps.get(member.rep, member.rep) + ("" if even else f" ×{member.weight:g}")
            for member in pool.members
        )
    return Names(
        pools={pool.slug: pool.name for pool in world.pools.values()},
        members=members,
        strategies={pool.slug: pool.strategy for pool in world.pools.values()},
        reps=called.reps,
        people=dict(User.objects.values_list("email", "name")),
        queues=called.queues,
        skills=called.skills,
        promises=called.slas,
        trees=called.trees,
    )
