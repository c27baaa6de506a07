"""What is different between two documents of a tree, piece by piece, in words; rules are known by their ids. Pure.

There is a difference if and only if the documents mean something different (`meaning`). `Change.node` is the piece to
look at, of `nodes`; for what was removed it is the piece as it was called.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from routing.engine import meaning, nodes, phrases
from routing.engine.facts import Vocabulary
from routing.engine.nodes import OTHERWISE, ROOT, TARGET, Found, Json
from routing.engine.phrases import Phrase, Pieces, Run
from routing.engine.saying import MISSING, OfValue, Speaker, as_written, value

Kind = Literal["new", "edited", "moved", "removed", "off", "on"]
PLACE = ("target", "rules", "otherwise")
TOP = "the top"
# What is written otherwise although it reads alike, such as a text that looks like a number.
OTHERWISE_WRITTEN: Pieces = ((" (written in another way)", "new"),)
Say = Callable[[Json], Phrase]
SAID = {"name": "name: ", "why": "why: ", "owner": "owner: ", "review_on": "review on "}


@dataclass(frozen=True, slots=True)
class Change:
    """One difference. `number` and `name` are those of the rule now, or as it was if it is gone; `part` what of it.

    Whoever leaves out what is `gone` in `pieces` reads how it is now; who leaves out what is `new`, how it was.
    """

    node: str
    kind: Kind
    number: str
    name: str
    pieces: Pieces
    part: str = ""


def differences(
    before: Json,
    after: Json,
    vocabulary: Vocabulary,
    names: Mapping[tuple[str, str], str] | None = None,
    of_value: OfValue = as_written,
) -> tuple[Change, ...]:
    """In the order in which rules are read; what is gone comes last. `names`, `of_value`: see `Speaker`."""
    meanings = meaning.document(before, vocabulary), meaning.document(after, vocabulary)
    return tuple(of_meanings(*meanings, Speaker(vocabulary, names or {}, of_value)))


def of_meanings(before: Json, after: Json, speaker: Speaker) -> Iterator[Change]:
    """The same for what `meaning` made of the documents."""
    yield from _Compared(before, after).changes(speaker)


def outcome(rule: Json, speaker: Speaker) -> Phrase:
    """Both of a leaf and of a branch, so that a branch whose Otherwise is the outcome from before reads like that."""
    if nodes.is_branch(rule):
        asks, where = "its own rules, otherwise ", rule.get("otherwise")
    else:
        asks, where = "", rule.get("target")
    return Run(("to ", asks, speaker.target(where)))


class _Compared:
    """Two documents, and where each rule stands in them."""

    def __init__(self, before: Json, after: Json) -> None:
        self.documents = before, after
        self.before = {found.id: found for found in nodes.walk(before)}
        self.after = {found.id: found for found in nodes.walk(after)}
        self.moved = _moved(self.before, self.after)

    def changes(self, speaker: Speaker) -> Iterator[Change]:
        for name, now in self.after.items():
            was = self.before.get(name)
            if was is None:
                yield Change(name, "new", now.number, _name(now), ((_whole(now, speaker), "new"),))
                continue
            if name in self.moved:
                yield Change(name, "moved", now.number, _name(now), self._move(was, now))
            yield from _edits(was, now, speaker)
        yield from _of_the_whole(*self.documents, speaker)
        for name, was in self.before.items():
            if name not in self.after:
                yield Change(name, "removed", was.number, _name(was), ((_whole(was, speaker), "gone"),))

    def _move(self, was: Found, now: Found) -> Pieces:
        places = [was.number, now.number]
        if was.parent != now.parent:
            places = [f"{was.number} in {_branch(self.before, was)}", f"{now.number} in {_branch(self.after, now)}"]
        return phrases.joined(((("from "), "same"), (places[0], "gone"), (" to ", "same"), (places[1], "new")))


def _edits(was: Found, now: Found, speaker: Speaker) -> Iterator[Change]:
    """What a rule says of itself, apart from the rules within it."""
    one, other = was.rule, now.rule
    if meaning.same(_own(one), _own(other)):
        return
    number, name = now.number, _name(now)
    off, off_now = bool(one.get("off")), bool(other.get("off"))
    if off != off_now:
        said = "it is skipped" if off_now else "it is asked again"
        yield Change(now.id, "off" if off_now else "on", number, name, ((said, "new"),))
    if not meaning.same(one.get("when"), other.get("when")):
        pieces = _pieces(speaker.condition(one.get("when")), speaker.condition(other.get("when")))
        yield Change(now.id, "edited", number, name, pieces, "condition")
    if not meaning.same(_place(one), _place(other)):
        pieces = _pieces(outcome(one, speaker), outcome(other, speaker))
        yield Change(_outcome_node(now), "edited", number, name, pieces, "outcome")
    if not meaning.same(one.get("set"), other.get("set")):
        sets = [speaker.sets(rule.get("set", {})) for rule in (one, other)]
        yield Change(now.id, "edited", number, name, _pieces(Run(("sets ", sets[0])), Run(("sets ", sets[1]))), "set")
    for key in sorted((one.keys() | other.keys()) - {"id", "when", "off", "set", *PLACE}):
        if not meaning.same(one.get(key), other.get(key)):
            label = SAID.get(key, f"{key}: ")
            pieces = _pieces(Run((label, value(one.get(key)))), Run((label, value(other.get(key)))))
            yield Change(now.id, "edited", number, name, pieces, key)


def _own(rule: Json) -> Json:
    """A rule without those within it; that it has some stays."""
    return {**rule, "rules": []} if nodes.is_branch(rule) else rule


def _of_the_whole(before: Json, after: Json, speaker: Speaker) -> Iterator[Change]:
    if not meaning.same(before["otherwise"], after["otherwise"]):
        pieces = _pieces(speaker.target(before["otherwise"]), speaker.target(after["otherwise"]))
        yield Change(f"{OTHERWISE}{TARGET}", "edited", "", "Otherwise", pieces, "outcome")
    if not meaning.same(before["sticky_days"], after["sticky_days"]):
        days = [Run(("the same rep for ", value(one["sticky_days"]), " days")) for one in (before, after)]
        yield Change(ROOT, "edited", "", "Who comes back", _pieces(*days), "sticky_days")
    for key in sorted((before.keys() | after.keys()) - {"rules", "otherwise", "sticky_days"}):
        if not meaning.same(before.get(key), after.get(key)):
            pieces = _pieces(value(before.get(key)), value(after.get(key)))
            yield Change(ROOT, "edited", "", key, pieces, key)


def _pieces(before: Phrase, after: Phrase) -> Pieces:
    found = phrases.compared(before, after)
    return found if any(how != "same" for _, how in found) else found + OTHERWISE_WRITTEN


def _moved(before: Mapping[str, Found], after: Mapping[str, Found]) -> frozenset[str]:
    """Whoever is in another branch; and among those that stayed in theirs, the fewest that explain the new order."""
    moved = {name for name, found in after.items() if name in before and before[name].parent != found.parent}
    stayed: dict[str, list[str]] = {}
    for name, found in after.items():
        if name in before and name not in moved:
            stayed.setdefault(found.parent, []).append(name)
    for names in stayed.values():
        keep = _longest_rising([before[name].index for name in names])
        moved.update(name for index, name in enumerate(names) if index not in keep)
    return frozenset(moved)


def _longest_rising(numbers: list[int]) -> frozenset[int]:
    """The places of a longest rising row among these numbers."""
    ends: list[int] = []  # the smallest number that ends a row of each length
    at: list[int] = []  # and its place
    came_from: list[int] = []
    for place, number in enumerate(numbers):
        length = bisect_left(ends, number)
        came_from.append(at[length - 1] if length else -1)
        ends[length:] = [number, *ends[length + 1 :]] if length < len(ends) else [number]
        at[length:] = [place, *at[length + 1 :]] if length < len(at) else [place]
    row, place = set(), at[-1] if at else -1
    while place >= 0:
        row.add(place)
        place = came_from[place]
    return frozenset(row)


def _place(rule: Json) -> Any:
    """Where a rule sends, without the rules within it."""
    return [rule.get("target"), rule.get("otherwise"), nodes.is_branch(rule)]


def _outcome_node(found: Found) -> str:
    return f"{found.id}{OTHERWISE}{TARGET}" if nodes.is_branch(found.rule) else f"{found.id}{TARGET}"


def _whole(found: Found, speaker: Speaker) -> str:
    rule = found.rule
    said = f"{phrases.text(speaker.condition(rule.get('when')))} → {phrases.text(outcome(rule, speaker))}"
    return f"{said}, off" if rule.get("off") else said


def _name(found: Found) -> str:
    return str(found.rule.get("name") or MISSING)


def _branch(rules: Mapping[str, Found], found: Found) -> str:
    return _name(rules[found.parent]) if found.parent in rules else TOP
