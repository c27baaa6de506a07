"""A provider as RevOps wrote it, checked and ready to be asked; or everything that is wrong with it. Pure.

A URL and a body are templates with `{email}` and the like from a fixed list; a header may name a secret, `${NAME}`. The
operator says which secrets there are and to which host each may be sent, so that whoever can edit a provider can
neither read a secret nor have one sent to himself.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import quote, urlsplit

from leads.mapping import Path, compiled_path
from outgoing import secrets
from outgoing.addresses import Refused, target_of
from routing.engine.facts import Facts

# What a vendor may be told. Never what somebody wrote in confidence: no message.
TOLD = (
    *("email", "domain", "company", "first_name", "last_name", "phone", "title"),
    *("country", "state", "city", "postal_code", "website"),
)
# What a vendor may say. Who somebody is, where he comes from and what he wants, only he says himself.
FILLABLE = frozenset(
    {
        *(
            "first_name",
            "last_name",
            "company",
            "website",
            "title",
            "seniority",
            "function",
            "country",
            "state",
            "county",
        ),
        *("city", "postal_code", "timezone", "industry", "employees", "revenue", "language"),
    }
)
PLACE = re.compile(r"\{([^{}]*)\}")
HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_|~-]{1,100}")
OURS = frozenset(
    {
        *("host", "content-length", "transfer-encoding", "connection", "accept-encoding", "content-type", "upgrade"),
        *("te", "trailer", "expect", "proxy-authorization", "proxy-connection", "keep-alive"),
    }
)
LONGEST_URL, MOST_HEADERS, MOST_FIELDS, LARGEST_BODY = 1000, 20, 40, 4000
SHORTEST_MS, LONGEST_MS = 100, 10_000
LONGEST_KEY = 300
HASHED = "sha256:"

Problem = tuple[str, str]


class BadProvider(ValueError):
    """What is wrong; `problems` are (key, problem)."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("; ".join(f"{key}: {problem}" for key, problem in problems))
        self.problems = tuple(problems)


@dataclass(frozen=True, slots=True)
class Plan:
    """A provider as it is written down."""

    slug: str
    name: str
    url: str
    method: str = "GET"
    headers: Mapping[str, str] | None = None
    body: Mapping[str, Any] | None = None
    mapping: Mapping[str, str] | None = None
    ask_if_blank: tuple[str, ...] = ()
    timeout_ms: int = 2000
    cost: Decimal = Decimal(0)
    keep_s: int = 0
    order: int = 0


@dataclass(frozen=True, slots=True)
class Card:
    """A provider ready to be asked. `wanted`: it is asked only for who has any of these blank."""

    id: int
    plan: Plan
    mapping: tuple[tuple[str, Path], ...]
    wanted: frozenset[str]
    told: tuple[str, ...]

    @property
    def name(self) -> str:
        return self.plan.name


@dataclass(frozen=True, slots=True)
class Ask:
    """One call: everything but its secrets, which are put in when it is made."""

    method: str
    url: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    seconds: float


def compile_provider(plan: Plan, *, pk: int = 0, allowed: tuple[str, ...] = ()) -> Card:
    """The provider ready to be asked. Raises `BadProvider` with everything that is wrong with it."""
    problems: list[Problem] = []
    _check_url(plan.url, allowed, problems)
    _check_headers(plan.headers or {}, problems)
    if plan.method not in ("GET", "POST"):
        problems.append(("method", "must be GET or POST"))
    body = json.dumps(plan.body) if plan.body else ""
    if body and plan.method != "POST":
        problems.append(("body", "is only sent with POST"))
    if len(body) > LARGEST_BODY:
        problems.append(("body", f"may have at most {LARGEST_BODY:,} characters"))
    told = _told(plan.url, body, problems)
    if not SHORTEST_MS <= plan.timeout_ms <= LONGEST_MS:
        problems.append(("timeout", "must be from 0.1 to 10 seconds"))
    mapping = _mapping(plan.mapping or {}, problems)
    for name in plan.ask_if_blank:
        if name not in FILLABLE and not name.startswith("custom."):
            problems.append(("ask_if_blank", f"{name!r} is not filled by providers"))
    if problems:
        raise BadProvider(problems)
    wanted = frozenset(plan.ask_if_blank) or frozenset(name for name, _ in mapping)
    return Card(pk, plan, mapping, wanted, told)


def key_of(card: Card, facts: Facts) -> str:
    """What it would be asked about this lead: the same key is the same question. "" if it cannot be asked."""
    values = [told(name, facts) for name in card.told]
    if not all(values):
        return ""
    # No value can hold the mark between two: nobody asks a question whose answer is then taken for another's.
    key = "|".join(value.casefold().replace("%", "%25").replace("|", "%7c") for value in values)
    return (
        key
        if len(key) <= LONGEST_KEY and not key.startswith(HASHED)
        else f"{HASHED}{hashlib.sha256(key.encode()).hexdigest()}"
    )


def ask_of(card: Card, facts: Facts) -> Ask:
    """The call about this lead. Values are encoded, so none of them can become another part of the URL."""
    plan = card.plan
    url = PLACE.sub(lambda place: quote(told(place[1], facts), safe=""), plan.url)
    headers = [("Accept", "application/json"), *(plan.headers or {}).items()]
    body = b""
    if plan.body:
        headers.append(("Content-Type", "application/json"))
        body = json.dumps(_filled(plan.body, facts)).encode()
    return Ask(plan.method, url, tuple(headers), body, plan.timeout_ms / 1000)


def told(name: str, facts: Facts) -> str:
    """A value as a vendor is told it. `domain` is the company's: of the e-mail, unless anybody may have one there."""
    if name == "domain":
        own = "" if facts.get("is_free_email", True) else str(facts.get("email_domain", ""))
        return own or str(facts.get("website_domain", ""))
    value = str(facts.get(name, "")).strip()
    return value if value.strip(".") else ""  # a company of dots would be a way up in the address


def secrets_in(card_headers: Mapping[str, str]) -> tuple[str, ...]:
    """The names of the secrets that these headers send."""
    return tuple(dict.fromkeys(name for value in card_headers.values() for name in secrets.SECRET.findall(value)))


def with_secrets(ask: Ask, environ: Mapping[str, str]) -> dict[str, str]:
    """The headers with their secrets. Raises `Refused` where one is missing, or is not for this host."""
    host = urlsplit(ask.url).hostname or ""
    return {name: secrets.filled(value, host, environ) for name, value in ask.headers}


def _filled(part: Any, facts: Facts) -> Any:
    if isinstance(part, str):
        return PLACE.sub(lambda place: told(place[1], facts), part)
    if isinstance(part, dict):
        return {name: _filled(value, facts) for name, value in part.items()}
    return [_filled(value, facts) for value in part] if isinstance(part, list) else part


def _check_url(url: str, allowed: tuple[str, ...], problems: list[Problem]) -> None:
    if len(url) > LONGEST_URL:
        problems.append(("url", f"may have at most {LONGEST_URL:,} characters"))
        return
    origin = re.match(r"[^:]*://[^/?#]*", url)
    if origin and re.search(r"[{}$]", origin[0]):
        problems.append(("url", "values belong behind the host, never in it"))
        return
    try:
        target_of(PLACE.sub("x", url), allowed)
    except Refused as refused:
        problems.append(("url", str(refused)))


def _check_headers(headers: Mapping[str, str], problems: list[Problem]) -> None:
    if len(headers) > MOST_HEADERS:
        problems.append(("headers", f"at most {MOST_HEADERS} are sent"))
    if len({name.lower() for name in headers}) < len(headers):
        problems.append(("headers", "the same header stands there twice"))
    for name, value in headers.items():
        if not HEADER.fullmatch(name) or name.lower() in OURS:
            problems.append(("headers", f"{name[:40]!r} cannot be sent"))
        elif not secrets.HEADER_VALUE.fullmatch(value):
            problems.append(("headers", f"the value of {name} has characters that no header can have"))
        for secret in secrets.SECRET.findall(value):
            if not secrets.is_name(secret):
                problems.append(("headers", f"a secret is named {secrets.PREFIX}…, not {secret[:60]!r}"))


def _told(url: str, body: str, problems: list[Problem]) -> tuple[str, ...]:
    """Which values go into the URL and the body. A JSON body has braces of its own."""
    names = PLACE.findall(url)
    if body:
        names += [name for name in PLACE.findall(body) if re.fullmatch(r"\w+", name)]
    for name in names:
        if name not in TOLD:
            problems.append(("url", f"{{{name[:40]}}} is not told; these are: {', '.join(TOLD)}"))
    if not names and not problems:
        problems.append(("url", "asks the same about everybody: put {domain} or {email} into it"))
    return tuple(dict.fromkeys(names))


def _mapping(mapping: Mapping[str, str], problems: list[Problem]) -> tuple[tuple[str, Path], ...]:
    if not mapping:
        problems.append(("mapping", "says nothing: name at least one field and where its value stands in the answer"))
    if len(mapping) > MOST_FIELDS:
        problems.append(("mapping", f"at most {MOST_FIELDS} fields can be filled"))
    found = []
    for name, text in mapping.items():
        if name not in FILLABLE and not name.startswith("custom."):
            fields = ", ".join(sorted(FILLABLE))
            problems.append((f"mapping.{name}", f"is not filled by providers; these are, and custom.…: {fields}"))
        if path := compiled_path(text, f"mapping.{name}", problems):
            found.append((name, path))
    return tuple(found)
