"""The domains by which a lead may be known: of its e-mail and of its website, down to what somebody registered.

Free and disposable mail never matches an account, unless the account itself lists the domain.
"""

from __future__ import annotations

from functools import lru_cache
from urllib.parse import urlsplit

import tldextract

from routing.engine.facts import Facts

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


def domains_of(facts: Facts) -> tuple[str, ...]:
    """The domains by which this lead may be known, best first: the registrable one of the e-mail, then of the website.

    The host as written comes before its registrable domain, because an account may list `uk.example.com` itself.
    """
    return tuple(dict.fromkeys((*domains_of_email(facts), *_domains(_host(str(facts.get("website", "")))))))


def domains_of_email(facts: Facts) -> tuple[str, ...]:
    return _domains(str(facts.get("email_domain", "")))


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
