"""Where a typed-in URL may lead: https on its usual ports, and only to addresses of the public internet. Pure.

An address within another one (mapped, translated, tunnelled) is judged by what is inside. The operator may name origins
on his own network, `http://crm.internal:8080`, which are then believed as they are.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

PORTS = (443, 8443)
LONGEST_URL = 2_000
USUAL_PORT = {"http": 80, "https": 443}
HOST = re.compile(r"(?=.{1,253}\Z)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?")
ALLOWED_HOST = re.compile(r"(?=.{1,253}\Z)[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?")
STRANGE = re.compile(r"[^\x21-\x7e]|[\\^`{|}<>\"]")
GLOBAL_UNICAST = IPv6Network("2000::/3")
NAT64 = IPv6Network("64:ff9b::/96")
# Nobody's, whatever the library of an older Python says: the relays of 6to4, and addresses for documents.
RELAYS, FOR_DOCUMENTS = IPv4Network("192.88.99.0/24"), IPv6Network("3fff::/20")
ISATAP = 0x5EFE  # in the middle of the lower half: an IPv4 address follows


class Refused(ValueError):
    """The URL leads where nothing may be sent; the reason in words, without what is at that address."""


@dataclass(frozen=True, slots=True)
class Target:
    """A URL that may be asked. `believed`: its origin was named by the operator, so its address is not judged."""

    url: str
    scheme: str
    host: str
    port: int
    believed: bool


def target_of(url: str, allowed: Collection[str] = ()) -> Target:
    """Where this URL leads. Raises `Refused`."""
    if len(url) > LONGEST_URL:
        raise Refused(f"The URL has more than {LONGEST_URL:,} characters.")
    if STRANGE.search(url):
        raise Refused("The URL has characters that must be encoded.")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError as bad:
        raise Refused("This is no URL.") from bad
    if parts.username is not None or "@" in parts.netloc:
        raise Refused("A URL with a user or password is not asked; send a header instead.")
    port = port or USUAL_PORT.get(parts.scheme, 0)
    if f"{parts.scheme}://{parts.netloc.lower()}" in {origin.rstrip("/").lower() for origin in allowed}:
        if not (ALLOWED_HOST.fullmatch(host) or _literal(host)) or parts.scheme not in USUAL_PORT:
            raise Refused("This is no URL.")
        return Target(url, parts.scheme, host, port, believed=True)
    if parts.scheme != "https":
        raise Refused("Only https is asked, except of hosts that the operator named in OUTGOING_ALLOW.")
    if port not in PORTS:
        raise Refused("Only the ports 443 and 8443 are asked.")
    literal = _literal(host)
    if literal is None and not HOST.fullmatch(host):
        raise Refused("The URL needs the full name of a host, such as api.example.com.")
    if literal is not None and not is_public(host):
        raise Refused("The URL leads to an address that is not on the public internet.")
    return Target(url, parts.scheme, host, port, believed=False)


def checked(addresses: Iterable[str]) -> list[str]:
    """The addresses of a name, each once. Raises `Refused` if there is none, or if any of them is not public."""
    found = list(dict.fromkeys(addresses))
    if not found:
        raise Refused("The name leads nowhere.")
    if not all(map(is_public, found)):
        raise Refused("The name leads to an address that is not on the public internet.")
    return found


def is_public(text: str) -> bool:
    """Whether this is an address of the public internet, all the way in."""
    try:
        address = ip_address(text)
    except ValueError:
        return False
    return _is_public_4(address) if isinstance(address, IPv4Address) else _is_public_6(address)


def _is_public_4(address: IPv4Address) -> bool:
    closed = address.is_private or address.is_reserved or address.is_loopback or address.is_link_local
    closed = closed or address.is_multicast or address.is_unspecified or address in RELAYS
    return address.is_global and not closed


def _is_public_6(address: IPv6Address) -> bool:
    if address.scope_id is not None:
        return False
    number = int(address)
    if address.ipv4_mapped is not None:
        return _is_public_4(address.ipv4_mapped)
    if address in FOR_DOCUMENTS:
        return False
    if address in NAT64:
        return _is_public_4(IPv4Address(number & 0xFFFFFFFF))
    if address.sixtofour is not None and not _is_public_4(address.sixtofour):
        return False
    if address.teredo is not None and not all(map(_is_public_4, address.teredo)):
        return False
    if (number >> 32) & 0xFCFFFFFF == ISATAP and not _is_public_4(IPv4Address(number & 0xFFFFFFFF)):
        return False
    return (
        address in GLOBAL_UNICAST and (address.is_global or address.sixtofour is not None) and not address.is_multicast
    )


def _literal(host: str) -> IPv4Address | IPv6Address | None:
    """An address as it is written in full; not 127.1, 0177.0.0.1 or 2130706433."""
    try:
        return ip_address(host)
    except ValueError:
        return None
