"""A lead's own answers to what a rule asks, as short as a card needs: "Industry is Healthcare", "2,400 employees".

Only what decided: of what held everything that had to, of what did not the first that was missing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from leads.pages import facts as facts_page
from routing.engine.conditions import All, AnyOf, Condition, Not, Setting, Test, holds
from routing.engine.facts import WEEKDAYS, Facts, Value, Vocabulary

DAYS = dict(zip(WEEKDAYS, ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"), strict=True))
OF_ACCOUNT = "account."
MOST_SAID = 3
UNSAID = ("account.owner", "email")  # an address says nothing beside other answers


def answers(condition: Condition, facts: Facts, setting: Setting, vocabulary: Vocabulary) -> str:
    """Why the condition holds for these facts, or does not, in the lead's own values."""
    held = holds(condition, facts, setting)
    names = list(dict.fromkeys(test.field for test in _decisive(condition, held, facts, setting)))
    if not names:
        return "Every lead" if held else "No lead"
    if any(name.startswith(OF_ACCOUNT) for name in names) and not facts.get("account.matched"):
        company = facts.get("company")
        return f"{company}: no account" if company else "No account"
    names = [name for name in names if name not in UNSAID] or names
    said = [value_of(name, facts, vocabulary, alone=len(names) == 1) for name in names[:MOST_SAID]]
    more = len(names) - MOST_SAID
    return facts_page.capitalised(", ".join(said)) + (f" and {more} more" if more > 0 else "")


def value_of(name: str, facts: Facts, vocabulary: Vocabulary, *, alone: bool = True) -> str:
    """One fact with its field: "industry is Healthcare" by itself, "Healthcare" among others."""
    field = vocabulary.get(name)
    label = field.label if field else name.removeprefix("custom.")
    value = facts.get(name)
    if value is None or value == ():
        return f"{label} is blank"
    if name.startswith("time."):
        return _of_the_clock(name, value)
    if isinstance(value, bool | int | float):
        return facts_page.answer(name, value, vocabulary)
    said = short(value)
    return f"{label} is {said}" if alone else said


def short(value: Value) -> str:
    words = facts_page.in_words(value)
    return words if len(words) <= 40 else f"{words[:39]}…"


def _of_the_clock(name: str, value: Value) -> str:
    return DAYS.get(str(value), str(value)) if name == "time.weekday" else f"{int(str(value)):02d}:00 to {value}:59"


def _decisive(condition: Condition, held: bool, facts: Facts, setting: Setting) -> Iterator[Test]:
    match condition:
        case Test():
            yield condition
        case Not(part=part):
            yield from _decisive(part, not held, facts, setting)
        case All(parts=parts) | AnyOf(parts=parts):
            yield from _of_parts(parts, held, isinstance(condition, All), facts, setting)


def _of_parts(parts: Iterable[Condition], held: bool, is_all: bool, facts: Facts, setting: Setting) -> Iterator[Test]:
    """All of it where all had to agree; else the first that was enough."""
    for part in parts:
        if holds(part, facts, setting) == held:
            yield from _decisive(part, held, facts, setting)
            if held != is_all:
                return
