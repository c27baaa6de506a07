"""The prose of a tree as Markdown. What people wrote stays text: none of it can become markup. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from routing.engine.prose import Entry, Prose
from routing.engine.prose_targets import Line

SPECIAL = re.compile(r"([\\`*_{}\[\]()<>#+!|~&$=^-])")
LINKING = re.compile(r"(:)(//)|(www)(\.)|(@)", re.IGNORECASE)
DEEPEST = 6  # of Markdown's headings


def escaped(text: str) -> str:
    """Plain text on one line, whatever was written."""
    plain = SPECIAL.sub(r"\\\1", " ".join(text.split()))
    plain = LINKING.sub(
        lambda found: "\\".join(part for part in found.groups() if part) if found[1] or found[3] else "\\@", plain
    )
    return re.sub(r"^(\d+)([.)])", r"\1\\\2", plain)


def markdown(title: str, about: Sequence[str], prose: Prose) -> str:
    """`about` are lines below the title: which version, of when, by whom."""
    lines = [f"# {escaped(title)}", "", *(f"{escaped(line)}  " for line in about), ""]
    if prose.problems:
        lines += ["**Not finished:**", "", *(f"- {escaped(problem)}" for problem in prose.problems), ""]
    lines += ["## Before the rules", "", *(_line(line) for line in prose.before), ""]
    lines += ["## The rules", "", "They are asked from top to bottom; the first that holds wins.", ""]
    for entry in prose.entries:
        lines += _entry(entry)
    if prose.promises:
        lines += ["## Promises", ""]
        for promise in prose.promises:
            lines += [f"### {escaped(promise.name)}", "", *(f"- {escaped(one)}" for one in promise.sentences), ""]
    return "\n".join(lines).rstrip() + "\n"


def _entry(entry: Entry) -> Iterator[str]:
    number = f"{entry.number}. " if entry.is_rule else ""
    off = " (off: leads skip it)" if entry.off else ""
    yield f"{'#' * min(DEEPEST, entry.depth + 2)} {escaped(number + entry.name + off)}"
    yield ""
    yield f"**{escaped(entry.when)}**"
    yield ""
    for problem in entry.problems:
        yield f"- **Not finished:** {escaped(problem)}"
    if entry.why:
        yield f"- Why: {escaped(entry.why)}"
    if entry.owner:
        yield f"- Owner: {escaped(entry.owner)}"
    if entry.review_on:
        yield f"- Review on: {entry.review_on.isoformat()}"
    for line in entry.lines:
        yield _line(line)
    yield ""


def _line(line: Line) -> str:
    rows = "".join(f"\n    - {escaped(what)}: {escaped(where)}" for what, where in line.rows)
    return f"- {escaped(line.label)}: {escaped(line.text)}{rows}"
