"""Rules that no lead can reach: never said of one that some lead reaches, and found wherever it can be known."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import combinations, product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.engine.conditions import EVERY_LEAD, All, AnyOf, Condition, Not, Setting, Test, holds
from routing.engine.document import parse_condition
from routing.engine.facts import Facts
from routing.engine.lint.reached import Never, Reached
from routing.engine.rules import Rule, Tree
from routing.engine.targets import ToQueue
from routing.engine.walk import clock_facts
from tests.routing.engine.documents import (
    MOMENTS,
    NOON,
    NUMBERS,
    PLACES,
    SETTING,
    TEXTS,
    VOCABULARY,
    conditions,
    leads,
    questions,
)

INBOX = ToQueue("inbox")
# Every value that the questions below can tell from another, also two that none of them names.
COUNTRIES = ("DE", "AT", "Germany", "US", None)
EMPLOYEES = (-1, 0, 5, 10, 15, 20, 21, None)
TOPICS = (None, ("a",), ("b",), ("a", "b"), ("z",))
TERRITORIES = (*PLACES, None)
LETTERS = "abcdefghijkl"
SMALL_WORLD = [
    {name: value for name, value in zip(("country", "employees", "tags", "territory"), values, strict=True) if value}
    | ({"employees": 0} if values[1] == 0 else {})
    for values in product(COUNTRIES, EMPLOYEES, TOPICS, TERRITORIES)
]
IF_BLANK = st.sampled_from([None, None, True, False])
QUESTIONS: st.SearchStrategy[Condition] = st.one_of(
    st.builds(Test, st.just("country"), st.sampled_from(["is", "is_not"]), st.sampled_from(["DE", "AT"]), IF_BLANK),
    st.builds(Test, st.just("country"), st.sampled_from(["in", "not_in"]), st.just(("DE", "AT")), IF_BLANK),
    st.builds(Test, st.just("country"), st.sampled_from(["is_blank", "is_present"])),
    st.builds(
        Test,
        st.just("employees"),
        st.sampled_from(["gt", "gte", "lt", "lte", "is", "is_not"]),
        st.sampled_from([0, 10, 20]),
        IF_BLANK,
    ),
    st.builds(Test, st.just("employees"), st.just("between"), st.sampled_from([(0, 10), (10, 20)]), IF_BLANK),
    st.builds(
        Test, st.just("tags"), st.sampled_from(["has_any", "has_all", "has_none"]), st.just(("a", "b")), IF_BLANK
    ),
    st.builds(Test, st.just("territory"), st.just("in"), st.sampled_from(["emea", "dach", "berlin", "apac"]), IF_BLANK),
)


def grouped(questions: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
    return st.recursive(
        questions,
        lambda inner: st.one_of(
            st.lists(inner, max_size=3).map(lambda parts: All(tuple(parts))),
            st.lists(inner, max_size=3).map(lambda parts: AnyOf(tuple(parts))),
            inner.map(Not),
        ),
        max_leaves=5,
    )


ANY_CONDITION = conditions().map(lambda written: parse_condition(written, VOCABULARY))


@st.composite
def trees(draw: st.DrawFn, whens: st.SearchStrategy[Condition], widest: int = 5, deepest: int = 2) -> Tree:
    """Trees of a few rules, some of them off, some of them branches that set a fact on the way."""
    names = iter(range(1000))

    def level(depth: int) -> tuple[Rule, ...]:
        return tuple(rule(depth) for _ in range(draw(st.integers(1 if depth > 1 else 0, widest))))

    def rule(depth: int) -> Rule:
        name = f"r{next(names)}"
        off = draw(st.integers(0, 9)) == 0
        if depth < deepest and draw(st.integers(0, 2)) == 0:
            changed = draw(st.sampled_from([(), (), (("tags", ("a",)),), (("custom.plan", "Acme"),)]))
            return Rule(name, name, draw(whens), None, level(depth + 1), INBOX, off=off, set=changed)
        return Rule(name, name, draw(whens), INBOX, off=off)

    return Tree(level(1), INBOX)


def reached(rules: Sequence[Rule], facts: Facts, setting: Setting) -> Iterator[str]:
    """The rules that hold for this lead, as a reader of the tree would find them."""
    for rule in rules:
        if not rule.off and holds(rule.when, facts, setting):
            yield rule.id
            yield from reached(rule.rules, {**facts, **dict(rule.set)}, setting)
            return


def never(tree: Tree, setting: Setting = SETTING) -> list[Never]:
    return list(Reached(tree, setting, VOCABULARY).never())


def plain(*whens: Condition) -> Tree:
    return Tree(tuple(Rule(f"r{number}", f"r{number}", when, INBOX) for number, when in enumerate(whens)), INBOX)


@given(trees(ANY_CONDITION), st.lists(leads(), min_size=30, max_size=30), st.integers(0, 400))
@settings(max_examples=300, deadline=None)
def test_no_lead_ever_reaches_what_is_said_never_to_be_reached(tree: Tree, some: list[Facts], days: int) -> None:
    found = {one.rule for one in never(tree)}

    later = Setting(NOON + timedelta(days=days), SETTING.lists, SETTING.ancestors)
    for facts in some:
        for setting in (SETTING, later):
            with_clock = {**facts, **clock_facts("UTC", setting.now)}
            assert found.isdisjoint(reached(tree.rules, with_clock, setting))


@given(trees(grouped(QUESTIONS), widest=4))
@settings(max_examples=300, deadline=None)
def test_over_a_small_world_exactly_those_are_found_that_trying_every_lead_finds(tree: Tree) -> None:
    asked = {rule for facts in SMALL_WORLD for rule in reached(tree.rules, facts, SETTING)}

    found = {one.rule for one in never(tree)}

    assert found == set(outermost_unreached(tree.rules, asked))


TEXT_VALUES: list[Any] = [*TEXTS, *(f"{one} {other}" for one in TEXTS[3:9] for other in TEXTS[3:9]), "zzz", "", None]
SETS = [tuple(some) for size in range(4) for some in combinations("abcüz", size)]
VALUES: dict[str, list[Any]] = {
    "company": TEXT_VALUES,
    "employees": [*NUMBERS, -1000, 0.5, 50.25, 1_200, 10**9, None],
    "tags": SETS,
    "received_at": [*(moment + timedelta(days=days) for moment in MOMENTS for days in (0, 150, 370)), None],
    "territory": [*PLACES, None],
    "is_free_email": [True, False, None],
}


@pytest.mark.parametrize("field", VALUES)
@given(data=st.data(), later=st.sampled_from([0, 0.2, 8, 400]))
@settings(max_examples=150, deadline=None)
def test_no_value_of_a_field_gets_to_a_rule_that_is_said_never_to_be_reached(
    field: str, data: st.DataObject, later: float
) -> None:
    one_field = questions(about=field).map(lambda written: parse_condition(written, VOCABULARY))
    tree = data.draw(trees(grouped(one_field), widest=7, deepest=1))
    setting = Setting(NOON + timedelta(days=later), SETTING.lists, SETTING.ancestors)

    found = {one.rule for one in never(tree)}

    for value in VALUES[field]:
        facts = {} if value is None else {field: value}
        assert found.isdisjoint(reached(tree.rules, facts, setting)), facts


@given(st.data())
@settings(max_examples=100, deadline=None)
def test_of_sets_with_too_many_texts_to_combine_nothing_false_is_said(data: st.DataObject) -> None:
    some = st.lists(st.sampled_from(LETTERS), min_size=1, max_size=3).map(tuple)
    asked = st.builds(Test, st.just("tags"), st.sampled_from(["has_any", "has_all", "has_none"]), some, IF_BLANK)
    many = Rule("many", "many", Test("tags", "has_all", tuple(LETTERS)), INBOX, off=True)
    tree = data.draw(trees(grouped(asked), widest=7, deepest=1))
    tree = Tree((*tree.rules, many), INBOX)

    found = {one.rule for one in never(tree)}

    for letters in data.draw(st.lists(st.lists(st.sampled_from(LETTERS), max_size=12), min_size=60, max_size=60)):
        assert found.isdisjoint(reached(tree.rules, {"tags": tuple(letters)}, SETTING))


def test_among_many_texts_more_of_them_is_still_covered_by_less() -> None:
    apart = Rule("apart", "apart", Test("tags", "has_all", tuple(LETTERS)), INBOX, off=True)
    two, three = Test("tags", "has_all", ("a", "b")), Test("tags", "has_all", ("a", "b", "c"))
    one, other = Test("tags", "has_any", ("a",)), Test("tags", "has_any", ("a", "d"))

    assert never(Tree((*plain(two, three).rules, apart), INBOX)) == [Never("r1", by=("r0",))]
    assert never(Tree((*plain(three, two).rules, apart), INBOX)) == []
    assert never(Tree((*plain(other, one).rules, apart), INBOX)) == [Never("r1", by=("r0",))]
    assert never(Tree((*plain(one, other).rules, apart), INBOX)) == []
    assert never(Tree((*plain(one, two).rules, apart), INBOX)) == [Never("r1", by=("r0",))]


def test_where_a_condition_has_too_many_ways_to_be_met_nothing_is_said() -> None:
    """128 ways: of the first 64 all are covered, of the others none."""
    pairs = [(Test(f"custom.a{number}", "is", "x"), Test(f"custom.b{number}", "is", "x")) for number in range(7)]

    assert never(plain(pairs[0][0], All(tuple(AnyOf(pair) for pair in pairs)))) == []


def outermost_unreached(rules: Sequence[Rule], asked: set[str]) -> Iterator[str]:
    for rule in rules:
        if rule.off:
            continue
        if rule.id not in asked:
            yield rule.id
        else:
            yield from outermost_unreached(rule.rules, asked)


@given(st.lists(grouped(QUESTIONS), min_size=1, max_size=5), grouped(QUESTIONS))
@settings(max_examples=200, deadline=None)
def test_the_rules_that_are_named_take_every_lead_and_none_of_them_can_be_left_out(
    earlier: list[Condition], when: Condition
) -> None:
    tree = plain(*earlier, when)
    last = f"r{len(earlier)}"
    for one in never(tree):
        if one.rule == last:
            covers = [tree.rules[int(name[1:])].when for name in one.by]
            mine = [facts for facts in SMALL_WORLD if holds(when, facts, SETTING)]
            assert all(any(holds(cover, facts, SETTING) for cover in covers) for facts in mine)
            for left_out in covers:
                others = [cover for cover in covers if cover is not left_out]
                assert not mine or any(not any(holds(other, facts, SETTING) for other in others) for facts in mine)


def test_a_rule_below_one_that_takes_every_lead_is_never_reached() -> None:
    assert never(plain(EVERY_LEAD, Test("country", "is", "DE"))) == [Never("r1", by=("r0",))]


def test_two_rules_that_take_all_together_are_both_named() -> None:
    tree = plain(Test("employees", "gte", 200), Test("employees", "lt", 200), Test("employees", "between", (10, 500)))

    assert never(tree) == [Never("r2", by=("r0", "r1"))]


def test_blanks_slip_past_two_rules_that_leave_no_number_out() -> None:
    tree = plain(Test("employees", "gte", 200), Test("employees", "lt", 200), Test("country", "is", "DE"))

    assert never(tree) == []


def test_a_condition_that_no_lead_can_meet_is_named_by_itself() -> None:
    both = All((Test("country", "is", "DE"), Test("country", "is", "FR")))

    assert never(plain(both)) == [Never("r0")]


def test_a_rule_that_no_lead_of_its_branch_can_meet_says_so() -> None:
    inner = (Rule("small", "small", Test("employees", "lt", 50), INBOX),)
    tree = Tree((Rule("large", "large", Test("employees", "gte", 1000), None, inner, INBOX),), INBOX)

    assert never(tree) == [Never("small", within=True)]


def test_a_rule_in_a_branch_may_be_covered_by_one_above_the_branch() -> None:
    inner = (Rule("german", "german", Test("country", "is", "DE"), INBOX),)
    tree = Tree(
        (
            Rule("dach", "dach", Test("country", "in", ("DE", "AT", "CH")), INBOX),
            Rule("large", "large", Test("employees", "gte", 1000), None, inner, INBOX),
        ),
        INBOX,
    )

    assert never(tree) == [Never("german", by=("dach",))]


def test_a_longer_part_of_a_text_is_covered_by_a_shorter_one() -> None:
    assert never(plain(Test("title", "contains", "sales"), Test("title", "starts_with", "VP Sales"))) == [
        Never("r1", by=("r0",))
    ]
    assert never(plain(Test("title", "starts_with", "VP Sales"), Test("title", "contains", "sales"))) == []


def test_the_same_pattern_twice_is_never_reached_the_second_time_and_another_one_might_be() -> None:
    pattern = Test("title", "matches", "vp|chief")

    assert never(plain(pattern, pattern)) == [Never("r1", by=("r0",))]
    assert never(plain(pattern, Test("title", "matches", "vp"))) == []


def test_a_list_covers_what_is_on_it() -> None:
    assert never(plain(Test("company", "in_list", "strategic"), Test("company", "is", "Acme"))) == [
        Never("r1", by=("r0",))
    ]


def test_a_week_without_its_days_and_weekends_is_full() -> None:
    tree = plain(
        Test("time.weekday", "in", ("mon", "tue", "wed", "thu", "fri")),
        Test("time.weekday", "in", ("sat", "sun")),
        Test("country", "is", "DE"),
    )

    assert never(tree) == [Never("r2", by=("r0", "r1"))]


def test_a_day_that_has_long_passed_is_no_longer_within_the_last_month() -> None:
    long_ago = Test("received_at", "before", "2025-01-01")
    young = Test("received_at", "within_last_days", 30)

    assert never(plain(All((long_ago, young)))) == [Never("r0")]
    assert never(plain(All((Test("received_at", "before", "2026-02-01"), young)))) == []
    assert never(plain(All((Test("received_at", "before", "2026-01-31T11:59:59Z"), young)))) == [Never("r0")]
    assert never(plain(All((Test("received_at", "after", "2027-01-01"), young)))) == []


def test_what_a_branch_sets_is_known_to_the_rules_in_it() -> None:
    inner = (
        Rule("vip", "vip", Test("priority", "is", "high"), INBOX),
        Rule("rest", "rest", Test("country", "is", "DE"), INBOX),
    )
    tree = Tree((Rule("b", "b", EVERY_LEAD, None, inner, INBOX, set=(("priority", "High"),)),), INBOX)

    assert never(tree) == [Never("rest", by=("vip",))]


def test_rules_that_are_off_cover_nothing() -> None:
    off = Rule("off", "off", EVERY_LEAD, INBOX, off=True)

    assert never(Tree((off, Rule("on", "on", Test("country", "is", "DE"), INBOX)), INBOX)) == []
