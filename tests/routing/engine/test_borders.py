"""Overlaps and gaps of territories, each shown by an example that anybody can check."""

from __future__ import annotations

from datetime import date
from typing import Any

from hypothesis import given, settings

from routing.engine.borders import Borders
from routing.engine.conditions import EVERY_LEAD, AnyOf, Setting, Test, holds
from routing.engine.territories import Territory, atlas_of
from tests.routing.engine.documents import SETTING
from tests.routing.engine.test_territories import MARCH, forests, territory

GERMAN, LARGE = Test("country", "is", "DE"), Test("employees", "gte", 500)
WEST, EAST = Test("state", "in", ("CA", "OR")), Test("state", "in", ("NY", "MA"))
US = territory("us", Test("country", "is", "US"))


def borders(*territories: Territory, **hints: Any) -> Borders:
    return Borders(atlas_of(territories, {}, {}), Setting(now=MARCH), hints)


def test_two_equally_deep_ones_that_hold_the_same_lead_overlap_and_the_first_wins() -> None:
    found = borders(territory("large", LARGE), territory("german", GERMAN)).overlaps()

    assert [(one.first, one.second, one.example) for one in found] == [
        ("german", "large", {"country": "DE", "employees": 500})
    ]


def test_what_is_decided_by_depth_or_cannot_meet_is_no_overlap() -> None:
    west, east = territory("west", WEST, "us"), territory("east", EAST, "us")

    assert borders(US, west, east, territory("world", EVERY_LEAD, valid_to=date(2026, 1, 1))).overlaps() == []


def test_two_that_follow_each_other_in_time_do_not_overlap() -> None:
    turn = date(2026, 6, 1)

    assert borders(territory("old", GERMAN, valid_to=turn), territory("new", GERMAN, valid_from=turn)).overlaps() == []
    assert borders(territory("old", GERMAN), territory("new", GERMAN, valid_from=turn)).overlaps() != []


def test_a_gap_is_shown_by_a_lead_of_the_parent_that_no_child_holds() -> None:
    found = borders(US, territory("west", WEST, "us"), territory("east", EAST, "us"), state=("CA", "NY", "TX")).gaps()

    assert [(one.territory, one.example) for one in found] == [("us", {"country": "US", "state": "TX"})]


def test_children_that_share_out_their_parent_leave_no_gap() -> None:
    small = Test("employees", "lt", 500, if_blank=True)

    assert borders(US, territory("large", LARGE, "us"), territory("small", small, "us")).gaps() == []
    # Without it, whoever does not say how large he is lies in neither.
    found = borders(US, territory("large", LARGE, "us"), territory("small", Test("employees", "lt", 500), "us")).gaps()
    assert [one.example for one in found] == [{"country": "US"}]


def test_an_overlap_within_a_choice_is_found() -> None:
    either = AnyOf((GERMAN, Test("country", "is", "AT")))

    (found,) = borders(territory("a", either), territory("b", Test("country", "in", ("AT", "CH")))).overlaps()

    assert found.example == {"country": "AT"}


@given(forests())
@settings(max_examples=100, deadline=None)
def test_every_example_lies_where_it_is_said_to_lie(territories: list[Territory]) -> None:
    atlas = atlas_of(territories, SETTING.lists, SETTING.ancestors)
    placed = {one.slug: one for one in atlas.placed}
    found = Borders(atlas, SETTING, {})

    for overlap in found.overlaps():
        first, second = placed[overlap.first], placed[overlap.second]
        assert first.depth == second.depth
        assert first.slug < second.slug
        assert holds(first.when, overlap.example, SETTING)
        assert holds(second.when, overlap.example, SETTING)
    for gap in found.gaps():
        assert atlas.territory_of(gap.example, SETTING) not in {
            one.slug for one in territories if one.parent == gap.territory
        }
        assert holds(placed[gap.territory].when, gap.example, SETTING)
