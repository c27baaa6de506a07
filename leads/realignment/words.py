"""What a change set changes, in the words of the sales floor: each entry as it was and as it will be. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from leads.configuration.differences import Differences
from leads.configuration.documents import vocabulary_of
from leads.configuration.parts import Configuration, Member
from routing.engine.document import BadDocument, parse_condition
from routing.engine.explain import sentence
from routing.engine.facts import Vocabulary

KINDS = {"territories": "Territory", "pools": "Pool", "accounts": "Account"}
LABELS = {
    "name": "Name",
    "parent": "Within",
    "when": "Holds",
    "reps": "Reps",
    "members": "Reps",
    "valid_from": "From",
    "valid_to": "Until",
    "strategy": "Strategy",
    "catch_up": "Catch-up",
    "owner": "Owner",
}
NOTHING = "–"


@dataclass(frozen=True, slots=True)
class Line:
    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Change:
    """`deed` is added, changed or removed."""

    kind: str
    name: str
    slug: str
    deed: str
    lines: tuple[Line, ...]


def changes(found: Differences, before: Configuration, after: Configuration) -> Iterator[Change]:
    """The entries that differ, in the order of the file."""
    speakers = _Speaker(before), _Speaker(after)
    for one in found:
        part = one.after or one.before
        deed = "added" if one.before is None else "removed" if one.after is None else "changed"
        lines = tuple(_lines(one.before, one.after, speakers))
        yield Change(KINDS.get(one.kind, one.kind), part.name, one.name, deed, lines)


def done(applied: Sequence[Mapping[str, Any]], now: Configuration) -> Iterator[Change]:
    """The same for what has been applied, from the entries as they were kept; names are those of now."""
    names = {rep.email: rep.name for rep in now.reps}
    vocabulary = vocabulary_of(now)
    for one in applied:
        before, after = one["before"] or {}, one["after"] or {}
        deed = "added" if not before else "removed" if not after else "changed"
        lines = tuple(
            Line(label, _kept(key, before.get(key), names, vocabulary), _kept(key, after.get(key), names, vocabulary))
            for key, label in LABELS.items()
            if before.get(key) != after.get(key) and not (key == "name" and deed != "changed")
        )
        name = (after or before).get("name", one["name"])
        yield Change(KINDS.get(one["kind"], one["kind"]), name, one["name"], deed, lines)


def reps_in_words(members: Sequence[Member], names: Mapping[str, str]) -> str:
    """ "Ada ×2, Bob" """
    return ", ".join(_member(one, names) for one in members) or NOTHING


def condition_in_words(when: Mapping[str, Any], vocabulary: Vocabulary) -> str:
    return sentence(parse_condition(when, vocabulary), vocabulary) if when else NOTHING


class _Speaker:
    """Says values of one configuration: names instead of slugs and addresses."""

    def __init__(self, configuration: Configuration) -> None:
        self.vocabulary = vocabulary_of(configuration)
        self.reps = {rep.email: rep.name for rep in configuration.reps}
        self.territories = {one.slug: one.name for one in configuration.territories}

    def say(self, part: Any, key: str) -> str:
        value = getattr(part, key, None)
        if value in (None, "", (), {}):
            return NOTHING
        if key == "when":
            return condition_in_words(value, self.vocabulary)
        if key in ("reps", "members"):
            return reps_in_words(value, self.reps)
        if key == "owner":
            return self.reps.get(value, str(value))
        if key == "parent":
            return self.territories.get(value, str(value))
        return f"{value:%-d %b %Y}" if key in ("valid_from", "valid_to") else str(value).replace("_", " ")


def _lines(before: Any, after: Any, speakers: tuple[_Speaker, _Speaker]) -> Iterator[Line]:
    for key, label in LABELS.items():
        said = speakers[0].say(before, key), speakers[1].say(after, key)
        if said[0] != said[1] and not (key == "name" and (before is None or after is None)):
            yield Line(label, *said)


def _member(member: Member, names: Mapping[str, str]) -> str:
    name = names.get(member.rep, member.rep)
    return name if member.weight == 1 else f"{name} ×{member.weight:g}"


def _kept(key: str, value: Any, names: Mapping[str, str], vocabulary: Vocabulary) -> str:
    if not value:
        return NOTHING
    if key == "when":
        try:
            return condition_in_words(value, vocabulary)
        except BadDocument:  # it asks for a field that has gone since
            return "a condition that can no longer be read"
    if key in ("reps", "members"):
        return reps_in_words([Member(one["rep"], one.get("weight", 1)) for one in value], names)
    return names.get(str(value), str(value)).replace("_", " ")
