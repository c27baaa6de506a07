"""What a job title says: how high somebody stands, and what he works on. Pure, in the languages of most forms.

The tables stand in `lists/titles.txt`. They are read from top to bottom, and the first entry that fits wins: "Founder &
CEO" is `c_level`, "Assistant to the CEO" is `individual`, "Vice President" no president.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from importlib.resources import files

LONGEST = 200  # characters that are looked at
# From the top. Who does not lead and is not called senior is an individual.
LEVELS = ("c_level", "founder", "vp", "director", "head", "manager", "senior", "individual", "intern")
# The words of other systems for the same.
LEVEL_NAMES = {
    **dict.fromkeys(("executive", "c-level", "c level", "c-suite", "c suite", "c_suite", "cxo"), "c_level"),
    **dict.fromkeys(("owner", "partner", "co-founder"), "founder"),
    **dict.fromkeys(("vice president", "vice_president", "svp", "evp", "vp-level"), "vp"),
    **dict.fromkeys(
        ("entry", "entry level", "entry-level", "junior", "non-manager", "staff", "employee"), "individual"
    ),
    **dict.fromkeys(("training", "trainee", "unpaid", "student"), "intern"),
}
ENDINGS = re.compile(r"\(?\b[mwfdhx]\s?[/|]\s?[mwfdhx](\s?[/|]\s?[mwfdhx])*\b\)?")
GENDERED = re.compile(r"(?<=\w)[:*_/]-?(in|innen|frau|euse|rice|trice|e|a)\b")
DOTTED = re.compile(r"(?<=\b\w)\.(?=\w\b)\.?|(?<=\b\w)\.")
ACCENT = re.compile("(?<=[a-z])[\u0300-\u036f]+")
NOT_A_WORD = re.compile(r"[^\w]+|_")

Table = tuple[tuple[str, re.Pattern[str]], ...]


@lru_cache(maxsize=8192)  # a form sees the same few titles again and again
def seniority_of(title: str) -> str:
    """One of `LEVELS`; "" for what is no title."""
    words = _words(title)
    if not any(map(str.isalpha, words)):
        return ""
    return next((level for level, pattern in _tables()["seniority"] if pattern.search(words)), "individual")


@lru_cache(maxsize=8192)
def function_of(title: str) -> str:
    """What somebody with this title works on, such as `engineering`; "" if the title does not say."""
    words = _words(title)
    return next((name for name, pattern in _tables()["function"] if pattern.search(words)), "")


def functions() -> tuple[str, ...]:
    """Everything that somebody may work on."""
    return tuple(dict.fromkeys(name for name, _ in _tables()["function"]))


def level_named(text: str) -> str:
    """The level that somebody else means by this; as it was written if it is none of ours."""
    name = " ".join(text.lower().split())
    if name.replace(" ", "_") in LEVELS:
        return name.replace(" ", "_")
    return LEVEL_NAMES.get(name, text)


def function_named(text: str) -> str:
    """The function that somebody else means by this; as it was written if it is none of ours."""
    name = "_".join(text.lower().split())
    return name if name in functions() else function_of(text) or text


def _words(title: str) -> str:
    folded = unicodedata.normalize("NFKD", title[:LONGEST].casefold())
    # Marks go only from Latin letters: elsewhere they make another letter.
    plain = unicodedata.normalize("NFKC", ACCENT.sub("", folded))
    plain = GENDERED.sub("", ENDINGS.sub(" ", plain))
    return " ".join(NOT_A_WORD.sub(" ", DOTTED.sub("", plain)).split())


@lru_cache(maxsize=1)
def _tables() -> dict[str, Table]:
    tables: dict[str, list[tuple[str, re.Pattern[str]]]] = {}
    rows: list[tuple[str, re.Pattern[str]]] = []
    for line in files("leads.lists").joinpath("titles.txt").read_text("utf-8").splitlines():
        if line.startswith("["):
            rows = tables.setdefault(line.strip("[]"), [])
        elif line and not line.startswith("#"):
            name, _, pattern = line.partition(": ")
            rows.append((name, re.compile(rf"\b(?:{pattern})\b")))
    return {name: tuple(found) for name, found in tables.items()}
