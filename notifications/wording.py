"""How notices are worded: templates with `{{ name }}` for named values, and nothing else. Pure.

A name is replaced once, by one expression; what a value says is never read as a template. Channels escape the whole for
where they send it. A line whose values are all unknown is left out, so that no "Wants ." is ever sent.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from notifications.kinds import BY_SLUG

LONGEST_SUBJECT, LONGEST_BODY = 200, 2_000
LONGEST_VALUE, LONGEST_TEXT = 300, 4_000
NAME = re.compile(r"\{\{\s*([a-z_]{1,20})\s*\}\}")
UNSEEN, JOINERS = ("Cc", "Cf", "Cs", "Co", "Zl", "Zp"), "\u200c\u200d"
BRACES = re.compile(r"\{\{|\}\}")

FIELDS: Mapping[str, str] = {
    "who": "the lead’s name and company",
    "lead": "the lead’s name",
    "company": "the lead’s company",
    "intent": "what the lead wants, such as “a demo”",
    "why": "why this person got it",
    "rep": "who has the lead",
    "time_left": "how long is left, such as “4 min 38 s”; unknown when it is late",
    "late": "how late it is; unknown until then",
    "due": "when it is due, on the reader’s clock",
    "queue": "the queue",
    "count": "how many",
    "person": "whom the notice is for",
    "text": "the notice as the inbox shows it",
    "link": "the address of its page",
}
ALWAYS = ("person", "text", "link")
OF_A_LEAD = ("who", "lead", "company", "intent", "why", "rep", "time_left", "late", "due")


@dataclass(frozen=True, slots=True)
class Words:
    """A subject and a body: templates, or what became of them."""

    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class Shipped:
    """How a kind is worded unless somebody words it otherwise, and the names it knows beside those of every kind."""

    words: Words
    names: tuple[str, ...] = ()


SHIPPED: Mapping[str, Shipped] = {
    "assigned": Shipped(
        Words(
            "New lead: {{ who }}",
            "New lead: {{ who }}.\nWants {{ intent }}.\n{{ time_left }} left.\nLate by {{ late }}.\nWhy you: {{ why }}",
        ),
        OF_A_LEAD,
    ),
    "returned": Shipped(
        Words(
            "Back again: {{ who }}",
            "{{ who }} came back.\nWants {{ intent }}.\n{{ time_left }} left.\nLate by {{ late }}.",
        ),
        OF_A_LEAD,
    ),
    "reminder": Shipped(
        Words(
            "Still waiting: {{ who }}",
            "{{ text }}\n{{ company }}\nWants {{ intent }}.\n{{ time_left }} left.\nLate by {{ late }}.",
        ),
        OF_A_LEAD,
    ),
    "still_working": Shipped(
        Words(
            "Still working on {{ lead }}?",
            "Are you still working on {{ who }}? Without an answer it goes to somebody else.\n"
            "{{ time_left }} left to answer.",
        ),
        OF_A_LEAD,
    ),
    "taken": Shipped(Words("Taken from you: {{ who }}", "{{ text }}"), OF_A_LEAD),
    "parked": Shipped(Words("No new leads for now", "{{ text }}"), ("rep", "count")),
    "signal": Shipped(Words("{{ who }} is active", "{{ text }}"), ("who", "lead", "company")),
    "unacknowledged": Shipped(
        Words(
            "Waits too long: {{ who }}", "{{ text }}\nWants {{ intent }}.\n{{ time_left }} left.\nLate by {{ late }}."
        ),
        (*OF_A_LEAD, "count", "queue"),
    ),
    "back_in_queue": Shipped(Words("Back in the queue: {{ who }}", "{{ text }}"), (*OF_A_LEAD, "count", "queue")),
    "unassigned": Shipped(Words("Nobody could take {{ who }}", "{{ text }}"), (*OF_A_LEAD, "count", "queue")),
    "overnight": Shipped(Words("Left in the queues this evening", "{{ text }}"), ("count", "queue")),
    "loop": Shipped(Words("A lead moves in circles", "{{ text }}"), ("who", "lead", "company", "count")),
    "change_set": Shipped(Words("A change set needs you", "{{ text }}")),
    "trial": Shipped(Words("A trial ended by itself", "{{ text }}")),
    "publication": Shipped(Words("Routing rules", "{{ text }}")),
    "trouble": Shipped(Words("Switchyard needs you", "{{ text }}")),
}
PLAIN = Shipped(Words("Switchyard", "{{ text }}"))
INTENTS = {
    "demo": "a demo",
    "pricing": "a price",
    "trial": "a trial",
    "general": "to talk",
    "content": "something to read",
}


def names_of(kind: str) -> tuple[str, ...]:
    """The names that a template of this kind may use."""
    return (*SHIPPED.get(kind, PLAIN).names, *ALWAYS)


def problems(kind: str, words: Words) -> list[tuple[str, str]]:
    """What is wrong with these templates, by field, in words for whoever wrote them."""
    if kind not in BY_SLUG:
        return [("kind", "There is no such kind of notice.")]
    found = [("subject", problem) for problem in _problems(kind, words.subject, LONGEST_SUBJECT)]
    if "\n" in words.subject.strip():
        found.append(("subject", "The subject is one line."))
    return found + [("body", problem) for problem in _problems(kind, words.body, LONGEST_BODY)]


def _problems(kind: str, template: str, longest: int) -> list[str]:
    if not template.strip():
        return ["Write something."]
    if len(template) > longest:
        return [f"At most {longest:,} characters; these are {len(template):,}."]
    if any(_is_control(letter) and letter not in "\r\n" for letter in template):
        return ["There are characters in it that cannot be seen."]
    allowed = names_of(kind)
    choice = ", ".join(allowed)
    unknown = [name for name in dict.fromkeys(NAME.findall(template)) if name not in allowed]
    if unknown:
        return [f"There is no {' or '.join(unknown)} in this notice. The names are: {choice}."]
    if BRACES.search(NAME.sub("", template)):
        return [f"Between {{{{ and }}}} stands one name and nothing else. The names are: {choice}."]
    return []


def worded(words: Words, values: Mapping[str, object]) -> Words:
    """The templates with their values. Where nothing is left of one, it is the text of the inbox."""
    known = {name: cleaned(values[name]) for name in FIELDS if name in values}
    text = str(values.get("text", ""))
    subject = _filled(words.subject, known) or cleaned(text)
    # The inbox's own text may have lines of its own, as a list of what was gathered has.
    body = _filled(words.body, {**known, "text": in_lines(text)}) or in_lines(text)
    return Words(cleaned(subject), body[:LONGEST_TEXT])


def beneath(subject: str, body: str) -> str:
    """The body as it stands under its subject: without a first line that only says the same again."""
    first, _, rest = body.partition("\n")
    return rest if first.rstrip(".") == subject.rstrip(".") else body


def _filled(template: str, values: Mapping[str, str]) -> str:
    lines = in_lines(template).split("\n")
    return "\n".join(NAME.sub(lambda found: values.get(found[1], ""), line) for line in lines if _says(line, values))


def _says(line: str, values: Mapping[str, str]) -> bool:
    names = NAME.findall(line)
    return not names or any(values.get(name) for name in names)


def cleaned(value: object) -> str:
    """A value in one line without anything unseen: it may come from anybody who filled in a form."""
    text = "".join(" " if letter.isspace() else letter for letter in str(value)[: LONGEST_VALUE * 4])
    return " ".join("".join(letter for letter in text if not _is_control(letter)).split())[:LONGEST_VALUE]


def in_lines(text: str) -> str:
    """The same for text that has lines."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ").split("\n")
    return "\n".join("".join(letter for letter in line if not _is_control(letter)).rstrip() for line in lines).strip()


def _is_control(letter: str) -> bool:
    """Control characters, and what turns the direction of text or hides in it; not what joins letters of a name."""
    return unicodedata.category(letter) in UNSEEN and letter not in JOINERS


def intent_in_words(intent: object) -> str:
    """demo: a demo; talk_to_sales: talk to sales."""
    slug = str(intent or "")
    return INTENTS.get(slug, slug.replace("_", " "))


def who(lead: object, company: object) -> str:
    return ", ".join(part for part in (cleaned(lead or ""), cleaned(company or "")) if part)
