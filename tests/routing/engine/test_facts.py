"""Raw values become facts; texts are compared by one form, whatever their spelling."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.engine.facts import STANDARD, Field, FieldType, as_json, from_json, normal, typed
from tests.routing.engine.documents import VOCABULARY

ANYTHING = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.dates(), st.datetimes()),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(), inner, max_size=3)),
    max_leaves=6,
)
NAMES = [field.name for field in VOCABULARY]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("DE", " de "),
        ("Acme  Inc.", "acme inc."),
        ("STRASSE", "straße"),
        ("ﬁn", "FIN"),
        ("Ｔｏｋｙｏ", "tokyo"),
        ("Zoë", "Zoe\u0308"),
        ("a\u00a0b", "a b"),
    ],
)
def test_texts_are_equal_whatever_their_case_form_and_spaces(one: str, other: str):
    assert normal(one) == normal(other)


@given(st.text())
def test_the_normal_form_of_a_normal_form_is_itself(text: str):
    assert normal(normal(text)) == normal(text)


@pytest.mark.parametrize(
    ("name", "raw", "fact"),
    [
        ("employees", 120, 120),
        ("employees", "1,200", 1200),
        ("employees", " 12.5 ", 12.5),
        ("is_free_email", "Yes", True),
        ("is_free_email", 0, False),
        ("is_free_email", "off", False),
        ("priority", 1, "1"),
        ("postal_code", 10115.0, "10115"),
        ("tags", "hot", ("hot",)),
        ("tags", ["hot", None, " ", 7], ("hot", "7")),
        ("received_at", "2026-03-02", datetime(2026, 3, 2, tzinfo=UTC)),
        ("received_at", "2026-03-02T09:00:00+02:00", datetime(2026, 3, 2, 7, tzinfo=UTC)),
        ("received_at", datetime(2026, 3, 2, 7), datetime(2026, 3, 2, 7, tzinfo=UTC)),
        ("received_at", date(2026, 3, 2), datetime(2026, 3, 2, tzinfo=UTC)),
        ("time.weekday", "Monday", "mon"),
        ("time.weekday", 7, "sun"),
        ("territory", "dach", "dach"),
        ("signal.pricing_page", "3", 3),
        ("custom.budget", 5, 5),
    ],
)
def test_a_value_that_fits_is_a_fact(name: str, raw: Any, fact: Any):
    assert typed({name: raw}, VOCABULARY) == ({name: fact}, {})


@pytest.mark.parametrize(
    ("name", "raw"),
    [
        ("employees", "n/a"),
        ("employees", "51-200"),
        ("employees", float("nan")),
        ("employees", "Infinity"),
        ("employees", 10**400),
        ("employees", True),
        ("employees", "1,2,3"),
        ("is_free_email", "perhaps"),
        ("country", True),
        ("country", {"code": "DE"}),
        ("country", ["DE"]),
        ("tags", [["deep"]]),
        ("received_at", "yesterday"),
        ("received_at", "2026-02-30"),
        ("received_at", "0001-01-01T00:00:00+23:00"),
        ("time.weekday", "Someday"),
        ("custom.nobody_made_this", "x"),
        ("__class__", "x"),
        ("signal.", 3),
    ],
)
def test_a_value_that_does_not_fit_is_set_aside_as_it_came(name: str, raw: Any):
    facts, aside = typed({name: raw}, VOCABULARY)

    assert facts == {}
    assert list(aside) == [name]
    assert aside[name] is raw


@pytest.mark.parametrize("raw", [None, "", " \t", [], (), [None, ""], ["  "]])
def test_a_blank_is_neither_a_fact_nor_set_aside(raw: Any):
    assert typed({"country": raw, "tags": raw, "employees": raw}, STANDARD) == ({}, {})


@given(st.dictionaries(st.sampled_from(NAMES), ANYTHING, max_size=8))
def test_any_raw_value_becomes_a_fact_or_is_set_aside_and_facts_survive_the_log(raw: dict[str, Any]):
    facts, aside = typed(raw, VOCABULARY)

    assert not facts.keys() & aside.keys()
    assert from_json(json.loads(json.dumps(as_json(facts))), VOCABULARY) == facts


def test_built_in_fields_cannot_be_redefined():
    vocabulary = STANDARD.with_custom(
        [Field("country", FieldType.NUMBER, "country"), Field("custom.x", FieldType.TIME, "x")]
    )

    country, custom = vocabulary.get("country"), vocabulary.get("custom.x")

    assert country is not None
    assert country.type is FieldType.TEXT
    assert custom is not None
    assert STANDARD.get("custom.x") is None
