"""The document of a tree leaves nothing out, is in order, and nothing that people wrote becomes markup."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.engine.document import parse
from routing.engine.facts import STANDARD
from routing.engine.nodes import walk
from routing.engine.phrases import text
from routing.engine.prose import Prose, Writer, gate, named_promises, stickiness
from routing.engine.prose_markdown import escaped, markdown
from routing.engine.prose_targets import Line, Names
from routing.engine.saying import Speaker, value
from routing.engine.world import Gate
from tests.routing.engine.documents import VOCABULARY, documents

# What is said by its name or in words of its own, and not as it is written.
NOT_AS_WRITTEN = {
    "id",
    "kind",
    "field",
    "op",
    "if_blank",
    "off",
    "format",
    "hours",
    "capacity",
    "strategy",
    "sticky_days",
}
NAMES = Names(
    pools={"emea": "EMEA & friends"},
    members={"emea": "Ada, Bob ×2"},
    strategies={"emea": "weighted"},
    reps={"ada@example.com": "Ada"},
    people={"ada@example.com": "Ada"},
    queues={"inbox": "The inbox"},
    skills={"german": "German"},
    promises={"hot-leads": "Hot *leads*"},
    trees={"team_2": "Second tree"},
)


def told(document: dict[str, Any], names: Names = NAMES, vocabulary: Any = VOCABULARY) -> tuple[Prose, str]:
    tree = parse(document, vocabulary)
    entries = tuple(Writer(Speaker(vocabulary), names).entries(tree))
    prose = Prose(before=(stickiness(tree), gate(None)), entries=entries, promises=())
    return prose, markdown("A tree", ["Version 1."], prose)


def plainly(marked: str) -> str:
    """Markdown as it is read: without its backslashes."""
    return re.sub(r"\\(.)", r"\1", marked)


def written(part: Any, key: str = "") -> Iterator[Any]:
    """Every value that somebody wrote into a document."""
    if isinstance(part, dict):
        for name, inner in part.items():
            if key == "set":
                yield inner
            elif key == "require_skills":
                yield from (name, inner)
            elif name not in NOT_AS_WRITTEN:
                yield from written(inner, name)
    elif isinstance(part, list) and any(isinstance(one, dict) for one in part):
        for one in part:
            yield from written(one, key)
    elif key == "skills_from":
        yield [Speaker(VOCABULARY).label(name) for name in part]
    else:
        yield part


def as_said(part: Any, names: Names = NAMES) -> str:
    called = {**names.pools, **names.reps, **names.queues, **names.promises, **names.trees}
    said = "" if isinstance(part, str) and not part.strip() else " ".join(text(value(part)).split())
    return said if not isinstance(part, str) or part not in called else called[part]


@settings(max_examples=60)
@given(documents())
def test_every_rule_every_value_and_every_target_is_in_the_document(document):
    names = Names()

    prose, marked = told(document, names)

    read = plainly(marked)
    assert [(entry.number, entry.node) for entry in prose.entries if entry.is_rule] == [
        (found.number, found.id) for found in walk(document)
    ]
    for one in written({"rules": document["rules"], "otherwise": document["otherwise"]}):
        for each in one if isinstance(one, list) else [one]:
            assert as_said(each, names) in read, each


@given(documents())
def test_rules_come_in_the_order_in_which_they_are_asked_and_a_branch_ends_in_its_otherwise(document):
    prose, marked = told(document)

    headings = [line for line in marked.splitlines() if re.match(r"#{3,6} ", line)]
    assert len(headings) == len(prose.entries)
    assert prose.entries[-1].name == "Otherwise"
    branches = [entry.node for entry in prose.entries if entry.is_branch]
    assert sorted(entry.node for entry in prose.entries if not entry.is_rule) == sorted(
        ["_otherwise", *(f"{branch}_otherwise" for branch in branches)]
    )


@given(st.text(max_size=60))
def test_whatever_is_written_stays_text(words):
    """Read back without its backslashes it is what was written, and no sign that means something is left bare."""
    once = escaped(words)

    assert plainly(once) == " ".join(words.split())
    assert not re.search(r"(?<!\\)(?:\\\\)*[`*_\[\]<>#|&]", once)
    assert "\n" not in once


@pytest.mark.parametrize(
    ("words", "marked"),
    [
        ("# Not a heading", r"\# Not a heading"),
        ("<script>alert(1)</script>", r"\<script\>alert\(1\)\</script\>"),
        ("[here](https://evil.example)", r"\[here\]\(https:\//evil.example\)"),
        ("1. no list", r"1\. no list"),
        ("a\n\n# b", r"a \# b"),
        ("back\\slash", r"back\\slash"),
    ],
)
def test_markup_is_shown_as_it_was_written(words, marked):
    assert escaped(words) == marked


def test_a_rule_is_told_with_everything_that_there_is_to_know_of_it():
    target = {
        "kind": "pool",
        "pool": "emea",
        "require_skills": {"german": 2},
        "hours": "require",
        "sla": "hot-leads",
        "if_nobody": {"kind": "rep", "rep": "ada@example.com", "if_nobody": {"kind": "queue", "queue": "inbox"}},
    }
    rule = {
        "id": "big",
        "name": "Big <companies>",
        "why": "They *buy*.",
        "owner": "ada@example.com",
        "review_on": "2031-05-01",
        "off": True,
        "set": {"segment": "Enterprise"},
        "when": {"field": "employees", "op": "gte", "value": 1000},
        "target": target,
    }

    prose, marked = told({"format": 1, "rules": [rule], "otherwise": {"kind": "queue", "queue": "inbox"}})

    (entry, _) = prose.entries
    assert entry.owner == "Ada"
    assert entry.lines[:3] == (
        Line("Sets", "segment to Enterprise"),
        Line("Goes to", "The pool EMEA & friends (Ada, Bob ×2)."),
        Line("Chosen by", "weighted rotation: whoever has had least for his weight"),
    )
    read = plainly(marked)
    for words in (
        "### 1. Big <companies> (off: leads skip it)",
        "If employees is at least 1,000.",
        "- Why: They *buy*.",
        "- Review on: 2031-05-01",
        "- Needs skills: German (level 2 or more)",
        "- Working hours: only who is at work now",
        "- Promise: Hot *leads*",
        "always Ada; who is not there is covered by his backup",
        "the queue The inbox, where it waits until somebody takes it",
    ):
        assert words in read, words
    assert r"Big \<companies\>" in marked
    assert r"They \*buy\*." in marked
    assert named_promises(parse({"format": 1, "rules": [rule], "otherwise": target}, STANDARD)) == {"hot-leads"}


def test_a_table_and_a_split_are_told_row_by_row():
    table = {
        "kind": "table",
        "field": "country",
        "rows": [{"values": ["DE", "AT"], "target": {"kind": "pool", "pool": "emea"}}],
        "otherwise": {"kind": "queue", "queue": "inbox"},
    }
    ways = [{"name": "old", "share": 9, "target": table}, {"name": "new", "share": 1, "target": {"kind": "fallback"}}]
    when: dict[str, Any] = {"all": []}
    document = {
        "format": 1,
        "rules": [
            {"id": "a", "name": "By land", "when": when, "target": table},
            {"id": "b", "name": "Halves", "when": when, "target": {"kind": "split", "ways": ways}},
        ],
        "otherwise": {"kind": "queue", "queue": "inbox"},
    }

    prose, _ = told(document)

    (land,), (halves,) = prose.entries[0].lines, prose.entries[1].lines
    assert [what for what, _ in land.rows] == ["DE, AT", "anything else, or blank"]
    assert [what for what, _ in halves.rows] == ["old, 9 of 10", "new, 1 of 10"]
    assert "DE, AT → the pool EMEA & friends" in halves.rows[0][1]


def test_what_comes_before_the_rules_is_told():
    assert "needs 40 points" in gate(Gate(40, frozenset({"demo"}), "drip")).text
    assert "Never held back: demo" in gate(Gate(40, frozenset({"demo"}), "drip")).text
    assert gate(None).text == "No lead is held back for its score."
    tree = parse({"format": 1, "sticky_days": 1, "rules": [], "otherwise": {"kind": "queue", "queue": "q"}}, STANDARD)
    assert "within 1 day goes" in stickiness(tree).text
