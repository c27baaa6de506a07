"""What leads and neighbours say: overlaps with an example, blanks, idle rules, the fallback, lopsided pools."""

from __future__ import annotations

from datetime import timedelta

import pytest

from routing.engine.conditions import holds
from routing.engine.document import parse_condition
from routing.engine.lint import ERROR, NOTE, WARNING, Evidence, Finding, Promised
from routing.engine.nodes import Json
from routing.engine.world import Member, Pool, Rep
from tests.routing.engine.documents import SETTING, VOCABULARY
from tests.routing.engine.lint.trees import GERMANY, INBOX, NOON, POOLS, Lead, document, look, rule, settled

LARGE: Json = {"field": "employees", "op": "gte", "value": 200}
MEDIUM: Json = {"field": "employees", "op": "between", "value": [50, 500]}
FROM_SITE: Json = {"field": "source", "op": "is", "value": "site"}
OTHER: Json = {"kind": "queue", "queue": "unassigned"}


def only(code: str, found: tuple[Finding, ...]) -> Finding:
    (one,) = [finding for finding in found if finding.code == code]
    return one


def codes(found: tuple[Finding, ...]) -> list[str]:
    return [finding.code for finding in found]


def test_a_covered_rule_names_its_cover_what_it_had_and_how_to_be_asked_first() -> None:
    drawn = document(
        rule("Dach", {"field": "country", "op": "in", "value": ["DE", "AT"]}), rule("Germany", target=OTHER)
    )

    found = only("never_reached", look(drawn, Evidence(asked=6480, counts={"germany": 0})))

    assert (found.node, found.by, found.severity) == ("germany", "dach", WARNING)
    assert found.words == "Never reached: “Dach” takes all of its leads before. It had 0 of 6,480 leads in 30 days."
    settled(drawn, found)


def test_overlapping_ranges_say_how_many_leads_fit_both_and_who_wins_with_a_lead_that_does() -> None:
    drawn = document(rule("Large", LARGE), rule("Medium", MEDIUM, target=OTHER))
    leads = [Lead({"employees": size}) for size in (60, 70, 300, 1000)]

    found = only("overlap", look(drawn, Evidence(leads=leads)))

    assert (found.node, found.by, found.severity) == ("medium", "large", WARNING)
    assert found.words == (
        "Overlaps “Large”, which is asked first and wins: 1 of the 3 recent leads that fit this rule fit both."
    )
    assert found.example is not None
    for when in (LARGE, MEDIUM):
        assert holds(parse_condition(when, VOCABULARY), found.example, SETTING)


def test_an_overlap_by_precedence_is_only_noted() -> None:
    drawn = document(rule("Germany"), rule("Large", LARGE, target=OTHER))
    leads = [Lead({"employees": 300, "country": "DE"}), Lead({"employees": 300})]

    assert only("overlap", look(drawn, Evidence(leads=leads))).severity == NOTE


@pytest.mark.parametrize(
    "drawn",
    [
        document(rule("Exception", {"all": [GERMANY, LARGE]}), rule("Germany", target=OTHER)),
        document(rule("Large", LARGE), rule("Medium", MEDIUM)),
        document(rule("Large", LARGE), rule("Medium", MEDIUM, target=OTHER, off=True)),
        document(rule("Large", LARGE), rule("Small", {"field": "employees", "op": "lt", "value": 200}, target=OTHER)),
    ],
    ids=["an exception before its rule", "the same outcome", "off", "apart"],
)
def test_what_is_no_overlap_is_not_said(drawn: Json) -> None:
    leads = [Lead({"employees": size, "country": "DE"}) for size in (60, 300)]

    assert "overlap" not in codes(look(drawn, Evidence(leads=leads)))
    assert "overlap" not in codes(look(drawn))


def test_without_leads_rules_that_ask_the_same_field_are_compared() -> None:
    drawn = document(rule("Large", LARGE), rule("Germany", target=OTHER), rule("Medium", MEDIUM, target=OTHER))

    (found,) = look(drawn)

    assert (found.node, found.by, found.severity) == ("medium", "large", NOTE)


def test_a_field_that_many_leave_blank_is_said_once_until_the_rule_says_what_then() -> None:
    drawn = document(rule("A", {"all": [LARGE, {"any": [{"field": "state", "op": "is", "value": "CA"}, GERMANY]}]}))
    leads = [Lead({"employees": 10, "country": "US"} | ({"state": "NY"} if number % 4 else {})) for number in range(40)]
    evidence = Evidence(leads=leads)

    found = only("blank_field", look(drawn, evidence))

    assert found.words == "State is blank on 25% of leads (10 of the last 40)."
    after = settled(drawn, found, evidence)
    assert after["rules"][0]["when"]["all"][1]["any"][0]["if_blank"] is False


def test_blanks_are_counted_among_those_who_come_to_the_branch() -> None:
    states = rule("States", {"field": "state", "op": "is", "value": "CA"})
    drawn = document(rule("Us", {"field": "country", "op": "is", "value": "US"}, rules=[states], otherwise=INBOX))
    leads = [Lead({"country": "US", "state": "NY"}) for _ in range(30)] + [Lead({"country": "DE"}) for _ in range(90)]

    assert "blank_field" not in codes(look(drawn, Evidence(leads=leads)))


def test_where_there_is_no_account_that_is_an_answer() -> None:
    drawn = document(rule("A", {"field": "account.is_customer", "op": "is", "value": True}))

    assert look(drawn, Evidence(leads=[Lead() for _ in range(50)])) == ()


def test_a_fallback_that_takes_more_than_a_tenth_is_a_warning() -> None:
    assert codes(look(document(), Evidence(asked=100, fallback=10))) == []
    found = only("fallback", look(document(), Evidence(asked=100, fallback=11)))
    assert (found.node, found.words) == (
        "_otherwise_target",
        "11% of leads fit no rule and end here: 11 of 100 in 30 days.",
    )


def test_a_rule_without_leads_for_two_months_can_be_switched_off() -> None:
    drawn = document(rule("A"))
    evidence = Evidence(idle=frozenset({"a"}))

    settled(drawn, only("idle", look(drawn, evidence)), evidence)


def test_who_gets_more_than_a_third_of_a_pool_of_four_is_named() -> None:
    four = tuple(Member(f"{name}@example.com") for name in ("ada", "bob", "cyd", "dot"))
    reps = {member.rep: Rep(member.rep, member.rep.partition("@")[0].title()) for member in four}
    around = {"pools": {**POOLS, "emea": Pool("emea", "The Four", four)}, "reps": reps}
    drawn = document(rule("A", target={"kind": "pool", "pool": "emea"}))
    given = ["ada@example.com"] * 20 + ["bob@example.com"] * 10 + ["cyd@example.com"] * 10
    heavy = {**around, "pools": {"emea": Pool("emea", "The Four", (Member("ada@example.com", 3), *four[1:]))}}

    found = look(drawn, Evidence(leads=[Lead(rules=("a",), rep=rep) for rep in given]), **around)

    assert only("lopsided", found).words == "Ada gets 50% of The Four: 20 of the last 40 leads."
    assert only("lopsided", look(drawn, **heavy)).words == "Ada gets 50% of The Four by weight."
    assert look(drawn, **around) == ()


def test_a_review_that_is_due_can_be_put_off_by_half_a_year() -> None:
    drawn = document(rule("A", review_on="2026-03-01"))

    found = only("review_due", look(drawn))

    assert found.words == "Its review was due on 1 Mar 2026, 1 day ago."
    assert settled(drawn, found)["rules"][0]["review_on"] == "2026-08-31"
    assert look(document(rule("A", review_on="2026-03-02")), now=NOON) == ()


def test_an_otherwise_that_throws_leads_away_needs_a_reason_and_then_a_second_look() -> None:
    inner = rule("Berlin", {"field": "city", "op": "is", "value": "Berlin"})
    bare = document(rule("A", rules=[inner], otherwise={"kind": "discard", "reason": "Discarded"}))
    meant = document(rule("A", rules=[inner], otherwise={"kind": "discard", "reason": "We do not sell there"}))

    found = only("otherwise_stops", look(bare))

    assert (found.node, found.severity) == ("a_otherwise_target", ERROR)
    settled(bare, found)
    assert only("otherwise_stops", look(meant)).severity == WARNING
    assert look(document(rule("A", target={"kind": "discard", "reason": "Discarded"}))) == ()


SLOW = Promised("slow", "A day", timedelta(days=1))
FAST = Promised("fast", "Five minutes", timedelta(minutes=5), for_intents=("demo",))
PROMISES = Evidence(promises=(SLOW, FAST), intents={"site": "demo"}, calls={"site": "Our website"})


@pytest.mark.parametrize(
    ("when", "is_said"),
    [
        (FROM_SITE, True),
        ({"field": "intent", "op": "in", "value": ["demo", "pricing"]}, True),
        ({"field": "source", "op": "is", "value": "fair"}, False),
        (
            {"all": [{"field": "source", "op": "is", "value": "site"}, {"field": "intent", "op": "is", "value": "x"}]},
            False,
        ),
        (GERMANY, False),
    ],
)
def test_a_promise_that_is_longer_than_the_one_of_its_source_is_said(when: Json, is_said: bool) -> None:
    drawn = document(rule("A", when, target={"kind": "pool", "pool": "emea", "sla": "slow"}))

    found = [one for one in look(drawn, PROMISES) if one.code == "slow_promise"]

    assert bool(found) is is_said
    if is_said:
        assert found[0].words == (
            "It promises an answer within 1 day, but leads of Our website are promised 5 minutes."
        )
        assert settled(drawn, found[0], PROMISES)["rules"][0]["target"]["sla"] == "fast"
