"""The parts of a rule as phrases: its condition, what it sets, where it sends. Said from JSON, so drafts can be told.

Every value is said in full, unlike in `explain`: two conditions that differ are told apart by their words.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from routing.engine.facts import STANDARD, Vocabulary
from routing.engine.nodes import Json
from routing.engine.operators import OPERATORS
from routing.engine.phrases import Listed, Phrase, Run

MISSING = "…"
JOINTS = {"all": " and ", "any": " or "}
EVERY, NONE = "every lead", "no lead"
KINDS = {
    "account_owner": "the account’s owner",
    "territory": "the territory’s reps",
    "fallback": "the fallback",
}
NAMED = {"pool": "pool", "rep": "rep", "queue": "queue", "tree": "tree", "nurture": "track", "discard": "reason"}
SAID_OF = {"pool": "pool ", "rep": "", "queue": "queue ", "tree": "tree ", "nurture": "nurture: ", "discard": "stop: "}
ASKED = {
    "strategy": "by ",
    "require_skills": "needs ",
    "skills_from": "skills from ",
    "prefer_skills": "prefers ",
    "hours": "hours: ",
    "capacity": "when full: ",
    "sla": "promise ",
    "if_nobody": "if nobody: ",
}


# What people call a value that a condition on this field, with this operator, names.
OfValue = Callable[[str, str, str], str]


def as_written(field: str, op: str, value: str) -> str:
    return value


@dataclass(frozen=True)
class Speaker:
    """`names` are readable names by kind and slug, `("pool", "emea")`; `of_value` those of values in conditions."""

    vocabulary: Vocabulary = STANDARD
    names: Mapping[tuple[str, str], str] = field(default_factory=dict)
    of_value: OfValue = as_written

    def name(self, kind: str, slug: object) -> str:
        return self.names.get((kind, str(slug)), str(slug) if slug else MISSING)

    def label(self, name: object) -> str:
        known = self.vocabulary.get(str(name)) if name else None
        return known.label if known else str(name or MISSING).removeprefix("custom.")

    def condition(self, when: Any, *, inside: bool = False) -> Phrase:
        """ "country is DE and employees is at least 200"; brackets around a group that is inside another."""
        if not isinstance(when, dict):
            return MISSING
        for kind, joint in JOINTS.items():
            if isinstance(when.get(kind), list | tuple):
                parts = tuple(self.condition(part, inside=True) for part in when[kind])
                if len(parts) == 1:
                    return self.condition(when[kind][0], inside=inside)
                said = Listed(parts, joint, EVERY if kind == "all" else NONE)
                return Run(("(", said, ")")) if inside and parts else said
        if "not" in when:
            return Run(("not (", self.condition(when["not"]), ")"))
        return self._test(when)

    def target(self, what: Any) -> Phrase:
        if not isinstance(what, dict):
            return MISSING
        kind = str(what.get("kind", ""))
        if kind == "table":
            return self._table(what)
        if kind == "split":
            return Run(("split: ", Listed(tuple(self._way(one) for one in what.get("ways", ())), "; "), ""))
        about = NAMED.get(kind, "")
        name = self.name(kind, what.get(about)) if about else KINDS.get(kind, kind or MISSING)
        rest = {key: value for key, value in what.items() if key not in ("kind", about)}
        asked = [self._asked(key, rest.pop(key)) for key in ASKED if key in rest]
        odd = [Run((f"{key}: ", value(one))) for key, one in rest.items()]
        return Run((SAID_OF.get(kind, ""), Listed((name, *asked, *odd), ", ")))

    def sets(self, changes: Any) -> Phrase:
        if not isinstance(changes, dict):
            return value(changes)
        return Listed(
            tuple(Run((self.label(key), " to ", value(one))) for key, one in changes.items()), ", ", "nothing"
        )

    def _test(self, test: Json) -> Phrase:
        known = self.vocabulary.get(str(test.get("field"))) if test.get("field") else None
        operator = OPERATORS[known.type].get(str(test.get("op"))) if known else None
        says = operator.says if operator else f"{test.get('op') or MISSING} {{}}"
        before, _, after = says.partition("{}")
        joint = " and " if test.get("op") == "between" else ", "
        asked = self._value(test.get("field"), test.get("op"), test.get("value"), joint) if "{}" in says else ""
        blank = {True: " (or blank)", False: " (and not blank)"}.get(test.get("if_blank"), "")  # type: ignore[arg-type]
        return Run((self.label(test.get("field")), f" {before}", asked, after, blank))

    def _value(self, field: Any, op: Any, said: Any, joint: str = ", ") -> Phrase:
        if isinstance(said, list | tuple):
            return Listed(tuple(self._value(field, op, one) for one in said), joint, MISSING)
        return value(self.of_value(str(field), str(op), said) if isinstance(said, str) and said.strip() else said)

    def _asked(self, key: str, what: Any) -> Phrase:
        if key == "if_nobody":
            said: Phrase = self.target(what)
        elif key == "require_skills" and isinstance(what, dict):
            levels = ((self.name("skill", skill), f" {level}") for skill, level in what.items())
            said = Listed(tuple(Run(one) for one in levels), " and ")
        elif key == "prefer_skills" and isinstance(what, list | tuple):
            said = Listed(tuple(self.name("skill", one) for one in what), " and ")
        elif key == "skills_from" and isinstance(what, list | tuple):
            said = Listed(tuple(self.label(one) for one in what), " and ")
        else:
            said = self.name("sla", what) if key == "sla" else str(what).replace("_", " ")
        return Run((ASKED[key], said))

    def _table(self, table: Json) -> Phrase:
        rows = Listed(tuple(self._row(row, table.get("field")) for row in table.get("rows", ())), "; ")
        otherwise = self.target(table.get("otherwise"))
        return Run(("by ", self.label(table.get("field")), ": ", rows, "; otherwise ", otherwise))

    def _row(self, row: Any, field: Any) -> Phrase:
        if not isinstance(row, dict):
            return MISSING
        return Run((self._value(field, "in", row.get("values")), " → ", self.target(row.get("target"))))

    def _way(self, way: Any) -> Phrase:
        if not isinstance(way, dict):
            return MISSING
        return Run((value(way.get("name")), " ", value(way.get("share")), " → ", self.target(way.get("target"))))


def value(said: Any, joint: str = ", ") -> Phrase:
    """A value as people write it: numbers with commas, yes and no."""
    if isinstance(said, list | tuple):
        return Listed(tuple(value(one) for one in said), joint, MISSING)
    if isinstance(said, bool):
        return "yes" if said else "no"
    if isinstance(said, int | float):
        return f"{said:,}"
    return str(said).strip() or MISSING if said is not None else MISSING
