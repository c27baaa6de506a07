"""Conditions and answers as sentences, made from the structure that is evaluated: they cannot tell another story."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, time
from functools import lru_cache
from typing import NamedTuple

from routing.engine.compile import Level
from routing.engine.conditions import All, AnyOf, Condition, Not, Reason, Setting, Test, holds
from routing.engine.facts import STANDARD, Facts, Vocabulary
from routing.engine.operators import COMPARABLE
from routing.engine.rules import Rule

LONGEST_VALUE = 60
NUMERIC = (int, float)

# "is …" is denied by "is not …"; these are not.
DENIALS = {
    "is not {}": "is {}",
    "is none of {}": "is one of {}",
    "is one of {}": "is none of {}",
    "is not on the list {}": "is on the list {}",
    "contains {}": "does not contain {}",
    "does not contain {}": "contains {}",
    "starts with {}": "does not start with {}",
    "ends with {}": "does not end with {}",
    "matches {}": "does not match {}",
    "has any of {}": "has none of {}",
    "has all of {}": "lacks some of {}",
    "has none of {}": "has some of {}",
}


class Asked(NamedTuple):
    """A rule (its id), whether it held for a lead, and why."""

    rule: str
    held: bool
    because: str


class Said(NamedTuple):
    """A piece of a sentence; `weighs` is true of fields and values, which a reader looks for."""

    text: str
    weighs: bool = False


Calls = Callable[[Test, str], str]  # what people call a value that is asked for: a list, a territory


def as_written(test: Test, value: str) -> str:
    return value


def sentence(condition: Condition, vocabulary: Vocabulary = STANDARD) -> str:
    """ "country is DE and employees is at least 200" """
    return "".join([piece.text for piece in pieces(condition, vocabulary)])


def pieces(condition: Condition, vocabulary: Vocabulary = STANDARD, calls: Calls = as_written) -> Iterator[Said]:
    """The same sentence in pieces, with values as people call them."""
    match condition:
        case All(parts=()):
            yield Said("every lead")
        case AnyOf(parts=()):
            yield Said("no lead")
        case All(parts=parts):
            yield from _joined(parts, " and ", vocabulary, calls)
        case AnyOf(parts=parts):
            yield from _joined(parts, " or ", vocabulary, calls)
        case Not(part=part):
            yield from (Said("not ("), *pieces(part, vocabulary, calls), Said(")"))
        case Test():
            yield from _asked(condition, vocabulary, calls)


def winner(level: Level, index: int, facts: Facts, setting: Setting, vocabulary: Vocabulary = STANDARD) -> Asked:
    """The rule that `level.first` found, and why it held: cheap enough for every decision."""
    rule = level.rules[index]
    reason = level.told.get((vocabulary, index))
    if reason is None:
        reason = level.told[vocabulary, index] = _reason(rule.when, True, vocabulary)
    return Asked(rule.id, True, reason(facts, setting))


def rules_asked(
    level: Level, facts: Facts, setting: Setting, upto: int, vocabulary: Vocabulary = STANDARD
) -> tuple[Asked, ...]:
    """Every rule that was asked until the one at `upto` held (-1: none did). Rules that are off were not asked."""
    asked = level.rules if upto < 0 else level.rules[: upto + 1]
    return tuple(answer_of(rule, facts, setting, vocabulary) for rule in asked if not rule.off)


def answer_of(rule: Rule, facts: Facts, setting: Setting, vocabulary: Vocabulary = STANDARD) -> Asked:
    held = holds(rule.when, facts, setting)
    return Asked(rule.id, held, because(rule.when, held, facts, setting, vocabulary))


def because(condition: Condition, held: bool, facts: Facts, setting: Setting, vocabulary: Vocabulary = STANDARD) -> str:
    """Why a condition held or did not, with the lead's own values; of several reasons against, the first."""
    return _reason(condition, held, vocabulary)(facts, setting)


@lru_cache(maxsize=20_000)
def _reason(condition: Condition, held: bool, vocabulary: Vocabulary) -> Reason:
    """The words that are the same for every lead are put together once."""
    match condition:
        case All(parts=()) | AnyOf(parts=()):
            said = sentence(condition)
            return lambda facts, setting: said
        case All(parts=parts) | AnyOf(parts=parts) if held == isinstance(condition, All):
            reasons = [_reason(part, held, vocabulary) for part in parts]
            return lambda facts, setting: " and ".join([reason(facts, setting) for reason in reasons])
        case All(parts=parts) | AnyOf(parts=parts):
            return _first_that(held, [(part, _reason(part, held, vocabulary)) for part in parts])
        case Not(part=part):
            return _reason(part, not held, vocabulary)
        case Test():
            return _answer(condition, held, vocabulary)
        case _:
            raise AssertionError("every form of condition is above")


def _first_that(held: bool, parts: list[tuple[Condition, Reason]]) -> Reason:
    def decisive(facts: Facts, setting: Setting) -> str:
        return next(reason(facts, setting) for part, reason in parts if holds(part, facts, setting) == held)

    return decisive


def _answer(test: Test, held: bool, vocabulary: Vocabulary) -> Reason:
    field, compare, label = test.field, COMPARABLE[test.type], _label(test.field, vocabulary)
    blank = f"{label} is blank"
    before, after = f"{label} {_said(test, held)} (it is ", ")"
    if held and test.op == "is":
        before, after = f"{label} is ", ""

    may_be_blank = test.answer_on_blank is held

    def answer(facts: Facts, setting: Setting) -> str:
        fact = facts.get(field)
        return blank if may_be_blank and compare(fact) is None else f"{before}{shown(fact)}{after}"

    return answer


def _joined(parts: Iterable[Condition], word: str, vocabulary: Vocabulary, calls: Calls) -> Iterator[Said]:
    for index, part in enumerate(parts):
        if index:
            yield Said(word)
        in_brackets = isinstance(part, All | AnyOf) and len(part.parts) > 1
        said = pieces(part, vocabulary, calls)
        yield from (Said("("), *said, Said(")")) if in_brackets else said


def _asked(test: Test, vocabulary: Vocabulary, calls: Calls) -> Iterator[Said]:
    before, has_value, after = test.operator.says.partition("{}")
    yield Said(_label(test.field, vocabulary), weighs=True)
    yield Said(f" {before}")
    if has_value:
        yield Said(_operand(test, calls), weighs=True)
        yield Said(after)
    if test.if_blank is not None:
        yield Said(" (or blank)" if test.if_blank else " (and not blank)")


def _operand(test: Test, calls: Calls) -> str:
    if test.op == "between" and isinstance(test.value, tuple):
        return " and ".join(shown(bound) for bound in test.value)
    if isinstance(test.value, tuple):
        return shown(tuple(calls(test, item) if isinstance(item, str) else item for item in test.value))
    return shown(calls(test, test.value) if isinstance(test.value, str) else test.value)


def _said(test: Test, held: bool) -> str:
    """What a test says of its field, or, where it did not hold, the opposite."""
    says = test.operator.says
    if not held:
        says = DENIALS.get(says) or says.replace("is ", "is not ", 1)
    value = test.value
    if test.op == "between" and isinstance(value, tuple):
        return says.format(" and ".join(shown(bound) for bound in value))
    return says.format(shown(value))


def shown(value: object) -> str:
    """A value as people write it: yes, 1,200, "DE, FR"; never too long for a line."""
    if isinstance(value, str):
        if len(value) <= LONGEST_VALUE and value.isprintable():
            return value.strip()
        text = " ".join(value[: 2 * LONGEST_VALUE].split())
    elif isinstance(value, bool):
        return "yes" if value else "no"
    elif isinstance(value, NUMERIC):
        return f"{value:,}"
    elif isinstance(value, tuple):
        text = ", ".join([shown(item) for item in value])
    elif isinstance(value, datetime):
        text = f"{value:%Y-%m-%d}" if value.time() == time() else f"{value:%Y-%m-%d %H:%M %Z}"
    else:
        text = str(value)
    return text if len(text) <= LONGEST_VALUE else text[: LONGEST_VALUE - 1] + "…"


def _label(name: str, vocabulary: Vocabulary) -> str:
    field = vocabulary.get(name)
    return name.removeprefix("custom.") if field is None else field.label
