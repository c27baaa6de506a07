"""Content fails open: whatever a sender wrote, there are facts, and what did not fit is set aside for people to see."""

import json
import math

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leads.contact import is_phone_key, read_email, read_phone, read_website, split_name
from leads.kept import kept
from leads.normalise import FROM_SENDERS, normalise, person_key
from leads.numbers import read_count, read_number
from routing.engine.facts import STANDARD, Field, FieldType, as_json, from_json


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
        ("1,2", 1.2),
        ("1.234,56", 1234.56),
        ("1,234,567.89", 1_234_567.89),
        ("1.234.567", 1_234_567),
        ("1'200", 1200),
        ("1\u00a0200", 1200),
        ("２５０", 250),
        ("3,5 Mio. €", 3_500_000),
        ("500K-1M", 500_000),
        ("500-1M", 500),
        ("between 51 and 200 people", 51),
        ("under 50", 0),
        ("up to 1M", 0),
        ("1,23,456", None),
        ("1.2.3", None),
        ("1e5", None),
        ("10%", None),
        ("5-1-2026", None),
        (-1e308, None),
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
        *[("1.200", 1200), ("51-200", 51), ("10,000+ employees", 10_000), (12.0, 12), ("<10", 0), ("5M", 5_000_000)],
        *[("-5", None), ("1.5", None), (0.5, None), (1e9, None), ("50M", None), (True, None)],
    ],
)
def test_people_are_counted_in_whole_numbers(written, meant):
    assert read_count(written) == meant


@given(st.integers(0, 10**15))
def test_a_number_is_read_however_its_thousands_are_parted(number):
    spellings = [
        f"{number:,}",
        f"{number:,}".replace(",", " "),
        f"{number:,}".replace(",", "'"),
        f"${number}",
        f"{number}+",
    ]

    assert [read_number(text) for text in spellings] == [number] * len(spellings)


@given(st.text(max_size=70) | st.from_regex(r"[0-9.,' kmKM$€+–-]{1,20}", fullmatch=True))
def test_no_text_breaks_the_reading_of_numbers(text):
    number = read_number(text)

    assert number is None or (math.isfinite(number) and abs(number) <= 10**15)


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
        ("ADA@example.com.", "ada@example.com"),
        ("<ada@example.com>", "ada@example.com"),
        ("ada@x.com, bob@y.com", "ada@x.com"),
        ("ada@x.com; call me", None),
        ("info@xn--mller-kva.de", "info@müller.de"),
        ("ａda@example.com", "ada@example.com"),
        ("ada@localhost", None),
        ("ada@[127.0.0.1]", None),
        ('"<script>"@example.com', None),
        ("ada@acme.test", "ada@acme.test"),
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
        ("1-800-FLOWERS", "US", "+18003569377"),
        ("tel:+49-30-123456", "", "+4930123456"),
        ("650-555-0123 ext. 7", "US", "+16505550123"),
        ("555-1234 ext 7", "", "555-1234 ext 7"),
        ("+1234567890", "", "+1234567890"),
        ("1" * 50, "", None),
    ],
)
def test_phones_are_dialled_where_they_can_be(written, country, meant):
    assert read_phone(written, country) == meant


@pytest.mark.parametrize("phone", ["+1234567890", "+15550000000", "030 123456", "+", ""])
def test_a_number_nobody_has_names_nobody(phone):
    assert not is_phone_key(phone)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (" acme.com ", "acme.com"),
        ("https://www.Acme.com/x?y=1", "https://www.Acme.com/x?y=1"),
        ("acme.com:8080/x", "acme.com:8080/x"),
        ("https://müller.de", "https://müller.de"),
        *[(text, None) for text in ("javascript:alert(1)", "JavaScript:alert(1)//x.com", "data:text/html,x", "acme")],
        *[(text, None) for text in ("\x01javascript:alert(1)", "java\nscript:alert(1)", "we have none.yet", "http://")],
        *[(text, None) for text in ("ada@acme.com", "http://acme.com:99999", "http://[::1", "ftp://acme.com")],
    ],
)
def test_a_website_is_one_of_the_web(written, meant):
    assert read_website(written) == meant


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Ada King", ("Ada", "King")),
        ("Ludwig van Beethoven", ("Ludwig", "van Beethoven")),
        ("King, Ada", ("Ada", "King")),
        ("Frau Prof. Dr. Ada King", ("Ada", "King")),
        ("Ada", ("Ada", "")),
        ("Mr", ("Mr", "")),
        (" , ", ("", "")),
    ],
)
def test_a_name_is_split_after_its_first_word(written, meant):
    assert split_name(written) == meant


def test_a_full_name_is_split_unless_its_parts_are_given():
    assert normalise({"name": "Ada King Lovelace"}).facts == {"first_name": "Ada", "last_name": "King Lovelace"}
    assert normalise({"name": "Lovelace, Ada"}).facts == {"first_name": "Ada", "last_name": "Lovelace"}
    assert normalise({"name": "X Y", "first_name": "Ada"}).facts == {"first_name": "Ada"}


def test_places_are_told_by_their_codes():
    facts = normalise({"country": "United States", "state": "california"}).facts

    assert (facts["country"], facts["state"]) == ("US", "CA")
    assert normalise({"country": "deu"}).facts["country"] == "DE"
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
        ("company", True),
        ("company", "N/A"),
        ("company", " - "),
        ("tags", {"a": 1}),
        ("tags", [{"a": 1}]),
        ("phone", "call me"),
        ("country", ["US"]),
        ("website", "javascript:alert(1)"),
        ("last_name", "n/a"),
        ("custom.unknown", "x"),
    ],
)
def test_what_does_not_fit_is_set_aside_as_it_came(field, value):
    read = normalise({"first_name": "Ada", field: value})

    assert read.facts == {"first_name": "Ada"}
    assert list(read.set_aside) == [field]
    assert read.notes


def test_null_is_a_name_and_no_company():
    assert normalise({"name": "Ada Null"}).facts == {"first_name": "Ada", "last_name": "Null"}
    assert normalise({"company": "null"}).facts == {}


@pytest.mark.parametrize(
    "text", [" =1+1", "\r=1+1", "<script>", "Robert'); DROP TABLE leads;--", "{{7*7}}", "a\u2028b\u202e"]
)
def test_a_text_stays_as_it_was_written(text):
    read = normalise({"company": text})

    assert (read.facts, read.set_aside) == ({"company": text}, {})


@pytest.mark.parametrize("code", [0, 0xD800, 0xDFFF, 0xFFFD])
def test_what_nothing_can_store_is_replaced_and_flagged(code):
    text = f"A{chr(code)}B"

    read = normalise({"company": text, "tags": [text], "name": text})

    assert read.facts == {"company": "A\ufffdB", "tags": ("A\ufffdB",), "first_name": "A\ufffdB"}
    assert set(read.set_aside) == {"company", "tags", "name"}


def test_an_integer_of_thousands_of_digits_is_set_aside():
    read = normalise({"employees": 10**5000, "title": 10**5000, "tags": [10**5000]})

    assert read.facts == {}
    assert read.set_aside["employees"] == "a whole number of 16610 bits"


@pytest.mark.parametrize(
    ("value", "many"),
    [
        ("a; b, c", ("a", "b", "c")),
        ("CRM\nERP", ("CRM", "ERP")),
        (["a, b", "c"], ("a, b", "c")),
        (["CRM", "crm ", "", None], ("CRM",)),
        ("CRM", ("CRM",)),
        (5, ("5",)),
        ([1, 2.5], ("1", "2.5")),
    ],
)
def test_many_come_as_a_list_or_in_one_text(value, many):
    assert normalise({"product_interest": value}).facts == {"product_interest": many}


def test_of_very_many_the_first_hundred_are_taken():
    read = normalise({"tags": [str(number) for number in range(150)]})

    assert read.facts["tags"] == tuple(str(number) for number in range(100))
    assert "tags" in read.set_aside


def test_the_admins_fields_are_read_by_their_type():
    own = {"custom.budget": FieldType.NUMBER, "custom.vip": FieldType.BOOLEAN, "custom.since": FieldType.TIME}
    vocabulary = STANDARD.with_custom([Field(name, kind, name) for name, kind in own.items()])

    read = normalise({"custom.budget": "$5k", "custom.vip": "yes", "custom.since": "2026-01-05"}, vocabulary)

    assert (read.facts["custom.budget"], read.facts["custom.vip"]) == (5000, True)
    assert read.facts["custom.since"].isoformat() == "2026-01-05T00:00:00+00:00"
    assert normalise({"custom.vip": "maybe"}, vocabulary).set_aside == {"custom.vip": "maybe"}


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("us", "US"),
        ("USA", "US"),
        ("U.S.A.", "US"),
        ("Deutschland", "DE"),
        ("United States (USA)", "US"),
        ("Türkiye", "TR"),
    ],
)
def test_a_country_is_understood_as_people_write_it(written, code):
    assert normalise({"country": written}).facts["country"] == code


def test_anybody_can_have_a_mailbox_below_a_free_domain_but_not_at_a_company_whose_customers_may():
    assert normalise({"email": "a@x.mailinator.com"}).facts["is_free_email"] is True
    assert normalise({"email": "a@frontier.com"}).facts["is_free_email"] is False


def test_what_is_kept_is_small_and_can_be_written():
    half = chr(0xD800)
    values = [float("nan"), float("inf"), 10**5000, "x" * 10**6, half, {half: [half]}, list(range(10**4)), b"x", {1, 2}]

    text = orjson.dumps(kept(values)).decode()

    assert len(text) < 3_000


def test_what_is_kept_does_not_go_on_for_ever():
    deep: list[object] = []
    for _ in range(5_000):
        deep = [deep]

    assert kept(deep) == [[[["…"]]]]


def test_texts_that_could_not_be_stored_are_flagged_and_long_ones_cut():
    read = normalise({"company": "A\ufffdB", "message": "x" * 30_000, "title": "y" * 5_000})

    assert read.facts["company"] == "A\ufffdB"
    assert len(str(read.facts["message"])) == 20_000
    assert len(str(read.facts["title"])) == 1_000
    assert set(read.set_aside) == {"company", "message", "title"}


def test_a_sender_cannot_write_what_is_ours():
    ours = dict.fromkeys((*(field.name for field in STANDARD), "signal.x", "owner", "status", "id", "pk"), "1")

    facts = normalise({**ours, "email": "eve@example.com"}).facts

    of_addresses = {"email_domain", "is_free_email", "is_disposable_email", "is_role_email", "website_domain"}
    assert set(facts) <= FROM_SENDERS | of_addresses


def test_a_simulation_may_say_everything():
    assert normalise({"account.owner": "ada@example.com", "score": "40"}, trusted=True).facts == {
        "account.owner": "ada@example.com",
        "score": 40,
    }


def test_a_person_is_named_by_mail_else_by_phone():
    assert person_key({"email": "ada@example.com", "phone": "+16505550123"}) == "mail:ada@example.com"
    assert person_key({"phone": "+16505550123"}) == "tel:+16505550123"
    assert person_key({"phone": "+15550000000"}) == ""
    assert person_key({"phone": "030 123456"}) == ""
    assert person_key({"company": "Acme"}) == ""


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=30)
    | st.text(st.characters(categories=["Cs", "Cc"]), max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@given(
    st.dictionaries(st.sampled_from([*sorted(FROM_SENDERS), "name", "score", "custom.x"]), json_values), st.booleans()
)
def test_no_value_breaks_it_and_every_fact_can_be_kept(raw, trusted):
    read = normalise(raw, trusted=trusted)

    written = orjson.dumps({"facts": as_json(read.facts), "set_aside": read.set_aside}).decode()
    assert "\\u0000" not in written
    assert from_json(json.loads(json.dumps(as_json(read.facts))), STANDARD) == read.facts
