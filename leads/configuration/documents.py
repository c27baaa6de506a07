"""Conditions and rule documents: read with everything they may point at, kept as the engine itself would write them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from leads.configuration import references, score_model
from leads.configuration.parts import Configuration, Scoring, Territory, Tree
from leads.configuration.references import Places
from routing.engine import document
from routing.engine.document import BadDocument, References
from routing.engine.facts import STANDARD, Field, FieldType, Vocabulary
from routing.engine.reader import Reader, shown


def vocabulary_of(configuration: Configuration) -> Vocabulary:
    """The built-in fields and the admin's own."""
    return STANDARD.with_custom(Field(one.key, FieldType(one.type), one.label) for one in configuration.fields)


def references_of(configuration: Configuration) -> References:
    """Everything a document may point at."""
    known = {
        kind: references.names(configuration, kind)
        for kind in ("pools", "reps", "queues", "skills", "trees", "lists", "territories")
    }
    return References(slas=references.names(configuration, "sla_policies"), **known)


def settle(configuration: Configuration, places: Places, reader: Reader) -> Configuration:
    """The configuration with its documents in the engine's own form; all that is wrong with them goes to the reader."""
    reader.vocabulary, reader.references = vocabulary_of(configuration), references_of(configuration)
    jumps: dict[str, list[str]] = {}
    settled = replace(
        configuration,
        territories=tuple(_territory(one, places, reader) for one in configuration.territories),
        scoring=tuple(
            Scoring(score_model.read(one.document, places.of("scoring", one), reader)) for one in configuration.scoring
        ),
        trees=tuple(_tree(one, places, reader, jumps) for one in configuration.trees),
    )
    _check_trees(settled, jumps, places, reader)
    return settled


def _territory(territory: Territory, places: Places, reader: Reader) -> Territory:
    if not territory.when:
        return territory
    return replace(territory, when=_condition(territory.when, f"{places.of('territories', territory)}.when", reader))


def _condition(when: object, path: str, reader: Reader) -> Mapping[str, Any]:
    def parse() -> Mapping[str, Any]:
        condition = document.parse_condition(when, reader.vocabulary, path, reader.references)
        return document.dump_condition(condition)

    return _or_nothing(parse, "", reader)


def _tree(tree: Tree, places: Places, reader: Reader, jumps: dict[str, list[str]]) -> Tree:
    def parse() -> Mapping[str, Any]:
        parsed = document.parse(tree.document, reader.vocabulary, reader.references)
        jumps[tree.slug] = sorted(document.jumps(parsed))
        return document.dump(parsed)

    if not tree.document:
        return tree
    return replace(tree, document=_or_nothing(parse, f"{places.of('trees', tree)}.document", reader))


def _or_nothing(parse: Callable[[], Mapping[str, Any]], prefix: str, reader: Reader) -> Mapping[str, Any]:
    try:
        return parse()
    except BadDocument as bad:
        for problem in bad.problems:
            reader.refuse(".".join(part for part in (prefix, problem.path) if part), problem.problem)
        return {}


def _check_trees(configuration: Configuration, jumps: Mapping[str, list[str]], places: Places, reader: Reader) -> None:
    defaults = [tree.slug for tree in configuration.trees if tree.default]
    if configuration.trees and len(defaults) != 1:
        said = "none does" if not defaults else f"{', '.join(defaults)} do"
        reader.refuse("trees", f"exactly one tree must say default: true, the one that every lead enters; {said}")
    by_slug = configuration.of("trees")
    for slug in references.circles(jumps):
        reader.refuse(
            f"{places.of('trees', by_slug[slug])}.document", f"its jumps to other trees lead back to {shown(slug)}"
        )
