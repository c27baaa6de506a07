"""A lookup table as lines of a spreadsheet, and back: CSV as we write it, or cells pasted from anywhere.

The columns are the values, where they lead (`pool: emea`, or simply the name of a pool, a queue or a rep), and what
else belongs to the target as JSON. A value with a comma in it, or one that a spreadsheet would take for a formula, is
written in a JSON list.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from routing.engine import facts
from routing.engine.edits.deed import Around, Refused
from routing.engine.facts import Field, FieldType
from routing.engine.nodes import Json
from routing.engine.read_targets import KINDS
from routing.engine.reader import EMAIL, SLUG, storable

HEADER = ("values", "to", "more")
BARE = {"account owner": "account_owner", "territory": "territory", "fallback": "fallback"}
NAMED = {"pool": "pool", "rep": "rep", "queue": "queue", "nurture": "track", "discard": "reason", "tree": "tree"}
BY_NAME = ("pool", "queue", "rep")
LARGEST = 2 * 1024 * 1024
MOST_ROWS = 20_000
MOST_TOLD = 5
_PLAIN = re.compile(r"[^\s=+\-@\[,;'\"][^,;\[\"\n\r\t]*\Z")
_BETWEEN = re.compile(r"[,;\n\r]+")
_BETWEEN_NUMBERS = re.compile(r"[;\n\r]+|,(?!\d{3}(?!\d))")


@dataclass(frozen=True, slots=True)
class Line:
    number: int
    values: str
    target: Json | None


def as_csv(table: Json) -> str:
    """All rows, so that `lines_of` reads the same again; the table's Otherwise is not among them."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(HEADER)
    for row in table.get("rows", []):
        writer.writerow((values_cell(row.get("values", [])), *_target_cells(row.get("target"))))
    return out.getvalue()


def lines_of(text: Any, around: Around) -> list[Line]:
    """Refused with the numbers of the lines that cannot be read."""
    if not isinstance(text, str) or not text.strip() or len(text) > LARGEST or not storable(text):
        raise Refused("text", "Paste rows of two columns: values, and where they lead.")
    lines, wrong = [], []
    for number, cells in enumerate(_cells(text), start=1):
        if not any(cells) or (number == 1 and _is_header(cells)):
            continue
        try:
            lines.append(Line(number, cells[0], _target(cells[1], cells[2], around)))
        except Refused as refused:
            wrong.append(f"Line {number}: {refused.problem}")
    if wrong:
        more = f" And {len(wrong) - MOST_TOLD:,} more." if len(wrong) > MOST_TOLD else ""
        raise Refused("text", " ".join(wrong[:MOST_TOLD]) + more)
    if not lines or len(lines) > MOST_ROWS:
        raise Refused("text", f"Paste from 1 to {MOST_ROWS:,} rows.")
    return lines


def values_in(cell: str, field: Field) -> list[Any]:
    """The values of one cell: a JSON list, or texts between commas."""
    cell = cell.strip()
    if cell.startswith("["):
        try:
            values = json.loads(cell)
            if isinstance(values, list):
                return values
        except (ValueError, RecursionError):
            pass  # then it is a text that begins like one
    pieces = (_BETWEEN_NUMBERS if field.type is FieldType.NUMBER else _BETWEEN).split(cell)
    return [piece.strip() for piece in pieces if piece.strip()]


def _cells(text: str) -> Iterator[tuple[str, str, str]]:
    first = text.lstrip("\ufeff").partition("\n")[0]
    delimiter = "\t" if "\t" in first else ";" if first.startswith(f"{HEADER[0]};") else ","
    try:
        for row in csv.reader(io.StringIO(text.lstrip("\ufeff")), delimiter=delimiter, strict=False):
            cells = [*(cell.strip() for cell in row), "", "", ""]
            yield cells[0], cells[1], cells[2]
    except csv.Error:
        raise Refused("text", "Cannot be read as rows of a spreadsheet.") from None


def _is_header(cells: tuple[str, str, str]) -> bool:
    return cells[1].lower() in ("to", "target", "goes to", "outcome")


def values_cell(values: list[Any]) -> str:
    """Values as one cell holds them, so that `values_in` reads the same again."""
    said = [{True: "yes", False: "no"}[one] if isinstance(one, bool) else str(one) for one in values]
    numbers = all(isinstance(one, int | float) for one in values)
    if numbers or all(_PLAIN.match(one) and one == one.strip() for one in said):
        return "; ".join(said)
    return json.dumps(values, ensure_ascii=False)


def _target_cells(target: Any) -> tuple[str, str]:
    if not isinstance(target, dict) or target.get("kind") not in KINDS:
        return "", ""
    kind = target["kind"]
    rest = {key: value for key, value in target.items() if key not in ("kind", NAMED.get(kind))}
    more = json.dumps(rest, ensure_ascii=False, sort_keys=True) if rest else ""
    if kind in NAMED:
        return f"{kind}: {target.get(NAMED[kind], '')}", more
    return next((words for words, bare in BARE.items() if bare == kind), kind), more


def _target(cell: str, more: str, around: Around) -> Json | None:
    if not cell:
        return None
    target = _place(cell, around)
    if more:
        try:
            rest = json.loads(more)
        except (ValueError, RecursionError):
            rest = None
        allowed = {*KINDS[target["kind"]].needs, *KINDS[target["kind"]].may_have}
        if not isinstance(rest, dict) or not allowed.issuperset(rest):
            raise Refused("text", "the third column must be empty or as it is downloaded.")
        target = {**target, **rest}
    return target


def _place(cell: str, around: Around) -> Json:
    plain = facts.normal(cell)
    if plain in BARE or plain in ("table", "split"):
        return {"kind": BARE.get(plain, plain)}
    kind, colon, name = (part.strip() for part in cell.partition(":"))
    if colon and kind.lower() in NAMED:
        return _named(kind.lower(), name, around)
    for kind in BY_NAME:
        for slug, called in around.names.get(kind, {}).items():
            if plain in (facts.normal(slug), facts.normal(called)):
                return {"kind": kind, NAMED[kind]: slug}
    if EMAIL.match(cell):
        return {"kind": "rep", "rep": cell}
    raise Refused("text", f"nothing is called “{cell[:60]}”. Write for instance pool: emea.")


def _named(kind: str, name: str, around: Around) -> Json:
    if kind == "discard":
        return {"kind": kind, "reason": name}
    known = around.names.get(kind, {})
    slug = next((slug for slug, called in known.items() if facts.normal(called) == facts.normal(name)), name)
    slug = name if name in known else slug
    if not (EMAIL if kind == "rep" else SLUG).match(slug):
        raise Refused("text", f"there is no {kind} “{name[:60]}”.")
    return {"kind": kind, NAMED[kind]: slug}
