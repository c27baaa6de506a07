"""All about one rule as the panel shows it: its sentence, its condition as a form, what it sets, why it is there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from leads.builder.canvas.outcomes import UNFINISHED, UNSET, outcome
from leads.builder.desk import Desk
from leads.builder.inspector import asked, fields
from leads.builder.inspector.asked import Group, written
from leads.builder.inspector.fields import Choice
from leads.builder.names import Names
from leads.builder.traffic import sample
from reps.models import User
from routing.engine import nodes
from routing.engine.conditions import EVERY_LEAD
from routing.engine.explain import Said, pieces
from routing.engine.facts import Field, FieldType, Vocabulary
from routing.engine.nodes import OTHERWISE, TARGET, Found, Json
from routing.engine.read_rules import SETTABLE
from routing.engine.rules import Rule, every_rule

WHEN, SIGNAL = "when", "signal."


@dataclass(frozen=True, slots=True)
class Set:
    """A fact that the rule sets."""

    field: str
    label: str
    control: str
    value: str
    problem: str = ""


@dataclass(frozen=True, slots=True)
class RuleSheet:
    """`pieces` are empty where the condition cannot be read yet."""

    id: str
    pieces: tuple[Said, ...]
    every: bool
    form: Group
    off: bool
    is_branch: bool
    is_first: bool
    is_last: bool
    is_edited: bool
    sets: tuple[Set, ...]
    settable: tuple[Choice, ...]
    outcome: str
    outcome_node: str
    why: str
    owner: str
    owner_name: str
    owners: tuple[Choice, ...]
    review_on: str
    review_passed: bool
    problems: Mapping[str, str]


def rule_sheet(desk: Desk, found: Found, names: Names, problems: Mapping[str, str], *, now: datetime) -> RuleSheet:
    rule, read = found.rule, _read(desk, found.id)
    vocabulary = desk.known.world.vocabulary
    said = pieces(read.when, vocabulary, names.says) if read and not _about(problems, WHEN) else ()
    owner = str(rule.get("owner", ""))
    people = dict(User.objects.exclude(role=User.Role.REP).filter(is_active=True).values_list("email", "name"))
    review_on = str(rule.get("review_on", ""))
    is_branch = nodes.is_branch(rule)
    return RuleSheet(
        id=found.id,
        pieces=tuple(said),
        every=read is not None and read.when == EVERY_LEAD,
        form=asked.form_of(rule.get(WHEN, {}), _around(desk, names, problems, now)),
        off=bool(rule.get("off")),
        is_branch=is_branch,
        is_first=found.index == 0,
        is_last=found.index == len(found.siblings) - 1,
        is_edited=_is_edited(desk, found),
        sets=tuple(_sets(rule.get("set", {}), vocabulary, problems)),
        settable=_settable(rule.get("set", {}), vocabulary),
        outcome=_outcome(desk, read, rule, names),
        outcome_node=f"{found.id}{OTHERWISE if is_branch else ''}{TARGET}",
        why=str(rule.get("why", "")),
        owner=owner,
        owner_name=people.get(owner, names.reps.get(owner, owner)),
        owners=_owners(people, owner),
        review_on=review_on,
        review_passed=_passed(review_on, now.date()),
        problems={key: _about(problems, key) for key in ("name", "why", "owner", "review_on")},
    )


def _read(desk: Desk, rule: str) -> Rule | None:
    return next((one for one in every_rule(desk.readable.tree.rules) if one.id == rule), None)


def _around(desk: Desk, names: Names, problems: Mapping[str, str], now: datetime) -> asked.Around:
    within = {path.removeprefix(WHEN).lstrip("."): said for path, said in problems.items() if path.startswith(WHEN)}
    seen = sample.sample(desk.tree, now)
    signals = {name for one in seen.seen for name in one.facts if name.startswith(SIGNAL)}
    for names_of_key in (*desk.known.signals.own.values(), *desk.known.signals.account.values()):
        signals |= names_of_key
    return asked.Around(desk.known.world.vocabulary, names, signals, within, seen.blank_share)


def _about(problems: Mapping[str, str], member: str) -> str:
    """The first problem of a member of the rule, or of something inside it."""
    return next((said for path, said in problems.items() if path == member or path.startswith(f"{member}.")), "")


def _is_edited(desk: Desk, found: Found) -> bool:
    """There is something to take back to."""
    live = nodes.find(desk.live.document, found.id) if desk.live and desk.draft else None
    return live is not None and live.rule != found.rule


def _sets(given: Any, vocabulary: Vocabulary, problems: Mapping[str, str]) -> list[Set]:
    found = []
    for name, value in (given if isinstance(given, dict) else {}).items():
        known = vocabulary.get(name) or Field(name, FieldType.TEXT, name)
        control = {FieldType.BOOLEAN: "truth", FieldType.NUMBER: "number", FieldType.TIME: "date"}.get(
            known.type, "text"
        )
        text = ", ".join(map(written, value)) if isinstance(value, list) else written(value)
        found.append(Set(name, fields.capital(known.label), control, text, _about(problems, f"set.{name}")))
    return found


def _settable(given: Json, vocabulary: Vocabulary) -> tuple[Choice, ...]:
    known = [one for one in vocabulary if one.name in SETTABLE or one.name.startswith("custom.")]
    return tuple(Choice(one.name, fields.capital(one.label)) for one in known if one.name not in given)


def _outcome(desk: Desk, rule: Rule | None, raw: Json, names: Names) -> str:
    target = (rule.target or rule.otherwise) if rule else None
    is_set = bool(raw.get("target") or raw.get("otherwise"))
    if rule is None or target is None or not is_set:
        return UNSET.name
    key = f"{rule.id}{OTHERWISE if nodes.is_branch(raw) else ''}{TARGET}"
    if key in desk.readable.broken:
        return UNFINISHED.name
    return outcome(target, desk.known, names).name


def _owners(people: Mapping[str, str], owner: str) -> tuple[Choice, ...]:
    known = [Choice(email, name, email == owner) for email, name in sorted(people.items(), key=lambda one: one[1])]
    if owner and owner not in people:
        known.append(Choice(owner, owner, chosen=True))
    return (Choice("", "Nobody", not owner), *known)


def _passed(review_on: str, today: date) -> bool:
    try:
        return bool(review_on) and date.fromisoformat(review_on) < today
    except ValueError:  # a draft may hold anything
        return False
