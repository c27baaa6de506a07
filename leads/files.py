"""Leads in a file: CSV (comma, semicolon or tab) or JSON lines, row by row, each with its line for whoever mends it."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

LARGEST_CELL = 1024 * 1024
csv.field_size_limit(LARGEST_CELL)


class Unreadable(ValueError):
    """The file as a whole cannot be read."""


@dataclass(frozen=True, slots=True)
class Row:
    """The values of one row that are not blank; `problem` says why it cannot be read, "" if it can."""

    line: int
    values: dict[str, object]
    problem: str = ""


def read_rows(path: Path) -> Iterator[Row]:
    """Each row of the file. Raises `Unreadable` if there is no such file, or it is not UTF-8 text."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            first = file.readline()
            file.seek(0)
            yield from _json_lines(file) if first.lstrip().startswith("{") else _csv_rows(file, first)
    except OSError as error:
        raise Unreadable(f"{path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise Unreadable(f"{path}: byte {error.start} is not UTF-8; save the file as UTF-8") from error


def _json_lines(file: TextIO) -> Iterator[Row]:
    for number, text in enumerate(file, start=1):
        if not text.strip():
            continue
        try:
            values = json.loads(text)
        except (ValueError, RecursionError):
            yield Row(number, {}, "is not JSON")
            continue
        if isinstance(values, dict):
            yield Row(number, {key: value for key, value in values.items() if value not in (None, "", [], {})})
        else:
            yield Row(number, {}, "must be an object with the lead's fields")


def _csv_rows(file: TextIO, header: str) -> Iterator[Row]:
    delimiter = max(",;\t", key=header.count)
    reader = csv.reader(file, delimiter=delimiter, strict=True)
    try:
        names = [name.strip() for name in next(reader, [])]
        if len(set(names)) < len(names):
            raise Unreadable("two columns have the same name")
        line = reader.line_num + 1
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield _csv_row(line, names, cells)
            line = reader.line_num + 1
    except csv.Error as error:
        raise Unreadable(f"line {reader.line_num}: {error}") from error


def _csv_row(line: int, names: list[str], cells: list[str]) -> Row:
    if len(cells) > len(names):
        return Row(line, {}, f"has {len(cells)} cells, but there are {len(names)} columns")
    return Row(line, {name: cell for name, cell in zip(names, cells, strict=False) if name and cell.strip()})
