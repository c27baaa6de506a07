"""The facts of a tried lead as chips that can be edited in place: first those that the tree asks about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from leads.builder.testing import own_words
from leads.builder.testing.subjects import Subject
from leads.builder.testing.trying import Tried
from leads.pages import facts as facts_page
from routing.engine.conditions import tests_in
from routing.engine.facts import FieldType, Value, Vocabulary
from routing.engine.rules import Tree, every_rule, every_target
from routing.engine.targets import Table

# Worth seeing of any lead, whether a rule asks or not.
ALWAYS = ("intent", "employees", "industry", "country", "state", "score")
# The clock's and the atlas's own; and who it is, which is told beside.
NOT_TO_EDIT = ("time.weekday", "time.hour", "received_at", "territory", "first_name", "last_name", "company")
# An address says nothing in half a line.
UNSAID = {"account.owner", "email", "email_domain"}
MOST_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Chip:
    """`value` as it is typed, "" for a blank; `was` what it was before it was changed, in words."""

    name: str
    label: str
    words: str
    value: str
    kind: str
    edited: bool = False
    was: str = ""

    @property
    def is_blank(self) -> bool:
        return not self.value


@dataclass(frozen=True, slots=True)
class Chips:
    """`shown` stand in the bar, `more` open beside them: all that the tree asks about, and all that is known."""

    shown: tuple[Chip, ...]
    more: tuple[Chip, ...]


def chips_of(tried: Tried, subject: Subject, tree: Tree) -> Chips:
    vocabulary = tried.world.vocabulary
    asked = list(asked_by(tree))
    names = dict.fromkeys([*ALWAYS, *asked, *subject.facts, *tried.own])
    found = [_chip(name, tried, subject, vocabulary) for name in names if _may_be_edited(name, vocabulary)]
    worth = [one for one in found if one.edited or (not one.is_blank and one.name in {*asked, *ALWAYS} - UNSAID)]
    worth.sort(key=lambda one: not one.edited)
    shown = tuple(worth[:MOST_SHOWN])
    return Chips(shown, tuple(one for one in found if one not in shown))


def asked_by(tree: Tree) -> Iterable[str]:
    """The fields that a tree's own rules and tables ask about, in the order in which they are read."""
    for rule in every_rule(tree.rules):
        yield from (test.field for test in tests_in(rule.when))
    for target in every_target(tree):
        if isinstance(target, Table):
            yield target.field


def _may_be_edited(name: str, vocabulary: Vocabulary) -> bool:
    return name not in NOT_TO_EDIT and vocabulary.get(name) is not None


def _chip(name: str, tried: Tried, subject: Subject, vocabulary: Vocabulary) -> Chip:
    field = vocabulary.get(name)
    assert field is not None
    value = tried.asked.get(name)
    edited = name in subject.facts and subject.lead is not None
    return Chip(
        name=name,
        label=facts_page.capitalised(field.label),
        words=_words(name, value, field.label, vocabulary),
        value="" if value is None else typed_in(value),
        kind="yes_no" if field.type is FieldType.BOOLEAN else "number" if field.type is FieldType.NUMBER else "text",
        edited=edited,
        was=_before(name, tried, vocabulary) if edited else "",
    )


def _words(name: str, value: Value | None, label: str, vocabulary: Vocabulary) -> str:
    if value is None:
        return f"{facts_page.capitalised(label)}: blank"
    if name == "score":
        return f"Score {facts_page.in_words(value)}"
    if isinstance(value, bool | int | float):
        return facts_page.capitalised(facts_page.answer(name, value, vocabulary))
    return own_words.short(value)


def _before(name: str, tried: Tried, vocabulary: Vocabulary) -> str:
    known: Mapping[str, object] = tried.lead.facts if tried.lead else {}
    before = facts_page.typed_facts({name: known.get(name)}, vocabulary).get(name)
    return own_words.value_of(name, {name: before} if before is not None else {}, vocabulary)


def typed_in(value: Value) -> str:
    """As somebody would type it, and as it is read again."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return ", ".join(value)
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
