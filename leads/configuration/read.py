"""The file's text into a configuration, or `BadConfiguration` with everything that is wrong with it, and where.

The file is read onto a base: what the database holds now, or nothing for a simulation. Kinds that the file does not
name come from the base, so that every reference is checked against what would be in force afterwards.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any

from leads.configuration import (
    documents,
    parts,
    read_enrichment,
    read_leads,
    read_market,
    read_people,
    read_routing,
    references,
    score_model,
    yaml_text,
)
from leads.configuration.entries import Entry
from leads.configuration.parts import EMPTY, KEYS, Configuration, Part, Rep, Scoring, in_order, name_of
from leads.configuration.plain import VERSION
from leads.configuration.references import Places
from leads.configuration.yaml_text import BadYaml
from routing.engine.facts import STANDARD, normal
from routing.engine.problems import RuleError
from routing.engine.reader import Reader, shown

Problem = RuleError


class BadConfiguration(ValueError):
    """The file was refused; nothing of it was used."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Loaded:
    """What would be in force with this file, and the kinds that the file names."""

    configuration: Configuration
    kinds: frozenset[str]


@dataclass(frozen=True, slots=True)
class Kind:
    """How entries of a kind are read. `open` kinds keep keys that nobody knows."""

    read: Callable[[Entry], Part]
    needed: tuple[str, ...]
    part: type
    open: bool = False


KINDS: Mapping[str, Kind] = {
    "teams": Kind(read_people.team, ("slug", "name"), parts.Team),
    "skills": Kind(read_people.skill, ("slug", "name"), parts.Skill),
    "reps": Kind(read_people.rep, ("email", "name"), parts.Rep),
    "holidays": Kind(read_people.holiday, ("day", "name"), parts.Holiday),
    "territories": Kind(read_market.territory, ("slug", "name", "when"), parts.Territory),
    "accounts": Kind(read_market.account, ("name",), parts.Account, open=True),
    "lists": Kind(read_market.value_list, ("slug", "name", "values"), parts.ValueList),
    "fields": Kind(read_market.custom_field, ("key", "type", "label"), parts.CustomField),
    "pools": Kind(read_routing.pool, ("slug", "name"), parts.Pool),
    "queues": Kind(read_routing.queue, ("slug", "name"), parts.Queue),
    "sla_policies": Kind(read_leads.sla_policy, ("slug",), parts.SlaPolicy, open=True),
    "enrichment": Kind(read_enrichment.provider, ("slug", "name", "url", "mapping"), parts.Enrichment),
    "sources": Kind(read_leads.source, ("slug", "name"), parts.Source),
    "trees": Kind(read_routing.tree, ("slug", "name", "document"), parts.Tree),
}


def read(text: str, base: Configuration = EMPTY) -> Loaded:
    """What would be in force if this text were loaded over `base`."""
    try:
        data = yaml_text.load(text)
    except BadYaml as bad:
        raise BadConfiguration((Problem("", str(bad)),)) from bad
    return read_plain(data, base)


def read_plain(data: Any, base: Configuration) -> Loaded:
    """The same for what a text would say."""
    reader = Reader(STANDARD)
    named = _kinds_in(data, reader)
    found: dict[str, list[Any]] = {}
    in_file: dict[tuple[str, str], str] = {}
    for kind, data in named.items():
        found[kind] = list(_parts(kind, data, in_file, reader))
    kinds = frozenset(named)
    file = Configuration(**{kind: in_order(kind, entries) for kind, entries in found.items()})
    configuration = _with_own_switches(base.with_kinds(file, kinds), base)

    places = Places(in_file)
    references.check(configuration, places, reader)
    configuration = documents.settle(configuration, places, reader)
    if reader.problems:
        raise BadConfiguration(tuple(reader.problems))
    return Loaded(configuration, kinds)


def _kinds_in(data: Any, reader: Reader) -> dict[str, Any]:
    """What the file says of each kind that it names."""
    found = reader.members({} if data is None else data, "", ("version", *KEYS), ("version",))
    if found.get("version", VERSION) != VERSION or found.get("version") is True:
        reader.refuse("version", f"must be {VERSION}, not {shown(found['version'])}")
    return {kind: found[kind] for kind in KEYS if kind in found}


def _parts(kind: str, data: Any, in_file: dict[tuple[str, str], str], reader: Reader) -> list[Part]:
    """The entries of one kind; two of the same name are refused, whatever their case."""
    if kind == "scoring":
        in_file[kind, ""] = kind
        if not isinstance(data, dict):
            reader.refuse(kind, f"must be an object with {', '.join(score_model.SETTINGS)}, not {shown(data)}")
            return []
        return [Scoring(data)] if data else []
    how = KINDS[kind]
    known = {field.name for field in fields(how.part) if field.metadata.get("in_file", True)}
    found: list[Part] = []
    seen: dict[str, str] = {}
    for item, path in reader.items(data, kind, "entries"):
        entry = Entry(reader, item, path, {*known, *item} if how.open and isinstance(item, dict) else known, how.needed)
        part = how.read(entry)
        name = name_of(kind, part)
        if not name:
            continue
        if (first := seen.setdefault(normal(name), path)) != path:
            reader.refuse(entry.at(KEYS[kind]), f"{shown(name)} is already the name of {first}")
            continue
        in_file[kind, name] = path
        found.append(part)
    return found


def _with_own_switches(configuration: Configuration, base: Configuration) -> Configuration:
    """Whoever paused himself stays paused: a file says nothing about that."""
    paused = {rep.email: (rep.paused, rep.paused_until) for rep in base.reps if rep.paused}
    reps = tuple(_paused(rep, *paused.get(rep.email, (False, None))) for rep in configuration.reps)
    return replace(configuration, reps=reps)


def _paused(rep: Rep, paused: bool, until: datetime | None) -> Rep:
    if (rep.paused, rep.paused_until) == (paused, until):
        return rep
    return replace(rep, paused=paused, paused_until=until)
