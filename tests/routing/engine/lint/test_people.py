"""Outcomes that find nobody: empty pools, hours in which nobody works, skills that nobody has, people who are gone."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from reps.hours import Calendar, Week, parse_week
from routing.engine.lint import ERROR, NOTE, WARNING, Evidence, Promised
from routing.engine.lint.week import gaps
from routing.engine.nodes import Json
from routing.engine.world import Member, Pool, Rep
from tests.routing.engine.lint.trees import INBOX, NOON, POOLS, REPS, document, look, rule, said, settled

OFFICE = {day: ["08:00-18:00"] for day in ("mon", "tue", "wed", "thu", "fri")}


def to_pool(pool: str, **members: object) -> Json:
    return document(rule("A", target={"kind": "pool", "pool": pool, **members}))


def at_work(hours: dict[str, list[str]] | None) -> dict[str, dict[str, Rep]]:
    """The office with Ada and Bob at these hours."""
    calendar = Calendar(parse_week(hours, "UTC"), frozenset())
    both = [Rep(f"{name.lower()}@example.com", name, calendar) for name in ("Ada", "Bob")]
    return {"reps": {**REPS, **{rep.email: rep for rep in both}}}


@pytest.mark.parametrize(("pool", "says"), [("nobody", "has no members"), ("gone", "has no member who could take")])
def test_an_empty_pool_with_nothing_behind_it_is_an_error_that_a_queue_settles(pool: str, says: str) -> None:
    (found,) = look(to_pool(pool))

    assert (found.node, found.severity, found.code) == ("a_target", ERROR, "empty_pool")
    assert says in found.words
    after = settled(to_pool(pool), found)
    assert [one.severity for one in look(after)] == [WARNING] or look(after) == ()


def test_an_empty_pool_with_a_backup_is_a_warning() -> None:
    (found,) = look(to_pool("nobody", if_nobody=INBOX))

    assert (found.severity, found.code) == (WARNING, "empty_pool")


def test_an_empty_pool_as_the_last_resort_has_nothing_behind_it() -> None:
    (found,) = look(document(otherwise={"kind": "pool", "pool": "nobody"}))

    assert said((found,)) == [
        (
            "_otherwise_target",
            "empty_pool",
            "The pool Empty chairs has no members, and there is nothing behind it.",
        )
    ]


def test_an_empty_pool_in_a_row_says_which_row() -> None:
    table = {
        "kind": "table",
        "field": "country",
        "rows": [{"values": ["DE", "AT"], "target": {"kind": "pool", "pool": "nobody"}}],
        "otherwise": INBOX,
    }

    (found,) = look(document(rule("A", target=table)))

    assert found.words.startswith("In row DE, AT, the pool Empty chairs has no members")


def test_who_is_not_active_is_named_with_whoever_covers() -> None:
    drawn = document(rule("A", target={"kind": "rep", "rep": "gone@example.com"}))
    covered = {**REPS, "gone@example.com": Rep("gone@example.com", "Gwen Gone", active=False, backup="ada@example.com")}

    assert [one.words for one in look(drawn)] == ["Gwen Gone is not active, and nobody covers."]
    assert [one.words for one in look(drawn, reps=covered)] == ["Gwen Gone is not active: Ada covers, lead by lead."]


def test_an_office_week_names_the_weekend_and_the_nights() -> None:
    (found,) = look(to_pool("emea"), **at_work(OFFICE))

    assert (found.severity, found.code) == (NOTE, "nobody_open")
    assert found.words == (
        "Nobody of EMEA works from Fri 18:00 to Mon 08:00 and 4 other times, 118 of the week's 168 hours: "
        "leads wait for whoever opens first."
    )


def test_where_hours_are_required_the_empty_hours_are_a_warning_that_can_be_settled() -> None:
    drawn = to_pool("emea", hours="require")
    (found,) = look(drawn, **at_work(OFFICE))

    assert found.severity == WARNING
    assert found.words.endswith("leads then go to the fallback.")
    assert found.fix is not None
    assert found.fix.arguments == {"node": "a_target", "hours": "prefer"}


def test_a_promise_that_runs_at_night_while_nobody_is_there_is_said() -> None:
    fast = Promised("fast", "Five minutes", timedelta(minutes=5), "always")
    office = Promised("fast", "Five minutes", timedelta(minutes=5), "rep_hours")

    (running,) = look(to_pool("emea", sla="fast"), Evidence(promises=(fast,)), **at_work(OFFICE))
    (standing,) = look(to_pool("emea", sla="fast"), Evidence(promises=(office,)), **at_work(OFFICE))

    assert (running.severity, standing.severity) == (WARNING, NOTE)
    assert "the clock of “Five minutes” runs on meanwhile" in running.words


def test_a_pool_with_somebody_there_at_any_hour_is_fine() -> None:
    late = Rep("bob@example.com", "Bob", Calendar(Week("UTC", None), frozenset()))

    assert look(to_pool("emea"), reps={**REPS, **at_work(OFFICE)["reps"], "bob@example.com": late}) == ()


@pytest.mark.parametrize(
    ("hours", "zone", "words"),
    [
        ({"mon": ["00:00-24:00"]}, "UTC", "from Tue 00:00 to Mon 00:00"),
        ({"wed": ["10:00-11:00"]}, "UTC", "from Wed 11:00 to Wed 10:00"),
        ({"sun": ["20:00-24:00"], "mon": ["00:00-08:00"]}, "UTC", "from Mon 08:00 to Sun 20:00"),
        ({"mon": ["09:00-10:00"]}, "Asia/Tokyo", "from Mon 01:00 to Mon 00:00"),
        (
            {day: ["00:00-24:00"] for day in ("mon", "tue", "wed", "thu", "fri", "sat")},
            "UTC",
            "from Sun 00:00 to Mon 00:00",
        ),
    ],
)
def test_the_hours_of_a_week_without_anybody_are_one_stretch_over_its_end(
    hours: dict[str, list[str]], zone: str, words: str
) -> None:
    assert gaps([parse_week(hours, zone)], "UTC", NOON).words() == words


def test_a_full_week_has_no_gaps_and_an_empty_one_nothing_else() -> None:
    assert gaps([Week("UTC", None)], "UTC", NOON).stretches == ()
    assert gaps([], "UTC", NOON).words() == "at any hour of the week"


def test_whoever_is_on_leave_is_named_with_the_day_of_return() -> None:
    leave = (NOON - timedelta(days=1), datetime(2026, 3, 12, tzinfo=NOON.tzinfo))
    calendar = Calendar(Week("UTC", None), frozenset(), (leave,))
    away = {email: Rep(email, email, calendar) for email in ("ada@example.com", "bob@example.com")}

    (found,) = look(to_pool("emea"), reps={**REPS, **away})

    assert (found.severity, found.words) == (WARNING, "Nobody of EMEA is there until Thu 12 Mar.")


def test_a_skill_that_nobody_has_is_named() -> None:
    (found,) = look(to_pool("emea", require_skills={"german": 3}), skills=frozenset({"german"}))

    assert found.words == "Nobody of EMEA has the skill german 3 that is asked: it finds nobody."


def test_a_pool_that_two_rules_name_is_said_at_both() -> None:
    drawn = document(
        rule("A", target={"kind": "pool", "pool": "nobody"}),
        rule("B", {"field": "country", "op": "is", "value": "AT"}, target={"kind": "pool", "pool": "nobody"}),
    )

    assert [one.node for one in look(drawn)] == ["a_target", "b_target"]


def test_nobody_with_weight_is_nobody() -> None:
    pools = {**POOLS, "emea": Pool("emea", "EMEA", (Member("ada@example.com", 0),))}

    assert [one.code for one in look(to_pool("emea"), pools=pools)] == ["empty_pool"]
