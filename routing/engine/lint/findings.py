"""What a finding is: one thing about a piece of the tree that somebody should know, and how it can be settled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from routing.engine.facts import Facts

# An error keeps a tree from being published, a warning asks to be seen first, a note is only said.
ERROR, WARNING, NOTE = "error", "warning", "note"
SEVERITIES = (ERROR, WARNING, NOTE)


@dataclass(frozen=True, slots=True)
class Fix:
    """A deed of `routing.engine.edits` that would settle it. `arguments` are its form fields, the node among them."""

    op: str
    arguments: Mapping[str, Any]
    label: str


@dataclass(frozen=True, slots=True)
class Finding:
    """`node` is the piece it is about ("" for the whole tree), `by` another that has to do with it.

    `example` is a lead that shows it.
    """

    node: str
    severity: str
    code: str
    words: str
    fix: Fix | None = None
    example: Facts | None = field(default=None, hash=False)
    by: str = ""
