"""Several rules made into one that sends every lead where it went: a lookup table, or one rule that asks for either."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from routing.engine import nodes
from routing.engine.edits import asked, fitting, pieces
from routing.engine.edits.deed import Arguments, Around, Done, Refused
from routing.engine.edits.narrowing import tests_of
from routing.engine.edits.outcomes import refuse_deeper
from routing.engine.facts import Field, FieldType
from routing.engine.nodes import Found, Json
from routing.engine.read_conditions import MOST_TESTS
from routing.engine.targets import ROW_VALUES

LISTING = {FieldType.MANY: "has_any"}  # everything else is listed by `in`
ONE = ("is",)
LONGEST_WHY = 2000


def to_table(document: Json, arguments: Arguments, around: Around) -> Done:
    """Neighbours that each ask for values of one field become one rule with a lookup table.

    It asks for exactly the values that they asked for, so whoever was none of theirs is asked on below as before.
    """
    rules = _neighbours(document, arguments)
    field = _looked_up(rules, arguments, around)
    rows = [{"values": _listed(one, field), **_target(one)} for one in rules]
    values = fitting.once([value for row in rows for value in row["values"]])
    name = f"By {field.label}"
    taken = around.taken | {one.id for one in nodes.walk(document)}
    table = {
        "id": nodes.new_id({}, name, taken),
        "name": name,
        "when": {"all": [_asking_for(values, field)]},
        **_about(rules),
        "target": {"kind": "table", "field": field.name, "rows": rows, "otherwise": {"kind": "fallback"}},
    }
    _replace(rules, table)
    refuse_deeper(document, f"{table['id']}{nodes.TARGET}")
    return Done(document, f"made {pieces.counted(len(rules), 'rule')} one table by {field.label}", str(table["id"]))


def merge(document: Json, arguments: Arguments, around: Around) -> Done:
    """Neighbours with the same outcome become the first of them, asking for what either asked."""
    rules = _neighbours(document, arguments)
    first = rules[0].rule
    for one in rules[1:]:
        same = all(one.rule.get(key) == first.get(key) for key in ("target", "set"))
        if not same:
            raise Refused("nodes", f"{pieces.called(one.rule)} has another outcome than {pieces.called(first)}.")
    words = f"merged {' and '.join(pieces.called(one.rule) for one in rules)}"
    merged = {**first, "when": _either([one.rule.get("when", {"all": []}) for one in rules], around), **_about(rules)}
    if tests_of(merged["when"]) > MOST_TESTS:
        raise Refused("nodes", f"One rule may ask at most {MOST_TESTS} conditions.")
    _replace(rules, merged)
    return Done(document, words, rules[0].id)


def _neighbours(document: Json, arguments: Arguments) -> list[Found]:
    """At least two rules without rules inside, one right below the other, in their order."""
    wanted = set(asked.texts(arguments, "nodes"))
    rules = [found for found in nodes.walk(document) if found.id in wanted]
    if len(rules) < 2 or len(rules) < len(wanted):
        raise Refused("nodes", "These rules are not there any more." if wanted else "Choose at least two rules.")
    in_line = [(found.parent, rules[0].index + place) for place, found in enumerate(rules)]
    if [(found.parent, found.index) for found in rules] != [(rules[0].parent, place) for _, place in in_line]:
        raise Refused("nodes", "Only rules right below each other can become one.")
    if any(nodes.is_branch(found.rule) for found in rules):
        raise Refused("nodes", "A rule with rules inside cannot become one with another.")
    if any(found.rule.get("off") for found in rules):
        raise Refused("nodes", "Switch the rules on first, or delete those that are off.")
    return rules


def _looked_up(rules: list[Found], arguments: Arguments, around: Around) -> Field:
    name = asked.text(arguments, "field") or str(_question(rules[0].rule).get("field", ""))
    field = around.vocabulary.get(name)
    if field is None or field.type not in ROW_VALUES:
        raise Refused("field", "These rules do not ask for one field that a table can look up.")
    return field


def _question(rule: Json) -> Json:
    """The one question that a rule asks; nothing where it asks more, or none."""
    when = rule.get("when")
    if isinstance(when, dict) and list(when) in (["all"], ["any"]):
        ((_, parts),) = when.items()
        when = parts[0] if isinstance(parts, list) and len(parts) == 1 else None
    return when if isinstance(when, dict) and isinstance(when.get("field"), str) else {}


def _values(question: Json, field: Field) -> list[Any]:
    """What it lists; nothing where it asks in a way that no row of a table can."""
    if question.get("field") != field.name or question.get("if_blank"):
        return []
    value = question.get("value")
    if question.get("op") in ("in", LISTING.get(field.type)):
        return list(value) if isinstance(value, list) else [value] if field.type is FieldType.TERRITORY else []
    return [value] if question.get("op") in ONE and value is not None else []


def _listed(found: Found, field: Field) -> list[Any]:
    values = _values(_question(found.rule), field)
    if not values or found.rule.get("set"):
        name = pieces.called(found.rule)
        raise Refused("nodes", f"{name} does more than to ask for values of {field.label}, so no row can stand for it.")
    return values


def _asking_for(values: list[Any], field: Field) -> Json:
    if field.type is FieldType.BOOLEAN:
        both = {"field": field.name, "op": "is_present"}
        return both if len(values) > 1 else {"field": field.name, "op": "is", "value": values[0]}
    return {"field": field.name, "op": LISTING.get(field.type, "in"), "value": values}


def _either(conditions: list[Any], around: Around) -> Json:
    """Values of one field are put into one list; whatever else is asked becomes any of them."""
    questions = [_question({"when": condition}) for condition in conditions]
    field = around.vocabulary.get(str(questions[0].get("field", "")))
    if field is not None and field.type in (FieldType.TEXT, FieldType.NUMBER, FieldType.MANY):
        listed = [_values(question, field) for question in questions]
        if all(listed):
            return {"all": [_asking_for(fitting.once([value for values in listed for value in values]), field)]}
    parts: list[Any] = []
    for condition in conditions:
        is_any = isinstance(condition, dict) and list(condition) == ["any"]
        parts.extend(condition["any"] if is_any else [condition])
    return {"any": parts}


def _about(rules: list[Found]) -> Json:
    """Why they are there, each line with its rule's name if they differ; the first owner, the first day of review."""
    whys = {str(found.rule["why"]): pieces.called(found.rule) for found in rules if found.rule.get("why")}
    why = "\n".join(f"{name}: {why}" for why, name in whys.items()) if len(whys) > 1 else "".join(whys)
    owner = next((found.rule["owner"] for found in rules if found.rule.get("owner")), "")
    review = min((str(found.rule["review_on"]) for found in rules if found.rule.get("review_on")), default="")
    about = {"why": why[:LONGEST_WHY], "owner": owner, "review_on": review}
    return {key: value for key, value in about.items() if value}


def _target(found: Found) -> Json:
    return {"target": deepcopy(found.rule["target"])} if "target" in found.rule else {}


def _replace(rules: list[Found], one: Json) -> None:
    first = rules[0]
    first.siblings[first.index : first.index + len(rules)] = [one]
