"""Counts are what one would count by hand, whoever counts and in whatever order it came; and cost nothing unused."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leads.activity import counting
from leads.activity.counting import signals_of
from leads.activity.windows import DAYS, Happened, asked_by, asked_in, facts_of, keys_of, tallies
from leads.matching import Match
from leads.models import Account, Activity, Lead, Source
from leads.prepared import ask_together
from leads.scoring import ScoreCard
from leads.world import known
from routing.models import Decision
from tests.leads.activity.company import with_rules

NOON = datetime(2026, 6, 3, 12, tzinfo=UTC)
ASKED = asked_in(
    {
        *(f"signal.{key}_{days}d" for key in ("views", "seats") for days in DAYS),
        *(f"signal.account.{key}_{days}d" for key in ("views", "seats") for days in DAYS),
        *(
            "signal.views",
            "signal.seats",
            "signal.account.views",
            "signal.account.seats",
            "employees",
            "signal.odd-one",
        ),
    }
)
HAPPENED = st.builds(
    Happened,
    key=st.sampled_from(["views", "seats"]),
    # On and around the edges of every window.
    at=st.builds(
        lambda days, seconds: NOON - timedelta(days=days, seconds=seconds),
        st.sampled_from([0, 1, 7, 30, 90, 400]),
        st.integers(-2, 2),
    ),
    value=st.none() | st.integers(-3, 3).map(float) | st.just(2.5),
)


def by_hand(happened: list[Happened], prefix: str = "signal.") -> dict[str, object]:
    facts: dict[str, object] = {}
    for key in ("views", "seats"):
        mine = [one for one in happened if one.key == key and NOON - timedelta(days=400) <= one.at <= NOON]
        for days in DAYS:
            facts[f"{prefix}{key}_{days}d"] = len([one for one in mine if one.at >= NOON - timedelta(days=days)])
        told = sorted((one.at, one.value) for one in mine if one.value is not None)
        facts[f"{prefix}{key}"] = told[-1][1] if told else facts[f"{prefix}{key}_90d"]
    return facts


@given(st.lists(HAPPENED, max_size=30), st.randoms())
def test_counts_are_what_one_would_count_by_hand_in_any_order(happened, chance):
    shuffled = [*happened]
    chance.shuffle(shuffled)

    found = facts_of(ASKED, tallies(shuffled, NOON), tallies(happened, NOON))

    assert found == {**by_hand(happened), **by_hand(happened, "signal.account."), "signal.odd-one": 0}


@pytest.mark.django_db
@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 2), HAPPENED), max_size=25))
def test_the_database_counts_as_one_would_by_hand(rows):
    """Three people: two of one account (one of them acts by phone and by e-mail), one of none."""
    Activity.objects.all().delete()
    Source.objects.get_or_create(slug="web")
    account, _ = Account.objects.get_or_create(name="Acme")
    names = [["mail:ada@acme.com", "tel:+4930901820"], ["mail:bob@acme.com"], ["mail:eve@gmail.com"]]
    for number, (who, one) in enumerate(rows):
        Activity.objects.create(
            source=Source.objects.get(),
            item=number,
            person_key=names[who][number % len(names[who])],
            account=account if who < 2 else None,
            key=one.key,
            at=one.at,
            value=one.value,
        )
    match = Match(Card(account.pk), "domain", "acme.com")
    people = [{"email": "Ada@Acme.com", "phone": "+4930901820"}, {"email": "eve@gmail.com"}, {"company": "Acme"}]

    ada, eve, somebody = signals_of(people, [match, None, match], ASKED, NOON)

    of_account = by_hand([one for who, one in rows if who < 2], "signal.account.")
    odd = {"signal.odd-one": 0}
    assert ada == {**by_hand([one for who, one in rows if who == 0]), **of_account, **odd}
    assert eve == {**by_hand([one for who, one in rows if who == 2]), **by_hand([], "signal.account."), **odd}
    assert somebody == {**by_hand([]), **of_account, **odd}


class Card:
    """As much of an account's card as counting looks at."""

    def __init__(self, pk: int) -> None:
        self.id = pk


def test_a_person_acts_under_his_address_and_his_phone():
    assert keys_of({"email": "Ada@Acme.com", "phone": "+4930901820"}) == ("mail:ada@acme.com", "tel:+4930901820")
    assert keys_of({"phone": "030 901820"}) == ()
    assert keys_of({"company": "Acme"}) == ()


@pytest.mark.django_db
def test_what_rules_scores_and_territories_ask_about_is_known_and_nothing_else(company):
    with_rules(
        {
            "any": [
                {"field": "signal.views_7d", "op": "gte", "value": 3},
                {"not": {"field": "signal.seats", "op": "is_blank"}},
            ]
        }
    )
    asked = known().signals

    assert asked.own == {"views": {"signal.views_7d"}, "seats": {"signal.seats"}}
    assert asked.account == {}
    assert bool(asked_by(known().world, ScoreCard()))


@pytest.mark.django_db
def test_a_rule_sees_what_its_lead_did_before_it_became_one(company, act, deliver):
    with_rules({"field": "signal.pricing_views_7d", "op": "gte", "value": 2})
    for _ in range(2):
        act()

    lead = deliver(email="pat@corp.com", employees=1)

    decision = Decision.objects.get(lead_id=lead.pk)
    assert (lead.status, decision.rules) == ("assigned", ["signals"])
    assert decision.facts["signal.pricing_views_7d"] == 2


@pytest.mark.django_db
def test_a_rule_sees_what_strangers_of_the_account_did(act, deliver):
    with_rules({"field": "signal.account.seats_used", "op": "gt", "value": 30})
    act("seats_used", email="stranger@initech.com", value=40)
    act("seats_used", email="other@initech.com", value=41)

    lead = deliver(email="pat@initech.com", employees=1)

    assert (lead.status, Decision.objects.get().facts["signal.account.seats_used"]) == ("assigned", 41)


@pytest.mark.django_db
def test_the_lead_and_what_it_did_may_come_in_one_body(post):
    with_rules({"field": "signal.webinar_1d", "op": "gte", "value": 1})

    post([{"email": "pat@corp.com", "employees": 1}, {"type": "activity", "email": "pat@corp.com", "key": "webinar"}])

    assert Lead.objects.get().status == "assigned"


@pytest.mark.django_db
def test_who_did_nothing_did_it_no_times(deliver):
    with_rules({"field": "signal.webinar_1d", "op": "lt", "value": 1})

    assert deliver(email="pat@corp.com", employees=1).status == "assigned"


@pytest.mark.django_db
def test_a_batch_asks_once_and_only_if_a_rule_does(act, post, monkeypatch):
    asked = []

    def ask(*questions):
        asked.append(questions)
        return ask_together(*questions)

    monkeypatch.setattr(counting, "ask_together", ask)
    act()
    post([{"email": f"a{number}@corp.com"} for number in range(5)])
    assert asked == []

    with_rules({"field": "signal.webinar_1d", "op": "gte", "value": 1})
    post([{"email": f"b{number}@acme.com"} for number in range(5)])

    assert [len(questions) for questions in asked] == [1]
