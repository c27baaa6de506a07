"""What is said, in parts that can be compared: a text, a run of parts, or a list of parts with a word between them.

`compared` tells of two phrases what both say, what is gone and what is new. Whoever reads over what is new reads the
first phrase letter by letter; whoever reads over what is gone, the second.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

How = Literal["same", "gone", "new"]
Piece = tuple[str, How]
Pieces = tuple[Piece, ...]
OPENS = "("


@dataclass(frozen=True)
class Run:
    """Parts that follow each other: `("employees", " is at least ", "1,000")`."""

    parts: tuple[Phrase, ...]


@dataclass(frozen=True)
class Listed:
    """Parts of one kind: `joint` stands between two of them, `nothing` for none at all."""

    parts: tuple[Phrase, ...]
    joint: str
    nothing: str = ""


Phrase = str | Run | Listed


def text(phrase: Phrase) -> str:
    if isinstance(phrase, str):
        return phrase
    if isinstance(phrase, Run):
        return "".join(text(part) for part in phrase.parts)
    return phrase.joint.join(text(part) for part in phrase.parts) or phrase.nothing


def compared(before: Phrase, after: Phrase) -> Pieces:
    """`before` and `after` in one: every piece is the same, gone or new."""
    return joined(_compared(before, after))


def joined(pieces: Iterable[Piece]) -> Pieces:
    """Without empty pieces, neighbours of one kind put together."""
    whole: list[Piece] = []
    for said, how in pieces:
        if said and whole and whole[-1][1] == how:
            whole[-1] = (whole[-1][0] + said, how)
        elif said:
            whole.append((said, how))
    return tuple(whole)


def _compared(before: Phrase, after: Phrase) -> Iterator[Piece]:
    if before == after:
        yield text(after), "same"
        return
    if isinstance(before, Listed) != isinstance(after, Listed):
        # "DE" has become "DE, AT": one is a list too.
        before, after = _as_list(before, after), _as_list(after, before)
    if _is_bracketed(before) != _is_bracketed(after):
        before, after = _as_bracketed(before, after), _as_bracketed(after, before)
    if isinstance(before, Listed) and isinstance(after, Listed) and before.parts and after.parts:
        yield from _lists(before, after)
    elif isinstance(before, Run) and isinstance(after, Run) and _alike(before, after):
        for one, other in zip(before.parts, after.parts, strict=True):
            yield from _compared(one, other)
    else:
        yield text(before), "gone"
        yield text(after), "new"


def _alike(one: Run, other: Run) -> bool:
    """Of one form, and about the same: else it reads better to say the one and then the other."""
    first, second = one.parts[0], other.parts[0]
    return len(one.parts) == len(other.parts) and (
        not isinstance(first, str) or first == second or OPENS in (first, second)
    )


def _as_list(phrase: Phrase, like: Phrase) -> Phrase:
    return Listed((phrase,), like.joint) if isinstance(like, Listed) and not isinstance(phrase, Listed) else phrase


def _is_bracketed(phrase: Phrase) -> bool:
    return isinstance(phrase, Run) and phrase.parts[0] == OPENS


def _as_bracketed(phrase: Phrase, like: Phrase) -> Phrase:
    """A condition has become "(it or another)": nothing of it is gone."""
    if isinstance(phrase, Run) and isinstance(like, Run) and _is_bracketed(like):
        return Run(("", _as_list(phrase, like.parts[1]), ""))
    return phrase


def _lists(before: Listed, after: Listed) -> Iterator[Piece]:
    """A joint is said on the side on which something stands before it."""
    begun = {"gone": False, "new": False}
    for one, other in _paired(before.parts, after.parts):
        joints = {
            "gone": before.joint if one is not None and begun["gone"] else "",
            "new": after.joint if other is not None and begun["new"] else "",
        }
        if joints["gone"] == joints["new"]:
            yield joints["new"], "same"
        else:
            yield joints["gone"], "gone"
            yield joints["new"], "new"
        if one is not None and other is not None:
            yield from _compared(one, other)
        elif one is not None:
            yield text(one), "gone"
        elif other is not None:
            yield text(other), "new"
        begun["gone"] |= one is not None
        begun["new"] |= other is not None


def _paired(before: Sequence[Phrase], after: Sequence[Phrase]) -> Iterator[tuple[Phrase | None, Phrase | None]]:
    """Which part has become which: first by what they say, then by what they speak of."""
    for how, left, right in _blocks(before, after):
        if how == "equal":
            yield from zip(left, right, strict=True)
            continue
        about = [_about(part) for part in left], [_about(part) for part in right]
        for kind, start, end, other_start, other_end in SequenceMatcher(None, *about, autojunk=False).get_opcodes():
            ones, others = left[start:end], right[other_start:other_end]
            if kind == "equal":
                yield from zip(ones, others, strict=True)
            else:
                yield from ((one, None) for one in ones)
                yield from ((None, other) for other in others)


def _blocks(
    before: Sequence[Phrase], after: Sequence[Phrase]
) -> Iterator[tuple[str, Sequence[Phrase], Sequence[Phrase]]]:
    matcher: SequenceMatcher[Phrase] = SequenceMatcher(None, before, after, autojunk=False)
    for how, start, end, other_start, other_end in matcher.get_opcodes():
        yield how, before[start:end], after[other_start:other_end]


def _about(phrase: Phrase) -> str:
    """What a part speaks of: a condition of its field, a row of its first value."""
    while not isinstance(phrase, str):
        if not phrase.parts:
            return ""
        phrase = phrase.parts[_is_bracketed(phrase)]
    return phrase
