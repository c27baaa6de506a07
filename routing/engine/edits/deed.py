"""What a deed is given and what it gives back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from routing.engine.facts import STANDARD, Vocabulary, normal
from routing.engine.nodes import Json

Arguments = Mapping[str, Any]


class Refused(ValueError):
    """`field` is the argument that does not do, `problem` says what would."""

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(f"{field}: {problem}" if field else problem)
        self.field, self.problem = field, problem


@dataclass(frozen=True, slots=True)
class Around:
    """What a deed must know besides the document. `taken` are all ids that rules of this tree ever had.

    `live` is what is live, for taking pieces back; `names` are what pools, reps, queues and so on are called by
    people: `{"pool": {"emea": "EMEA AEs"}}`. `spelt` is how else people write what leads have in a field, in its normal
    form: `{"country": {"austria": "AT"}}`.
    """

    vocabulary: Vocabulary = STANDARD
    taken: frozenset[str] = field(default_factory=frozenset)
    live: Json | None = None
    names: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    spelt: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def meant(self, name: str, value: Any) -> Any:
        """A value as leads have it in this field, or a list of such: nobody ever comes from "Austria", but from AT."""
        if isinstance(value, list):
            return [self.meant(name, one) for one in value]
        return self.spelt.get(name, {}).get(normal(value), value) if isinstance(value, str) else value


@dataclass(frozen=True, slots=True)
class Done:
    """`words` say what was done, in the past tense ("moved Product-qualified to 3"); `node` is where to look now."""

    document: Json
    words: str
    node: str


Deed = Callable[[Json, Arguments, Around], Done]  # may change the document it is given: it is a copy
