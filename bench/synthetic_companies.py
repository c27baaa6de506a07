"""Made-up companies, and leads that misspell them: for `matching.py`.

The corruptions are what people, forms, scanners and ears do to a name. They were written down before the index was
tuned, know nothing of its keys, and strike anywhere, the first letter included. Strangers come from the same mill:
their names are not among the accounts', and they are misspelt like everybody else.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

WORDS: dict[str, Any] = json.loads((Path(__file__).parent / "data" / "made_up_words.json").read_text("utf-8"))
ONSETS, NUCLEI, CODAS = WORDS["onsets"], WORDS["nuclei"], WORDS["codas"]
SURNAMES, PLACES, TRADES = WORDS["surnames"], WORDS["places"], WORDS["trades"]
# What is written instead of what: by ear, by a scanner, by who has no accents on the keys.
HEARD, SEEN, LATIN = WORDS["heard"], WORDS["seen"], WORDS["latin"]
ACCENTED = {"a": "äáàå", "e": "éèê", "o": "öóø", "u": "üú", "n": "ñ", "c": "ç"}
SHAPES = ["Group", "Holdings", "International", "Global", "Worldwide", "Industries", "Enterprises", "Associates"]
FORMS = {
    "US": ["Inc.", "Inc", "LLC", "Corp.", "Corporation", "Co.", "L.P."],
    "GB": ["Ltd", "Limited", "PLC", "LLP"],
    "DE": ["GmbH", "AG", "GmbH & Co. KG", "KG"],
    "FR": ["SA", "S.A.S.", "SARL"],
    "IT": ["S.p.A.", "S.r.l."],
    "ES": ["S.L.", "S.A."],
    "NL": ["B.V.", "N.V."],
    "SE": ["AB"],
    "DK": ["A/S", "ApS"],
    "IN": ["Pvt. Ltd.", "Limited"],
    "AU": ["Pty Ltd"],
}
COUNTRIES = ["US", "US", "US", "US", "GB", "GB", "DE", "DE", "FR", "IT", "ES", "NL", "SE", "DK", "IN", "AU"]
FREE = ["gmail.com", "outlook.com", "yahoo.com", "web.de"]
KEYS = {one: other for row in ("qwertyuiop", "asdfghjkl", "zxcvbnm") for one, other in pairwise(row)}
SHORT = {
    "international": "Intl", "technologies": "Tech", "manufacturing": "Mfg", "associates": "Assoc.", "services": "Svcs",
    "systems": "Sys", "engineering": "Eng", "solutions": "Soln", "laboratories": "Labs", "pharma": "Pharmaceuticals",
    "construction": "Constr", "industries": "Ind", "holdings": "Hldgs", "marketing": "Mktg", "logistics": "Log.",
    "consulting": "Cons.", "medical": "Med", "electronics": "Elec", "transport": "Transp", "properties": "Props",
}  # fmt: skip
Corruption = Callable[[str, random.Random], str]


@dataclass(frozen=True, slots=True)
class Company:
    """`bare` is its name without the legal form: nobody else has it."""

    id: int
    name: str
    bare: str
    country: str
    domain: str


@dataclass(frozen=True, slots=True)
class Lead:
    """`account` is the company's id, 0 for a stranger; `kinds` are what happened to the name."""

    company: str
    country: str
    email_domain: str
    account: int
    kinds: tuple[str, ...]


def companies(count: int, chance: random.Random) -> list[Company]:
    """So many companies, no two of the same bare name."""
    found: list[Company] = []
    seen: set[str] = set()
    while len(found) < count:
        bare = _bare(chance)
        slug = re.sub(r"[^a-z0-9]", "", _latin(bare.lower()))
        if slug in seen:
            continue
        seen.add(slug)
        country = chance.choice(COUNTRIES)
        form = chance.choice(FORMS[country]) if chance.random() < 0.8 else ""
        domain = f"{slug}.{'com' if country == 'US' else country.lower()}"
        found.append(Company(len(found) + 1, f"{bare} {form}".strip(), bare, country, domain))
    return found


def leads(of: Sequence[Company], strangers: Sequence[Company], count: int, chance: random.Random) -> list[Lead]:
    """Nine in ten know one of the companies, one is a stranger; half of all write from their company's domain."""
    found = []
    for _ in range(count):
        strange = chance.random() < 0.1
        company = chance.choice(strangers if strange else of)
        kinds = _kinds(chance)
        written = company.name
        for kind in kinds:
            written = CORRUPTIONS[kind](written, chance)
        country = ""
        if chance.random() < 0.7:
            country = company.country if chance.random() < 0.93 else chance.choice(COUNTRIES)
        domain = company.domain if chance.random() < 0.5 else chance.choice(FREE)
        found.append(Lead(written, country, domain, 0 if strange else company.id, kinds))
    return found


def _kinds(chance: random.Random) -> tuple[str, ...]:
    """One in six writes the name as it is; one in five of the others makes two mistakes."""
    if chance.random() < 0.15:
        return ()
    names = list(CORRUPTIONS)
    return tuple(chance.sample(names, 2 if chance.random() < 0.2 else 1))


def _coined(chance: random.Random, least: int = 2) -> str:
    word = "".join(
        chance.choice(ONSETS) + chance.choice(NUCLEI) + (chance.choice(CODAS) if chance.random() < 0.5 else "")
        for _ in range(chance.choice((least, 2, 3)))
    )
    if chance.random() < 0.05:
        at = chance.randrange(len(word))
        word = word[:at] + chance.choice(ACCENTED.get(word[at], word[at])) + word[at + 1 :]
    return word.capitalize()


def _bare(chance: random.Random) -> str:
    pick = chance.random()
    coined = _coined(chance)
    if pick < 0.40:
        words = [coined, chance.choice(TRADES)]
    elif pick < 0.50:
        words = [_coined(chance, 3)]
    elif pick < 0.62:
        words = [chance.choice(SURNAMES), chance.choice(("&", "and", "")), coined, chance.choice(TRADES)]
    elif pick < 0.75:
        words = [chance.choice(PLACES), coined, chance.choice(TRADES)]
    elif pick < 0.85:
        words = [coined, chance.choice(TRADES), chance.choice(SHAPES)]
    elif pick < 0.93:
        words = [coined, _coined(chance)]
    else:
        words = ["The", coined, chance.choice(TRADES), "Company"]
    return " ".join(word for word in words if word)


def _typo(name: str, chance: random.Random) -> str:
    """One slip at any letter: left out, doubled, another one, the neighbour's key, or two in the wrong order."""
    spots = [at for at, letter in enumerate(name) if letter.isalpha()]
    if not spots:
        return name
    at = chance.choice(spots)
    letter = name[at].lower()
    kind = chance.randrange(5)
    if kind == 0:
        return name[:at] + name[at + 1 :]
    if kind == 1:
        return name[:at] + chance.choice("abcdefghijklmnopqrstuvwxyz") + name[at:]
    if kind == 2:
        return name[:at] + chance.choice("abcdefghijklmnopqrstuvwxyz") + name[at + 1 :]
    if kind == 3:
        return name[:at] + KEYS.get(letter, letter) + name[at + 1 :]
    return name[:at] + name[at + 1 : at + 2] + name[at] + name[at + 2 :]


def _two_typos(name: str, chance: random.Random) -> str:
    return _typo(_typo(name, chance), chance)


def _missing_word(name: str, chance: random.Random) -> str:
    words = name.split()
    if len(words) > 1:
        # What stands last says least, and is left out most often.
        del words[chance.choices(range(len(words)), range(1, len(words) + 1))[0]]
    return " ".join(words)


def _extra_word(name: str, chance: random.Random) -> str:
    words = name.split()
    words.insert(chance.randrange(1, len(words) + 1), chance.choice([*SHAPES, *COUNTRIES, "Team", "Europe", "HQ"]))
    return " ".join(words)


def _swapped_words(name: str, chance: random.Random) -> str:
    words = name.split()
    if len(words) > 1:
        at = chance.randrange(len(words) - 1)
        words[at], words[at + 1] = words[at + 1], words[at]
    return " ".join(words)


def _shortened(name: str, chance: random.Random) -> str:
    """A common abbreviation where there is one, else any word without its second half."""
    words = name.split()
    known = [at for at, word in enumerate(words) if word.lower() in SHORT]
    at = chance.choice(known) if known else chance.randrange(len(words))
    words[at] = SHORT.get(words[at].lower(), words[at][: max(3, len(words[at]) // 2)] + ".")
    return " ".join(words)


def _initial(name: str, chance: random.Random) -> str:
    """One of several words by its first letter."""
    words = name.split()
    if len(words) > 2:
        at = chance.randrange(len(words))
        words[at] = words[at][0] + "."
    return " ".join(words)


def _together(name: str, chance: random.Random) -> str:
    words = name.split()
    if len(words) > 1:
        at = chance.randrange(len(words) - 1)
        words[at : at + 2] = [words[at] + words[at + 1].lower()]
    return " ".join(words)


def _scanned(name: str, chance: random.Random) -> str:
    return _replaced(name, SEEN, chance)


def _heard(name: str, chance: random.Random) -> str:
    return _replaced(name, HEARD, chance)


def _replaced(name: str, pairs: Sequence[tuple[str, str]], chance: random.Random) -> str:
    spots = [(at, one, other) for one, other in pairs for at in range(len(name)) if name[at:].lower().startswith(one)]
    for _ in range(chance.choice((1, 1, 2))):
        if spots:
            at, one, other = chance.choice(spots)
            if name[at:].lower().startswith(one):
                name = name[:at] + other + name[at + len(one) :]
    return name


def _other_form(name: str, chance: random.Random) -> str:
    forms = [form for some in FORMS.values() for form in some]
    bare = next(
        (name.removesuffix(f" {form}") for form in sorted(forms, key=len, reverse=True) if name.endswith(f" {form}")),
        name,
    )
    return f"{bare} {chance.choice(['', *forms])}".strip()


def _latin(name: str, _: random.Random | None = None) -> str:
    for one, other in LATIN:
        name = name.replace(one, other).replace(one.upper(), other.capitalize())
    return name


def _cut_off(name: str, chance: random.Random) -> str:
    return name[: max(8, len(name) - chance.randrange(1, 9))].strip()


def _other_case(name: str, chance: random.Random) -> str:
    return chance.choice((name.upper(), name.lower(), re.sub(r"[^\w\s]", "", name), name.replace(" ", "-")))


CORRUPTIONS: dict[str, Corruption] = {
    "a typo": _typo,
    "two typos": _two_typos,
    "a word missing": _missing_word,
    "a word too many": _extra_word,
    "words swapped": _swapped_words,
    "shortened": _shortened,
    "an initial": _initial,
    "run together": _together,
    "scanned": _scanned,
    "heard": _heard,
    "another form": _other_form,
    "without accents": _latin,
    "cut off": _cut_off,
    "case and signs": _other_case,
}
