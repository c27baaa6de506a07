"""Which territory a lead lies in: the rule in examples, and the index against the plain loop."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.engine.conditions import EVERY_LEAD, All, Condition, Setting, Test, holds
from routing.engine.document import parse_condition
from routing.engine.territories import Territory, atlas_of
from tests.routing.engine.documents import SETTING, VOCABULARY, conditions, leads

MARCH = datetime(2026, 3, 2, 12, tzinfo=UTC)


def territory(slug: str, when: Condition, parent: str | None = None, **values: Any) -> Territory:
    return Territory(slug, slug.title(), when, parent, **values)


def lies_in(territories: Iterable[Territory], facts: dict[str, Any], now: datetime = MARCH) -> str:
    return atlas_of(tuple(territories), {}, {}).territory_of(facts, Setting(now=now))


COUNTRY = [
    territory("dach", Test("country", "in", ("DE", "AT", "CH"))),
    territory("de", Test("country", "is", "DE"), "dach"),
    territory("de-large", Test("employees", "gte", 1000), "de"),
    territory("at-ent", Test("employees", "gte", 1000), "dach"),
    territory("world", EVERY_LEAD),
]


@pytest.mark.parametrize(
    ("facts", "found"),
    [
        ({"country": "CH"}, "dach"),
        ({"country": "DE"}, "de"),
        ({"country": "DE", "employees": 5000}, "de-large"),
        ({"country": "AT", "employees": 5000}, "at-ent"),
        # A child holds only where its parent does: large and French is not large and German.
        ({"country": "FR", "employees": 5000}, "world"),
        ({"employees": 5000}, "world"),
    ],
)
def test_the_deepest_that_holds_wins_and_a_child_holds_only_within_its_parent(
    facts: dict[str, Any], found: str
) -> None:
    assert lies_in(COUNTRY, facts) == found


def test_among_equally_deep_ones_the_first_by_slug_wins_however_they_are_listed() -> None:
    both = [territory("north", EVERY_LEAD), territory("east", EVERY_LEAD)]

    assert lies_in(both, {}) == lies_in(reversed(both), {}) == "east"


def test_no_territory_holds_a_lead_that_fits_none() -> None:
    assert lies_in(COUNTRY[:4], {"country": "FR"}) == ""
    assert lies_in([], {"country": "FR"}) == ""


@pytest.mark.parametrize(
    ("now", "found"),
    [
        (datetime(2026, 3, 31, 23, 59, 59, tzinfo=UTC), "old"),
        (datetime(2026, 4, 1, tzinfo=UTC), "new"),
        # Berlin has April already, the day in UTC is still in March.
        (datetime.fromisoformat("2026-04-01T01:00:00+02:00"), "old"),
        (datetime(2027, 1, 1, tzinfo=UTC), ""),
    ],
)
def test_a_territory_is_valid_from_a_day_and_until_before_another_in_utc(now: datetime, found: str) -> None:
    turn = date(2026, 4, 1)
    handover = [
        territory("old", EVERY_LEAD, valid_to=turn),
        territory("new", EVERY_LEAD, valid_from=turn, valid_to=date(2027, 1, 1)),
    ]

    assert lies_in(handover, {}, now) == found


def test_a_child_is_valid_only_while_its_parent_is() -> None:
    parent = territory("emea", EVERY_LEAD, valid_from=date(2026, 4, 1))

    assert lies_in([parent, territory("de", EVERY_LEAD, "emea")], {}) == ""
    assert lies_in([parent, territory("de", EVERY_LEAD, "emea")], {}, MARCH + timedelta(days=60)) == "de"


DAYS = st.one_of(st.none(), st.sampled_from([date(2026, 3, day) for day in (1, 2, 3, 10)]))


@st.composite
def forests(draw: st.DrawFn) -> list[Territory]:
    found: list[Territory] = []
    for number in range(draw(st.integers(0, 10))):
        parent = draw(st.sampled_from([None, *(one.slug for one in found)]))
        when = parse_condition(draw(conditions()), VOCABULARY)
        begins, ends = draw(DAYS), draw(DAYS)
        found.append(territory(f"t{number}", when, parent, valid_from=begins, valid_to=ends))
    return draw(st.permutations(found))


def plainly(territories: list[Territory], facts: dict[str, Any], setting: Setting) -> str:
    """The documented rule, word for word."""
    by_slug = {one.slug: one for one in territories}
    today = setting.now.date()
    best = ("", 0)
    for slug in sorted(by_slug):
        line = [by_slug[slug]]
        while line[-1].parent:
            line.append(by_slug[line[-1].parent])
        valid = all(
            (not one.valid_from or one.valid_from <= today) and (not one.valid_to or today < one.valid_to)
            for one in line
        )
        if valid and len(line) > best[1] and holds(All(tuple(one.when for one in line)), facts, setting):
            best = (slug, len(line))
    return best[0]


@given(forests(), st.lists(leads(), min_size=1, max_size=5), st.sampled_from([-30, -1, 0, 1, 9]))
@settings(max_examples=200)
def test_the_index_finds_what_the_plain_loop_finds(
    territories: list[Territory], people: list[dict[str, Any]], days: int
) -> None:
    setting = Setting(now=SETTING.now + timedelta(days=days), lists=SETTING.lists, ancestors=SETTING.ancestors)
    atlas = atlas_of(territories, SETTING.lists, SETTING.ancestors)

    for facts in people:
        assert atlas.territory_of(facts, setting) == plainly(territories, facts, setting)
