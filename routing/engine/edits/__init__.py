"""What can be done to a drawn tree: each deed takes a document and gives a new one, in words that can be read aloud.

Pure, and made for drafts: a document need not be finished to be edited. A deed that makes no sense is refused with the
field it came from; the document that was given is never touched.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from routing.engine.facts import STANDARD, Vocabulary
from routing.engine.nodes import Json

Arguments = Mapping[str, Any]


class Refused(ValueError):
    """`field` is the argument that does not do, `problem` says what would."""

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(f"{field}: {problem}" if field else problem)
        self.field, self.problem = field, problem


@dataclass(frozen=True, slots=True)
class Around:
    """What a deed must know besides the document. `taken` are all ids that rules of this tree ever had."""

    vocabulary: Vocabulary = STANDARD
    taken: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True)
class Done:
    """`words` say what was done, in the past tense ("moved Product-qualified to 3"); `node` is where to look now."""

    document: Json
    words: str
    node: str


Deed = Callable[[Json, Arguments, Around], Done]  # may change the document it is given: it is a copy

DEEDS: dict[str, Deed] = {}


def apply(document: Json, op: str, arguments: Arguments, around: Around) -> Done:
    """The document after the deed `op`; Refused if it cannot be done."""
    deed = DEEDS.get(op)
    if deed is None:
        raise Refused("op", f"There is no such change. There are: {', '.join(sorted(DEEDS))}.")
    return deed(deepcopy(document), arguments, around)
