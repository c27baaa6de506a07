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

# The public suffix list that ships with the package: nothing is fetched, nothing is cached on disk. With its private
# part, so that acme.github.io is Acme's and not GitHub's.
_extract = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None, include_psl_private_domains=True)
# Where people have a page of their own on somebody else's site: a profile there is no sign of working for it.
HOSTS_OF_PROFILES = frozenset(
    {
        *("facebook.com", "instagram.com", "linkedin.com", "medium.com", "pinterest.com", "threads.net", "tiktok.com"),
        *("twitter.com", "x.com", "xing.com", "youtube.com", "github.com", "gitlab.com", "google.com", "linktr.ee"),
        *("yelp.com", "etsy.com", "crunchbase.com", "about.me", "calendly.com", "t.me", "wa.me", "whatsapp.com"),
    }
)


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
    by_email: bool = False


def domains_of(facts: Facts) -> tuple[str, ...]:
    """The domains by which this lead may be known, best first: the registrable one of the e-mail, then of the website.

    The host as written comes before its registrable domain, because an account may list `uk.example.com` itself.
    """
    by_email, by_website = _domains(str(facts.get("email_domain", ""))), _domains(_host(str(facts.get("website", ""))))
    return tuple(dict.fromkeys((*by_email, *by_website)))


def match(facts: Facts, by_domain: Mapping[str, AccountCard]) -> Match | None:
    """The account that lists one of the lead's domains. An account that lists a free-mail domain asked for it."""
    by_email = _domains(str(facts.get("email_domain", "")))
    for domain in domains_of(facts):
        if domain in by_domain:
            return Match(by_domain[domain], "domain", domain, by_email=domain in by_email)
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
    if found.by_email:
        # An account's own domain is nobody's free mail, whatever the lists say.
        facts["is_free_email"] = False
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


def _domains(host: str) -> tuple[str, ...]:
    """The host and its registrable domain, as the wire has them: accounts keep theirs in that form too."""
    try:
        host = host if host.isascii() else host.encode("idna").decode()
    except UnicodeError:  # an empty or endless label
        return ()
    domain = registrable(host)
    return (host, domain) if domain else ()


def _host(website: str) -> str:
    """The host of a website as people write it, with or without a scheme; "" for none, and for a profile elsewhere."""
    text = website.strip().lower()
    if not text:
        return ""
    try:
        parts = urlsplit(text if "//" in text else f"//{text}")
    except ValueError:
        return ""
    host = (parts.hostname or "").removeprefix("www.").rstrip(".")
    return "" if parts.path.strip("/") and registrable(host) in HOSTS_OF_PROFILES else host
