"""What the engine promises of every organisation, whoever is in it and whatever comes."""

from __future__ import annotations

import math
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.engine.bench import Candidate
from routing.engine.strategies import STRATEGIES, Evidence
from routing.engine.targets import STRATEGIES as NAMES
from routing.engine.world import Gate
from tests.routing.engine.small_world import NOON, TO_TRIAGE, Desk, pool, rep, world

PEOPLE = ("Ada", "Bob", "Cleo", "Dan", "Eve")
SKILLS = ("german", "hipaa", "saas")

levels = st.dictionaries(st.sampled_from(SKILLS), st.integers(0, 3))
limits = st.one_of(st.none(), st.integers(0, 3))
tallies = st.integers(0, 60).flatmap(lambda closed: st.tuples(st.integers(0, closed), st.just(closed)))


def to(target):
    """A document that sends everybody there."""
    rule = {"id": "all", "name": "All", "when": {"all": []}, "target": target}
    return {"rules": [rule], "otherwise": TO_TRIAGE}


@st.composite
def floors(draw):
    """A few reps with limits and skills, and how the target asks for them."""
    reps = [
        rep(
            name,
            capacity=draw(limits),
            daily_cap=draw(limits),
            skills=draw(levels),
            active=draw(st.integers(0, 5)) < 5,
            paused=draw(st.integers(0, 5)) == 5,
            backup=f"{draw(st.sampled_from(PEOPLE)).lower()}@example.com",
        )
        for name in PEOPLE[: draw(st.integers(2, 5))]
    ]
    seats = [(one.name, float(draw(st.integers(0, 3)))) for one in reps]
    target = draw(
        st.one_of(
            st.fixed_dictionaries({"kind": st.just("pool"), "pool": st.just("sales")}),
            st.fixed_dictionaries(
                {"kind": st.just("account_owner")}, optional={"capacity": st.sampled_from(("wall", "warn"))}
            ),
            st.fixed_dictionaries(
                {"kind": st.just("rep"), "rep": st.just(reps[0].email)},
                optional={"capacity": st.sampled_from(("wall", "warn"))},
            ),
        )
    )
    asked = draw(st.dictionaries(st.sampled_from(SKILLS), st.integers(1, 3), max_size=2))
    wished = draw(st.lists(st.sampled_from(SKILLS), max_size=3, unique=True))
    target |= {"strategy": draw(st.sampled_from(NAMES)), "require_skills": asked, "prefer_skills": wished}
    target |= {"skills_from": ["language"], "if_nobody": TO_TRIAGE}
    seating = pool("sales", *seats, catch_up=draw(st.sampled_from(("none", "full"))))
    desk = Desk(
        world(
            to(target),
            reps=reps,
            pools=[seating],
            skills=frozenset(SKILLS),
            converting=True,
        )
    )
    for one in reps:
        desk.standing.closed[one.email, ""] = draw(tallies)
    return desk, target


leads = st.lists(
    st.fixed_dictionaries(
        {},
        optional={
            "language": st.sampled_from((*SKILLS, "klingon")),
            "account.owner": st.sampled_from([f"{name.lower()}@example.com" for name in PEOPLE]),
            "account.team": st.just("nobody's"),
        },
    ),
    min_size=1,
    max_size=14,
)


@given(floors(), leads)
def test_nobody_is_given_more_than_he_may_have_unless_the_rule_only_warns_and_then_it_is_noted(floor, arrivals):
    desk, target = floor

    for facts in arrivals:
        outcome = desk.arrive(**facts)
        if outcome.rep is None:
            continue
        person = desk.world.reps[outcome.rep]
        held, today = desk.standing.open[person.email], desk.standing.today[person.email, desk.now.date()]
        over = (person.capacity is not None and held > person.capacity) or (
            person.daily_cap is not None and today > person.daily_cap
        )
        assert not over or (target.get("capacity") == "warn" and outcome.how == "named" and outcome.notes)


@given(floors(), leads)
def test_who_takes_a_lead_has_what_it_asks_for_and_was_there(floor, arrivals):
    desk, target = floor

    for facts in arrivals:
        outcome = desk.arrive(**facts)
        if outcome.rep is None:
            assert outcome.queue == "triage"
            continue
        person = desk.world.reps[outcome.rep]
        assert person.active
        assert not person.paused
        if outcome.how != "cover":
            named = {facts["language"]: 1} if facts.get("language") in SKILLS else {}
            assert all(
                person.skills.get(skill, 0) >= level for skill, level in (named | target["require_skills"]).items()
            )


@given(floors(), leads)
def test_everybody_who_was_looked_at_and_not_chosen_has_a_reason_or_competed(floor, arrivals):
    desk, _ = floor

    for facts in arrivals:
        outcome = desk.arrive(**facts)
        competed = {one.rep for one in outcome.candidates if not one.code}
        assert {rep for rep, code in outcome.excluded.items() if code} == set(outcome.excluded)
        assert competed.isdisjoint(outcome.excluded)
        assert outcome.rep is None or outcome.rep in competed


@given(st.lists(levels, min_size=2, max_size=5), st.lists(st.sampled_from(SKILLS), max_size=3, unique=True))
def test_best_skilled_takes_the_highest_sum_and_says_when_nobody_has_all_that_is_preferred(skills, wished):
    people = [rep(name, skills=his) for name, his in zip(PEOPLE, skills, strict=False)]
    target = {"kind": "pool", "pool": "sales", "strategy": "best_skilled", "prefer_skills": wished}
    seats = pool("sales", *(one.name for one in people))

    outcome = Desk(world({"rules": [], "otherwise": target}, reps=people, pools=[seats])).arrive()

    sums = {one.email: sum(one.skills.get(skill, 0) for skill in wished) for one in people}
    has_all = any(all(one.skills.get(skill, 0) for skill in wished) for one in people)
    assert sums[outcome.rep] == max(sums.values())
    assert bool(outcome.notes) == (not has_all)


@given(limits, limits, st.sampled_from(("rep", "account_owner")), st.integers(1, 8))
def test_whoever_is_named_although_he_is_full_is_noted_each_time_and_nobody_else(capacity, daily_cap, kind, leads):
    target = {"kind": kind, "capacity": "warn"} | ({"rep": "ada@example.com"} if kind == "rep" else {})
    ada = rep("Ada", capacity=capacity, daily_cap=daily_cap)
    desk = Desk(world(to(target), reps=[ada]))

    notes = [desk.arrive(**{"account.owner": ada.email}).notes for _ in range(leads)]

    room = min(limit for limit in (capacity, daily_cap, leads) if limit is not None)
    assert [bool(note) for note in notes] == [False] * room + [True] * (leads - room)


intents = st.sampled_from(("demo", "pricing", "Free trial"))
scores = st.one_of(st.integers(-100, 100), st.floats(-100, 100), st.none())


@given(
    intents,
    st.sampled_from((str.upper, str.title, str.lower, "  {} ".format)),
    scores,
    st.integers(-100, 1000),
    st.sets(intents),
)
def test_an_intent_that_skips_the_score_is_never_held_back_and_neither_is_whoever_scores_enough(
    intent, written, score, threshold, skipping
):
    gate = Gate(threshold=threshold, skip_score_for=frozenset(one.casefold() for one in skipping))
    desk = Desk(world({"rules": [], "otherwise": TO_TRIAGE}, gate=gate))
    facts = {"intent": written(intent)} | ({} if score is None else {"score": score})

    outcome = desk.arrive(**facts)

    held_back = score is not None and score < threshold and intent not in skipping
    assert (outcome.kind == "nurture", outcome.path == "gate") == (held_back, held_back)


@given(st.integers(-50, 50), st.integers(0, 50), st.integers(-50, 50), intents)
def test_more_points_never_hold_a_lead_back_that_fewer_let_through(score, more, threshold, intent):
    gate = Gate(threshold=threshold, skip_score_for=frozenset({"pricing"}))

    if not gate.holds_back({"score": score, "intent": intent}):
        assert not gate.holds_back({"score": score + more, "intent": intent})


@st.composite
def benches(draw):
    """People of whom no two are alike in anything that a strategy looks at, in two orders."""
    count = draw(st.integers(2, 5))
    paces = draw(st.lists(st.integers(0, 50), min_size=count, max_size=count, unique=True))
    loads = draw(st.lists(st.integers(0, 50), min_size=count, max_size=count, unique=True))
    skills = draw(st.lists(st.integers(0, 9), min_size=count, max_size=count))
    rates = draw(st.lists(st.sampled_from((0.2, 0.25, 0.5)), min_size=count, max_size=count))
    weights = draw(st.lists(st.sampled_from((1.0, 2.0, 3.0)), min_size=count, max_size=count))
    people = [
        Candidate(
            rep=PEOPLE[n],
            weight=weights[n],
            level=paces[n] * weights[n],
            open=int(loads[n] * weights[n]),
            skill=skills[n],
            rate=rates[n],
        )
        for n in range(count)
    ]
    below = draw(st.dictionaries(st.sampled_from(PEOPLE[:count]), st.sampled_from((0.1, 0.2)), max_size=2))
    last = {one.rep: NOON - timedelta(hours=n) for n, one in enumerate(people)}
    return people, draw(st.permutations(people)), Evidence(last, below)


@pytest.mark.parametrize("strategy", sorted(STRATEGIES.keys() - {"round_robin", "first_available"}))
@given(benches())
def test_without_a_tie_the_order_of_the_pool_does_not_matter(strategy, bench):
    one_order, another, evidence = bench

    chosen = [
        STRATEGIES[strategy]([person._replace(order=n) for n, person in enumerate(order)], evidence).rep
        for order in (one_order, another)
    ]

    assert chosen[0] == chosen[1]


@given(st.integers(2, 5), tallies, st.integers(1, 20))
def test_people_with_the_same_evidence_are_a_rotation(count, tally, leads):
    people = [rep(name) for name in PEOPLE[:count]]
    seats = pool("sales", *PEOPLE[:count], strategy="best_converting")
    desk = Desk(
        world(
            {"rules": [], "otherwise": {"kind": "pool", "pool": "sales"}}, reps=people, pools=[seats], converting=True
        )
    )
    for one in people:
        desk.standing.closed[one.email, ""] = tally

    assert desk.rotation(leads) == " ".join(PEOPLE[n % count][0] for n in range(leads))


@given(st.lists(st.sampled_from((1.0, 2.0, 3.0)), min_size=2, max_size=5), st.integers(1, 60))
def test_levels_add_up_to_what_was_given_when_nobody_is_left_out(weights, leads):
    names = PEOPLE[: len(weights)]
    seats = pool("sales", *zip(names, weights, strict=True), strategy="weighted")
    desk = Desk(
        world({"rules": [], "otherwise": {"kind": "pool", "pool": "sales"}}, reps=map(rep, names), pools=[seats])
    )

    desk.rotation(leads)

    assert math.isclose(sum(desk.standing.levels.values()), leads)
    for name, weight in zip(names, weights, strict=True):
        given_to_him = desk.standing.open.get(f"{name.lower()}@example.com", 0)
        assert abs(given_to_him - leads * weight / sum(weights)) <= len(weights)
