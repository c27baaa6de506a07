"""What the world agrees on: free and throw-away mail, shared inboxes, legal forms, countries, states of the USA.

The files ship with the code and never change while it runs, so reading them is no more input than an import is. Each is
read when it is first asked for, once.
"""

import csv
import gettext
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files

import pycountry

from routing.engine.facts import normal

# Companies with people to sell to, whose domain the free list names because customers may have mailboxes there too.
NOT_FREE = frozenset({"starbucks.com", "frontier.com"})
ALSO_FREE = frozenset({"hey.com", "mozmail.com", "privaterelay.appleid.com"})

# How forms call countries besides their names in the languages below.
EVERYDAY_NAMES = {
    "america": "US",
    "bolivia": "BO",
    "britain": "GB",
    "england": "GB",
    "great britain": "GB",
    "northern ireland": "GB",
    "scotland": "GB",
    "u.k.": "GB",
    "uk": "GB",
    "united kingdom of great britain": "GB",
    "wales": "GB",
    "burma": "MM",
    "cape verde": "CV",
    "congo (kinshasa)": "CD",
    "czech republic": "CZ",
    "east timor": "TL",
    "great britain (uk)": "GB",
    "holland": "NL",
    "ivory coast": "CI",
    "korea": "KR",
    "korea, south": "KR",
    "macau": "MO",
    "macedonia": "MK",
    "palestine": "PS",
    "republic of ireland": "IE",
    "republic of korea": "KR",
    "rossiya": "RU",
    "россия": "RU",
    "swaziland": "SZ",
    "the netherlands": "NL",
    "turkey": "TR",
    "u.s.": "US",
    "u.s.a.": "US",
    "uae": "AE",
    "u.a.e.": "AE",
    "united states (usa)": "US",
    "vatican": "VA",
}
LANGUAGES = ("de", "fr", "es", "it", "pt", "pt_BR", "nl", "sv", "da", "nb", "fi", "pl", "cs", "tr", "ja", "zh_CN", "ko")
NO_LONGER_COUNTRIES = ("AN", "CS")


def is_free(domain: str) -> bool:
    """Whether anybody can have an address there: free or throw-away mail, also on a host below such a domain."""
    return any(part in disposable_domains() or part in free_domains() for part in _with_parents(domain))


def is_disposable(domain: str) -> bool:
    """Whether it is throw-away mail, also on a host below such a domain."""
    return any(part in disposable_domains() for part in _with_parents(domain))


def is_role(local: str) -> bool:
    """Whether a mailbox is a task and not a person: info, sales, also info+news."""
    return local.partition("+")[0] in role_inboxes()


def country_code(name: str) -> str | None:
    """ISO 3166-1 alpha-2 of a country's name or code in its normal form; None for what is no country."""
    return countries().get(name)


def _with_parents(domain: str) -> list[str]:
    labels = domain.split(".")
    return [".".join(labels[start:]) for start in range(max(len(labels) - 1, 1))]


@lru_cache(maxsize=1)
def disposable_domains() -> frozenset[str]:
    return frozenset(_lines("disposable_email_domains.txt"))


@lru_cache(maxsize=1)
def free_domains() -> frozenset[str]:
    return (frozenset(_lines("free_email_domains.txt")) | ALSO_FREE) - NOT_FREE


@lru_cache(maxsize=1)
def role_inboxes() -> frozenset[str]:
    return frozenset(_lines("role_inboxes.txt"))


@lru_cache(maxsize=1)
def company_shapes() -> frozenset[str]:
    """Words by which half of all companies are called: "group", "global"."""
    return frozenset(_lines("company_shapes.txt"))


@lru_cache(maxsize=1)
def company_trades() -> frozenset[str]:
    """Words for what companies do: "foods", "capital"."""
    return frozenset(_lines("company_trades.txt"))


@lru_cache(maxsize=1)
def no_companies() -> frozenset[str]:
    """What people write who have no company or will not name it, without its spaces."""
    return frozenset(_lines("no_companies.txt"))


@lru_cache(maxsize=1)
def legal_forms() -> frozenset[str]:
    """Legal forms of companies as they are abbreviated, in normal form: "gmbh & co. kg", "s.p.a."."""
    return frozenset(normal(row["abbreviation"]) for row in listed_rows("legal_entity_suffixes.csv")) - {""}


@lru_cache(maxsize=1)
def countries() -> Mapping[str, str]:
    """Every way we know to write a country, in its normal form → its ISO 3166-1 alpha-2 code.

    Codes come first, then English, then other languages: where two languages disagree, the earlier one has its way.
    """
    found: dict[str, str] = {}
    rows = [row for row in listed_rows("countries.csv") if row["iso2"] not in NO_LONGER_COUNTRIES]
    for column in ("iso2", "iso3", "name"):
        for row in rows:
            found.setdefault(normal(row[column]), row["iso2"])
    for name, code in EVERYDAY_NAMES.items():
        found.setdefault(name, code)
    for language in ("en", *LANGUAGES):
        translated = gettext.translation("iso3166-1", pycountry.LOCALES_DIR, [language], fallback=True).gettext
        for country in pycountry.countries:
            for kind in ("name", "common_name", "official_name"):
                if name := getattr(country, kind, ""):
                    found.setdefault(normal(translated(name)), country.alpha_2)
    return found


@lru_cache(maxsize=1)
def us_states() -> Mapping[str, str]:
    """The names and abbreviations of states, in their normal form → the abbreviation."""
    found = {}
    for row in listed_rows("us_states.csv"):
        found[normal(row["name"])] = found[normal(row["abbr"])] = row["abbr"]
    found["washington dc"] = found["washington d.c."] = found["d.c."] = "DC"
    return found


def _lines(name: str) -> list[str]:
    return files(__package__).joinpath(name).read_text("utf-8").split()


def listed_rows(name: str) -> list[dict[str, str]]:
    """The rows of one of these files."""
    return list(csv.DictReader(files(__package__).joinpath(name).read_text("utf-8").splitlines()))
