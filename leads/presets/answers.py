"""Answers on a form, as any sender may shape them, put into facts by what they are and what was asked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from leads.presets.labels import fact_of

Item = Mapping[str, object]

MOST_ANSWERS = 500
ADDRESS = re.compile(r"[^\s@<>,;]+@[^\s@<>,;]+\.[^\s@<>,;.]{2,}")
MANY = frozenset({"product_interest", "tags"})
# The parts of an answer that is itself an object: a name, an address, a company, a phone number in pieces.
PARTS_OF_ADDRESS = {
    "city": "city",
    "state": "state",
    "region": "state",
    "postal": "postal_code",
    "postal_code": "postal_code",
    "postalCode": "postal_code",
    "zip": "postal_code",
    "country": "country",
}
PARTS_OF_COMPANY = {
    "name": "company",
    "company_name": "company",
    "domain": "website",
    "website": "website",
    "url": "website",
    "industry": "industry",
    "employees": "employees",
    "employee_count": "employees",
    "size": "employees",
    "revenue": "revenue",
}
PARTS_OF_NAME = {"first": "first_name", "last": "last_name", "full": "name"}
PHONE_PIECES = ("country", "area", "phone")


class Answer(NamedTuple):
    """One answer. `kind` is the fact that the sender's own type of field gives away: email, phone, website; or "".

    A tuple, because a body holds dozens, and a tuple is made in a fifth of the time.
    """

    labels: tuple[str, ...]
    value: object
    kind: str = ""


def facts_from(answers: Iterable[Answer]) -> dict[str, object]:
    """Raw values by fact. What the sender calls an e-mail is one before any label; the first of two answers stays."""
    some = [answer for answer in list(answers)[:MOST_ANSWERS] if answer.value not in (None, "", [], {})]
    found: dict[str, object] = {}
    for answer in some:
        if answer.kind:
            put(found, answer.kind, answer.value)
    for answer in some:
        if not answer.kind and (fact := next(filter(None, map(fact_of, answer.labels)), "")):
            put(found, fact, answer.value)
    return found


def with_lone_address(found: dict[str, object], answers: Iterable[Answer]) -> dict[str, object]:
    """Nobody answers with an address by accident: where a person answered, one that stands alone needs no label."""
    texts = (answer.value for answer in answers if isinstance(answer.value, str))
    if "email" not in found and (address := next(filter(ADDRESS.fullmatch, texts), None)):
        return {**found, "email": address}
    return found


def put(found: dict[str, object], fact: str, value: object) -> None:
    """An answer under its fact; one that is an object is taken apart if we know how, or else kept for all to see."""
    if isinstance(value, dict) and (parts := taken_apart(fact, value)):
        for name, part in parts.items():
            if part not in (None, "", [], {}):
                found.setdefault(name, part)
    else:
        found.setdefault(fact, value)


def taken_apart(fact: str, value: Mapping[str, object]) -> dict[str, object]:
    """A company with its size, a name in two halves, a phone number in three: as facts of their own."""
    if fact == "company":
        return {PARTS_OF_COMPANY[name]: part for name, part in value.items() if name in PARTS_OF_COMPANY}
    if fact == "phone":
        pieces = [str(value[piece]) for piece in PHONE_PIECES if isinstance(value.get(piece), str | int)]
        return {"phone": value.get("full") or " ".join(pieces)}
    if fact == "name":
        return {PARTS_OF_NAME[name]: part for name, part in value.items() if name in PARTS_OF_NAME}
    return {}


def address_parts(value: object) -> dict[str, object]:
    """City, state, postal code and country of an address that is an object."""
    if not isinstance(value, dict):
        return {}
    return {PARTS_OF_ADDRESS[name]: part for name, part in value.items() if name in PARTS_OF_ADDRESS and part}


def alone(value: object) -> object:
    """The one value of a list of one, which is how many senders write a single answer."""
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def dig(value: object, *path: str) -> object:
    """What lies at this path of objects, or None."""
    for name in path:
        if not isinstance(value, dict):
            return None
        value = value.get(name)
    return value


def objects(value: object) -> list[dict[str, object]]:
    """The objects of a list; of anything else none."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def text_of(value: object) -> str:
    """A text, or a whole number as one; "" for anything else."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    return value if isinstance(value, str) else str(value) if value.bit_length() <= 64 else ""


def labelled(
    rows: object,
    *,
    label: tuple[str, ...] = ("name", "label", "title", "key", "field"),
    value: tuple[str, ...] = ("value", "values", "answer"),
) -> list[Answer]:
    """Answers from `[{"name": …, "value": …}]`, in the words that one sender or the other uses for the two."""
    return [
        Answer(
            labels=tuple(filter(None, (text_of(row.get(name)) for name in label))),
            value=alone(next((row[name] for name in value if name in row), None)),
        )
        for row in objects(rows)
    ]


def keyed(value: object) -> list[Answer]:
    """Answers from `{"First name": …}`."""
    return [Answer((name,), part) for name, part in value.items()] if isinstance(value, dict) else []
