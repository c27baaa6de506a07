"""Content fails open: whatever a sender wrote, there are facts, and what did not fit is set aside for people to see."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leads.contact import read_email, read_phone
from leads.normalise import FROM_SENDERS, normalise, person_key
from leads.numbers import read_number
from routing.engine.facts import STANDARD, as_json, from_json


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (1200, 1200),
        ("1,200", 1200),
        ("1 200", 1200),
        ("$1.2M", 1_200_000),
        ("€ 3 million", 3_000_000),
        ("USD 5,000", 5000),
        ("10k", 10_000),
        ("250+", 250),
        ("over 500", 500),
        ("51-200", 51),
        ("201 – 500", 201),
        ("1-5M", 1_000_000),
        ("500-1,000 employees", 500),
        ("-5", -5),
        ("1.200", 1.2),
        ("n/a", None),
        ("", None),
        ("12abc", None),
        ("-", None),
        (True, None),
        (1e308, None),
        (math.nan, None),
        ("9" * 4000, None),
        ([5], None),
    ],
)
def test_numbers_are_read_as_people_write_them(written, meant):
    assert read_number(written) == meant


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Ada.Lovelace@Example.COM ", "ada.lovelace@example.com"),
        ("Ada <ada@example.com>", "ada@example.com"),
        ("mailto:ada@example.com", "ada@example.com"),
        ("ada+forms@example.com", "ada+forms@example.com"),
        ("müller@exämple.de", "müller@exämple.de"),
        ("ada@example.com\r\nBcc: eve@example.com", None),
        ("no at sign", None),
        ("a..b@example.com", None),
        ("a" * 250 + "@example.com", None),
        ("@", None),
    ],
)
def test_addresses_have_one_form(written, meant):
    assert read_email(written) == meant


@pytest.mark.parametrize(
    ("written", "country", "meant"),
    [
        ("+1 (650) 555-0123", "", "+16505550123"),
        ("15550000000", "", "+15550000000"),
        ("(650) 555-0123", "US", "+16505550123"),
        ("030 123456", "DE", "+4930123456"),
        ("030 123456", "", "030 123456"),
        ("call me", "", None),
        ("12", "", None),
    ],
)
def test_phones_are_dialled_where_they_can_be(written, country, meant):
    assert read_phone(written, country) == meant


def test_a_full_name_is_split_unless_its_parts_are_given():
    assert normalise({"name": "Ada King Lovelace"}).facts == {"first_name": "Ada", "last_name": "King Lovelace"}
    assert normalise({"name": "Lovelace, Ada"}).facts == {"first_name": "Ada", "last_name": "Lovelace"}
    assert normalise({"name": "X Y", "first_name": "Ada"}).facts == {"first_name": "Ada"}


def test_places_are_told_by_their_codes():
    facts = normalise({"country": "United States", "state": "california"}).facts

    assert (facts["country"], facts["state"]) == ("US", "CA")
    assert normalise({"country": "deu"}).facts == {"country": "DE"}
    assert normalise({"country": "XX"}).set_aside == {"country": "XX"}
    assert normalise({"country": "DE", "state": "CA"}).facts["state"] == "CA"


def test_the_domain_tells_whether_anybody_can_have_the_mailbox():
    assert normalise({"email": "ada@gmail.com"}).facts["is_free_email"] is True
    assert normalise({"email": "ada@starbucks.com"}).facts["is_free_email"] is False


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("employees", "n/a"),
        ("email", ["a@example.com"]),
        ("company", {"name": "x"}),
        ("tags", {"a": 1}),
        ("phone", "call me"),
    ],
)
def test_what_does_not_fit_is_set_aside_as_it_came(field, value):
    read = normalise({"first_name": "Ada", field: value})

    assert read.facts == {"first_name": "Ada"}
    assert list(read.set_aside) == [field]
    assert read.notes


def test_texts_that_could_not_be_stored_are_flagged_and_long_ones_cut():
    read = normalise({"company": "A\ufffdB", "message": "x" * 30_000, "title": "y" * 5_000})

    assert read.facts["company"] == "A\ufffdB"
    assert len(str(read.facts["message"])) == 20_000
    assert len(str(read.facts["title"])) == 1_000
    assert set(read.set_aside) == {"company", "message", "title"}


def test_a_sender_cannot_write_what_is_ours():
    ours = dict.fromkeys((*(field.name for field in STANDARD), "signal.x", "owner", "status", "id", "pk"), "1")

    facts = normalise({**ours, "email": "eve@example.com"}).facts

    assert set(facts) <= FROM_SENDERS | {"email_domain", "is_free_email"}


def test_a_simulation_may_say_everything():
    assert normalise({"account.owner": "ada@example.com", "score": "40"}, trusted=True).facts == {
        "account.owner": "ada@example.com",
        "score": 40,
    }


def test_a_person_is_named_by_mail_else_by_phone():
    assert person_key({"email": "ada@example.com", "phone": "+16505550123"}) == "mail:ada@example.com"
    assert person_key({"phone": "+16505550123"}) == "tel:+16505550123"
    assert person_key({"phone": "030 123456"}) == ""
    assert person_key({"company": "Acme"}) == ""


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from([*sorted(FROM_SENDERS), "name", "score", "custom.x"]), json_values))
def test_no_value_breaks_it_and_every_fact_can_be_kept(raw):
    read = normalise(raw)

    json.dumps(read.set_aside)
    assert from_json(json.loads(json.dumps(as_json(read.facts))), STANDARD) == read.facts
