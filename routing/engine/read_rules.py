"""Untrusted JSON into a tree of rules."""

from __future__ import annotations

import re

from routing.engine.conditions import EVERY_LEAD
from routing.engine.facts import Value, fitted, is_blank
from routing.engine.read_conditions import read_when
from routing.engine.read_targets import read_target
from routing.engine.reader import Reader, joined, shown, storable
from routing.engine.rules import STICKY_DAYS, Rule, Tree
from routing.engine.targets import Target, ToFallback

FORMAT = 1
MOST_RULES, DEEPEST = 10_000, 8
LONGEST_STICKINESS = 36_500
SETTABLE = ("priority", "segment", "intent", "tags")
ID = re.compile(r"[a-z0-9-]{1,40}\Z")

TREE = ("format", "sticky_days", "rules", "otherwise")
RULE = ("id", "name", "when", "why", "owner", "review_on", "off", "set", "target", "rules", "otherwise")


def read_tree(reader: Reader, data: object) -> Tree:
    members = reader.members(data, "", TREE, ("format", "rules", "otherwise"))
    form = members.get("format", FORMAT)
    if isinstance(form, bool) or form != FORMAT:
        reader.refuse("format", f"must be {FORMAT}, the only format there is, not {shown(form)}")
    sticky = reader.whole(members.get("sticky_days", STICKY_DAYS), "sticky_days", 0, LONGEST_STICKINESS)
    rules = _Rules(reader)
    read = rules.read(members.get("rules", ()), "rules", 1)
    if rules.count > MOST_RULES:
        reader.refuse("rules", f"there are {rules.count:,} rules; a document may have at most {MOST_RULES:,}")
    return Tree(read, _target(reader, members, "otherwise", "", last_resort=True) or ToFallback(), sticky)


class _Rules:
    """The rules of one document while they are read: ids must not repeat, and there is a limit to their number."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self.places: dict[str, str] = {}  # id → where it was first used
        self.count = 0

    def read(self, data: object, path: str, depth: int) -> tuple[Rule, ...]:
        if depth > DEEPEST:
            self.reader.refuse(path, f"rules are nested more than {DEEPEST} deep")
            return ()
        return tuple(self.rule(item, where, depth) for item, where in self.reader.items(data, path, "rules"))

    def rule(self, data: object, path: str, depth: int) -> Rule:
        reader = self.reader
        self.count += 1
        members = reader.members(data, path, RULE, ("id", "name", "when"))
        if isinstance(data, dict):
            _check_form(reader, data, path)
        return Rule(
            id=self.id(members["id"], f"{path}.id") if "id" in members else "",
            name=reader.text(members["name"], f"{path}.name", longest=200) if "name" in members else "",
            when=read_when(reader, members["when"], f"{path}.when") if "when" in members else EVERY_LEAD,
            target=_target(reader, members, "target", path),
            rules=self.read(members.get("rules", ()), f"{path}.rules", depth + 1),
            otherwise=_target(reader, members, "otherwise", path),
            why=reader.text(members.get("why", ""), f"{path}.why", empty=True),
            owner=reader.email(members["owner"], f"{path}.owner") if members.get("owner") else "",
            review_on=reader.day(members["review_on"], f"{path}.review_on") if "review_on" in members else None,
            off=reader.flag(members.get("off", False), f"{path}.off"),
            set=_changes(reader, members.get("set", {}), f"{path}.set"),
        )

    def id(self, data: object, path: str) -> str:
        if not isinstance(data, str) or not ID.match(data):
            self.reader.refuse(path, f"must be 1 to 40 of a-z, 0-9 and -, not {shown(data)}")
            return ""
        first = self.places.setdefault(data, path)
        if first != path:
            self.reader.refuse(path, f"{data} is taken: {first} has it too")
        return str(data)


def _check_form(reader: Reader, data: dict[str, object], path: str) -> None:
    inner = [key for key in ("rules", "otherwise") if key in data]
    if "target" in data and inner:
        reader.refuse(path, f"has a target and {' and '.join(inner)}: it is either a target, or rules with otherwise")
    elif "target" not in data and len(inner) < 2:
        reader.refuse(path, "must have either a target, or rules with otherwise")


def _target(
    reader: Reader, members: dict[str, object], key: str, path: str, *, last_resort: bool = False
) -> Target | None:
    if key not in members:
        return None
    return read_target(reader, members[key], joined(path, key), last_resort=last_resort)


def _changes(reader: Reader, data: object, path: str) -> tuple[tuple[str, Value], ...]:
    """What a rule sets, as facts: a number for a text field has become a text."""
    if not isinstance(data, dict):
        reader.refuse(path, f'must be fields with their values, such as {{"priority": "high"}}, not {shown(data)}')
        return ()
    found = []
    for name, value in data.items():
        fact = _change(reader, name, value, joined(path, name))
        if fact is not None:
            found.append((str(name), fact))
    return tuple(found)


def _change(reader: Reader, name: object, value: object, path: str) -> Value | None:
    field = reader.field(name, path)
    if field is None:
        return None
    if field.name not in SETTABLE and not field.name.startswith("custom."):
        reader.refuse(path, f"a rule may set {', '.join(SETTABLE)} and custom fields, not {field.name}")
        return None
    fact = None if is_blank(value) else fitted(value, field)
    texts = fact if isinstance(fact, tuple) else (fact,)
    if fact is None or not all(storable(text) for text in texts if isinstance(text, str)):
        reader.refuse(path, f"{field.name} is a {field.type} field; {shown(value)} does not fit")
        return None
    return fact
