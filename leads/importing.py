"""Rows of a file through the webhook's own door: each becomes one stored event, once, however often the file comes."""

from __future__ import annotations

import hashlib
import json
import uuid
from dataclasses import dataclass
from datetime import datetime

from leads import intake, sources
from leads.arrivals import StoredEvent, read_event
from leads.files import Row
from leads.sources import SourceCard, Sources
from leads.webhook import LARGEST_BODY
from routing.engine.facts import Vocabulary

CONTENT_TYPE = "application/json"
REJECTED = "rejected"
LONGEST_ID = 200


class NoSuchSource(ValueError):
    """The source is not configured, or it is closed."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of one row: accepted, duplicate or rejected; `problem` says why it was rejected."""

    line: int
    status: str
    problem: str = ""


def source_named(slug: str, known: Sources) -> SourceCard:
    card = known.by_slug.get(slug)
    if card is None or not card.active:
        names = sorted(name for name, one in known.by_slug.items() if one.active)
        raise NoSuchSource(f"there is no source {slug!r}; the sources are {', '.join(names) or '(none)'}")
    return card


def import_row(row: Row, slug: str, vocabulary: Vocabulary, *, name: str, now: datetime) -> Imported:
    """Store one row of the file `name` as a delivery of this source, unless it is there already or holds no lead."""
    known = sources.cached()
    body = json.dumps(row.values, sort_keys=True).encode()
    if problem := row.problem or _problem(body, source_named(slug, known), vocabulary, now):
        return Imported(row.line, REJECTED, problem)
    delivery = intake.Delivery(
        body=body,
        content_type=CONTENT_TYPE,
        headers={"user-agent": f"import_leads {name}, line {row.line}"},
        key=_key(row, body),
    )
    while True:
        try:
            receipt = intake.receive(source_named(slug, known), delivery, revision=known.revision)
            return Imported(row.line, receipt.status)
        except intake.ConfigurationMoved:
            known = sources.read()
        except intake.SameIdOtherBody:
            return Imported(row.line, REJECTED, f"id {row.values['id']!r} was imported before with other values")


def _problem(body: bytes, source: SourceCard, vocabulary: Vocabulary, now: datetime) -> str:
    """Why this row can become no lead, or "". What a webhook would set apart for RevOps, a file's owner can mend."""
    if len(body) > LARGEST_BODY:
        return f"is larger than {LARGEST_BODY // 1024**2} MiB"
    read = read_event(StoredEvent(uuid.UUID(int=0), source, body, CONTENT_TYPE, now), vocabulary)
    return "" if read.arrivals else " ".join(read.problems)


def _key(row: Row, body: bytes) -> str:
    """The row's own id where the file has such a column; else what it says."""
    named = str(row.values.get("id", "")).strip()
    return f"row:{named[:LONGEST_ID]}" if named else f"row:{hashlib.sha256(body).hexdigest()}"
