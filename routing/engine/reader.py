"""Reads untrusted JSON piece by piece and collects every problem with its path, instead of stopping at the first.

A piece that cannot be read comes back as something harmless: `finish` raises before anybody can use it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches

from routing.engine.facts import Field, Vocabulary
from routing.engine.problems import UNCHECKED, BadDocument, References, RuleError

LONGEST_TEXT = 2000
# Looking for near misses is slow; past this many problems the reader of the list has other worries.
SUGGESTIONS_UP_TO = 100

SLUG = re.compile(r"[A-Za-z0-9_-]{1,60}\Z")
EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,190}\Z")
KEY = re.compile(r"[A-Za-z0-9_.-]{1,60}\Z")
ISO_DATE = re.compile(r"\d{4}-\d\d-\d\d\Z", re.ASCII)


@dataclass(slots=True)
class Reader:
    vocabulary: Vocabulary
    references: References = UNCHECKED
    give_up_at: int | None = None  # so many problems
    problems: list[RuleError] = field(default_factory=list)

    def refuse(self, path: str, problem: str) -> None:
        self.problems.append(RuleError(path, problem))
        if len(self.problems) == self.give_up_at:
            self.problems.append(RuleError("", f"only the first {self.give_up_at:,} problems are listed"))
            self.finish()

    def finish(self) -> None:
        if self.problems:
            raise BadDocument(tuple(self.problems))

    def members(
        self, data: object, path: str, known: Collection[str], needed: Collection[str] = ()
    ) -> dict[str, object]:
        """The object at this path; a key that nobody knows or that is missing is a problem."""
        if not isinstance(data, dict):
            self.refuse(path, f"must be an object with {_listed(needed or known)}, not {shown(data)}")
            return {}
        for key in data:
            if key not in known:
                self.refuse(joined(path, key), f"unknown key {shown(key)}{self.near(key, known)}")
        for key in needed:
            if key not in data:
                self.refuse(joined(path, key), "is missing")
        return data

    def items(self, data: object, path: str, what: str) -> Iterator[tuple[object, str]]:
        if not isinstance(data, list | tuple):
            self.refuse(path, f"must be a list of {what}, not {shown(data)}")
            return
        for index, item in enumerate(data):
            yield item, f"{path}[{index}]"

    def text(self, data: object, path: str, *, empty: bool = False, longest: int = LONGEST_TEXT) -> str:
        if not isinstance(data, str):
            self.refuse(path, f"must be a text, not {shown(data)}")
        elif not empty and not data.strip():
            self.refuse(path, "must not be empty")
        elif len(data) > longest:
            self.refuse(path, f"has {len(data)} characters; at most {longest} are allowed")
        elif not storable(data):
            self.refuse(path, "holds a NUL or half a character (a lone surrogate), which no database keeps")
        else:
            return str(data)
        return ""

    def slug(self, data: object, path: str) -> str:
        return self._matching(data, path, SLUG, "must be a slug: letters, digits, - and _, at most 60")

    def email(self, data: object, path: str) -> str:
        return self._matching(data, path, EMAIL, "must be an e-mail address")

    def _matching(self, data: object, path: str, form: re.Pattern[str], problem: str) -> str:
        if isinstance(data, str) and form.match(data) and storable(data):
            return str(data)
        self.refuse(path, f"{problem}, not {shown(data)}")
        return ""

    def whole(self, data: object, path: str, lowest: int, highest: int) -> int:
        if isinstance(data, int) and not isinstance(data, bool) and lowest <= data <= highest:
            return int(data)
        self.refuse(path, f"must be a whole number from {lowest:,} to {highest:,}, not {shown(data)}")
        return lowest

    def flag(self, data: object, path: str) -> bool:
        if not isinstance(data, bool):
            self.refuse(path, f"must be true or false, not {shown(data)}")
        return data is True

    def choice(self, data: object, path: str, choices: Collection[str]) -> str:
        if isinstance(data, str) and data in choices:
            return str(data)
        self.refuse(path, f"must be one of {_listed(choices)}, not {shown(data)}{self.near(data, choices)}")
        return ""

    def day(self, data: object, path: str) -> date | None:
        """YAML gives a date where JSON has a text."""
        if type(data) is date:
            return data
        try:
            if isinstance(data, str) and ISO_DATE.match(data):
                return date.fromisoformat(data)
        except ValueError:  # the 30th of February
            pass
        self.refuse(path, f"must be a date such as 2026-01-31, not {shown(data)}")
        return None

    def field(self, data: object, path: str) -> Field | None:
        known = self.vocabulary.get(data) if isinstance(data, str) else None
        if known is None:
            names = [field.name for field in self.vocabulary]
            self.refuse(path, f"unknown field {shown(data)}{self.near(data, names)}" if data else "say which field")
        return known

    def reference(self, slug: str, path: str, known: frozenset[str] | None, what: str) -> str:
        if slug and known is not None and slug not in known:
            self.refuse(path, f"there is no {what} {shown(slug)}{self.near(slug, known)}")
        return slug

    def named(self, data: dict[str, object], key: str, path: str, known: frozenset[str] | None, what: str) -> str:
        """The slug under this key, of something that exists; "" where the key is left out."""
        if key not in data:
            return ""
        where = joined(path, key)
        return self.reference(self.slug(data[key], where), where, known, what)

    def near(self, given: object, names: Collection[str]) -> str:
        """A hint for a name that is nearly right."""
        if not isinstance(given, str) or len(given) > 60 or len(self.problems) >= SUGGESTIONS_UP_TO:
            return ""
        close = get_close_matches(given.lower(), names, n=1)
        return f": did you mean {close[0]}?" if close else ""


def joined(path: str, key: object) -> str:
    name = key if isinstance(key, str) and KEY.match(key) else shown(key)
    return f"{path}.{name}" if path else name


def shown(data: object) -> str:
    """A value in a message: short, and fit to be printed whatever it is."""
    match data:
        case None:
            return "null"
        case bool():
            return "true" if data else "false"
        case str():
            short = data if len(data) <= 40 else data[:39] + "…"
            return json.dumps(short, ensure_ascii=False).encode(errors="backslashreplace").decode()
        case dict():
            return "an object"
        case list() | tuple():
            return "a list" if data else "an empty list"
        case float():
            return repr(data)
        case int():
            return repr(data) if abs(data) < 10**20 else "a huge number"
        case _:
            return f"a {type(data).__name__}"


def storable(text: str) -> bool:
    try:
        return b"\0" not in text.encode()
    except UnicodeEncodeError:
        return False


def _listed(names: Collection[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)
