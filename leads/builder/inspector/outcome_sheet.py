"""All about one outcome as the panel shows it: where leads go, how one of several is chosen, where the others go."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count

from leads.builder.desk import Desk
from leads.builder.inspector import fields, long_tables
from leads.builder.inspector.fields import Choice, Choices
from leads.builder.inspector.goals import KINDS, LAST_RESORTS, Goal, Goals
from leads.builder.names import Called, Names
from leads.models import Lead
from leads.pages.decision import STRATEGIES
from reps import spans
from routing.engine import nodes
from routing.engine.edits.spreadsheet import values_cell
from routing.engine.facts import FieldType, Vocabulary
from routing.engine.nodes import Json
from routing.engine.read_assign import HIGHEST_SKILL

ASSIGNS = ("pool", "rep", "account_owner", "territory")
NAMED = ("rep", "account_owner")
HOURS = {
    "prefer": "Prefer whoever is at work now",
    "require": "Only whoever is at work now",
    "ignore": "Whatever the hour",
}
CAPACITY = {"wall": "Not beyond his capacity", "warn": "Also when he is full, and note it"}


@dataclass(frozen=True, slots=True)
class Skill:
    slug: str
    name: str
    level: int
    levels: tuple[int, ...] = tuple(range(1, HIGHEST_SKILL + 1))


@dataclass(frozen=True, slots=True)
class Member:
    name: str
    says: str


@dataclass(frozen=True, slots=True)
class Assigning:
    """How one of those who could take the lead is chosen."""

    strategies: tuple[Choice, ...]
    skills: tuple[Skill, ...]
    more_skills: tuple[Choice, ...]
    skills_from: tuple[Choice, ...]
    skill_fields: tuple[Choice, ...]
    prefers: tuple[Choice, ...]
    more_prefers: tuple[Choice, ...]
    hours: tuple[Choice, ...]
    capacity: tuple[Choice, ...]
    nobody: Goal
    members: tuple[Member, ...]


@dataclass(frozen=True, slots=True)
class TableRow:
    index: int
    written: str
    goal: Goal
    problem: str
    leads: int | None
    is_first: bool
    is_last: bool
    skipped: int  # rows before it that are not drawn


@dataclass(frozen=True, slots=True)
class Table:
    """Of a long table `rows` are not all: see `long_tables`."""

    label: str
    fields: tuple[Choices, ...]
    rows: tuple[TableRow, ...]
    otherwise: Goal
    otherwise_leads: int | None
    goals: tuple[Choices, ...]
    numeric: bool
    total: int


@dataclass(frozen=True, slots=True)
class Way:
    index: int
    name: str
    share: str
    part: float | None
    goal: Goal
    problem: str
    leads: int | None


@dataclass(frozen=True, slots=True)
class OutcomeSheet:
    """`kind` is "" where nothing has been chosen yet."""

    kind: str
    called: str
    kinds: tuple[Choice, ...]
    pools: tuple[Choice, ...]
    reps: tuple[Choice, ...]
    queues: tuple[Choice, ...]
    trees: tuple[Choice, ...]
    track: str
    reason: str
    slas: tuple[Choice, ...]
    within: str
    problems: tuple[str, ...]
    assigning: Assigning | None = None
    table: Table | None = None
    ways: tuple[Way, ...] = ()


def outcome_sheet(
    desk: Desk, node: str, names: Names, problems: Mapping[str, str], rows: Mapping[str, int]
) -> OutcomeSheet:
    """`rows` are the leads of the last days by row of a table or way of a split."""
    target = nodes.target_of(desk.document, node) or {}
    kind, goals = str(target.get("kind", "")), Goals(names, last_resort=nodes.rule_of(node) == nodes.ROOT)
    vocabulary = desk.known.world.vocabulary
    return OutcomeSheet(
        kind=kind,
        called=goals.called(target),
        kinds=tuple(
            Choice(one, label, one == kind)
            for one, label in KINDS.items()
            if not goals.last_resort or one in LAST_RESORTS or one == kind
        ),
        pools=chosen_of(names.pools, target.get("pool")),
        reps=chosen_of(names.reps, target.get("rep")),
        queues=chosen_of(names.queues, target.get("queue")),
        trees=chosen_of(names.trees, target.get("tree")),
        track=str(target.get("track", "")),
        reason=str(target.get("reason", "")),
        slas=_slas(desk, target.get("sla")),
        within=_within(desk, target.get("sla")),
        problems=tuple(problems.values()),
        assigning=_assigning(desk, target, goals) if kind in ASSIGNS else None,
        table=_table(target, vocabulary, goals, problems, rows) if kind == "table" else None,
        ways=_ways(target, goals, problems, rows) if kind == "split" else (),
    )


def chosen_of(called: Called, chosen: Any) -> tuple[Choice, ...]:
    """All of a kind by name. What is chosen but is not there any more is called by its slug."""
    found = [Choice(slug, name, slug == chosen) for slug, name in called.items()]
    if isinstance(chosen, str) and chosen and chosen not in called:
        found.append(Choice(chosen, f"{chosen} (gone)", chosen=True))
    return tuple(found)


def _slas(desk: Desk, chosen: Any) -> tuple[Choice, ...]:
    called = {one.slug: f"{one.name}: {spans.exactly(one.respond_within)}" for one in desk.known.policies}
    return (Choice("", "By the lead's intent", not chosen), *chosen_of(called, chosen))


def _within(desk: Desk, chosen: Any) -> str:
    return next((spans.exactly(one.respond_within) for one in desk.known.policies if one.slug == chosen), "")


def _assigning(desk: Desk, target: Json, goals: Goals) -> Assigning:
    kind, names, vocabulary = str(target["kind"]), goals.names, desk.known.world.vocabulary
    pool = desk.known.world.pools.get(str(target.get("pool", "")))
    usual = STRATEGIES[pool.strategy if pool else "weighted"]
    strategies = (
        Choice("", f"As the {kind} does: {usual}" if kind in ("pool", "territory") else "Nothing to choose", True),
        *(Choice(one, label, target.get("strategy") == one) for one, label in STRATEGIES.items()),
    )
    levels = target.get("require_skills", {})
    required = levels if isinstance(levels, dict) else {}
    prefers, from_fields = _texts(target.get("prefer_skills")), _texts(target.get("skills_from"))
    sources = [one for one in vocabulary if one.type in (FieldType.TEXT, FieldType.MANY)]
    return Assigning(
        strategies=strategies,
        skills=tuple(Skill(slug, names.skills.get(slug, slug), level) for slug, level in required.items()),
        more_skills=tuple(Choice(slug, name) for slug, name in names.skills.items() if slug not in required),
        skills_from=tuple(Choice(name, _label(name, vocabulary)) for name in from_fields),
        skill_fields=tuple(
            Choice(one.name, fields.capital(one.label)) for one in sources if one.name not in from_fields
        ),
        prefers=tuple(Choice(slug, names.skills.get(slug, slug)) for slug in prefers),
        more_prefers=tuple(Choice(slug, name) for slug, name in names.skills.items() if slug not in prefers),
        hours=tuple(Choice(one, label, target.get("hours", "prefer") == one) for one, label in HOURS.items()),
        capacity=tuple(Choice(one, label, target.get("capacity", "wall") == one) for one, label in CAPACITY.items())
        if kind in NAMED
        else (),
        nobody=goals.at("if_nobody", target.get("if_nobody", {"kind": "fallback"})),
        members=_members(desk, target),
    )


def _members(desk: Desk, target: Json) -> tuple[Member, ...]:
    """Who could take the lead, with what each holds now."""
    world = desk.known.world
    pool = world.pools.get(str(target.get("pool", "")))
    emails = [member.rep for member in pool.members] if pool else [str(target["rep"])] if "rep" in target else []
    reps = [world.reps[email] for email in emails if email in world.reps]
    ids = [desk.known.reps[rep.email].id for rep in reps]
    holding = dict(Lead.objects.open().filter(rep__in=ids).values_list("rep").annotate(Count("pk")))
    found = []
    for rep in reps:
        held = holding.get(desk.known.reps[rep.email].id, 0)
        says = f"{held} of {rep.capacity} open" if rep.capacity else f"{held} open"
        found.append(Member(rep.name, says if rep.active else "not active"))
    return tuple(found)


def _table(
    target: Json, vocabulary: Vocabulary, goals: Goals, problems: Mapping[str, str], leads: Mapping[str, int]
) -> Table:
    name = str(target.get("field", ""))
    known = vocabulary.get(name)
    rows, wrong = target.get("rows", []), long_tables.wrong_rows(problems)
    places = long_tables.drawn(len(rows), wrong)
    drawn = [
        _row(place, before, rows, goals, wrong, leads) for before, place in zip([-1, *places], places, strict=False)
    ]
    return Table(
        label=fields.capital(known.label if known else name or "Value"),
        fields=fields.for_tables(vocabulary, name),
        rows=tuple(drawn),
        otherwise=goals.at("otherwise", target.get("otherwise"), _within_part(problems, "otherwise")),
        otherwise_leads=leads.get("otherwise"),
        goals=goals.groups()[1:],
        numeric=bool(known and known.type is FieldType.NUMBER),
        total=len(rows),
    )


def _row(
    index: int, before: int, rows: list[Json], goals: Goals, wrong: Mapping[int, str], leads: Mapping[str, int]
) -> TableRow:
    values = rows[index].get("values", [])
    return TableRow(
        index=index,
        written=values_cell(values),
        goal=goals.at(f"rows.{index}", rows[index].get("target")),
        problem=wrong.get(index, ""),
        leads=leads.get(str(values[0])) if values else None,
        is_first=index == 0,
        is_last=index == len(rows) - 1,
        skipped=index - before - 1,
    )


def _ways(target: Json, goals: Goals, problems: Mapping[str, str], leads: Mapping[str, int]) -> tuple[Way, ...]:
    ways = target.get("ways", [])
    shares = [way.get("share") if isinstance(way.get("share"), int) else 0 for way in ways]
    total = sum(shares)
    return tuple(
        Way(
            index=index,
            name=str(way.get("name", "")),
            share=str(way.get("share", "")),
            part=shares[index] / total if total else None,
            goal=goals.at(f"ways.{index}", way.get("target")),
            problem=_within_part(problems, f"ways[{index}]"),
            leads=leads.get(str(way.get("name", ""))),
        )
        for index, way in enumerate(ways)
    )


def _within_part(problems: Mapping[str, str], part: str) -> str:
    return next((said for path, said in problems.items() if f".{part}" in f".{path}"), "")


def _label(name: str, vocabulary: Vocabulary) -> str:
    known = vocabulary.get(name)
    return fields.capital(known.label) if known else name


def _texts(given: Any) -> tuple[str, ...]:
    return tuple(str(one) for one in given) if isinstance(given, list) else ()
