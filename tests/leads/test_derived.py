import pytest

from leads.lists import places
from leads.normalise import normalise


@pytest.mark.parametrize(
    ("sent", "facts"),
    [
        (
            {"postal_code": "10118", "country": "US"},
            {"state": "NY", "county": "New York", "timezone": "America/New_York"},
        ),
        ({"postal_code": "99571-1234"}, {"country": "US", "state": "AK", "timezone": "America/Anchorage"}),
        ({"postal_code": "M5V 3L9"}, {"country": "CA", "state": "ON", "timezone": "America/Toronto"}),
        ({"state": "California"}, {"state": "CA", "timezone": "America/Los_Angeles"}),
        ({"state": "Ontario", "country": "Canada"}, {"state": "ON", "timezone": "America/Toronto"}),
        ({"state": "new south wales", "country": "AU"}, {"state": "NSW", "timezone": "Australia/Sydney"}),
        ({"state": "Bayern", "country": "DE"}, {"state": "Bayern", "timezone": "Europe/Berlin"}),
        ({"country": "Spain"}, {"timezone": "Europe/Madrid"}),
        ({"phone": "+49 30 901820"}, {"timezone": "Europe/Berlin"}),
        ({"timezone": "Asia/Tokyo", "country": "DE"}, {"timezone": "Asia/Tokyo"}),
        ({"title": "VP Sales"}, {"seniority": "vp", "function": "sales"}),
        ({"title": "VP Sales", "seniority": "Director"}, {"seniority": "director", "function": "sales"}),
        ({"website": "https://shop.acme.co.uk/x"}, {"website_domain": "acme.co.uk"}),
        ({"email": "info+web@mailinator.com"}, {"is_role_email": True, "is_disposable_email": True}),
        ({"email": "ada@gmail.com"}, {"is_role_email": False, "is_disposable_email": False, "is_free_email": True}),
    ],
)
def test_what_follows_from_what_was_sent_is_filled_in(sent, facts):
    known = normalise(sent).facts

    assert {name: known.get(name) for name in facts} == facts


@pytest.mark.parametrize(
    ("sent", "blank"),
    [
        ({"postal_code": "10115"}, ("country", "state", "timezone")),  # Berlin has such codes too
        ({"postal_code": "10115", "country": "DE"}, ("state", "county")),
        ({"postal_code": "00000", "country": "US"}, ("state", "timezone")),
        ({"country": "US"}, ("timezone",)),
        ({"phone": "+1 212 555 0123"}, ("timezone",)),
        ({"timezone": "Middle Earth/Shire"}, ("timezone",)),
    ],
)
def test_what_could_be_several_is_left_blank(sent, blank):
    assert not normalise(sent).facts.keys() & set(blank)


def test_the_sender_is_never_overruled():
    facts = normalise({"postal_code": "10118", "country": "US", "state": "CA"}).facts

    assert facts["state"] == "CA"
    assert "county" not in facts
    assert facts["timezone"] == "America/Los_Angeles"


def test_it_is_told_from_which_field_a_fact_was_worked_out():
    read = normalise({"postal_code": "10118", "country": "US", "title": "CEO", "city": "New York"})

    assert read.origins == {
        **dict.fromkeys(("state", "county", "timezone"), "postal_code"),
        **dict.fromkeys(("seniority", "function"), "title"),
    }


def test_every_code_that_is_listed_is_found():
    codes = places._codes()
    listed = [codes.records[at : at + 5].decode() for at in range(0, len(codes.records), places.RECORD)]

    assert len(listed) > 40_000
    assert all(places.place_of(code, "US") is not None for code in listed[::97] + listed[-1:])
