"""Findings about a map of territories come with a lead that shows them."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.engine import survey as surveys
from routing.engine.conditions import EVERY_LEAD, All, Condition, Test, holds
from routing.engine.document import parse_condition
from routing.engine.survey import Survey, survey
from routing.engine.territories import Territory, atlas_of
from tests.routing.engine.documents import NOON, SETTING, VOCABULARY, conditions

GERMANY = Test("country", "is", "DE")
BERLIN = Test("state", "is", "Berlin")
LARGE = Test("employees", "gte", 1000)


def territory(slug: str, when: Condition, parent: str | None = None, **values: Any) -> Territory:
    return Territory(slug, slug.title(), when, parent, **values)


def found(*territories: Territory) -> Survey:
    return survey(atlas_of(territories, {}, {}), SETTING)


def test_two_that_hold_the_same_lead_are_found_with_that_lead() -> None:
    (overlap,) = found(territory("germany", GERMANY), territory("enterprise", LARGE)).overlaps

    assert (overlap.winner, overlap.loser) == ("enterprise", "germany")
    assert overlap.example == {"country": "DE", "employees": 1000}


def test_two_that_hold_no_lead_in_common_are_no_overlap() -> None:
    france = Test("country", "is", "FR")

    assert found(territory("germany", GERMANY), territory("france", france)).overlaps == ()


def test_a_child_does_not_overlap_with_its_parent() -> None:
    assert found(territory("germany", GERMANY), territory("berlin", BERLIN, "germany")).overlaps == ()


def test_where_a_deeper_territory_takes_every_lead_of_both_nothing_hangs_on_their_order() -> None:
    both = (territory("germany", GERMANY), territory("enterprise", LARGE))

    assert found(*both, territory("german-enterprise", GERMANY, "enterprise")).overlaps == ()
    (overlap,) = found(*both, territory("huge", Test("employees", "gte", 5000), "enterprise")).overlaps
    assert overlap.example == {"country": "DE", "employees": 1000}


def test_two_that_are_never_valid_together_are_no_overlap() -> None:
    until, since = territory("old", GERMANY, valid_to=NOON.date()), territory("new", GERMANY, valid_from=NOON.date())
    still = territory("still", GERMANY, valid_to=date(2026, 3, 3))

    assert found(until, since).overlaps == ()
    assert len(found(still, since).overlaps) == 1


def test_what_a_parent_holds_and_none_of_its_children_is_a_gap() -> None:
    parts = [territory(state, Test("state", "is", state), "germany") for state in ("berlin", "hamburg")]

    (gap,) = found(territory("germany", GERMANY), *parts).gaps

    assert gap.parent == "germany"
    assert gap.example["country"] == "DE"
    assert gap.example.get("state") not in ("berlin", "hamburg")


def test_a_parent_whose_children_hold_all_of_it_has_no_gap() -> None:
    small = Test("employees", "lt", 1000, True)

    assert found(territory("all", EVERY_LEAD), territory("l", LARGE, "all"), territory("s", small, "all")).gaps == ()


def test_a_territory_that_can_hold_nobody_is_named() -> None:
    assert found(territory("germany", GERMANY), territory("french", Test("country", "is", "FR"), "germany")).never == (
        "french",
    )


def test_looking_is_given_up_after_so_many_steps_and_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    three = [territory(slug, GERMANY) for slug in "abc"]
    assert not found(*three).is_cut
    monkeypatch.setattr(surveys, "MOST_STEPS", 3)

    cut = found(*three)

    assert cut.is_cut
    assert len(cut.overlaps) < 2


def test_of_three_that_hold_the_same_lead_only_the_first_has_it() -> None:
    three = [territory(slug, GERMANY) for slug in "abc"]

    assert [(one.winner, one.loser) for one in found(*three).overlaps] == [("a", "b"), ("a", "c")]


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(conditions(), st.integers(-1, 3)), max_size=5))
def test_every_example_lies_where_the_finding_says(drawn: list[tuple[dict[str, Any], int]]) -> None:
    territories = []
    for number, (condition, above) in enumerate(drawn):
        parent = f"t{above}" if 0 <= above < number else None
        territories.append(territory(f"t{number}", parse_condition(condition, VOCABULARY), parent))
    atlas = atlas_of(territories, SETTING.lists, SETTING.ancestors)
    whens = {one.slug: one.when for one in atlas.placed}

    looked = survey(atlas, SETTING)

    for overlap in looked.overlaps:
        assert holds(All((whens[overlap.winner], whens[overlap.loser])), overlap.example, SETTING)
        assert atlas.territory_of(overlap.example, SETTING) == overlap.winner
    for gap in looked.gaps:
        assert holds(whens[gap.parent], gap.example, SETTING)
        children = [one.slug for one in territories if one.parent == gap.parent]
        assert not any(holds(whens[slug], gap.example, SETTING) for slug in children)
