"""E-mail addresses and phone numbers as people write them, in the one form in which they can be compared. Pure."""

from __future__ import annotations

import re
import unicodedata
from email.utils import parseaddr
from functools import lru_cache

import phonenumbers
from email_validator import EmailNotValidError, validate_email

# Nearly every address is of this shape; the library, which knows the rest, takes ten times as long.
ORDINARY = re.compile(
    r"[a-z0-9_%+'-]+(?:\.[a-z0-9_%+'-]+)*@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,24}\Z", re.ASCII
)
LONGEST_EMAIL = 254
LONGEST_PHONE = 40
FEWEST_DIGITS = 6
PHONE_KEY = re.compile(r"\+[1-9][0-9]{6,14}\Z")


def read_email(text: str) -> str | None:
    """The address in lower case, also out of `Ada <ada@example.com>`; None if it is none. Nothing is looked up."""
    text = unicodedata.normalize("NFKC", text).strip()
    if "\n" in text or "\r" in text:
        return None
    if text.endswith(">"):
        text = parseaddr(text)[1]
    text = text.removeprefix("mailto:").lower()
    if len(text) > LONGEST_EMAIL:
        return None
    if ORDINARY.match(text) and len(text.partition("@")[0]) <= 64:
        return text
    try:
        return validate_email(text, check_deliverability=False).normalized.lower()
    except EmailNotValidError:
        return None


def read_phone(text: str, country: str) -> str | None:
    """The number in E.164 if it can be dialled; else the text, if it has digits enough to be a number; else None.

    `country` (ISO alpha-2, or "") says where a number without its country code is at home.
    """
    if len(text) > LONGEST_PHONE or sum(letter.isdigit() for letter in text) < FEWEST_DIGITS:
        return None
    return _dialled(text, country) or " ".join(text.split())


def is_phone_key(phone: str) -> bool:
    """Whether a phone names one person: only a number in E.164 does."""
    return PHONE_KEY.match(phone) is not None


@lru_cache(maxsize=4096)
def _dialled(text: str, country: str) -> str | None:
    attempts = [(text, country or None)]
    if text.isdigit() and len(text) >= 11:
        attempts.append((f"+{text}", None))
    for attempt, region in attempts:
        try:
            number = phonenumbers.parse(attempt, region)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_possible_number(number):
            return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return None
