"""A company's name as it is compared: without legal form, accents, punctuation, "and" and "the". Pure.

"The J. B. Hunt & Co., Inc." and "Hunt J.B." become the same words; so do "Müller" and "Mueller", "Intl" and
"International".
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from leads.matching.words import SAME_WORD, is_no_name, without_form

LONGEST = 200  # characters of a name that are looked at
MOST_WORDS = 12
_IN_BRACKETS = re.compile(r"\([^)]*\)|\[[^\]]*\]")
# A register's own mark behind a name: "CORNING INC /NY", "WELLS FARGO & COMPANY/MN", "INC / MA/".
_MARK = re.compile(r"/\s?([a-z]{2,3}|adv)\s*/?\s*$|/\s*$")
_DOTS = re.compile(r"(?<=\b\w)\.(?=\w\b)|(?<=\b\w)\.(?=\W|$)")
_QUIET = re.compile(r"['`’‘´]")
_APART = re.compile(r"[^\w]+|_+")
_SHORT_FORM = {"corporation": "corp", "incorporated": "inc", "limited": "ltd", "company": "co", "and": "&"}
_FILLING = frozenset(("the", "and", "und", "et", "og", "och", "of"))
# Letters that no decomposition takes apart, and the Cyrillic ones as most companies write them.
_LETTERS = str.maketrans(
    {"ø": "o", "đ": "d", "ł": "l", "þ": "th", "ð": "d", "æ": "a", "œ": "o", "ı": "i", "ħ": "h", "ŋ": "n"}
    | dict(zip("абвгдезийклмнопрстуфхыэіїєґ", "abvgdezijklmnoprstufhyeiieg", strict=True))
    | {"ё": "e", "ж": "zh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "sh", "ю": "yu", "я": "ya", "ъ": "", "ь": ""}
)
_TWO_LETTERS = re.compile(r"(?<=[aou])e")


@dataclass(frozen=True, slots=True)
class Name:
    """A name to compare: `written` is the whole with its legal form, `words` are without it and each in one form.

    `joined` are the letters of the words as they are written, in their order.
    """

    written: str
    words: tuple[str, ...]
    joined: str
    sorted: str

    @property
    def is_one(self) -> bool:
        """Whether it can be anybody's name: "n/a", "Test", and one or two letters are nobody's."""
        return bool(self.words) and not is_no_name(self.words)


@lru_cache(maxsize=65536)
def read_name(text: str) -> Name:
    """Total: whatever is written has a name, if an empty one."""
    text = _plain(text[:LONGEST])
    bare = _IN_BRACKETS.sub(" ", text)
    bare = _MARK.sub("", bare if bare.strip() else text)
    written = [word for word in _APART.split(_QUIET.sub("", _DOTS.sub("", bare))) if word][:MOST_WORDS]
    words = without_form([word for word in _initials_together(written) if word not in _FILLING] or written)
    same = tuple(map(_same, words))
    return Name(
        written=" ".join(_SHORT_FORM.get(word, word) for word in written),
        words=same,
        joined="".join(map(_without_second_letters, words)),
        sorted=" ".join(sorted(same)),
    )


def _plain(text: str) -> str:
    text = text.casefold()
    if text.isascii():
        return text
    apart = unicodedata.normalize("NFKD", text.translate(_LETTERS))
    return "".join(letter for letter in apart if not unicodedata.combining(letter)).translate(_LETTERS)


def _same(word: str) -> str:
    """One form of a word, "Foods" and "Food" included."""
    word = SAME_WORD.get(word, word)
    if len(word) > 3 and word[-1] == "s" and word[-2] not in "isu":
        word = word[:-1]
    return _without_second_letters(word)


def _without_second_letters(word: str) -> str:
    """ "mueller" as "muller": what an umlaut is written as where there are none."""
    return _TWO_LETTERS.sub("", word) if len(word) > 4 else word


def _initials_together(words: list[str]) -> list[str]:
    """ "j b hunt" → "jb hunt"."""
    found: list[str] = []
    open_run = False
    for word in words:
        single = len(word) == 1 and word.isalpha()
        if single and open_run:
            found[-1] += word
        else:
            found.append(word)
        open_run = single
    return found
