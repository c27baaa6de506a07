"""Whose account it is: the owner, his cover while he is away, the account's team; and skills one would rather have."""

import pytest

from routing.engine.bench import Presence
from routing.engine.reach import reach_of
from routing.engine.route import Request, plan, route
from tests.routing.engine.small_world import NOON, TO_TRIAGE, Desk, calendar, days, pool, rep, world

EAST = [rep(name, team="east") for name in ("Ada", "Bob", "Cleo")]
AWAY = calendar(away=[(NOON - days(1), NOON + days(1))])


def desk(*people, **assign) -> Desk:
    target = {"kind": "account_owner", "if_nobody": TO_TRIAGE, **assign}
    rule = {"id": "owner", "name": "Owner", "when": {"field": "account.matched", "op": "is", "value": True}}
    return Desk(world({"rules": [{**rule, "target": target}], "otherwise": TO_TRIAGE}, reps=people))


def arrive(front: Desk, **facts):
    about = {f"account.{name}": value for name, value in facts.items()}
    return front.arrive(**{"account.matched": True, "account.name": "Acme", **about})


def test_without_an_owner_the_account_s_team_takes_it_by_load_and_no_ledger_moves():
    front = desk(*EAST, rep("Dan", team="west"))

    got = [arrive(front, team="east") for _ in range(4)]

    assert [outcome.rep for outcome in got] == [*(person.email for person in EAST), EAST[0].email]
    assert {(outcome.how, outcome.pool, outcome.lines) for outcome in got} == {("team", None, ())}
    assert got[0].reason == "Owner: Ada, lowest load of the account's team east (3 could take it)."


def test_the_owner_comes_before_the_team_and_an_unknown_team_is_nobody():
    front = desk(*EAST)

    assert arrive(front, team="east", owner=EAST[1].email).rep == EAST[1].email
    assert arrive(front, team="north").queue == "triage"
    assert arrive(front).queue == "triage"


def test_all_of_the_team_are_within_reach_so_that_they_are_locked():
    front = desk(*EAST)
    facts = {"account.matched": True, "account.team": "east"}

    reach = reach_of(plan(Request("x", facts), front.world, NOON), front.world)

    assert reach.reps == {person.email for person in EAST}


def test_cover_acts_while_the_owner_is_away_and_the_account_stays_his():
    front = desk(rep("Ada", calendar=AWAY, backup="bob@example.com"), rep("Bob"))

    outcome = arrive(front, owner="ada@example.com")

    assert (outcome.rep, outcome.cover_for, outcome.how) == ("bob@example.com", "ada@example.com", "cover")
    assert outcome.facts["account.owner"] == "ada@example.com"


@pytest.mark.parametrize(
    ("limits", "note"),
    [
        ({"capacity": 1}, "Ada holds 1 of at most 1 leads: the rule gives the lead all the same."),
        ({"daily_cap": 1}, "Ada has had the 1 leads of the daily cap: the rule gives the lead all the same."),
    ],
)
def test_a_full_owner_is_a_wall_or_if_the_rule_says_so_a_note(limits, note):
    wall, warn = (desk(rep("Ada", **limits), capacity=capacity) for capacity in ("wall", "warn"))

    walled = [arrive(wall, owner="ada@example.com") for _ in range(2)]
    warned = [arrive(warn, owner="ada@example.com") for _ in range(2)]

    assert [outcome.rep for outcome in walled] == ["ada@example.com", None]
    assert [outcome.rep for outcome in warned] == ["ada@example.com", "ada@example.com"]
    assert [outcome.notes for outcome in warned] == [(), (note,)]


def test_a_full_owner_who_declined_is_still_not_asked_again():
    front = desk(rep("Ada", capacity=0), capacity="warn")
    facts = {"account.matched": True, "account.owner": "ada@example.com"}
    willing, declined = Request("x", facts), Request("x", facts, declined=frozenset({"ada@example.com"}))

    outcomes = [
        route(request, front.world, front.standing, Presence(NOON), plan(request, front.world, NOON))
        for request in (willing, declined)
    ]

    assert [outcome.rep for outcome in outcomes] == ["ada@example.com", None]
    assert outcomes[1].excluded == {"ada@example.com": "declined"}


def test_that_nobody_has_all_preferred_skills_is_noted_with_what_the_chosen_one_has():
    people = [rep("Ada", skills={"german": 3}), rep("Bob", skills={"french": 2}), rep("Cleo")]
    target = {"kind": "pool", "pool": "sales", "strategy": "best_skilled", "prefer_skills": ["french", "german"]}
    seats = [pool("sales", "Ada", "Bob", "Cleo")]

    relaxed = Desk(world({"rules": [], "otherwise": target}, reps=people, pools=seats)).arrive()
    polyglot = rep("Cleo", skills={"french": 1, "german": 1})
    met = Desk(world({"rules": [], "otherwise": target}, reps=[*people[:2], polyglot], pools=seats)).arrive()

    assert relaxed.rep == "ada@example.com"
    assert relaxed.notes == ("Nobody who could take it has all preferred skills (french, german): Ada has german.",)
    assert met.notes == ()
