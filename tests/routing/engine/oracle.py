"""The contract's conditions once more, written from its text alone, on the JSON itself and as slowly as you like."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime, timedelta
from typing import Any

from routing.engine.conditions import Setting
from routing.engine.facts import FieldType
from tests.routing.engine.documents import VOCABULARY

TRUE_ON_BLANK = {"is_blank", "is_not", "not_in", "not_contains", "not_in_list", "has_none"}


def answer(condition: dict[str, Any], facts: dict[str, Any], setting: Setting) -> bool:
    if "all" in condition:
        return all(answer(part, facts, setting) for part in condition["all"])
    if "any" in condition:
        return any(answer(part, facts, setting) for part in condition["any"])
    if "not" in condition:
        return not answer(condition["not"], facts, setting)
    field, op = VOCABULARY.get(condition["field"]), condition["op"]
    assert field is not None
    fact = facts.get(field.name)
    if _blank(fact, field.type):
        return condition.get("if_blank", op in TRUE_ON_BLANK)
    if op in ("is_blank", "is_present"):
        return op == "is_present"
    return bool(_ANSWERS[field.type](op, fact, condition["value"], setting))


def first(rules: list[dict[str, Any]], facts: dict[str, Any], setting: Setting) -> int:
    for index, rule in enumerate(rules):
        if not rule.get("off") and answer(rule["when"], facts, setting):
            return index
    return -1


def _blank(fact: Any, kind: FieldType) -> bool:
    match kind:
        case FieldType.TEXT | FieldType.TERRITORY:
            return not isinstance(fact, str) or fact.strip() == ""
        case FieldType.NUMBER:
            return type(fact) not in (int, float) or fact != fact
        case FieldType.BOOLEAN:
            return type(fact) is not bool
        case FieldType.MANY:
            return not isinstance(fact, tuple) or all(text.strip() == "" for text in fact)
        case FieldType.TIME:
            return not isinstance(fact, datetime) or fact.tzinfo is None


def _fold(text: str) -> str:
    return re.sub(r"\s+", " ", unicodedata.normalize("NFKC", text).casefold()).strip()


def _text(op: str, fact: str, value: Any, setting: Setting) -> bool:
    mine = _fold(fact)
    if op == "matches":
        return re.search(value, unicodedata.normalize("NFKC", fact).strip(), re.IGNORECASE) is not None
    if op.endswith("in_list"):
        return (mine in setting.lists.get(value, ())) == (op == "in_list")
    wanted = [_fold(item) for item in (value if isinstance(value, list) else [value])]
    return {
        "is": mine in wanted,
        "in": mine in wanted,
        "is_not": mine not in wanted,
        "not_in": mine not in wanted,
        "contains": wanted[0] in mine,
        "not_contains": wanted[0] not in mine,
        "starts_with": mine.startswith(wanted[0]),
        "ends_with": mine.endswith(wanted[0]),
    }[op]


def _number(op: str, fact: float, value: Any, setting: Setting) -> bool:
    wanted = [float(str(item).replace(",", "")) for item in (value if isinstance(value, list) else [value])]
    return {
        "is": fact in wanted,
        "in": fact in wanted,
        "is_not": fact not in wanted,
        "not_in": fact not in wanted,
        "gt": fact > wanted[0],
        "gte": fact >= wanted[0],
        "lt": fact < wanted[0],
        "lte": fact <= wanted[0],
        "between": wanted[0] <= fact <= wanted[-1],
    }[op]


def _boolean(op: str, fact: bool, value: Any, setting: Setting) -> bool:
    return fact is value


def _many(op: str, fact: tuple[str, ...], value: Any, setting: Setting) -> bool:
    mine, wanted = {_fold(text) for text in fact}, {_fold(text) for text in value}
    return {"has_any": bool(mine & wanted), "has_all": wanted <= mine, "has_none": not mine & wanted}[op]


def _time(op: str, fact: datetime, value: Any, setting: Setting) -> bool:
    if op in ("before", "after"):
        wanted = datetime.fromisoformat(value)
        wanted = wanted if wanted.tzinfo else wanted.replace(tzinfo=UTC)
        return fact < wanted if op == "before" else fact > wanted
    start = setting.now - timedelta(days=value)
    return start <= fact <= setting.now if op == "within_last_days" else fact < start


def _territory(op: str, fact: str, value: Any, setting: Setting) -> bool:
    inside = setting.ancestors.get(fact, frozenset()) | {fact}
    return bool(inside & set(value if isinstance(value, list) else [value]))


_ANSWERS = {
    FieldType.TEXT: _text,
    FieldType.NUMBER: _number,
    FieldType.BOOLEAN: _boolean,
    FieldType.MANY: _many,
    FieldType.TIME: _time,
    FieldType.TERRITORY: _territory,
}
