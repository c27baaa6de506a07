"""E-mail addresses, phone numbers, websites and names as people write them, in a form that can be compared. Pure."""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from urllib.parse import urlsplit

import phonenumbers
from email_validator import EmailNotValidError, validate_email

# Nearly every address is of this shape; the library, which knows the rest, takes twenty times as long.
ORDINARY = re.compile(
    r"(?=.{6,254}\Z)[a-z0-9_%+'-]+(?:\.[a-z0-9_%+'-]+)*@(?:(?!xn--)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,24}",
    re.ASCII,
)
IN_BRACKETS = re.compile(r"[^<>\r\n]*<([^<>\s]+)>")
SEVERAL = re.compile(r"\s*[,;]\s*")
LONGEST_EMAIL = 320
LONGEST_PHONE = 40
FEWEST_DIGITS = 6
PLAIN_INTERNATIONAL = re.compile(r"\+[1-9][0-9]{0,3}[ 0-9().-]{5,20}[0-9]", re.ASCII)
WITHOUT_PUNCTUATION = str.maketrans("", "", "+ ().-")
NOT_IN_A_PHONE = re.compile(r"\b(?!ext|tel)[a-z]{3,}", re.IGNORECASE)
E164 = re.compile(r"\+[1-9][0-9]{6,14}")
SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):", re.IGNORECASE)
HOST = re.compile(r"(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+[^\W_](?:[\w-]{0,61}[^\W_])?\.?")
HONORIFICS = frozenset(
    {
        *("mr", "mrs", "ms", "miss", "mx", "dr", "prof", "sir", "herr", "frau", "hr", "fr", "ing", "dipl-ing", "mag"),
        *("m", "mme", "mlle", "sr", "sra", "srta", "sig", "sigra", "dott", "dhr", "mevr"),
    }
)


def read_email(text: str) -> str | None:
    """The address in lower case, also out of `Ada <ada@example.com>`; None if it is none. Nothing is looked up.

    Of several addresses the first is meant. Everything after a plus sign is kept: it is another mailbox to its owner.
    """
    if len(text) > LONGEST_EMAIL:
        return None
    text = (text if text.isascii() else unicodedata.normalize("NFKC", text)).strip().lower()
    if ORDINARY.fullmatch(text):
        return text
    if bracketed := IN_BRACKETS.fullmatch(text):
        text = bracketed[1]
    first, *others = SEVERAL.split(text.removeprefix("mailto:").rstrip(".,;"))
    if not all(map(_valid_email, others)):
        return None
    return _valid_email(first)


def _valid_email(text: str) -> str | None:
    if ORDINARY.fullmatch(text):
        return text
    try:
        return validate_email(text, check_deliverability=False).normalized.lower()
    except EmailNotValidError:
        return None


def read_phone(text: str, country: str) -> str | None:
    """The number in E.164 if it can be dialled; else the text, if it has digits enough to be a number; else None.

    `country` (ISO alpha-2, or "") says where a number without its country code is at home.
    """
    if len(text) > LONGEST_PHONE:
        return None
    dialled = _plainly_dialled(text) or _dialled(text, country)
    if dialled or sum(map(str.isdigit, text)) < FEWEST_DIGITS or NOT_IN_A_PHONE.search(text):
        return dialled
    return " ".join(text.split())


def is_phone_key(phone: str) -> bool:
    """Whether a phone names one person: in E.164, and one that exists. `+1 555 000 0000` names everybody in a hurry."""
    if E164.fullmatch(phone) is None:
        return False
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(phone))
    except phonenumbers.NumberParseException:
        return False


def _plainly_dialled(text: str) -> str | None:
    """What the library says of a number that begins with its country code, as most do: in a fifth of its time.

    None if there is anything to think about: a trunk zero, a prefix within the country, a length that can't be.
    """
    if not PLAIN_INTERNATIONAL.fullmatch(text):
        return None
    digits = text.translate(WITHOUT_PUNCTUATION)
    for end in (1, 2, 3):
        if plan := _numbering_plan(int(digits[:end])):
            lengths, prefix = plan
            number = digits[end:]
            is_plain = len(number) in lengths and number[0] != "0" and not (prefix and prefix.match(number))
            return f"+{digits}" if is_plain else None
    return None


@cache
def _numbering_plan(country_code: int) -> tuple[frozenset[int], re.Pattern[str] | None] | None:
    """How long the numbers of a country can be, and the prefix that callers within it dial; None: no such code."""
    regions = phonenumbers.COUNTRY_CODE_TO_REGION_CODE.get(country_code)
    if regions is None:
        return None
    plan = phonenumbers.PhoneMetadata.metadata_for_region_or_calling_code(country_code, regions[0])
    assert plan is not None
    assert plan.general_desc is not None
    prefix = plan.national_prefix_for_parsing
    return frozenset(plan.general_desc.possible_length), re.compile(prefix) if prefix else None


@lru_cache(maxsize=4096)
def _dialled(text: str, country: str) -> str | None:
    attempts = [(text, country or None)]
    if text.isdigit() and len(text) >= 11:
        # A form that takes only digits has swallowed the plus sign.
        attempts.append((f"+{text}", None))
    for attempt, region in attempts:
        try:
            number = phonenumbers.parse(attempt, region)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_possible_number(number):
            return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return None


def read_website(text: str) -> str | None:
    """The address as it was written, if it is one of the web: no `javascript:`, no file, no sentence."""
    text = text.strip()
    scheme = SCHEME.match(text)
    if scheme and scheme[1].lower() not in ("http", "https") and not text[scheme.end() :].split("/")[0].isdigit():
        return None
    try:
        parts = urlsplit(text if scheme and "//" in text else f"//{text}")
        host, _ = parts.hostname or "", parts.port
    except ValueError:  # a port or a bracket that can't be
        return None
    is_web = HOST.fullmatch(host) and parts.username is None and not any(map(str.isspace, text))
    return text if is_web else None


def split_name(text: str) -> tuple[str, str]:
    """First and last name of a full one: the first word, and the others. `King, Ada` is turned round."""
    last, comma, first = text.partition(",")
    words = (f"{first} {last}" if comma and first.strip() and last.strip() else text).replace(",", " ").split()
    while len(words) > 1 and words[0].rstrip(".").casefold() in HONORIFICS:
        words.pop(0)
    return (words[0], " ".join(words[1:])) if words else ("", "")
