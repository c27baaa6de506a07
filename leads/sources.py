"""The sources as the edge and the workers know them: compiled once per revision of the configuration."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import connection

from leads.mapping import Reading, compile_reading
from leads.models import Source


@dataclass(frozen=True, slots=True)
class SourceCard:
    """A source ready for use. `reading` says how a body of this sender becomes leads.

    Its leads wait `enrich_within` for providers; with `reroute_late` those whom nobody has touched are routed again
    when an answer comes after that.
    """

    id: int
    slug: str
    name: str
    auth: str
    secret_env: str
    intent: str
    active: bool
    reading: Reading
    enrich_within: timedelta = timedelta(seconds=3)
    reroute_late: bool = False

    @property
    def secrets(self) -> tuple[str, ...]:
        """The secrets in force, from the environment: several, separated by spaces, while a key is being rotated."""
        return tuple(os.environ.get(self.secret_env, "").split()) if self.secret_env else ()


@dataclass(frozen=True, slots=True)
class Sources:
    revision: int
    by_slug: Mapping[str, SourceCard]
    by_id: Mapping[int, SourceCard]


class _Process:
    """What this process read last."""

    sources: Sources | None = None


def revision_now() -> int:
    """The number of the configuration as it is committed now; 0 before anything was configured."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT number FROM reps_revision WHERE id = 1")
        row = cursor.fetchone()
    return int(row[0]) if row else 0


def cached() -> Sources:
    """The sources as last read in this process: the caller checks `revision` in the statement that relies on them."""
    return _Process.sources or read()


def read() -> Sources:
    """Read them anew, under the revision that was committed before the first row was read."""
    revision = revision_now()
    cards = [_card(source) for source in Source.objects.all()]
    sources = Sources(revision, {card.slug: card for card in cards}, {card.id: card for card in cards})
    _Process.sources = sources
    return sources


def at(revision: int) -> Sources:
    """The sources at this revision (or a later one)."""
    sources = cached()
    return sources if sources.revision == revision else read()


def _card(source: Source) -> SourceCard:
    reading = compile_reading(preset=source.preset, items=source.items, mapping=source.mapping, event_id=source.id_path)
    return SourceCard(
        id=source.pk,
        slug=source.slug,
        name=source.name,
        auth=source.auth,
        secret_env=source.secret_env,
        intent=source.intent,
        active=source.active,
        reading=reading,
        enrich_within=_patience(source),
        reroute_late=source.reroute_late,
    )


def _patience(source: Source) -> timedelta:
    own = source.enrich_within_ms
    return timedelta(milliseconds=settings.ENRICH_WITHIN_MS if own is None else own)
