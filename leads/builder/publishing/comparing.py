"""Two documents of a tree side by side, for people: changes as lines, tags for cards, all rules with what is gone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from leads.builder.desk import Desk
from leads.builder.names import names_of
from leads.builder.remembering import Remembered
from leads.world import Known
from routing.builder import drafts
from routing.engine import difference, meaning, nodes, phrases
from routing.engine.difference import Change, differences
from routing.engine.nodes import Json
from routing.engine.phrases import Pieces
from routing.engine.saying import Speaker

LABELS = {"new": "New", "edited": "Edited", "moved": "Moved", "removed": "Removed", "off": "Off", "on": "On"}
# Of several things that happened to a piece its card says the first of these.
WEIGHT = ("new", "off", "on", "edited", "moved")
AROUND = 48  # letters of what stayed that are said beside what did not
CHANGES: Remembered[tuple[Change, ...]] = Remembered(32)
LIVE: Remembered[Json] = Remembered(4)


@dataclass(frozen=True, slots=True)
class Line:
    """One change as a list shows it: `pieces` are cut down to what changed and a little around it."""

    change: Change
    label: str
    pieces: Pieces

    @property
    def is_shown(self) -> bool:
        """There is still something to look at."""
        return self.change.kind != "removed"


@dataclass(frozen=True, slots=True)
class Row:
    """A rule in a comparison of everything. `said` and `outcome` are whole; `more` is what else changed of it."""

    node: str
    number: str
    name: str
    depth: int
    tags: tuple[str, ...]
    said: Pieces
    outcome: Pieces
    more: tuple[Line, ...]

    @property
    def is_gone(self) -> bool:
        return "removed" in self.tags

    @property
    def labels(self) -> Sequence[tuple[str, str]]:
        return [(tag, LABELS[tag]) for tag in self.tags]


def changes(desk: Desk) -> tuple[Change, ...]:
    """What the desk's document changes of what is live; everything is new where nothing is."""
    key = (desk.tree.pk, desk.rev, desk.live.pk if desk.live else 0, desk.known.revision)
    return CHANGES.get(key, lambda: _changes(desk))


def _changes(desk: Desk) -> tuple[Change, ...]:
    speaker, live = speaker_of(desk.known), desk.live
    after = meaning.document(desk.document, speaker.vocabulary)
    if live is None:
        before = meaning.document(drafts.EMPTY, speaker.vocabulary)
    else:  # it does not change while a draft is edited
        key = (live.pk, desk.known.revision)
        before = LIVE.get(key, lambda: meaning.document(live.document, speaker.vocabulary))
    return tuple(difference.of_meanings(before, after, speaker))


def compared(before: Json, after: Json, known: Known) -> tuple[Change, ...]:
    speaker = speaker_of(known)
    return differences(before, after, speaker.vocabulary, speaker.names, speaker.of_value)


def tags(found: Sequence[Change]) -> Mapping[str, str]:
    """By piece, what its card says of itself."""
    kinds: dict[str, set[str]] = {}
    for one in found:
        kinds.setdefault(one.node, set()).add(one.kind)
    return {
        node: next(LABELS[kind] for kind in WEIGHT if kind in said)
        for node, said in kinds.items()
        if said - {"removed"}
    }


def lines(found: Sequence[Change]) -> tuple[Line, ...]:
    return tuple(Line(one, LABELS[one.kind], brief(one.pieces)) for one in found)


def brief(pieces: Pieces) -> Pieces:
    """What stayed is cut where it is long: only what stands beside a change is needed to understand it."""
    last = len(pieces) - 1
    return tuple(
        (_cut(said, index > 0, index < last), how) if how == "same" else (said, how)
        for index, (said, how) in enumerate(pieces)
    )


def rows(before: Json, after: Json, known: Known) -> tuple[Row, ...]:
    """Every rule of both, in the order of `after`; what is gone stands where it stood."""
    speaker = speaker_of(known)
    before, after = (meaning.document(one, speaker.vocabulary) for one in (before, after))
    return tuple(_Rows(before, after, speaker).all())


def speaker_of(known: Known) -> Speaker:
    names = names_of(known)
    by_kind = {(kind, slug): name for kind, called in names.by_kind.items() for slug, name in called.items()}
    return Speaker(known.world.vocabulary, by_kind, names.of_value)


def _cut(said: str, before: bool, after: bool) -> str:
    """The end of it if a change follows, its beginning if one went before."""
    if len(said) <= AROUND * (before + after):
        return said
    start = said[:AROUND].rsplit(" ", 1)[0] if before else ""
    end = said[-AROUND:].split(" ", 1)[-1] if after else ""
    return f"{start} … {end}" if start else f"… {end}" if end else "…"


class _Rows:
    def __init__(self, before: Json, after: Json, speaker: Speaker) -> None:
        self.documents = before, after
        self.speaker = speaker
        self.before = {found.id: found for found in nodes.walk(before)}
        self.after = {found.id: found for found in nodes.walk(after)}
        self.found: dict[str, list[Change]] = {}
        for one in difference.of_meanings(before, after, speaker):
            self.found.setdefault(nodes.rule_of(one.node), []).append(one)

    def all(self) -> Iterator[Row]:
        before, after = self.documents
        yield from self._level(before["rules"], after["rules"], 1)
        for one in self.found.get(nodes.ROOT, ()):
            no: Pieces = ()
            said, outcome = (no, one.pieces) if nodes.is_otherwise(one.node) else (one.pieces, no)
            yield Row(one.node, "", one.name, 1, (one.kind,), said, outcome, ())
        if not any(nodes.is_otherwise(one.node) for one in self.found.get(nodes.ROOT, ())):
            rest = phrases.text(self.speaker.target(after["otherwise"]))
            yield Row(f"{nodes.ROOT_OTHERWISE}{nodes.TARGET}", "", "Otherwise", 1, (), (), ((rest, "same"),), ())

    def _level(self, before: Sequence[Json], after: Sequence[Json], depth: int) -> Iterator[Row]:
        for rule in _with_ghosts(before, after, self.after):
            name = str(rule.get("id", ""))
            yield self._row(name, depth)
            was = self.before[name].rule.get("rules", []) if name in self.before else []
            now = self.after[name].rule.get("rules", []) if name in self.after else []
            yield from self._level(was, now, depth + 1)

    def _row(self, name: str, depth: int) -> Row:
        was, now = self.before.get(name), self.after.get(name)
        one, other = (found.rule if found else None for found in (was, now))
        found = self.found.get(name, [])
        shown = now or was
        assert shown is not None
        return Row(
            node=name,
            number=shown.number,
            name=str(shown.rule.get("name") or "…"),
            depth=depth,
            tags=tuple(dict.fromkeys(change.kind for change in found)),
            said=self._both(one, other, lambda rule: self.speaker.condition(rule.get("when"))),
            outcome=self._both(one, other, lambda rule: difference.outcome(rule, self.speaker)),
            more=lines([change for change in found if change.part not in ("condition", "outcome") and _says(change)]),
        )

    def _both(self, one: Json | None, other: Json | None, say: difference.Say) -> Pieces:
        if one is None or other is None:
            only = other or one
            assert only is not None
            return ((phrases.text(say(only)), "new" if one is None else "gone"),)
        return phrases.compared(say(one), say(other))


def _says(change: Change) -> bool:
    return change.kind in ("moved", "edited")


def _with_ghosts(before: Sequence[Json], after: Sequence[Json], still: Mapping[str, object]) -> list[Json]:
    """The rules of a branch now; between them those that are gone altogether, each behind the one it stood behind."""
    merged = list(after)
    for index, rule in enumerate(before):
        if rule.get("id") in still:
            continue
        earlier = [one.get("id") for one in before[:index]]
        places = [place for place, one in enumerate(merged) if one.get("id") in earlier]
        merged.insert(max(places, default=-1) + 1, rule)
    return merged
