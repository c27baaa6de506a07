"""A score model while somebody edits it: as it stands in the form, and what is wrong with it, line by line."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NoReturn

from django.core.exceptions import BadRequest
from django.http import QueryDict

from leads import score_versions
from leads.configuration import score_model
from leads.numbers import own_number
from routing.engine.document import parse_condition
from routing.engine.explain import sentence
from routing.engine.problems import BadDocument, RuleError
from routing.engine.world import World

LONGEST_CONDITION = 20_000
FITS_ON_A_LINE = 88
TEST = ("field", "op", "value", "if_blank")
NEW_POINTS = "10"


@dataclass(frozen=True, slots=True)
class Row:
    name: str = ""
    points: str = NEW_POINTS
    when: str = ""


@dataclass(frozen=True, slots=True)
class Grade:
    name: str = ""
    least: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """The form as it was filled in. `over` is the version it is to replace."""

    over: int
    threshold: str = "0"
    intents: str = ""
    track: str = ""
    rows: tuple[Row, ...] = ()
    grades: tuple[Grade, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One rule in the form. `says` is its condition as a sentence, if it can be read."""

    number: int
    row: Row
    says: str
    problems: Mapping[str, Sequence[str]]  # by field: name, points, when
    first: bool
    last: bool

    @property
    def wrong(self) -> list[str]:
        return [f"{field}: {problem}" for field, said in self.problems.items() for problem in said]

    @property
    def height(self) -> int:
        """As many rows of text as it takes, within reason."""
        return min(max(self.row.when.count("\n") + 1, 2), 14)


@dataclass(frozen=True, slots=True)
class Step:
    """One grade in the form."""

    number: int
    grade: Grade
    problem: str


def of_model(model: Mapping[str, Any], over: int) -> Draft:
    full = score_model.with_defaults(model)
    return Draft(
        over=over,
        threshold=str(full["threshold"]),
        intents=", ".join(full["skip_score_for"]),
        track=full["track"],
        rows=tuple(Row(rule["name"], str(rule["points"]), as_text(rule["when"])) for rule in full["rules"]),
        grades=tuple(Grade(name, str(least)) for name, least in full["grades"].items()),
    )


def of_form(data: QueryDict) -> Draft:
    """What was sent. A form that arrived in part would take rules out that nobody meant to: that is no request."""
    columns = [[data.getlist(name) for name in names] for names in (("name", "points", "when"), ("grade", "least"))]
    if any(len(column) != len(group[0]) for group in columns for column in group):
        raise BadRequest("a row of the form lacks a field")
    rows, grades = (zip(*group, strict=True) for group in columns)
    return Draft(
        over=own_number(data.get("over")) or 0,
        threshold=data.get("threshold", "").strip(),
        intents=data.get("intents", "").strip(),
        track=data.get("track", "").strip(),
        rows=tuple(Row(name.strip(), points.strip(), when.strip()) for name, points, when in rows),
        grades=tuple(Grade(name.strip(), least.strip()) for name, least in grades),
        note=" ".join(data.get("note", "").replace("\0", "").split())[:300],
    )


def rearranged(draft: Draft, act: str) -> Draft:
    """The draft after a press on "add", "up-2", "down-2", "remove-2", "add-grade" or "remove-grade-2"."""
    what, _, number = act.rpartition("-")
    if act == "add":
        return replace(draft, rows=(*draft.rows, Row()))
    if act == "add-grade":
        return replace(draft, grades=(*draft.grades, Grade()))
    at = own_number(number)
    if at is None:
        return draft
    if what == "remove-grade":
        return replace(draft, grades=(*draft.grades[:at], *draft.grades[at + 1 :]))
    rows = list(draft.rows)
    to = {"up": at - 1, "down": at + 1}.get(what)
    if at < len(rows) and what == "remove":
        del rows[at]
    elif at < len(rows) and to is not None and 0 <= to < len(rows):
        rows[at], rows[to] = rows[to], rows[at]
    return replace(draft, rows=tuple(rows))


def model_of(draft: Draft, world: World) -> dict[str, Any]:
    """The model that the form describes, or `BadDocument` with every problem at its path."""
    problems: list[RuleError] = []
    rules = []
    for number, row in enumerate(draft.rows):
        rule: dict[str, Any] = {"name": row.name, "points": _whole(row.points)}
        if row.when:
            try:
                rule["when"] = condition_of(row.when)
            except ValueError as error:
                problems.append(RuleError(f"rules[{number}].when", str(error)))
                rule["when"] = {"all": []}
        rules.append(rule)
    grades: dict[str, Any] = {}
    for number, grade in enumerate(draft.grades):
        if not grade.name or grade.name in grades:
            said = "stands here twice" if grade.name else "needs a name"
            problems.append(RuleError(f"grades[{number}]", said))
        grades[grade.name or f"({number})"] = _whole(grade.least)
    model = {
        "threshold": _whole(draft.threshold or "0"),
        "skip_score_for": [intent.strip() for intent in draft.intents.split(",") if intent.strip()],
        "track": draft.track,
        "rules": rules,
        "grades": grades,
    }
    try:
        found = score_versions.checked(model, world)
    except BadDocument as bad:
        raise BadDocument((*problems, *bad.problems)) from bad
    if problems:
        raise BadDocument(tuple(problems))
    return found


def lines(draft: Draft, problems: Sequence[RuleError], world: World) -> list[Line]:
    """The rules of the form, each with what is wrong with it."""
    found = []
    for number, row in enumerate(draft.rows):
        said: dict[str, list[str]] = {"name": [], "points": [], "when": []}
        for problem in problems:
            field, _, deeper = problem.path.removeprefix(f"rules[{number}].").partition(".")
            if problem.path.startswith(f"rules[{number}].") and field in said:
                said[field].append(f"{deeper}: {problem.problem}" if deeper else problem.problem)
        first, last = number == 0, number == len(draft.rows) - 1
        found.append(Line(number, row, says(row.when, world), said, first, last))
    return found


def steps(draft: Draft, problems: Sequence[RuleError]) -> list[Step]:
    """The grades of the form, each with what is wrong with it."""
    by_path = {problem.path: problem.problem for problem in problems}
    return [
        Step(number, grade, by_path.get(f"grades[{number}]") or by_path.get(f"grades.{grade.name}", ""))
        for number, grade in enumerate(draft.grades)
    ]


def says(text: str, world: World) -> str:
    """A condition as a sentence; nothing if it cannot be read."""
    try:
        return sentence(parse_condition(condition_of(text), world.vocabulary), world.vocabulary)
    except ValueError:  # of which BadDocument is one
        return ""


def condition_of(text: str) -> object:
    """What the JSON says; `ValueError` in words if it is none."""
    if len(text) > LONGEST_CONDITION:
        raise ValueError(f"is longer than {LONGEST_CONDITION:,} letters")
    try:
        return json.loads(text, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        raise ValueError(f"is not JSON: {error.msg} (line {error.lineno}, column {error.colno})") from error
    except RecursionError as error:
        raise ValueError("is nested too deep") from error


def as_text(when: Any, depth: int = 0) -> str:
    """A condition as people write it: one test a line, in the order field, op, value."""
    if "field" in when:
        return json.dumps({key: when[key] for key in TEST if key in when}, ensure_ascii=False)
    form, inner = next(iter(when.items()))
    if form == "not":
        return f'{{"not": {as_text(inner, depth)}}}'
    parts = [as_text(part, depth + 1) for part in inner]
    line = f'{{"{form}": [{", ".join(parts)}]}}'
    if len(line) <= FITS_ON_A_LINE and "\n" not in line:
        return line
    space = "  " * depth
    within = f",\n{space}  ".join(parts)
    return f'{{"{form}": [\n{space}  {within}\n{space}]}}'


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"is not JSON: {name} is no number")


def _whole(text: str) -> int | str:
    """A number as people type it; what is none stays, to be refused with its path."""
    plain = text.replace(",", "").replace("−", "-").removeprefix("+").strip()
    digits = plain.removeprefix("-")
    return int(plain) if digits.isascii() and digits.isdigit() and len(digits) < 12 else text
