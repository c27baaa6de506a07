"""Finding in a document what a deed is about, and how people call it; Refused where it is not there (any more)."""

from __future__ import annotations

from routing.engine import nodes
from routing.engine.edits import asked
from routing.engine.edits.deed import Arguments, Refused
from routing.engine.nodes import Found, Json

GONE = "This rule is not there any more."
LONGEST_NAME = 60


def rule(document: Json, arguments: Arguments, key: str = "node") -> Found:
    """The rule that the named piece belongs to."""
    found = nodes.find(document, asked.text(arguments, key))
    if found is None:
        raise Refused(key, GONE)
    return found


def called(rule: Json) -> str:
    """A rule's name within a sentence."""
    name = " ".join(str(rule.get("name", "")).split())
    if not name:
        return "an unnamed rule"
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"


def outcome_called(document: Json, node: str) -> str:
    """Whose outcome it is: "Enterprise", "Otherwise of Enterprise", "Otherwise"."""
    found = nodes.find(document, node)
    name = called(found.rule) if found else ""
    if not nodes.is_otherwise(node):
        return name
    return f"Otherwise of {name}" if name else "Otherwise"


def number(document: Json, node: str) -> str:
    """What people call its place: 2.1."""
    found = nodes.find(document, node)
    return found.number if found else ""


def counted(how_many: int, what: str) -> str:
    """1 rule, 2 rules."""
    return f"{how_many:,} {what}" + ("" if how_many == 1 else "s")
