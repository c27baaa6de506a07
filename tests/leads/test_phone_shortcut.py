"""Numbers with a country code are read without the library where its answer is plain: it must be the same answer."""

import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leads.contact import _plainly_dialled

CODES = sorted(phonenumbers.COUNTRY_CODE_TO_REGION_CODE)
DIGIT = st.sampled_from("0123456789")
PUNCTUATION = st.sampled_from(["", "", "", " ", "-", ".", " (", ") "])


@settings(deadline=None)  # a country is loaded when it is first asked for
@given(
    st.sampled_from(CODES),
    st.lists(st.tuples(DIGIT, PUNCTUATION), min_size=4, max_size=14),
    st.sampled_from(["", "DE"]),
)
def test_the_short_way_says_what_the_library_says(code, written, country):
    text = f"+{code}" + "".join(digit + mark for digit, mark in written).rstrip(" (-.)")

    short = _plainly_dialled(text)

    if short is not None:
        number = phonenumbers.parse(text, country or None)
        assert phonenumbers.is_possible_number(number)
        assert short == phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


@pytest.mark.parametrize("text", ["+49 30 901820", "+1 (650) 253-0000", "+44 20.7031.3000"])
def test_most_numbers_take_the_short_way(text):
    assert _plainly_dialled(text) == "+" + "".join(filter(str.isdigit, text))


@pytest.mark.parametrize(
    "text", ["+49 (0)30 901820", "+49 030 901820", "030 901820", "+49", "+999 1234567", "+1 650 253"]
)
def test_what_needs_thought_is_left_to_the_library(text):
    assert _plainly_dialled(text) is None
