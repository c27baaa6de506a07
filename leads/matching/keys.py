"""What a name is found by: hashes that an account and a lead have in common although one of them is misspelt. Pure.

| kind | of | finds |
|---|---|---|
| `=` | all words, sorted | the same name in any order |
| `2` | each pair of words | a word too few or too many among common ones |
| `w` | each word of its own | a word too few or too many |
| `h` | both halves of such a word, with its length | one slip in it |
| `s` | the letters in two or three parts, with their number | one or two slips anywhere, words run together |
| `p` | the sound of the letters | what was heard and not read |
| `t` | the first ten letters | what a form has cut off |

A part is looked for only where two slips can have moved it to (Li, Deng, Wang, Feng: "Pass-Join", VLDB 2011), so both
sides have few keys, and each is rare.
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import blake2b
from itertools import combinations, groupby

from leads.matching.names import Name
from leads.matching.words import OWN, weight

SHORTEST_IN_TWO, SHORTEST_IN_THREE = 5, 9
SHORTEST_WORD_IN_HALVES = 6
HEAD = 10
MOST_PAIRED = 6

_SOUNDS = str.maketrans("cqgzvwdb", "kkksfftp", "yh")


def number(key: str) -> int:
    """As PostgreSQL keeps it: a signed whole number of 64 bits."""
    return int.from_bytes(blake2b(key.encode(), digest_size=8).digest(), "big", signed=True)


def exact(name: Name) -> int:
    return number(f"={name.sorted}")


def word_key(word: str) -> int:
    return number(f"w{word}")


def own_words(name: Name) -> list[str]:
    """The words that are not half of all companies'."""
    return [word for word in dict.fromkeys(name.words) if len(word) > 2 and weight(word) == OWN]


def of_account(name: Name) -> frozenset[int]:
    """All keys under which an account of this name is found; none for what is no name."""
    if not name.is_one:
        # By the same words alone: RevOps may have given "HP" as an alias.
        return frozenset((exact(name),)) if name.words else frozenset()
    keys = [*_whole(name), f"={name.sorted}", *_parts("s", name.joined)]
    for word in own_words(name):
        keys.append(f"w{word}")
        if len(word) >= SHORTEST_WORD_IN_HALVES:
            keys += _halves(word)
    return frozenset(map(number, keys))


def of_lead(name: Name) -> frozenset[int]:
    """All keys under which an account of about this name may be found."""
    keys = [*_whole(name), *_moved_parts(name.joined)]
    for word in own_words(name):
        keys.append(f"w{word}")
        if len(word) >= SHORTEST_WORD_IN_HALVES - 1:
            keys += _moved_halves(word)
    return frozenset(map(number, keys))


def sound(letters: str) -> str:
    """How it sounds, roughly: consonants that are taken for each other are the same, vowels count at the start only."""
    letters = letters.replace("ph", "f").replace("ck", "k").replace("x", "ks").replace("ch", "k").replace("sch", "s")
    said = "".join(letter for letter, _ in groupby(letters.translate(_SOUNDS)))
    return said[:1] + "".join(letter for letter, _ in groupby(c for c in said[1:] if c not in "aeiou"))


def _whole(name: Name) -> Iterator[str]:
    words = tuple(dict.fromkeys(name.words))
    if len(words) <= MOST_PAIRED:
        yield from ("2" + " ".join(pair) for pair in combinations(sorted(words), 2))
    if len(name.joined) >= HEAD:
        yield "t" + name.joined[:HEAD]
    said = sound(name.joined)
    if len(said) > 3:
        yield "p" + said


def _cuts(length: int, parts: int) -> list[tuple[int, int]]:
    """(where, how long) of the parts: as equal as can be, longer ones last."""
    short, longer = divmod(length, parts)
    found, at = [], 0
    for index in range(parts):
        size = short + (index >= parts - longer)
        found.append((at, size))
        at += size
    return found


def _in_parts(length: int) -> int:
    return 3 if length >= SHORTEST_IN_THREE else 2


def _parts(kind: str, letters: str) -> list[str]:
    length = len(letters)
    if length < SHORTEST_IN_TWO:
        return []
    cuts = _cuts(length, _in_parts(length))
    return [f"{kind}{length}.{index}{letters[at : at + size]}" for index, (at, size) in enumerate(cuts)]


def _moved_parts(letters: str) -> list[str]:
    found = []
    for length in range(max(len(letters) - 2, SHORTEST_IN_TWO), len(letters) + 3):
        slips = _in_parts(length) - 1
        longer = len(letters) - length
        if abs(longer) <= slips:
            for index, (at, size) in enumerate(_cuts(length, slips + 1)):
                first = max(at - index, at + longer - (slips - index), 0)
                last = min(at + index, at + longer + (slips - index), len(letters) - size)
                found += [f"s{length}.{index}{letters[spot : spot + size]}" for spot in range(first, last + 1)]
    return found


def _halves(word: str) -> list[str]:
    half = len(word) // 2
    return [f"h{len(word)}.0{word[:half]}", f"h{len(word)}.1{word[half:]}"]


def _moved_halves(word: str) -> list[str]:
    found = []
    for length in range(max(len(word) - 1, SHORTEST_WORD_IN_HALVES), len(word) + 2):
        half = length // 2
        found += [f"h{length}.0{word[:half]}", f"h{length}.1{word[len(word) - (length - half) :]}"]
    return found
