"""From what a sender wrote to facts that rules can ask about. Pure, and open to anything: content never refuses a lead.

A value that does not fit its field is set aside as it came and shown on the lead; the lead goes on without it. Texts
stay as they were written. Only the fields that a sender may know are taken: scores, owners and everything else that is
ours to say cannot be written from outside.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from leads import lists
from leads.contact import E164, is_phone_key, read_email, read_phone, read_website, split_name
from leads.derived import derive
from leads.kept import REPLACEMENT, kept, storable
from leads.lists.places import state_code
from leads.numbers import read_count, read_number
from leads.titles import function_named, level_named
from reps.wall_clock import is_zone
from routing.engine.facts import STANDARD, Facts, Field, FieldType, Value, Vocabulary, fitted, is_blank, normal

FROM_SENDERS = frozenset(
    {
        *("email", "first_name", "last_name", "phone", "company", "website", "title", "country", "state", "city"),
        *("postal_code", "county", "timezone", "industry", "employees", "revenue", "campaign", "intent"),
        *("seniority", "function", "product_interest", "language", "message", "tags"),
        # Only where RevOps maps them: no preset takes these from a body.
        *("priority", "segment"),
    }
)
LONGEST_TEXT = 1_000  # characters
LONGEST_MESSAGE = 20_000
MOST_OF_MANY = 100
SEPARATORS = str.maketrans(";|\n", ",,,")
# What people write into a field that they were made to fill in. Some of it is somebody's name, so names may be that.
NO_NAME = frozenset({"n/a", "n.a.", "-", "--", "---", "."})
NO_ANSWER = NO_NAME | {"na", "none", "null", "nil", "unknown", "not applicable", "k.a."}
NO_ANSWERS = {
    **dict.fromkeys(("company", "title", "website", "phone", "industry", "city"), NO_ANSWER),
    **dict.fromkeys(("first_name", "last_name"), NO_NAME),
}
AT_HOME = "US"  # whose states have two letters that everybody knows


@dataclass(frozen=True, slots=True)
class Normalised:
    """The facts; what did not fit, by field, as it came; and in words what was changed on the way.

    `origins` names, for facts that were worked out, the field that they were worked out from.
    """

    facts: dict[str, Value] = field(default_factory=dict)
    set_aside: dict[str, object] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    origins: dict[str, str] = field(default_factory=dict)


def normalise(raw: Mapping[str, object], vocabulary: Vocabulary = STANDARD, *, trusted: bool = False) -> Normalised:
    """Facts from raw values by name of fact; a full `name` is split. `trusted`: also what no sender may say."""
    sheet = _Sheet({}, {}, [])
    for name, value in raw.items():
        if value is None or value == "" or is_blank(value):
            continue
        if name == "name":
            _take_name(sheet, raw, value)
        elif trusted or name in FROM_SENDERS or name.startswith("custom."):
            known = vocabulary.get(name)
            if known is not None:
                _take(sheet, known, value)
            elif name.startswith("custom."):
                sheet.refuse(name, value, "there is no such field")
    _settle_places(sheet)
    _settle_contact(sheet)
    _settle_work(sheet)
    origins = derive(sheet.facts)
    return Normalised(sheet.facts, sheet.set_aside, tuple(sheet.notes), origins)


def person_key(facts: Facts) -> str:
    """What names the person: `mail:` and the normalised e-mail, else `tel:` and the phone in E.164, else ""."""
    if email := facts.get("email"):
        return f"mail:{normal(str(email))}"
    phone = str(facts.get("phone", ""))
    return phone_key(phone) if phone and is_phone_key(phone) else ""


def phone_key(phone: str) -> str:
    """The name that somebody without an e-mail would have by this phone; "" if it is not in E.164."""
    return f"tel:{phone}" if E164.fullmatch(phone) else ""


@dataclass(frozen=True, slots=True)
class _Sheet:
    facts: dict[str, Value]
    set_aside: dict[str, object]
    notes: list[str]

    def refuse(self, name: str, value: object, why: str) -> None:
        self.set_aside[name] = kept(value)
        self.notes.append(f"{name}: {why}; it was set aside")

    def settle(self, name: str, read: Callable[[str], str | None], why: str) -> None:
        """A text that was taken, in the form in which it can be compared; if it has none it is set aside after all."""
        if name in self.facts:
            written = str(self.facts.pop(name))
            found = read(written)
            if found is None:
                self.refuse(name, written, why)
            else:
                self.facts[name] = found


def _take(sheet: _Sheet, known: Field, value: object) -> None:
    fact: Value | None
    if known.type is FieldType.TEXT:
        fact = _text(sheet, known, value)
    elif known.type is FieldType.NUMBER:
        fact = read_count(value) if known.name == "employees" else read_number(value)
    elif known.type is FieldType.MANY:
        fact = _many(sheet, known, value)
    else:
        fact = fitted(value, known)
    if fact is None:
        sheet.refuse(known.name, value, "the value does not fit")
    elif fact != ():
        sheet.facts[known.name] = fact


def _text(sheet: _Sheet, known: Field, value: object) -> str | None:
    text = value if isinstance(value, str) else fitted(value, known)
    if not isinstance(text, str):
        return None
    if len(text) < 20 and (no_answers := NO_ANSWERS.get(known.name)) and normal(text) in no_answers:
        return None
    return _clean(sheet, known.name, text, LONGEST_MESSAGE if known.name == "message" else LONGEST_TEXT)


def _clean(sheet: _Sheet, name: str, text: str, longest: int) -> str:
    """The text as it was written, if it can be kept: without halves of characters, and not longer than a page."""
    if len(text) <= longest and text.isascii() and "\x00" not in text:
        return text
    whole = text
    if len(text) > longest:
        text = text[:longest]
        sheet.set_aside[name] = kept(whole)
        sheet.notes.append(f"{name}: cut to its first {longest} of {len(whole)} characters")
    text = storable(text)
    if not text.isascii() and REPLACEMENT in text:
        sheet.set_aside[name] = kept(whole)
        sheet.notes.append(f"{name}: has characters that nothing can store; they were replaced")
    return text


def _many(sheet: _Sheet, known: Field, value: object) -> tuple[str, ...] | None:
    """A list as it is, or a text with commas, semicolons or lines; each value once."""
    parts = value.translate(SEPARATORS).split(",") if isinstance(value, str) else value
    fact = fitted(parts, known)
    if not isinstance(fact, tuple):
        return () if isinstance(value, str) else None
    different = {normal(text): text.strip() for text in reversed(fact[:MOST_OF_MANY])}
    if len(fact) > MOST_OF_MANY:
        sheet.set_aside[known.name] = kept(value)
        sheet.notes.append(f"{known.name}: only its first {MOST_OF_MANY} of {len(fact)} values were taken")
    return tuple(_clean(sheet, known.name, text, LONGEST_TEXT) for text in reversed(different.values()))


def _take_name(sheet: _Sheet, raw: Mapping[str, object], value: object) -> None:
    """A full name becomes first and last name, unless the sender named them apart."""
    if not isinstance(value, str):
        sheet.refuse("name", value, "the value does not fit")
    elif is_blank(raw.get("first_name")) and is_blank(raw.get("last_name")):
        if normal(value) in NO_NAME:
            sheet.refuse("name", value, "it is no name")
            return
        first, last = split_name(_clean(sheet, "name", value, LONGEST_TEXT))
        sheet.facts.update({"first_name": first} if first else {})
        sheet.facts.update({"last_name": last} if last else {})


def _settle_places(sheet: _Sheet) -> None:
    sheet.settle("country", _country, "it is no country we know")
    state = sheet.facts.get("state")
    if state is not None:
        sheet.facts["state"] = state_code(str(state), str(sheet.facts.get("country", AT_HOME))) or state
    sheet.settle("timezone", lambda text: text if is_zone(text) else None, "it is no time zone")


def _country(text: str) -> str | None:
    name = normal(text)
    return lists.countries().get(name) or lists.countries().get(name.partition("(")[0].strip(" .,"))


def _settle_contact(sheet: _Sheet) -> None:
    facts = sheet.facts
    sheet.settle("email", read_email, "it is no e-mail address")
    if "phone" in facts:
        country = str(facts.get("country", ""))
        sheet.settle("phone", lambda text: read_phone(text, country), "it is no phone number")
        if not str(facts.get("phone", "+")).startswith("+"):
            sheet.notes.append("phone: nobody knows in which country it is; it was kept as it was written")
    sheet.settle("website", read_website, "it is no address on the web")


def _settle_work(sheet: _Sheet) -> None:
    """Other systems have other words for how high somebody stands; one that nobody knows stays as it is."""
    sheet.settle("seniority", level_named, "")
    sheet.settle("function", function_named, "")
