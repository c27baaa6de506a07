"""From rules to a person: filters in their order, hours, cover, stickiness, tables, splits, jumps and fallbacks."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest

from routing.engine.reach import reach_of
from routing.engine.route import Holder, Request, plan
from tests.routing.engine.small_world import (
    EVERYBODY_TO_SALES,
    NOON,
    OFFICE,
    TO_POOL,
    TO_TRIAGE,
    Desk,
    calendar,
    days,
    pool,
    rep,
    world,
)

ADA, BOB, CLEO = rep("Ada"), rep("Bob"), rep("Cleo")
SUNDAY = NOON + days(4)


def sales(*people, document=EVERYBODY_TO_SALES, **values):
    seats = pool("sales", *[person.name for person in people])
    return Desk(world(document, reps=people, pools=[seats], **values))


def to_rep(name, **assign):
    return {"rules": [], "otherwise": TO_TRIAGE} | {
        "rules": [{"id": "all", "name": "All", "when": {"all": []}, "target": {"kind": "rep", "rep": name, **assign}}]
    }


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"active": False, "paused": True}, "inactive"),
        ({"starts_on": (NOON + days(1)).date(), "paused": True}, "not_yet_started"),
        ({"calendar": calendar(away=[(NOON, NOON + days(1))]), "paused": True}, "away"),
        ({"calendar": replace(calendar(), holidays={NOON.date()}), "paused": True}, "holiday"),
        ({"paused": True, "daily_cap": 0}, "paused"),
        ({"daily_cap": 0, "capacity": 0}, "daily_cap"),
        ({"capacity": 0}, "at_capacity"),
    ],
)
def test_the_first_filter_that_fails_is_the_reason(changes, code):
    outcome = sales(replace(ADA, **changes), BOB).arrive()

    assert outcome.rep == "bob@example.com"
    assert outcome.excluded == {"ada@example.com": code}


def test_time_off_begins_at_its_start_and_is_over_at_its_end():
    ada = replace(ADA, calendar=calendar(away=[(NOON, NOON + timedelta(hours=1))]))

    assert sales(ada).arrive(now=NOON - timedelta(seconds=1)).rep == ada.email
    assert sales(ada).arrive(now=NOON).rep is None
    assert sales(ada).arrive(now=NOON + timedelta(hours=1)).rep == ada.email


def test_a_pause_is_over_at_the_very_instant_that_was_said():
    ada = replace(ADA, paused=True, paused_until=NOON)

    assert sales(ada).arrive(now=NOON - timedelta(microseconds=1)).excluded == {ada.email: "paused"}
    assert sales(ada).arrive(now=NOON).rep == ada.email


def test_a_lead_closed_makes_room_for_the_next():
    front = sales(replace(ADA, capacity=1))
    assert front.arrive().rep == ADA.email
    assert front.arrive().excluded == {ADA.email: "at_capacity"}

    front.standing.open[ADA.email] = 0

    assert front.arrive().rep == ADA.email


def test_the_daily_cap_counts_the_reps_own_day():
    ada = replace(ADA, daily_cap=1, calendar=calendar(zone="Asia/Tokyo"))
    front = sales(ada)
    before_midnight = NOON.replace(hour=14, minute=59)  # 23:59 in Tokyo

    assert front.arrive(now=before_midnight).rep == ada.email
    assert front.arrive(now=before_midnight).rep is None
    assert front.arrive(now=before_midnight + timedelta(minutes=1)).rep == ada.email


def test_prefer_takes_those_who_are_open_now():
    ada = replace(ADA, calendar=calendar(OFFICE, "Asia/Tokyo"))  # noon UTC is 21:00 there
    bob = replace(BOB, calendar=calendar(OFFICE))

    outcome = sales(ada, bob).arrive()

    assert outcome.rep == bob.email
    assert outcome.excluded == {ada.email: "off_hours"}


def test_prefer_takes_whoever_opens_soonest_when_nobody_is_open():
    tokyo = replace(ADA, calendar=calendar(OFFICE, "Asia/Tokyo"))
    london = replace(BOB, calendar=calendar(OFFICE, "Europe/London"))
    leave = replace(CLEO, calendar=calendar(OFFICE, "Asia/Tokyo", [(SUNDAY + timedelta(hours=1), SUNDAY + days(3))]))

    outcome = sales(london, leave, tokyo).arrive(now=SUNDAY)

    assert outcome.rep == tokyo.email
    assert outcome.excluded == {london.email: "off_hours", leave.email: "off_hours"}


def test_require_never_assigns_outside_hours():
    bob = replace(BOB, calendar=calendar(OFFICE))
    target = {**TO_POOL, "hours": "require", "if_nobody": {"kind": "queue", "queue": "night"}}

    outcome = sales(bob, document={"rules": [], "otherwise": target}).arrive(now=SUNDAY)

    assert (outcome.kind, outcome.queue, outcome.excluded) == ("queued", "night", {bob.email: "off_hours"})


def test_ignore_does_not_look_at_the_hours():
    bob = replace(BOB, calendar=calendar(OFFICE))

    outcome = sales(bob, CLEO, document={"rules": [], "otherwise": {**TO_POOL, "hours": "ignore"}}).arrive(now=SUNDAY)

    assert outcome.rep == bob.email


def test_a_required_skill_is_required_and_a_fact_may_name_one():
    german = replace(ADA, skills={"german": 3})
    target = {**TO_POOL, "skills_from": ["language"]}
    front = sales(BOB, german, document={"rules": [], "otherwise": target}, skills=frozenset({"german"}))

    assert front.arrive(language="German").rep == german.email
    assert front.arrive(language="Klingon").rep == BOB.email


def test_best_skilled_adds_up_required_and_preferred_skills():
    ada, bob = replace(ADA, skills={"german": 1, "banking": 5}), replace(BOB, skills={"german": 4})
    target = {**TO_POOL, "strategy": "best_skilled", "require_skills": {"german": 1}, "prefer_skills": ["banking"]}

    assert sales(ada, bob, document={"rules": [], "otherwise": target}).arrive().rep == ada.email


def test_the_backup_covers_for_a_named_rep_who_is_away():
    ada = replace(ADA, backup=BOB.email, calendar=calendar(away=[(NOON, NOON + days(1))]))

    outcome = Desk(world(to_rep(ada.email), reps=[ada, BOB])).arrive()

    assert (outcome.rep, outcome.cover_for, outcome.how) == (BOB.email, ada.email, "cover")
    assert outcome.excluded == {ada.email: "away"}


def test_backups_in_a_circle_end():
    ada = replace(ADA, backup=BOB.email, paused=True)
    bob = replace(BOB, backup=ADA.email, paused=True)

    outcome = Desk(world(to_rep(ada.email), reps=[ada, bob])).arrive()

    assert (outcome.queue, outcome.fallback) == ("triage", True)
    assert outcome.excluded == {ada.email: "paused", bob.email: "paused"}


def test_at_most_five_people_are_asked_after_the_first():
    people = [replace(rep(f"r{n}"), paused=True, backup=f"r{n + 1}@example.com") for n in range(7)] + [rep("r7")]

    outcome = Desk(world(to_rep("r0@example.com"), reps=people)).arrive()

    assert outcome.rep is None
    assert len(outcome.excluded) == 6


def test_nobody_covers_for_a_rep_who_lacks_a_skill():
    ada, bob = replace(ADA, backup=BOB.email), replace(BOB, skills={"german": 5})

    outcome = Desk(world(to_rep(ada.email, require_skills={"german": 1}), reps=[ada, bob])).arrive()

    assert outcome.excluded == {ada.email: "lacks_skill"}


def test_the_backup_needs_no_skill_of_the_one_he_covers():
    ada = replace(ADA, backup=BOB.email, skills={"german": 5}, paused=True)

    assert Desk(world(to_rep(ada.email, require_skills={"german": 1}), reps=[ada, BOB])).arrive().rep == BOB.email


def test_prefer_with_one_rep_assigns_to_him_also_outside_hours():
    ada = replace(ADA, calendar=calendar(OFFICE), backup=BOB.email)

    assert Desk(world(to_rep(ada.email), reps=[ada, BOB])).arrive(now=SUNDAY).rep == ada.email


def test_the_owner_of_the_account_gets_it_and_his_ledger_does_not_move():
    document = {
        "rules": [{"id": "own", "name": "Owned", "when": {"all": []}, "target": {"kind": "account_owner"}}],
        "otherwise": TO_POOL,
    }
    front = sales(ADA, BOB, document=document)

    owned = front.arrive(**{"account.owner": BOB.email, "account.name": "Acme"})
    orphan = front.arrive()

    assert (owned.rep, owned.how, owned.lines) == (BOB.email, "named", ())
    assert "owner of Acme" in owned.reason
    assert (orphan.rep, orphan.fallback) == (ADA.email, True)


def test_the_same_person_goes_to_the_same_rep_before_any_rule():
    front = sales(ADA, BOB)

    again = front.arrive(holder=Holder(BOB.email, NOON - days(89)))
    too_late = front.arrive(holder=Holder(BOB.email, NOON - days(90)))

    assert (again.rep, again.sticky, again.rules, again.lines) == (BOB.email, True, (), ())
    assert (too_late.rep, too_late.sticky) == (ADA.email, False)


@pytest.mark.parametrize("gone", [{"active": False}, {"calendar": calendar(away=[(NOON, NOON + days(1))])}])
def test_stickiness_ends_when_the_holder_is_gone(gone):
    outcome = sales(ADA, replace(BOB, **gone)).arrive(holder=Holder(BOB.email, NOON - days(1)))

    assert (outcome.rep, outcome.sticky) == (ADA.email, False)


def test_a_lead_that_its_holder_still_has_open_counts_once():
    front = sales(ADA, BOB)
    front.standing.open[BOB.email] = 1

    front.arrive(holder=Holder(BOB.email, NOON - days(1), open=True))

    assert front.standing.open[BOB.email] == 1


def test_a_branch_is_never_left_once_entered():
    branch = {
        "id": "big",
        "name": "Big",
        "when": {"field": "employees", "op": "gte", "value": 500},
        "rules": [{"id": "de", "name": "German", "when": _is("country", "DE"), "target": TO_POOL}],
        "otherwise": {"kind": "nurture", "track": "big"},
    }
    later = {"id": "rest", "name": "Rest", "when": {"all": []}, "target": TO_POOL}
    front = sales(ADA, document={"rules": [branch, later], "otherwise": TO_TRIAGE})

    inside = front.arrive(employees=900, country="DE")
    stuck = front.arrive(employees=900, country="FR")
    outside = front.arrive(employees=9)

    assert inside.rules == ("big", "de")
    assert (stuck.kind, stuck.track, stuck.rules, stuck.fallback) == ("nurture", "big", ("big",), False)
    assert outside.rules == ("rest",)


def test_set_changes_what_is_asked_below_and_is_kept():
    branch = {
        "id": "vip",
        "name": "VIP",
        "when": _is("country", "DE"),
        "set": {"segment": "gold"},
        "rules": [{"id": "gold", "name": "Gold", "when": _is("segment", "gold"), "target": TO_POOL}],
        "otherwise": {"kind": "discard", "reason": "never"},
    }

    outcome = sales(ADA, document={"rules": [branch], "otherwise": TO_TRIAGE}).arrive(country="DE", segment="tin")

    assert (outcome.rules, outcome.changed) == (("vip", "gold"), {"segment": "gold"})


def test_a_table_sends_by_the_first_row_that_lists_the_value():
    table = {
        "kind": "table",
        "field": "state",
        "rows": [
            {"values": ["CA", "OR"], "target": {"kind": "queue", "queue": "west"}},
            {"values": ["NY", "CA"], "target": {"kind": "queue", "queue": "east"}},
        ],
        "otherwise": {"kind": "queue", "queue": "elsewhere"},
    }
    document = {"rules": [{"id": "t", "name": "T", "when": {"all": []}, "target": table}], "otherwise": TO_TRIAGE}
    front = sales(ADA, document=document)

    assert [front.arrive(state=state).queue for state in ("ca", " NY ", "TX")] == ["west", "east", "elsewhere"]
    assert front.arrive().queue == "elsewhere"


def test_a_split_sends_one_lead_always_one_way_and_leads_by_share():
    ways = [
        {"name": "a", "share": 3, "target": {"kind": "queue", "queue": "a"}},
        {"name": "b", "share": 1, "target": {"kind": "queue", "queue": "b"}},
    ]
    rule = {"id": "s", "name": "S", "when": {"all": []}, "target": {"kind": "split", "ways": ways}}
    front = sales(ADA, document={"rules": [rule], "otherwise": TO_TRIAGE})

    counts = Counter(front.arrive(key=f"mail:{n}@example.com").queue for n in range(4000))

    assert 2850 < counts["a"] < 3150
    assert len({front.arrive(key="mail:x@example.com").queue for _ in range(5)}) == 1


def test_a_split_is_pinned_so_that_no_release_moves_leads_to_the_other_side():
    ways = [{"name": name, "share": 1, "target": {"kind": "queue", "queue": name}} for name in "ab"]
    rule = {"id": "s", "name": "S", "when": {"all": []}, "target": {"kind": "split", "ways": ways}}
    front = sales(ADA, document={"rules": [rule], "otherwise": TO_TRIAGE})

    sides = "".join(str(front.arrive(key=f"mail:{n}@example.com").queue) for n in range(16))

    assert sides == "abbaaabaababbbbb"


def test_a_jump_goes_on_in_the_other_tree():
    other = {
        "rules": [{"id": "fr", "name": "French", "when": _is("country", "FR"), "target": TO_POOL}],
        "otherwise": {"kind": "queue", "queue": "other"},
    }
    jump = {"id": "j", "name": "Jump", "when": {"all": []}, "target": {"kind": "tree", "tree": "other"}}
    front = sales(ADA, document={"rules": [jump], "otherwise": TO_TRIAGE}, trees={"other": other})

    inside, fell = front.arrive(country="FR"), front.arrive(country="IT")

    assert (inside.rules, inside.rep, inside.fallback) == (("j", "fr"), ADA.email, False)
    assert (fell.queue, fell.fallback) == ("other", True)
    # The log names the tree that was asked first: from its root the rules that held are told again.
    assert (inside.tree, fell.tree) == ("main", "main")


def test_a_fallback_in_another_tree_is_that_trees_own():
    other = {
        "rules": [{"id": "x", "name": "X", "when": {"all": []}, "target": {"kind": "fallback"}}],
        "otherwise": {"kind": "queue", "queue": "other"},
    }
    jump = {"id": "j", "name": "Jump", "when": {"all": []}, "target": {"kind": "tree", "tree": "other"}}

    outcome = sales(ADA, document={"rules": [jump], "otherwise": TO_TRIAGE}, trees={"other": other}).arrive()

    assert (outcome.queue, outcome.fallback) == ("other", True)


def test_if_nobody_is_tried_in_turn_and_every_reason_is_kept():
    chain = {"kind": "pool", "pool": "sales", "if_nobody": {"kind": "pool", "pool": "second"}}
    rule = {"id": "c", "name": "C", "when": {"all": []}, "target": chain}
    ada, bob = replace(ADA, paused=True), replace(BOB, paused=True)
    desk = Desk(
        world(
            {"rules": [rule], "otherwise": TO_TRIAGE},
            reps=[ada, bob],
            pools=[pool("sales", "Ada"), pool("second", "Bob")],
        )
    )

    outcome = desk.arrive()

    assert (outcome.queue, outcome.fallback) == ("triage", True)
    assert outcome.excluded == {ada.email: "paused", bob.email: "paused"}
    assert "Nobody could take it" in outcome.reason


def test_no_lead_is_ever_without_a_place():
    outcome = sales(replace(ADA, active=False)).arrive()

    assert (outcome.kind, outcome.queue, outcome.fallback) == ("queued", "unassigned", True)


def test_the_clock_of_conditions_is_the_trees_own():
    rule = {"id": "late", "name": "Late", "when": {"field": "time.hour", "op": "gte", "value": 20}, "target": TO_POOL}
    document = {"rules": [rule], "otherwise": TO_TRIAGE}

    assert sales(ADA, document=document).arrive().rep is None
    assert sales(ADA, document=document, zone="Asia/Tokyo").arrive().rep == ADA.email


def test_reach_names_everybody_who_may_be_chosen():
    chain = {"kind": "rep", "rep": ADA.email, "if_nobody": {"kind": "pool", "pool": "sales"}}
    rule = {"id": "c", "name": "C", "when": {"all": []}, "target": chain}
    people = [replace(ADA, backup=CLEO.email), BOB, CLEO, rep("Dan")]
    company = world(
        {"rules": [rule], "otherwise": {"kind": "pool", "pool": "last"}},
        reps=[*people, rep("Eve")],
        pools=[pool("sales", "Bob"), pool("last", "Dan", "Ada"), pool("other", "Eve")],
    )

    reach = reach_of(plan(Request(key="x", facts={}), company, NOON), company)

    assert reach.pools == {"sales", "last"}
    assert reach.reps == {ADA.email, BOB.email, CLEO.email, "dan@example.com"}


def _is(field, value):
    return {"field": field, "op": "is", "value": value}


def test_the_record_keeps_the_facts_as_the_first_rule_saw_them():
    rule = {
        "id": "first",
        "name": "First",
        "when": {"field": "priority", "op": "is_blank"},
        "set": {"priority": "high"},
        "target": TO_POOL,
    }
    front = sales(ADA, BOB, document={"rules": [rule], "otherwise": TO_TRIAGE})

    outcome = front.arrive(country="DE")
    sticky = front.arrive(country="DE", holder=Holder(BOB.email, NOON - days(1)))

    assert "priority" not in outcome.asked
    assert (outcome.facts["priority"], outcome.changed) == ("high", {"priority": "high"})
    assert (sticky.facts, sticky.changed) == (sticky.asked, {})
    assert "priority" not in sticky.facts
