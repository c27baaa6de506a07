"""Two who draw on the map at the same time: nobody's territory is lost."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.utils import timezone

from leads.configuration import dump
from leads.territories import editing
from reps.models import Change
from tests.leads.territories.market import open_market
from tests.office import MAYA, open_office, person

NAMES = [f"land-{number}" for number in range(6)]


@pytest.fixture
def market(transactional_db: None) -> None:
    open_office()
    open_market()


def test_all_who_draw_at_once_find_their_territory_on_the_map(market: None) -> None:
    maya = person(MAYA)

    def draw(slug: str) -> None:
        try:
            entry = {"slug": slug, "name": slug, "when": {"field": "city", "op": "is", "value": slug}}
            editing.draw(entry, by=maya, now=timezone.now())
        finally:
            connection.close()

    with ThreadPoolExecutor(len(NAMES)) as together:
        list(together.map(draw, NAMES))

    assert set(NAMES) <= dump.current().of("territories").keys()
    assert Change.objects.filter(kind="territories", subject__in=NAMES, before__isnull=True).count() == len(NAMES)
