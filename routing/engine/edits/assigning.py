"""Who of several takes a lead: strategy, skills, hours, capacity and promise, each changed by itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from routing.engine.edits import asked
from routing.engine.edits.deed import Arguments, Around, Refused
from routing.engine.edits.phrases import called
from routing.engine.facts import FieldType, Vocabulary
from routing.engine.nodes import Json
from routing.engine.read_assign import HIGHEST_SKILL
from routing.engine.reader import SLUG
from routing.engine.targets import CAPACITY, HOURS, STRATEGIES

LABELS = {
    "strategy": "strategy",
    "require_skills": "required skills",
    "skills_from": "skills from fields",
    "prefer_skills": "preferred skills",
    "hours": "working hours",
    "capacity": "capacity",
    "sla": "SLA",
}
USUAL = {"hours": "prefer", "capacity": "wall"}


def assigned(target: Json, may_have: tuple[str, ...], arguments: Arguments, around: Around) -> list[tuple[str, str]]:
    """Changes the target in place, only by what is given; what was changed and to what, in words."""
    said = []
    for key, read in _READ.items():
        if key not in arguments:
            continue
        if key not in may_have:
            if arguments[key]:
                raise Refused(key, f"There is no {LABELS[key]} here.")
            continue
        value = read(arguments, key, around.vocabulary)
        target.pop(key, None)
        if value and value != USUAL.get(key):
            target[key] = value
        said.append((LABELS[key], _shown(key, value, around)))
    return said


def _choice(choices: tuple[str, ...]) -> Callable[[Arguments, str, Vocabulary], str]:
    return lambda arguments, key, vocabulary: asked.choice(arguments, key, ("", *choices))


def _levels(arguments: Arguments, key: str, vocabulary: Vocabulary) -> dict[str, int]:
    """An object, or texts such as german:3; a skill without a level is wanted at 1."""
    given = arguments.get(key)
    pairs = list(given.items()) if isinstance(given, dict) else [_pair(one) for one in asked.texts(arguments, key)]
    levels = {}
    for skill, level in pairs:
        read = asked.whole({key: level}, key, lowest=1, highest=HIGHEST_SKILL)
        levels[_skill(skill, key)] = 1 if read is None else read
    return levels


def _pair(text: str) -> tuple[str, str]:
    skill, _, level = text.rpartition(":") if ":" in text else (text, "", "1")
    return skill.strip(), level.strip()


def _skills(arguments: Arguments, key: str, vocabulary: Vocabulary) -> list[str]:
    return list(dict.fromkeys(_skill(one, key) for one in asked.texts(arguments, key)))


def _skill(name: Any, key: str) -> str:
    if not isinstance(name, str) or not SLUG.match(name):
        raise Refused(key, "A skill is named by letters, digits, - and _.")
    return name


def _fields(arguments: Arguments, key: str, vocabulary: Vocabulary) -> list[str]:
    names = list(dict.fromkeys(asked.texts(arguments, key)))
    for name in names:
        field = vocabulary.get(name)
        if field is None or field.type not in (FieldType.TEXT, FieldType.MANY):
            raise Refused(key, "A skill is named by a field of texts, such as language.")
    return names


def _slug(arguments: Arguments, key: str, vocabulary: Vocabulary) -> str:
    return asked.slug(arguments, key)


def _shown(key: str, value: Any, around: Around) -> str:
    if not value or value == USUAL.get(key):
        return "what is usual"
    if key == "sla":
        return called("sla", value, around)
    if isinstance(value, dict):
        return ", ".join(f"{called('skill', skill, around)} {level}" for skill, level in value.items())
    if isinstance(value, list):
        return ", ".join(called("skill", one, around) if key == "prefer_skills" else str(one) for one in value)
    return str(value).replace("_", " ")


_READ: Mapping[str, Callable[[Arguments, str, Vocabulary], Any]] = {
    "strategy": _choice(STRATEGIES),
    "require_skills": _levels,
    "skills_from": _fields,
    "prefer_skills": _skills,
    "hours": _choice(HOURS),
    "capacity": _choice(CAPACITY),
    "sla": _slug,
}
