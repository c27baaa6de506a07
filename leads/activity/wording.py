"""Activities as people say them. Pure."""

from __future__ import annotations


def in_words(key: str) -> str:
    """`pricing_views` is "pricing views"."""
    return key.replace("_", " ").strip()


def number_in_words(value: float) -> str:
    return f"{int(value):,}" if value.is_integer() else f"{value:,.2f}".rstrip("0").rstrip(".")


def somebody(name: str, email: str, person_key: str) -> str:
    """Who it was, in as many words as are known."""
    address = email or person_key.partition(":")[2]
    return ", ".join(part for part in (name, address) if part) or "somebody there"
