"""Small documents written by hand, and what is wrong with them."""

from __future__ import annotations

from typing import Any

import pytest

from routing.engine.document import BadDocument, References, RuleError, Tree, parse
from tests.routing.engine.documents import VOCABULARY

INBOX = {"kind": "queue", "queue": "inbox"}
ALWAYS: dict[str, Any] = {"all": []}
GERMAN = {"field": "country", "op": "is", "value": "DE"}


def rule(**members: Any) -> dict[str, Any]:
    return {"id": "a", "name": "A", "when": ALWAYS, "target": INBOX, **members}


def document(*rules: Any, **members: Any) -> dict[str, Any]:
    return {"format": 1, "rules": list(rules), "otherwise": INBOX, **members}


def problems(data: Any, references: References | None = None) -> dict[str, str]:
    with pytest.raises(BadDocument) as refused:
        parse(data, VOCABULARY, references or References())
    return {problem.path: problem.problem for problem in refused.value.problems}


def parsed_or_refused(data: Any) -> Tree | tuple[RuleError, ...]:
    try:
        return parse(data, VOCABULARY)
    except BadDocument as refused:
        return refused.problems


def nested(depth: int, leaf: Any) -> Any:
    for _ in range(depth):
        leaf = {"all": [leaf]}
    return leaf
