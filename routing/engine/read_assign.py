"""Untrusted JSON into the way one of several candidates is chosen."""

from __future__ import annotations

from collections.abc import Callable

from routing.engine.facts import FieldType
from routing.engine.reader import Reader, shown
from routing.engine.targets import CAPACITY, HOURS, STRATEGIES, Assign, Target, ToFallback

ASSIGN = ("strategy", "require_skills", "skills_from", "prefer_skills", "hours", "sla", "if_nobody")
NAMED = (*ASSIGN, "capacity")  # how a person is asked who is named, by the rule or as an account's owner
HIGHEST_SKILL = 5


def read_assign(reader: Reader, data: dict[str, object], path: str, inner: Callable[[object, str], Target]) -> Assign:
    """`inner` reads the target that stands in when there is nobody."""
    return Assign(
        strategy=reader.choice(data["strategy"], f"{path}.strategy", STRATEGIES) if "strategy" in data else None,
        require_skills=_levels(reader, data.get("require_skills", {}), f"{path}.require_skills"),
        skills_from=_fields(reader, data.get("skills_from", ()), f"{path}.skills_from"),
        prefer_skills=_skills(reader, data.get("prefer_skills", ()), f"{path}.prefer_skills"),
        hours=reader.choice(data.get("hours", "prefer"), f"{path}.hours", HOURS),
        capacity=reader.choice(data.get("capacity", "wall"), f"{path}.capacity", CAPACITY),
        sla=reader.named(data, "sla", path, reader.references.slas, "SLA policy") or None,
        if_nobody=inner(data["if_nobody"], f"{path}.if_nobody") if "if_nobody" in data else ToFallback(),
    )


def _levels(reader: Reader, data: object, path: str) -> tuple[tuple[str, int], ...]:
    if not isinstance(data, dict):
        reader.refuse(path, f'must be skills with their lowest level, such as {{"german": 3}}, not {shown(data)}')
        return ()
    levels = []
    for skill, level in data.items():
        slug = _skill(reader, skill, path)
        levels.append((slug, reader.whole(level, f"{path}.{slug}", 1, HIGHEST_SKILL)))
    return tuple(levels)


def _skills(reader: Reader, data: object, path: str) -> tuple[str, ...]:
    return tuple(_skill(reader, item, where) for item, where in reader.items(data, path, "skills"))


def _skill(reader: Reader, data: object, path: str) -> str:
    return reader.reference(reader.slug(data, path), path, reader.references.skills, "skill")


def _fields(reader: Reader, data: object, path: str) -> tuple[str, ...]:
    names = []
    for item, where in reader.items(data, path, "fields"):
        field = reader.field(item, where)
        if field is not None and field.type not in (FieldType.TEXT, FieldType.MANY):
            reader.refuse(where, f"{field.name} is a {field.type} field; a skill is named by a text")
        elif field is not None:
            names.append(field.name)
    return tuple(names)
