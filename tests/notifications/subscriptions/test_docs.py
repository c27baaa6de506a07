"""docs/events.md says what the catalogue says, its example fits the schema, and its code verifies what is sent."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest
from django.utils import timezone

from config.places import PROJECT
from notifications.subscriptions import catalogue
from outgoing.signing import derived_secret, signed_headers

DOC = (PROJECT / "docs" / "events.md").read_text()


def members(schema: dict[str, Any], path: str = "") -> Iterator[tuple[str, str, str]]:
    """Each member with its path, its type and what is said of it."""
    for name, part in schema["properties"].items():
        whole = f"{path}.{name}" if path else name
        inner = part["anyOf"][0] if "anyOf" in part else part
        kind = str(inner["const"]) if "const" in inner else inner.get("format", inner.get("type"))
        yield whole, f"{kind} or null" if "anyOf" in part else kind, part["description"]
        if "properties" in inner:
            yield from members(inner, whole)


def table() -> str:
    """The members of `data` as the page has them."""
    lines = ["| member of `data` | type | what |", "|---|---|---|"]
    seen: set[str] = set()
    for path, kind, about in members(catalogue.DATA):
        # A rep is described once.
        if path.startswith("previous_owner."):
            continue
        lines.append(f"| `{path}` | {kind} | {about} |")
        seen.add(path)
    return "\n".join(lines)


def types() -> str:
    lines = ["| event | when |", "|---|---|"]
    return "\n".join([*lines, *(f"| `{one.name}` | {one.when} |" for one in catalogue.ALL)])


def test_the_page_has_every_type_and_every_member_as_the_catalogue_has_them():
    assert types() in DOC
    assert table() in DOC


def test_the_example_is_one():
    (text,) = re.findall(r"```json\n(.*?)```", DOC, re.S)
    example = json.loads(text)
    schema = catalogue.schema_of(catalogue.BY_NAME[example["type"]])

    jsonschema.validate(example, schema, format_checker=jsonschema.FormatChecker())
    assert list(example["data"]) == list(catalogue.DATA["properties"])


def test_every_act_of_the_page_leads_to_events_that_there_are():
    named = set(re.findall(r"`((?:lead|sla|webhook)\.[a-z]+)`", DOC)) - {"lead.status"}

    assert set(catalogue.BY_NAME) <= named
    assert {name for name in named if name not in catalogue.BY_NAME} <= {"webhook.test"} | {
        f"lead.{name}" for name in catalogue.LEAD["properties"]
    }


def test_the_code_of_the_page_takes_what_is_sent_and_nothing_else():
    (code,) = re.findall(r"```python\n(.*?)```", DOC, re.S)
    room: dict[str, Any] = {}
    exec(compile(code, "docs/events.md", "exec"), room)
    verify, body = room["verify"], b'{"type":"lead.closed"}'
    new, old = (derived_secret("k", of="subscription:1", number=number) for number in (2, 1))
    headers = signed_headers([new, old], key="abc", at=timezone.now(), body=body)

    verify(new, headers, body)
    verify(old, headers, body)
    with pytest.raises(ValueError):
        verify(new, headers, body + b" ")
    with pytest.raises(ValueError):
        verify(derived_secret("k", of="subscription:2", number=1), headers, body)
    with pytest.raises(ValueError):
        verify(new, {**headers, "webhook-timestamp": "1"}, body)
