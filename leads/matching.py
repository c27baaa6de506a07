"""Which account a lead belongs to, by what is known about both. Pure: the same for a database and for a simulation.

An exact registrable domain decides. Free and disposable mail never matches, unless the account itself lists the domain.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlsplit

import tldextract

from routing.engine.facts import Facts, Value

# The public suffix list that ships with the package: nothing is fetched, nothing is cached on disk.
_extract = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)


@dataclass(frozen=True, slots=True)
class AccountCard:
    """An account as matching sees it. `owner` is its own owner's e-mail, else its nearest ancestor's."""

    id: int
    name: str
    owner: str | None = None
    parent: str | None = None
    is_customer: bool = False
    tier: str = ""


@dataclass(frozen=True, slots=True)
class Match:
    """The account found, and by what: `how` is the fact `account.match`, `key` what both have in common."""

    card: AccountCard
    how: str
    key: str


def domains_of(facts: Facts) -> tuple[str, ...]:
    """The domains by which this lead may be known, best first: the registrable one of the e-mail, then of the website.

    The host as written comes before its registrable domain, because an account may list `uk.example.com` itself.
    """
    found: list[str] = []
    for host in (str(facts.get("email_domain", "")), _host(str(facts.get("website", "")))):
        domain = registrable(host)
        found += (host, domain) if domain else ()
    return tuple(dict.fromkeys(found))


def match(facts: Facts, by_domain: Mapping[str, AccountCard]) -> Match | None:
    """The account that lists one of the lead's domains. An account that lists a free-mail domain asked for it."""
    for domain in domains_of(facts):
        if domain in by_domain:
            return Match(by_domain[domain], "domain", domain)
    return None


def account_facts(found: Match | None) -> dict[str, Value]:
    """The `account.*` facts of a lead."""
    if found is None:
        return {"account.matched": False}
    facts: dict[str, Value] = {
        "account.matched": True,
        "account.name": found.card.name,
        "account.is_customer": found.card.is_customer,
        "account.match": found.how,
    }
    if found.card.tier:
        facts["account.tier"] = found.card.tier
    if found.card.owner:
        facts["account.owner"] = found.card.owner
    return facts


@lru_cache(maxsize=65536)
def registrable(host: str) -> str:
    """`mail.acme.co.uk` → `acme.co.uk`; "" for an address or a bare suffix.

    A suffix that no list knows, such as `.example` or a company's own `.corp`, is the last label: the public suffix
    list's own rule for such names.
    """
    found = _extract(host)
    if found.suffix or found.ipv4 or found.ipv6:
        return found.top_domain_under_public_suffix.lower()
    labels = host.lower().split(".")
    return ".".join(labels[-2:]) if len(labels) > 1 and all(labels) else ""


def _host(website: str) -> str:
    """The host of a website as people write it, with or without a scheme; "" if there is none to be seen."""
    text = website.strip().lower()
    if not text:
        return ""
    try:
        host = urlsplit(text if "//" in text else f"//{text}").hostname or ""
    except ValueError:
        return ""
    return host.removeprefix("www.").rstrip(".")
