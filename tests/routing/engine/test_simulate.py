"""A history told again: the clock, the places and the people are as they were at each arrival."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from routing.engine.bench import Presence
from routing.engine.route import Request, plan, route, take
from routing.engine.simulate import Arrival, fold
from routing.engine.world import Standing
from tests.routing.engine.small_world import EVERYBODY_TO_SALES, NOON, TO_POOL, calendar, days, pool, rep, world

ADA, BOB = rep("Ada"), rep("Bob")
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


def sales(*reps, **document):
    return world({**EVERYBODY_TO_SALES, **document}, reps=reps, pools=[pool("sales", *(one.name for one in reps))])


def arrival(number, *, key=None, after=None, closes=None, **facts):
    at = NOON + (number * HOUR if after is None else after)
    return Arrival(key or f"lead:{number}", facts, at, closes)


def initials(outcomes):
    return " ".join((outcome.rep or "-")[0].upper() for _, outcome in outcomes)


def test_leads_take_their_turns():
    assert initials(fold([arrival(number) for number in range(4)], sales(ADA, BOB))) == "A B A B"


def test_a_closed_lead_frees_its_place_at_that_very_instant():
    one_place = sales(rep("Ada", capacity=1))

    early, exact = NOON + 2 * HOUR - timedelta(microseconds=1), NOON + 2 * HOUR
    full = list(fold([arrival(0, closes=exact), arrival(1, after=early - NOON)], one_place))
    free = list(fold([arrival(0, closes=exact), arrival(1, after=exact - NOON)], one_place))

    assert full[1][1].queue == "unassigned"
    assert full[1][1].excluded == {"ada@example.com": "at_capacity"}
    assert free[1][1].rep == "ada@example.com"


def test_somebody_who_is_away_for_two_hours_is_back_by_himself_and_not_flooded():
    away = rep("Bob", paused=True, paused_until=NOON + 2 * HOUR)

    outcomes = list(fold([arrival(number) for number in range(6)], sales(ADA, away)))

    assert initials(outcomes) == "A A A B A B"
    assert [outcome.excluded.get("bob@example.com") for _, outcome in outcomes] == ["paused", "paused", *[None] * 4]


def test_whoever_comes_back_stays_with_his_rep_and_takes_no_second_place():
    again = [arrival(0, key="mail:x@y.example"), arrival(1), arrival(2, key="mail:x@y.example"), arrival(3)]

    outcomes = list(fold(again, sales(rep("Ada", capacity=2), BOB)))

    assert initials(outcomes) == "A B A A"
    assert [outcome.sticky for _, outcome in outcomes] == [False, False, True, False]


def test_an_open_lead_that_is_touched_again_closes_with_the_last_of_its_touches():
    one_place = sales(rep("Ada", capacity=1))
    touches = [arrival(0, key="x", closes=NOON + 2 * HOUR), arrival(1, key="x", closes=NOON + 9 * HOUR)]

    outcomes = list(fold([*touches, arrival(3, closes=NOON + 4 * HOUR), arrival(9)], one_place))

    assert [outcome.kind for _, outcome in outcomes] == ["assigned", "assigned", "queued", "assigned"]


def test_after_the_sticky_days_the_rules_decide_again():
    outcomes = list(fold([arrival(0, key="x"), arrival(0, key="x", after=days(3))], sales(ADA, BOB, sticky_days=3)))

    assert initials(outcomes) == "A B"


def test_what_was_known_of_somebody_joins_what_he_brings_now():
    by_country = {
        "rules": [
            {
                "id": "de",
                "name": "Germany",
                "when": {"field": "country", "op": "is", "value": "DE"},
                "target": {"kind": "queue", "queue": "germany"},
            }
        ],
        "otherwise": {"kind": "queue", "queue": "rest"},
    }

    outcomes = list(fold([arrival(0, key="x", country="DE"), arrival(1, key="x", title="CTO")], world(by_country)))

    assert [outcome.queue for _, outcome in outcomes] == ["germany", "germany"]
    assert outcomes[1][1].facts["title"] == "CTO"


def test_knowledge_is_added_to_what_is_known_of_the_lead():
    by_score = {
        "rules": [
            {"id": "hot", "name": "Hot", "when": {"field": "score", "op": "gte", "value": 2}, "target": TO_POOL},
        ],
        "otherwise": {"kind": "queue", "queue": "rest"},
    }
    scored = world(by_score, reps=[ADA], pools=[pool("sales", "Ada")])

    outcomes = list(
        fold([arrival(0), arrival(1)], scored, knowledge=lambda facts, at: {**facts, "score": at.hour - 11})
    )

    assert [outcome.kind for _, outcome in outcomes] == ["queued", "assigned"]


@given(st.lists(st.tuples(st.integers(0, 600), st.integers(0, 5), st.none() | st.integers(1, 300)), max_size=60))
def test_nobody_is_given_more_than_he_can_hold_except_whom_he_knows(touches):
    reps = [rep("Ada", capacity=2), rep("Bob", capacity=1, calendar=calendar({"mon": ["09:00-17:00"]}))]
    arrivals = [
        Arrival(f"x{person}", {}, NOON + minute * MINUTE, stay and NOON + (minute + stay) * MINUTE)
        for minute, person, stay in sorted(touches, key=lambda touch: touch[0])
    ]
    held: dict[str, tuple[str, object]] = {}
    closes: dict[str, object] = {}

    def later(touch, outcome):
        held[touch.key] = (outcome.rep, closes[touch.key])

    for touch, outcome in fold(arrivals, sales(*reps), later=later):
        held = {key: (who, until) for key, (who, until) in held.items() if until is None or until > touch.at}
        was_open = held.pop(touch.key, None)
        ends = [until for until in (touch.closes_at, was_open[1] if was_open else None) if until]
        closes[touch.key] = max(ends, default=None)
        if outcome.rep:
            held[touch.key] = (outcome.rep, closes[touch.key])
        if outcome.rep and not outcome.sticky:
            capacity = next(one.capacity for one in reps if one.email == outcome.rep)
            assert sum(who == outcome.rep for who, _ in held.values()) <= capacity


@given(st.lists(st.integers(0, 400), max_size=40).map(sorted))
def test_it_is_nothing_but_route_over_and_over(minutes):
    organisation = sales(ADA, rep("Bob", daily_cap=3))
    arrivals = [Arrival(f"lead:{n}", {}, NOON + m * timedelta(minutes=7)) for n, m in enumerate(minutes)]
    standing, by_hand = Standing(), []
    for one in arrivals:
        request, presence = Request(one.key, one.facts), Presence(one.at)
        outcome = route(request, organisation, standing, presence, plan(request, organisation, one.at))
        take(outcome, request, organisation, standing, presence)
        by_hand.append(outcome)

    assert [outcome for _, outcome in fold(arrivals, organisation)] == by_hand


MAIL, OTHER, TEL = "mail:x@y.example", "mail:z@y.example", "tel:+4930901820"


def touch(hour, key, phone="", **values):
    return Arrival(key, {}, NOON + hour * HOUR, phone=phone, **values)


def test_who_leaves_only_a_phone_is_whoever_has_it():
    outcomes = list(fold([touch(0, MAIL, TEL), touch(1, "lead:1"), touch(2, TEL, TEL)], sales(ADA, BOB, rep("Cy"))))

    assert initials(outcomes) == "A B A"


def test_the_first_email_with_a_phone_takes_over_who_was_known_by_it_and_the_second_is_somebody_else():
    touches = [touch(0, TEL, TEL), touch(1, MAIL, TEL), touch(2, OTHER, TEL), touch(3, MAIL)]

    assert initials(fold(touches, sales(ADA, BOB, rep("Cy")))) == "A A B A"


def test_a_lost_lead_that_returns_is_its_reps_again_after_any_time_and_a_won_one_is_not():
    late = 24 * 400

    def second(closed_as):
        first = touch(0, MAIL, closes_at=NOON + HOUR, closed_as=closed_as)
        *_, (_, outcome) = fold([first, touch(1, "lead:1"), touch(2, "lead:2"), touch(late, MAIL)], sales(ADA, BOB))
        return outcome

    assert second("won").rep == "bob@example.com"
    assert second("lost").rep == "ada@example.com"
    assert "a new chance" in second("lost").reason


def held_after(arrivals, somewhere):
    """Who has whom at the end: the decisions on arrival, and those of whoever waited."""
    given = {}
    outcomes = fold(arrivals, somewhere, later=lambda one, outcome: given.update({one.key: outcome.rep}))
    at_once = {one.key: outcome.rep for one, outcome in outcomes}
    return {key: (rep or given.get(key, "-"))[0] for key, rep in at_once.items()}, given


def test_a_place_that_is_freed_goes_to_who_waits_longest_before_who_comes_then():
    one_place = sales(rep("Ada", capacity=1))
    arrivals = [arrival(0, closes=NOON + 5 * HOUR), arrival(1), arrival(2), arrival(6)]

    held, later = held_after(arrivals, one_place)

    assert held == {"lead:0": "a", "lead:1": "a", "lead:2": "-", "lead:6": "-"}
    assert later == {"lead:1": "ada@example.com"}


def test_a_lead_that_was_closed_while_it_waited_is_not_given_out():
    one_place = sales(rep("Ada", capacity=1))
    arrivals = [arrival(0, closes=NOON + 5 * HOUR), arrival(1, closes=NOON + 3 * HOUR), arrival(2), arrival(6)]

    held, _ = held_after(arrivals, one_place)

    assert held == {"lead:0": "a", "lead:1": "-", "lead:2": "a", "lead:6": "-"}


def test_who_waited_for_somebody_away_is_given_out_when_he_is_back_with_the_next_arrival():
    away = rep("Ada", calendar=calendar(away=((NOON, NOON + 3 * HOUR),)))

    held, later = held_after([arrival(0), arrival(1), arrival(4)], sales(away))

    assert set(held.values()) == {"a"}
    assert list(later) == ["lead:0", "lead:1"]


def test_who_comes_again_while_he_waits_is_given_out_once():
    one_place = sales(rep("Ada", capacity=1))
    arrivals = [arrival(0, closes=NOON + 2 * HOUR), arrival(1, key="x"), arrival(3, key="x"), arrival(4)]

    held, later = held_after(arrivals, one_place)

    assert (held["x"], held["lead:4"]) == ("a", "-")
    assert list(later) == ["x"]


@given(st.lists(st.tuples(st.integers(1, 40), st.integers(1, 60)), min_size=1, max_size=25), st.integers(1, 3))
def test_nobody_is_over_capacity_and_nobody_is_passed_over(spans, capacity):
    """However leads come and close, whoever waits has come after all who were given out, and no place is left empty."""
    history, at = [], timedelta(0)
    for number, (gap, open_for) in enumerate(spans):
        at += gap * MINUTE
        history.append(arrival(number, after=at, closes=NOON + at + open_for * MINUTE))
    given, held = {}, []
    floor = sales(rep("Ada", capacity=capacity))

    for one, outcome in fold(history, floor, later=lambda one, outcome: given.update({one.key: outcome})):
        if outcome.rep:
            held.append(one)
        waiting = [each for each in history if each.at <= one.at and each not in held and each.key not in given]
        open_now = [each for each in history if (each in held or each.key in given) and each.closes_at > one.at]
        still = [each for each in waiting if each.closes_at > one.at]
        assert len(open_now) <= capacity
        assert not still or len(open_now) == capacity
