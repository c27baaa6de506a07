"""A draft as a tree that can be asked, however unfinished it is: with what is wrong in it beside.

A rule whose condition cannot be read holds for no lead, a target that is missing or cannot be read is the fallback, and
a last resort that cannot be read is the built-in queue. Nothing is repaired in the document itself.
"""

from __future__ import annotations

from dataclasses import dataclass

from routing.engine import nodes
from routing.engine.document import parse
from routing.engine.facts import Vocabulary
from routing.engine.nodes import Json
from routing.engine.problems import UNCHECKED, BadDocument, References, RuleError
from routing.engine.rules import Tree

NEVER: Json = {"any": []}
FALLBACK: Json = {"kind": "fallback"}
LAST_RESORT: Json = {"kind": "queue", "queue": "unassigned"}
# Of a rule's own members; a problem in one of these takes nothing else with it.
INFO = ("why", "owner", "review_on", "set", "off", "name")


@dataclass(frozen=True, slots=True)
class Readable:
    """`problems` are of the draft as it is, with its own paths; `broken` the pieces that `tree` leaves out."""

    tree: Tree
    problems: tuple[RuleError, ...] = ()
    broken: frozenset[str] = frozenset()


def readable(document: Json, vocabulary: Vocabulary, references: References = UNCHECKED) -> Readable:
    """Total for documents that the editor wrote; BadDocument where the whole is no tree at all."""
    try:
        return Readable(parse(document, vocabulary, references))
    except BadDocument as bad:
        problems = bad.problems
    mended = _copied(document)
    broken = frozenset(_mend(mended, problem.path) for problem in problems)
    for found in nodes.walk(mended):
        if not nodes.is_branch(found.rule) and not isinstance(found.rule.get("target"), dict):
            found.rule["target"] = dict(FALLBACK)
    return Readable(parse(mended, vocabulary), problems, broken)


def _copied(whole: Json) -> Json:
    """As deep as it is mended: the whole and its rules."""
    rules = whole.get("rules")
    return {**whole, "rules": [_copied(rule) for rule in rules]} if isinstance(rules, list) else dict(whole)


def _mend(document: Json, path: str) -> str:
    """Take out what this problem is about; the piece it belongs to."""
    node, rest = nodes.node_at(document, path), nodes.rest_of(path)
    found = nodes.find(document, node)
    if found is None:
        if nodes.is_otherwise(node):
            document["otherwise"] = dict(LAST_RESORT)
        return node
    rule, member = found.rule, rest.partition(".")[0].partition("[")[0]
    if member == "when":
        rule["when"] = dict(NEVER)
    elif member in ("target", "otherwise"):
        rule[member] = dict(FALLBACK)
    elif member == "name":
        rule["name"] = "Unnamed rule"
    elif member in INFO:
        rule.pop(member, None)
    elif nodes.is_branch(rule):
        rule.setdefault("otherwise", dict(FALLBACK))
        rule.pop("target", None)
    else:
        rule["target"] = dict(FALLBACK)
    return node
