"""Which rows of a lookup table the panel draws: a table may have ten thousand, and as many forms take a minute."""

from __future__ import annotations

import re
from collections.abc import Mapping

MOST_ROWS, LAST_ROWS, MOST_WRONG = 200, 10, 50  # that are drawn
ROW = re.compile(r"\brows\[(\d+)\]")


def wrong_rows(problems: Mapping[str, str]) -> Mapping[int, str]:
    """The first problem of each row that has one."""
    wrong: dict[int, str] = {}
    for path, said in problems.items():
        if found := ROW.search(path):
            wrong.setdefault(int(found[1]), said)
    return wrong


def drawn(total: int, wrong: Mapping[int, str]) -> list[int]:
    """Of a long table the first and the last rows, and what is wrong between."""
    if total <= MOST_ROWS:
        return list(range(total))
    ends = {*range(MOST_ROWS - LAST_ROWS), *range(total - LAST_ROWS, total)}
    return sorted(ends.union(place for place in sorted(wrong)[:MOST_WRONG] if place < total))
