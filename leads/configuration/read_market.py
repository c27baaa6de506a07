"""Territories, accounts, lists and the admin's own fields."""

from __future__ import annotations

import re
from typing import Any

import pycountry

from leads.configuration.entries import Entry
from leads.configuration.parts import Account, CustomField, Member, Territory, ValueList
from routing.engine.facts import FieldType
from routing.engine.reader import shown

LONGEST_ACCOUNT_NAME = 300
LONGEST_VALUE = 300
MEMBER = ("rep", "weight")
FIELD_TYPES = tuple(str(kind) for kind in FieldType if kind is not FieldType.TERRITORY)
FIELD_KEY = re.compile(r"custom\.[a-z0-9][a-z0-9_]{0,59}")
DOMAIN = re.compile(r"([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9][a-z0-9-]{0,61}[a-z0-9]")
ACCOUNT = ("name", "domains", "aliases", "owner", "team", "parent", "is_customer", "tier", "country")


def territory(entry: Entry) -> Territory:
    """`when` is read by `documents`, which knows all fields, lists and territories."""
    valid_from, valid_to = entry.day("valid_from"), entry.day("valid_to")
    if valid_from and valid_to and valid_from >= valid_to:
        entry.refuse(
            "valid_to", f"must be later than valid_from, {valid_from}; it is the first day that no longer counts"
        )
    return Territory(
        slug=entry.slug(),
        name=entry.text("name"),
        when=entry.filled_mapping("when"),
        parent=entry.optional_slug("parent"),
        reps=members(entry, "reps"),
        valid_from=valid_from,
        valid_to=valid_to,
    )


def members(entry: Entry, key: str) -> tuple[Member, ...]:
    """Reps with their weights, in the order of the file; nobody twice."""
    found: dict[str, Member] = {}
    for place in entry.entries(key, MEMBER, ("rep",)):
        member = Member(place.email("rep"), place.weight("weight"))
        if member.rep in found:
            place.refuse("rep", f"{member.rep} stands here twice")
        elif member.rep:
            found[member.rep] = member
    return tuple(found.values())


def account(entry: Entry) -> Account:
    return Account(
        name=entry.text("name", longest=LONGEST_ACCOUNT_NAME),
        domains=_domains(entry),
        aliases=entry.texts("aliases", longest=LONGEST_ACCOUNT_NAME),
        owner=entry.optional_email("owner"),
        team=entry.optional_slug("team"),
        parent=entry.text("parent", longest=LONGEST_ACCOUNT_NAME) or None,
        is_customer=entry.flag("is_customer", False),
        tier=entry.text("tier", longest=40),
        country=_country(entry),
        details=_details(entry),
    )


def value_list(entry: Entry) -> ValueList:
    return ValueList(entry.slug(), entry.text("name"), entry.texts("values", longest=LONGEST_VALUE))


def custom_field(entry: Entry) -> CustomField:
    key = entry.text("key", longest=70)
    if key and not FIELD_KEY.fullmatch(key):
        entry.refuse(
            "key", f"must be custom. and then lower-case letters, digits and _, such as custom.budget, not {shown(key)}"
        )
    return CustomField(key, entry.choice("type", FIELD_TYPES, "text"), entry.text("label"))


def _domains(entry: Entry) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for index, written in enumerate(entry.texts("domains", longest=253)):
        domain = ascii_domain(written)
        if DOMAIN.fullmatch(domain):
            found[domain] = None
        else:
            entry.reader.refuse(
                f"{entry.at('domains')}[{index}]", f"must be a domain such as acme.com, not {shown(written)}"
            )
    return tuple(found)


def ascii_domain(written: str) -> str:
    """As it is compared: lower case, without www., international letters as they go over the wire; "" if it is none."""
    domain = written.strip().lower().removeprefix("@").removeprefix("www.").rstrip(".")
    if domain.isascii():
        return domain
    try:
        return domain.encode("idna").decode()
    except UnicodeError:
        return ""


def _country(entry: Entry) -> str:
    code = entry.text("country").upper()
    if code and pycountry.countries.get(alpha_2=code) is None:
        entry.refuse("country", f"must be the two letters of a country, such as DE, not {shown(code)}")
        return ""
    return code


def _details(entry: Entry) -> dict[str, Any]:
    """What else the file says of an account, kept as it is. A near miss of a known key is a mistake."""
    details = {}
    for key in sorted(set(entry.data) - set(ACCOUNT)):
        value = entry.data[key]
        if hint := entry.reader.near(key, ACCOUNT):
            entry.refuse(key, f"unknown key {shown(key)}{hint}")
        elif isinstance(value, dict) or (
            isinstance(value, list) and any(isinstance(item, dict | list) for item in value)
        ):
            entry.refuse(key, "must be a value or a list of values: an account keeps nothing deeper")
        else:
            details[key] = value
    return details
