"""One activity out of a body: who, what, when and how much; and in words what could not be used."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leads.activity.reading import Signal, Unusable, key_of, read_signal
from leads.mapping import compile_reading, read
from routing.engine.facts import STANDARD

NOON = datetime(2026, 6, 3, 12, tzinfo=UTC)
PAYLOADS = Path(__file__).parents[1] / "payloads"


def signal(body: object, *, preset: str = "", at: datetime = NOON, **paths: str) -> Signal:
    """What the first item of a body tells."""
    (item, *_) = read(compile_reading(preset=preset, mapping=paths), body)
    assert not item.problem, item.problem
    assert item.activity is not None
    return read_signal(item.activity, item.raw, STANDARD, received_at=at)


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("pricing_views", "pricing_views"),
        ("Pricing Viewed", "pricing_viewed"),
        ("  pricing-viewed! ", "pricing_viewed"),
        ("pricingViewed", "pricing_viewed"),
        ("PRICING", "pricing"),
        ("Démo demandée", "demo_demandee"),
        ("ＰＲＩＣＩＮＧ　ｖｉｅｗ", "pricing_view"),
        ("Step 3: invite", "step_3_invite"),
        ("a" * 40, "a" * 40),
    ],
)
def test_a_key_is_normalised(written, key):
    assert key_of(written) == key


@pytest.mark.parametrize(
    "written", [None, "", "  ", "!!!", "価格", 5, True, ["pricing"], {"a": 1}, "a" * 41, "x" * 99999]
)
def test_what_is_no_key_is_refused_with_a_sentence(written):
    with pytest.raises(Unusable, match=r"^(An activity needs a key|The activity's key .* is longer)"):
        key_of(written)


@pytest.mark.parametrize("written", ["pricing_7d", "Pricing 30D", "x_90d"])
def test_a_key_that_reads_like_a_window_would_name_two_things(written):
    with pytest.raises(Unusable, match="ends like the name of a count over days"):
        key_of(written)


@given(st.text(max_size=60))
def test_a_key_is_small_plain_and_normal_already(written):
    try:
        key = key_of(written)
    except Unusable:
        return
    assert key_of(key) == key
    assert STANDARD.get(f"signal.account.{key}_90d") is not None


def test_a_flat_body_tells_who_did_what_when_and_how_much():
    found = signal(
        {
            "type": "activity",
            "email": "Pat@Corp.com",
            "name": "Pat Doe",
            "key": "Seats Used",
            "value": "1,200",
            "at": "2026-06-03T10:00:00+02:00",
            "context": {"page": "/pricing", "plan": "team", "secret": "x"},
        }
    )

    assert (found.person_key, found.name, found.key, found.value) == (
        "mail:pat@corp.com",
        "Pat Doe",
        "seats_used",
        1200,
    )
    assert found.at == NOON.replace(hour=8)
    assert found.context == {"page": "/pricing", "plan": "team"}
    assert found.flags == ()


@pytest.mark.parametrize(
    ("who", "person"),
    [
        ({"email": "Pat@Corp.com"}, "mail:pat@corp.com"),
        ({"phone": "+49 30 901820"}, "tel:+4930901820"),
        ({"contact": {"mail": "pat@corp.com"}}, "mail:pat@corp.com"),
        ({"domain": "corp.com"}, ""),
        ({"account": "Corp"}, ""),
        ({"account": {"name": "Corp"}}, ""),
        ({"company": "Corp"}, ""),
    ],
)
def test_a_person_or_only_a_company_may_be_named(who, person):
    assert signal({"type": "activity", "key": "trial_step", **who}).person_key == person


@pytest.mark.parametrize(
    "who", [{}, {"name": "Pat Doe"}, {"email": "nobody"}, {"phone": "12"}, {"domain": "javascript:1"}]
)
def test_who_names_nobody_is_told_so(who):
    with pytest.raises(Unusable, match=r"^An activity needs to say who it was"):
        signal({"type": "activity", "key": "trial_step", **who})


@pytest.mark.parametrize(
    ("written", "at"),
    [
        (None, NOON),
        ("2026-06-03T11:00:00Z", NOON - timedelta(hours=1)),
        ("2026-06-03T12:05:00Z", NOON),
        ("2025-04-29T12:00:00Z", NOON - timedelta(days=400)),
        ("2026-06-01", NOON - timedelta(hours=60)),
    ],
)
def test_a_time_that_can_be_is_believed(written, at):
    found = signal({"type": "activity", "key": "k", "email": "pat@corp.com", "at": written})

    assert (found.at, found.flags) == (at, ())


@pytest.mark.parametrize(
    "written", ["2026-06-03T12:05:01Z", "yesterday", "2026-02-30", 17, True, {"a": 1}, "9999-12-31"]
)
def test_a_time_that_cannot_be_is_set_aside_and_the_deliverys_taken(written):
    found = signal({"type": "activity", "key": "k", "email": "pat@corp.com", "at": written})

    assert found.at == NOON
    assert len(found.flags) == 1
    assert "it was set aside" in found.flags[0]


def test_what_is_too_old_is_not_counted_as_if_it_were_now():
    with pytest.raises(Unusable, match=r"^It was on 29 Apr 2025, more than 400 days before it was sent"):
        signal({"type": "activity", "key": "k", "email": "pat@corp.com", "at": "2025-04-29T11:59:59Z"})


@pytest.mark.parametrize(
    ("written", "value", "flagged"),
    [
        (5, 5, False),
        (-5, -5, False),
        (0, 0, False),
        ("12.5", 12.5, False),
        ("", None, False),
        ("many", None, True),
        (True, None, True),
        (float("nan"), None, True),
        (float("inf"), None, True),
        (10**400, None, True),
        ([1], None, True),
        ({"a": {"b": [1]}}, None, True),
        ("1\x00", None, True),
    ],
)
def test_a_value_is_a_number_or_set_aside(written, value, flagged):
    found = signal({"type": "activity", "key": "k", "email": "pat@corp.com", "value": written})

    assert (found.value, bool(found.flags)) == (value, flagged)


def test_what_nothing_can_store_is_replaced_and_what_is_long_is_cut():
    found = signal(
        {"type": "activity", "key": "k", "email": "pat@corp.com", "page": "/\x00" + "p" * 999, "plan": {"a": 1}}
    )

    assert found.context == {"page": "/\N{REPLACEMENT CHARACTER}" + "p" * 298}


def test_the_sources_own_mapping_has_the_last_word():
    body = {"what": "activity", "did": "Webinar", "user": {"mail": "pat@corp.com"}, "n": 3, "key": "other"}

    found = signal(body, type="what", key="did", value="n", email="user.mail")

    assert (found.key, found.value, found.person_key) == ("webinar", 3, "mail:pat@corp.com")


def test_an_intent_is_the_activitys_own_only_if_it_is_said():
    plain = {"type": "activity", "key": "k", "email": "pat@corp.com"}

    assert signal(plain).intent == ""
    assert signal({**plain, "intent": "Demo"}).intent == "Demo"
    assert signal({**plain, "wants": "demo"}, intent="wants", email="email").intent == "demo"


def test_an_item_that_is_no_activity_stays_a_lead():
    for body in ({"email": "pat@corp.com"}, {"email": "pat@corp.com", "type": "demo", "key": "k"}):
        (item,) = read(compile_reading(), body)
        assert item.activity is None


@pytest.mark.parametrize(
    ("call", "key"),
    [
        ({"type": "track", "event": "Pricing Viewed"}, "pricing_viewed"),
        ({"type": "page", "name": "Pricing"}, "pricing_viewed"),
        ({"type": "page"}, "page_viewed"),
        ({"type": "screen", "name": "Seats"}, "seats_viewed"),
    ],
)
def test_what_segment_tracks_is_an_activity(call, key):
    who = {"context": {"traits": {"email": "pat@corp.com"}, "page": {"url": "https://corp.com/x"}}}
    found = signal({**call, **who, "timestamp": "2026-06-03T11:00:00Z", "properties": {"value": 3}}, preset="segment")

    assert (found.key, found.value, found.person_key) == (key, 3, "mail:pat@corp.com")
    assert found.at == NOON - timedelta(hours=1)
    assert found.context == {"page": "https://corp.com/x"}


def test_a_user_of_segment_may_be_named_by_his_address():
    assert signal({"type": "track", "event": "x", "userId": "pat@corp.com"}, preset="segment").person_key == (
        "mail:pat@corp.com"
    )


def test_a_real_call_of_segment_that_names_nobody_says_why():
    (item,) = read(compile_reading(preset="segment"), json.loads((PAYLOADS / "segment_track.json").read_text()))

    assert item.problem.startswith("This track call carries no traits")


def test_who_is_identified_by_segment_is_a_lead():
    (item,) = read(compile_reading(preset="segment"), json.loads((PAYLOADS / "segment_identify.json").read_text()))

    assert item.activity is None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inside: st.lists(inside, max_size=4) | st.dictionaries(st.text(max_size=10), inside, max_size=4),
    max_leaves=10,
)
SAID = st.dictionaries(
    st.sampled_from(["key", "value", "at", "email", "phone", "domain", "account", "page", "plan", "intent", "context"]),
    JSON,
)


@given(SAID, st.sampled_from(["", "segment", "typeform"]))
def test_nothing_that_a_stranger_says_breaks_the_reading(said, preset):
    try:
        found = signal({**said, "type": "activity"}, preset=preset)
    except (Unusable, AssertionError):
        return
    assert NOON - timedelta(days=400) <= found.at <= NOON
    assert "\x00" not in json.dumps(found.context) + found.intent + found.name
