"""What follows from what was sent: the level from a title, the county from a postal code, the time from a place. Pure.

What the sender says himself is never overruled.
"""

from __future__ import annotations

from functools import cache, lru_cache
from urllib.parse import urlsplit

import phonenumbers

from leads import lists, titles
from leads.lists import places
from leads.matching.domains import registrable
from routing.engine.facts import Value


def derive(facts: dict[str, Value]) -> dict[str, str]:
    """Fill in what follows; and from which field each came, where a reader would wonder."""
    origins: dict[str, str] = {}
    if "email" in facts:
        _mailbox(facts)
    if "website" in facts and (domain := _domain(str(facts["website"]))):
        facts["website_domain"] = domain
    if "title" in facts:
        title = str(facts["title"])
        _fill(facts, origins, "seniority", titles.seniority_of(title), "title")
        _fill(facts, origins, "function", titles.function_of(title), "title")
    zone = _place(facts, origins) if "postal_code" in facts else ""
    _time_zone(facts, origins, zone)
    return origins


def _mailbox(facts: dict[str, Value]) -> None:
    local, _, domain = str(facts["email"]).rpartition("@")
    facts["email_domain"] = domain
    facts["is_free_email"], facts["is_disposable_email"] = _kind_of_mail(domain)
    facts["is_role_email"] = lists.is_role(local)


@lru_cache(maxsize=4096)
def _kind_of_mail(domain: str) -> tuple[bool, bool]:
    return lists.is_free(domain), lists.is_disposable(domain)


@lru_cache(maxsize=4096)
def _domain(website: str) -> str:
    try:
        host = urlsplit(website if "//" in website else f"//{website}").hostname or ""
    except ValueError:  # normalising lets none through; a vendor's own fact may be anything
        return ""
    return registrable(host) or host.removeprefix("www.")


def _place(facts: dict[str, Value], origins: dict[str, str]) -> str:
    """Where the postal code lies, unless the sender says otherwise; its time zone."""
    country, state = str(facts.get("country", "")), str(facts.get("state", ""))
    place = places.place_of(str(facts["postal_code"]), country)
    if place is None or (state and state != place.state):
        return ""
    _fill(facts, origins, "country", place.country, "postal_code")
    _fill(facts, origins, "state", place.state, "postal_code")
    _fill(facts, origins, "county", place.county, "postal_code")
    return place.zone


def _time_zone(facts: dict[str, Value], origins: dict[str, str], of_code: str) -> None:
    if "timezone" in facts:
        return
    country, state = str(facts.get("country", "")), str(facts.get("state", ""))
    _fill(facts, origins, "timezone", of_code, "postal_code")
    if state:
        _fill(facts, origins, "timezone", places.zone_of_state(country or places.UNITED_STATES, state), "state")
    if country:
        _fill(facts, origins, "timezone", places.zone_of_country(country), "country")
    elif "phone" in facts and not state:
        _fill(facts, origins, "timezone", places.zone_of_country(_country_called(str(facts["phone"]))), "phone")


def _fill(facts: dict[str, Value], origins: dict[str, str], name: str, value: str, origin: str) -> None:
    if value and name not in facts:
        facts[name], origins[name] = value, origin


def _country_called(phone: str) -> str:
    """The country of a number in E.164, if its code is of one country alone."""
    if phone.startswith("+"):
        for end in (2, 3, 4):
            if countries := _countries(phone[1:end]):
                return countries[0] if len(countries) == 1 else ""
    return ""


@cache
def _countries(code: str) -> tuple[str, ...]:
    return phonenumbers.COUNTRY_CODE_TO_REGION_CODE.get(int(code), ()) if code.isdigit() else ()
