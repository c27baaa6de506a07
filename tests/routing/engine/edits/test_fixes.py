"""What is offered to make a tree simpler can be done, whatever the rules ask."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from routing.engine.nodes import Json
from routing.engine.simplify import FAN, suggestions
from tests.routing.engine.documents import VOCABULARY, leads
from tests.routing.engine.edits.test_joining import POOL, QUEUE, VALUES, ends, one, tree
from tests.routing.engine.edits.trees import AROUND, asks, do

TARGETS = st.sampled_from([POOL, QUEUE])


@st.composite
def fans(draw: st.DrawFn) -> Json:
    """Enough neighbours on one field, each with an answer for a blank that changes nothing, or none."""
    field = draw(st.sampled_from(list(VALUES)))
    questions = draw(st.lists(VALUES[field], min_size=FAN, max_size=FAN + 1))
    extra = st.sampled_from([{}, {"if_blank": False}])
    return tree(*(one(f"r{place}", {**asked, **draw(extra)}, draw(TARGETS)) for place, asked in enumerate(questions)))


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(fans(), leads())
def test_every_fix_that_is_offered_can_be_done_and_sends_every_lead_where_it_went(
    document: Json, facts: dict[str, Any]
) -> None:
    offered = [found.fix for found in suggestions(document, VOCABULARY) if found.fix]

    for fix in offered:
        fixed = do(fix.op, document, AROUND, **fix.arguments).document
        assert ends(fixed, facts) == ends(document, facts)


def test_both_fixes_are_offered_for_what_calls_for_them() -> None:
    fan = [one(f"r{place}", asks("country", "is", f"C{place}"), [POOL, QUEUE][place % 2]) for place in range(FAN)]
    twins = [one("a", asks("country", "is", "DE")), one("b", asks("employees", "gte", 50))]

    assert [found.fix.op for found in suggestions(tree(*fan), VOCABULARY) if found.fix] == ["to_table"]
    assert [found.fix.op for found in suggestions(tree(*twins), VOCABULARY) if found.fix] == ["merge"]
