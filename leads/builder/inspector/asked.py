"""The condition of a rule as a form: groups of tests, each with its place, its controls and what is wrong with it.

Read from the document and not from the parsed condition, so that what is unfinished can be finished. Whatever the form
cannot draw is said in words and can be taken out: nothing is lost by looking at it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from leads.builder.inspector import fields
from leads.builder.inspector.fields import Choice, Choices
from leads.builder.names import Names
from routing.engine import groups
from routing.engine.document import parse_condition
from routing.engine.explain import sentence
from routing.engine.facts import Field, FieldType, Vocabulary
from routing.engine.nodes import Json
from routing.engine.operators import operator_for
from routing.engine.problems import BadDocument

LEVELS = 3  # the outermost group and two within can be added; deeper ones are drawn where a file has them
MANY_BLANKS = 0.15
KINDS = {"all": "All", "any": "Any", "none": "None", "not_all": "Not all"}
OFFERED = ("all", "any", "none")
JOINTS = {"all": "and", "any": "or", "none": "or", "not_all": "and"}


@dataclass(frozen=True, slots=True)
class Row:
    """One test. `value` is what the control holds, `tokens` what a list of values holds: each with its name."""

    at: str
    name: str
    label: str
    fields: tuple[Choices, ...]
    operators: tuple[Choice, ...]
    op: str
    control: str
    value: str = ""
    values: tuple[str, ...] = ()
    tokens: tuple[Choice, ...] = ()
    lists: tuple[Choice, ...] = ()
    if_blank: str = ""
    on_blank: bool = False
    asks_presence: bool = False
    money: bool = False
    numeric: bool = False
    problem: str = ""
    blank_share: float | None = None
    kind: str = "row"

    @property
    def says_much(self) -> bool:
        """Many leads are blank there, and the rule does not say what becomes of them."""
        return self.blank_share is not None and self.blank_share > MANY_BLANKS and not self.asks_presence


@dataclass(frozen=True, slots=True)
class Words:
    """What the form has no controls for."""

    at: str
    says: str
    problem: str = ""
    kind: str = "words"


@dataclass(frozen=True, slots=True)
class Group:
    at: str
    logic: str
    parts: tuple[Row | Words | Group, ...]
    level: int
    kind: str = "group"

    @property
    def kinds(self) -> tuple[Choice, ...]:
        kinds = [kind for kind in KINDS if kind in OFFERED or kind == self.logic]
        return tuple(Choice(kind, KINDS[kind], kind == self.logic) for kind in kinds)

    @property
    def joint(self) -> str:
        return JOINTS[self.logic]

    @property
    def may_nest(self) -> bool:
        return self.level < LEVELS

    @property
    def next_at(self) -> str:
        """Where a condition that is added will stand."""
        return joined(self.at, len(self.parts))


@dataclass(frozen=True, slots=True)
class Around:
    """What the rows of a form are drawn from. `problems` are keyed by the place within `when`."""

    vocabulary: Vocabulary
    names: Names
    signals: Iterable[str] = ()
    problems: Mapping[str, str] = field(default_factory=dict)
    blank_share: Callable[[str], float | None] = lambda name: None


def form_of(when: Any, around: Around) -> Group:
    """The root is a group always: a single test is All of one."""
    if groups.kind_of(when):
        return _group(when, "", "", 1, around)
    alone = () if when in (None, {}) else (_part(when, "0", "", 2, around),)
    return Group("", "all", alone, 1)


def _part(data: Any, at: str, path: str, level: int, around: Around) -> Row | Words | Group:
    """`path` is how a problem calls this place within `when`: all[0].any[2]."""
    if groups.kind_of(data):
        return _group(data, at, path, level, around)
    problem = _problem(around.problems, path)
    if isinstance(data, dict) and isinstance(data.get("field"), str):
        return _row(data, at, around, problem)
    return Words(at, _in_words(data, around.vocabulary), problem)


def _group(data: Json, at: str, path: str, level: int, around: Around) -> Group:
    parts = groups.parts_of(data)
    return Group(
        at,
        groups.kind_of(data),
        tuple(
            _part(one, joined(at, index), _inner(data, path, index), level + 1, around)
            for index, one in enumerate(parts)
        ),
        level,
    )


def _inner(data: Json, path: str, index: int) -> str:
    """The path of a group's part, as the reader of documents would call it."""
    ((form, inner),) = data.items()
    path = f"{path}.{form}".lstrip(".")
    if form != "not":
        return f"{path}[{index}]"
    return _inner(inner, path, index) if groups.kind_of(inner) in ("any", "all") else path


def _row(test: Json, at: str, around: Around, problem: str) -> Row:
    name, op = str(test["field"]), str(test.get("op", ""))
    known = around.vocabulary.get(name) or Field(name, FieldType.TEXT, name or "a field")
    operator, value = operator_for(known.type, op), test.get("value")
    listed = value if isinstance(value, list) else [] if value is None else [value]
    texts = tuple(written(one) for one in listed)
    control = "none" if not name else fields.control(known, op) if operator else "text"
    if_blank = test.get("if_blank")
    return Row(
        at=at,
        name=name,
        label=fields.capital(known.label),
        fields=fields.offered(around.vocabulary, around.signals, name),
        operators=fields.operators(known.type, op),
        op=op,
        control=control,
        value=texts[0] if texts else "",
        values=texts,
        tokens=tuple(Choice(text, around.names.of_value(name, op, text)) for text in texts),
        lists=_lists(texts, around.names) if control == "list" else (),
        if_blank="" if if_blank is None else "yes" if if_blank else "no",
        on_blank=bool(operator and operator.blank),
        asks_presence=op in fields.ABOUT_PRESENCE,
        money=name in fields.MONEY,
        numeric=known.type is FieldType.NUMBER,
        problem=problem,
        blank_share=around.blank_share(name) if name else None,
    )


def _lists(chosen: tuple[str, ...], names: Names) -> tuple[Choice, ...]:
    found = [Choice(slug, name, slug in chosen) for slug, name in names.lists.items()]
    return (*found, *(Choice(slug, f"{slug} (gone)", True) for slug in chosen if slug not in names.lists))


def _problem(problems: Mapping[str, str], path: str) -> str:
    """What is wrong at this very place, or in one of the members of a test there."""
    for where, said in problems.items():
        if where == path or (where.startswith(f"{path}.") if path else where in ("field", "op", "value", "if_blank")):
            return said
    return ""


def _in_words(data: Any, vocabulary: Vocabulary) -> str:
    try:
        return sentence(parse_condition(data, vocabulary), vocabulary)
    except BadDocument:
        return json.dumps(data, ensure_ascii=False)


def written(value: Any) -> str:
    """As somebody would type it: 1,200."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return f"{int(value) if float(value).is_integer() else value:,}"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def joined(at: str, index: int) -> str:
    return f"{at}.{index}" if at else str(index)
