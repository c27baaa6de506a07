"""Where a postal code lies, how a state is abbreviated, and what time it is there.

A ZIP that crosses a line has the side on which most of it lies. A state or a country with several time zones has the
one of nearly everybody there, or none.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from leads.lists import listed_rows, us_states
from routing.engine.facts import normal

UNITED_STATES, CANADA = "US", "CA"
ZIP = re.compile(r"(\d{5})(?:-?\d{4})?", re.ASCII)
LONG_ZIP = re.compile(r"\d{5}-\d{4}", re.ASCII)
CANADIAN = re.compile(r"([ABCEGHJ-NPRSTVXY])\d[A-Z] ?\d[A-Z]\d", re.ASCII)
# The first letter of a Canadian code is a province; X is two territories.
PROVINCES = {
    "A": "NL",
    "B": "NS",
    "C": "PE",
    "E": "NB",
    "M": "ON",
    "R": "MB",
    "S": "SK",
    "T": "AB",
    "V": "BC",
    "Y": "YT",
    **dict.fromkeys("GHJ", "QC"),
    **dict.fromkeys("KLNP", "ON"),
}
RECORD = 12  # ZIP, state, letter of the time zone, number of the county
ZONES = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class Place:
    """`county` and `zone` are "" where nobody knows."""

    country: str
    state: str
    county: str = ""
    zone: str = ""


def place_of(postal_code: str, country: str) -> Place | None:
    """Where the code lies; without a country only a code that can be of one country alone is understood."""
    code = postal_code.strip().upper()
    if country == UNITED_STATES or (not country and LONG_ZIP.fullmatch(code)):
        found = ZIP.fullmatch(code)
        return _in_the_united_states(found[1]) if found else None
    if country in (CANADA, "") and (found := CANADIAN.fullmatch(code)) and (state := PROVINCES.get(found[1])):
        return Place(CANADA, state, zone=zone_of_state(CANADA, state))
    return None


def state_code(state: str, country: str) -> str | None:
    """The abbreviation by which addresses there name the state; None if it is none, or if nobody abbreviates them."""
    return us_states().get(normal(state)) if country == UNITED_STATES else _regions().get((country, normal(state)))


def zone_of_state(country: str, state: str) -> str:
    return _zones().get(f"{country}-{state}", "")


def zone_of_country(country: str) -> str:
    return _zones().get(country, "")


def _in_the_united_states(code: str) -> Place | None:
    """The codes stand in order, each in a record of the same length: no need to make 40,000 objects of them."""
    codes = _codes()
    wanted = code.encode()
    low, high = 0, len(codes.records) // RECORD
    while low < high:
        middle = (low + high) // 2
        if codes.records[middle * RECORD : middle * RECORD + 5] < wanted:
            low = middle + 1
        else:
            high = middle
    record = codes.records[low * RECORD : (low + 1) * RECORD].decode()
    if record[:5] != code:
        return None
    zone = "" if record[7] == "-" else codes.zones[ZONES.index(record[7])]
    return Place(UNITED_STATES, record[5:7], codes.counties[int(record[8:12])], zone)


@dataclass(frozen=True, slots=True)
class _Codes:
    zones: tuple[str, ...]
    counties: tuple[str, ...]
    records: bytes


@lru_cache(maxsize=1)
def _codes() -> _Codes:
    zones, counties, records = files(__package__).joinpath("us_zip.txt").read_bytes().split(b"\n", 2)
    return _Codes(tuple(zones.decode().split("|")), tuple(counties.decode().split("|")), records.replace(b"\n", b""))


@lru_cache(maxsize=1)
def _regions() -> Mapping[tuple[str, str], str]:
    found = {}
    for row in listed_rows("regions.csv"):
        found[row["country"], normal(row["name"])] = found[row["country"], normal(row["code"])] = row["code"]
    found[CANADA, "québec"] = "QC"
    found["BR", "sao paulo"] = "SP"
    return found


@lru_cache(maxsize=1)
def _zones() -> Mapping[str, str]:
    return {row["place"]: row["zone"] for row in listed_rows("time_zones.csv")}
