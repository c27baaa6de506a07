"""What is wrong with a document, and where: every problem names its path, such as `rules[3].when.all[1].field`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RuleError:
    path: str
    problem: str

    def __str__(self) -> str:
        return f"{self.path}: {self.problem}" if self.path else self.problem


class BadDocument(ValueError):
    """Raised with all the problems of a document, in the order in which they are read."""

    def __init__(self, problems: tuple[RuleError, ...]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class References:
    """The slugs (e-mails for `reps`) that a document may point at; None = don't check."""

    pools: frozenset[str] | None = None
    reps: frozenset[str] | None = None
    queues: frozenset[str] | None = None
    skills: frozenset[str] | None = None
    slas: frozenset[str] | None = None
    trees: frozenset[str] | None = None
    lists: frozenset[str] | None = None
    territories: frozenset[str] | None = None


UNCHECKED = References()
