"""Invented people and companies. The same key always gives the same words."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")

NAMES = Path(__file__).with_name("names")


def _names(file: str) -> tuple[str, ...]:
    return tuple((NAMES / file).read_text(encoding="utf-8").split())


FIRST, LAST, COMPANY_WORDS = _names("first.txt"), _names("last.txt"), _names("companies.txt")
TITLES = (
    "Chief Information Officer",
    "Chief Technology Officer",
    "VP Operations",
    "VP Engineering",
    "Director of IT",
    "Director of Procurement",
    "Head of Infrastructure",
    "IT Manager",
    "Procurement Manager",
    "Systems Engineer",
    "Systems Engineer",
    "Buyer",
    "Analyst",
    "Office Manager",
)
COMPANY_ENDS = ("Works", "Labs", "Systems", "Group", "Partners", "Logistics", "Foods", "Health", "Media", "Tools")
FREE_MAIL = ("gmail.com", "outlook.com", "yahoo.com", "proton.me", "icloud.com")


def number(*key: object, below: int) -> int:
    """A number from 0 on that looks like chance and is always the same for the same key."""
    digest = hashlib.sha256("\n".join(map(str, key)).encode()).digest()
    return int.from_bytes(digest[:8], "big") * below >> 64


def pick(choices: Sequence[T], *key: object) -> T:
    return choices[number(*key, below=len(choices))]


def slug(text: str, *, between: str = "-") -> str:
    """The letters and digits of a name in ASCII: `Mei-Mei Johns` → `mei-mei-johns`."""
    ascii_text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return between.join(re.findall(r"[a-z0-9-]+", ascii_text.replace("&", " "))).strip("-")
