"""What a rule asks: questions and groups of them, added, changed, moved and taken away. See `routing.engine.groups`
for how a place in a condition is called.
"""

from __future__ import annotations

from typing import Any

from routing.engine import groups
from routing.engine.edits import asked, fitting, pieces
from routing.engine.edits.deed import Arguments, Around, Done, Refused
from routing.engine.edits.narrowing import tests_of
from routing.engine.explain import shown
from routing.engine.facts import Field, FieldType, Vocabulary
from routing.engine.nodes import Found, Json
from routing.engine.operators import OPERATORS, Operator
from routing.engine.read_conditions import ABOUT_PRESENCE, MOST_TESTS

DEEPEST = 3  # the outermost group, and two within
NO_PLACE = "This condition is not there any more."
ABOUT_WHOLE_VALUES = frozenset({"is", "is_not", "in", "not_in"})
ON_BLANK = {"": None, "yes": True, "no": False}


def add_condition(document: Json, arguments: Arguments, around: Around) -> Done:
    """A question at the end of the group at `at`: about `field`, or about one that is still to be chosen."""
    found = pieces.rule(document, arguments)
    _refuse_more(found, 1)
    question: Json = {"field": "", "op": "is"}
    if asked.text(arguments, "field"):
        field = _field(arguments, around)
        question = _answerable({"field": field.name, "op": next(iter(OPERATORS[field.type]))}, field)
    _parts(found, asked.text(arguments, "at")).append(question)
    about = f" about {_label(question['field'], around.vocabulary)}" if question["field"] else ""
    return Done(document, f"added a condition{about} to {pieces.called(found.rule)}", found.id)


def add_group(document: Json, arguments: Arguments, around: Around) -> Done:
    """A group within the one at `at`, with a first question that is still to be asked."""
    found = pieces.rule(document, arguments)
    at, kind = asked.text(arguments, "at"), asked.choice({"kind": "any", **arguments}, "kind", tuple(groups.KINDS))
    parts = _parts(found, at)
    _refuse_more(found, 1)
    _refuse_deeper(len(groups.steps(at) or ()) + 2)
    parts.append(groups.group(kind, [{"field": "", "op": "is"}]))
    return Done(document, f"added a group ({groups.KINDS[kind]}) to {pieces.called(found.rule)}", found.id)


def set_condition(document: Json, arguments: Arguments, around: Around) -> Done:
    """Another field, operator, value or answer for a blank; what is not given stays, as far as it goes together."""
    found = pieces.rule(document, arguments)
    parts, index = _place(found, asked.text(arguments, "at"))
    before = parts[index]
    if not isinstance(before, dict) or "field" not in before:
        raise Refused("at", "This is a group: change what it asks for, or the conditions in it.")
    parts[index] = question = _changed(before, arguments, around)
    return Done(document, _said(question, pieces.called(found.rule), arguments, around.vocabulary), found.id)


def remove_condition(document: Json, arguments: Arguments, around: Around) -> Done:
    """A question, or a group with all in it; "" takes all away. A group that is left with nothing goes too."""
    found = pieces.rule(document, arguments)
    at, name = asked.text(arguments, "at"), pieces.called(found.rule)
    if not at:
        found.rule["when"] = {"all": []}
        return Done(document, f"removed all conditions of {name}", found.id)
    parts, index = _place(found, at)
    gone = parts.pop(index)
    _drop_empty(found.rule, _path(at)[:-1])
    return Done(document, f"removed {_called(gone, around.vocabulary)} from {name}", found.id)


def move_condition(document: Json, arguments: Arguments, around: Around) -> Done:
    """`to` names the group as it is now, and which place in it the condition will then have."""
    found = pieces.rule(document, arguments)
    at, to, name = asked.text(arguments, "at"), asked.text(arguments, "to"), pieces.called(found.rule)
    path, goal = _path(at), _path(to)
    if not path or not goal:
        raise Refused("to", NO_PLACE)
    if goal[: len(path)] == path and len(goal) > len(path):
        raise Refused("to", "A group cannot go inside itself.")
    parts, index = _place(found, at)
    goals = _parts(found, ".".join(map(str, goal[:-1])))
    _refuse_deeper(len(goal) + _height(parts[index]), unless=len(path) + _height(parts[index]))
    moved = parts.pop(index)
    goals.insert(goal[-1], moved)
    if not parts:
        _drop_empty(found.rule, _path_of(found.rule, parts))
    return Done(document, f"moved {_called(moved, around.vocabulary)} within {name}", found.id)


def group_kind(document: Json, arguments: Arguments, around: Around) -> Done:
    """All, any or none of what is in the group at `at`."""
    found = pieces.rule(document, arguments)
    kind, path = asked.choice(arguments, "kind", tuple(groups.KINDS)), _path(asked.text(arguments, "at"))
    inner = _parts(found, ".".join(map(str, path)))
    if not path:
        found.rule["when"] = groups.group(kind, inner)
    else:
        parts, index = _place(found, ".".join(map(str, path)))
        parts[index] = groups.group(kind, inner)
    which = "its conditions" if not path else "a group of its conditions"
    return Done(document, f"made {pieces.called(found.rule)} ask for {groups.KINDS[kind]} {which}", found.id)


def _changed(before: Json, arguments: Arguments, around: Around) -> Json:
    known = around.vocabulary.get(str(before["field"]))
    field = _field(arguments, around) if "field" in arguments else known
    if field is None:
        raise Refused("field", "Choose a field first.")
    operators, retyped = OPERATORS[field.type], known is not None and known.type is not field.type
    old = operators.get(str(before.get("op"))) if known and not retyped else None
    op = _operator(arguments, field, default=str(before["op"]) if old else "", retyped=retyped)
    question: Json = {"field": field.name, "op": op}
    if "value" in arguments or "values" in arguments:
        value = fitting.operand(field, op, arguments, or_none=retyped)
        if op in ABOUT_WHOLE_VALUES:
            meant = around.meant(field.name, value)
            value = fitting.once(meant) if isinstance(meant, list) else meant
    else:
        value = fitting.carried(before.get("value"), old, operators[op])
    if value is not None:
        question["value"] = value
    on_blank = None if retyped else before.get("if_blank")
    if "if_blank" in arguments:
        on_blank = ON_BLANK[asked.choice(arguments, "if_blank", tuple(ON_BLANK))]
    if on_blank is not None and op not in ABOUT_PRESENCE:
        question["if_blank"] = on_blank
    return _answerable(question, field)


def _answerable(question: Json, field: Field) -> Json:
    """Whoever asks about a yes or no means yes, until he says no: a page has no third choice to show."""
    if field.type is FieldType.BOOLEAN and question["op"] == "is":
        question.setdefault("value", True)
    return question


def _operator(arguments: Arguments, field: Field, *, default: str, retyped: bool) -> str:
    """A form brings the operator of the field that was there before: what does not go with the new one is reset."""
    operators = OPERATORS[field.type]
    op = asked.text(arguments, "operator") or default or next(iter(operators))
    if op in operators:
        return op
    if not retyped:
        raise Refused("operator", f"{field.label[:1].upper()}{field.label[1:]} has {', '.join(operators)}.")
    return next(iter(operators))


def _said(question: Json, name: str, arguments: Arguments, vocabulary: Vocabulary) -> str:
    """ "set employees of Enterprise to at least 1,000" """
    field = vocabulary.get(question["field"])
    label = _label(question["field"], vocabulary)
    if "if_blank" in arguments and not {"field", "operator", "value", "values"}.intersection(arguments):
        if "if_blank" not in question:
            return f"left a blank {label} in {name} to its operator"
        return f"made a blank {label} {'pass' if question['if_blank'] else 'fail'} in {name}"
    operator: Operator | None = OPERATORS[field.type].get(question["op"]) if field else None
    says = operator.says if operator else "is {}"
    if question["op"] in ABOUT_PRESENCE:
        return f"made {name} ask whether {label} {says}"
    says = says.replace("{}", _value(question))
    return f"set {label} of {name} to {says[3:]}" if says.startswith("is ") else f"set {label} of {name}: {says}"


def _value(question: Json) -> str:
    value = question.get("value")
    if question["op"] == "between" and isinstance(value, list):
        return " and ".join("…" if bound is None else shown(bound) for bound in value)
    return "…" if value is None else shown(tuple(value) if isinstance(value, list) else value)


def _called(condition: Any, vocabulary: Vocabulary) -> str:
    if isinstance(condition, dict) and isinstance(condition.get("field"), str):
        label = _label(condition["field"], vocabulary)
        return f"the condition on {label}" if condition["field"] else "an empty condition"
    count = len(groups.parts_of(condition))
    return f"a group of {pieces.counted(count, 'condition')}"


def _label(name: str, vocabulary: Vocabulary) -> str:
    field = vocabulary.get(name)
    return field.label if field else name or "a field"


def _field(arguments: Arguments, around: Around) -> Field:
    field = around.vocabulary.get(asked.text(arguments, "field"))
    if field is None:
        raise Refused("field", "There is no such field.")
    return field


def _path(at: str) -> list[int]:
    path = groups.steps(at)
    if path is None:
        raise Refused("at", NO_PLACE)
    return path


def _parts(found: Found, at: str) -> list[Any]:
    """The very list of the group at this place; whatever is on the way becomes a group that can be edited."""
    when = found.rule["when"] = groups.as_group(found.rule.get("when", {"all": []}))
    parts = groups.parts_of(when)
    for index in _path(at):
        if index >= len(parts) or not groups.kind_of(parts[index]):
            raise Refused("at", NO_PLACE)
        parts[index] = groups.as_group(parts[index])
        parts = groups.parts_of(parts[index])
    return parts


def _place(found: Found, at: str) -> tuple[list[Any], int]:
    """The very list and index of the condition at this place."""
    path = _path(at)
    parts = _parts(found, ".".join(map(str, path[:-1])))
    if not path or path[-1] >= len(parts):
        raise Refused("at", NO_PLACE)
    return parts, path[-1]


def _drop_empty(rule: Json, path: list[int]) -> None:
    """Any of nothing would hold for no lead: whoever takes the last condition away does not mean that."""
    while path:
        outer = groups.parts_of(groups.part_at(rule["when"], ".".join(map(str, path[:-1]))))
        if groups.parts_of(outer[path[-1]]):
            return
        outer.pop(path[-1])
        path = path[:-1]
    if not groups.parts_of(rule["when"]):
        rule["when"] = {"all": []}


def _path_of(rule: Json, parts: list[Any]) -> list[int]:
    """Where this very list stands now."""
    waiting: list[tuple[Any, list[int]]] = [(rule["when"], [])]
    while waiting:
        condition, path = waiting.pop()
        inner = groups.parts_of(condition) if groups.kind_of(condition) else []
        if inner is parts:
            return path
        waiting.extend((part, [*path, index]) for index, part in enumerate(inner))
    return []


def _height(condition: Any) -> int:
    """How many groups deep it is: 0 for a question."""
    if not groups.kind_of(condition):
        return 0
    return 1 + max((_height(part) for part in groups.parts_of(condition)), default=0)


def _refuse_more(found: Found, more: int) -> None:
    if tests_of(found.rule.get("when")) + more > MOST_TESTS:
        raise Refused("at", f"A rule may have at most {MOST_TESTS} conditions.")


def _refuse_deeper(depth: int, unless: int = 0) -> None:
    if depth > max(DEEPEST, unless):
        raise Refused("at", "Groups go two levels deep: make it two rules, one inside the other.")
