"""Backtests as work to be done: asked for once, done once, called off, taken over, given up; and what they say."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db.models import F

from leads.builder.backtests import replaying
from leads.builder.backtests import services as backtesting
from leads.builder.desk import Desk, of_tree
from leads.builder.traffic.sample import sample
from leads.models import Lead
from reps.models import Rep, User
from routing.builder import drafts
from routing.engine.passage import Drawn
from routing.engine.route import located
from routing.engine.walk import enter
from routing.models import Backtest, Tree, Version
from tests.leads.builder.arrivals import arrived, branch, document, drafted, is_in, rule
from tests.organisation import NOON, make_lead, make_pool, make_queue, make_rep, make_revops, publish_tree

pytestmark = pytest.mark.django_db

TO_SALES = {"kind": "pool", "pool": "sales"}
TO_TRIAGE = {"kind": "queue", "queue": "triage"}
LIVE = document(
    branch("emea", is_in("DE", "FR"), rule("german", is_in("DE"), TO_SALES), rule("french", is_in("FR"), TO_TRIAGE)),
    rule("american", is_in("US"), TO_TRIAGE),
)
DRAFT = document(
    rule("american", is_in("US"), TO_SALES),
    branch("emea", is_in("DE", "FR", "AT"), rule("german", is_in("DE", "AT"), TO_SALES)),
)
LEADS = {"DE": 5, "FR": 3, "US": 4, "AT": 2, "JP": 1}


@pytest.fixture
def robin() -> User:
    return make_revops()


@pytest.fixture
def version() -> Version:
    """Two reps, and fifteen leads of the last weeks."""
    make_pool(members=[make_rep(email="ada@example.com"), make_rep(email="bob@example.com")])
    make_queue()
    version = publish_tree(document=LIVE)
    for number, (country, leads) in enumerate(LEADS.items()):
        arrived(version, at=NOON - timedelta(days=number), count=leads, facts={"country": country})
    return version


def desk() -> Desk:
    return of_tree(Tree.objects.get(slug="main"), may_edit=True)


@pytest.fixture
def asked(version: Version, robin: User) -> Backtest:
    drafted(version.tree, DRAFT, robin)
    return backtesting.ask(desk(), days=3650, most=1_000, by=robin, now=NOON)


def result_of(backtest: Backtest) -> dict[str, Any]:
    backtest.refresh_from_db()
    assert backtest.status == "done", (backtest.status, backtest.problem)
    result: dict[str, Any] = backtest.result
    return result


def test_a_backtest_says_who_gains_who_loses_and_which_leads_it_is(asked: Backtest) -> None:
    assert backtesting.run_next()

    told = result_of(asked)
    assert (told["leads"], told["moved"]) == (15, 9)
    assert told["targets"] == {"pool:sales": [5, 11], "queue:triage": [7, 0], "queue:unassigned": [3, 4]}
    flows = {(one, other): leads for one, other, leads in told["flows"]}
    assert flows == {
        ("queue:triage", "pool:sales"): 4,
        ("queue:triage", "queue:unassigned"): 3,
        ("queue:unassigned", "pool:sales"): 2,
    }
    assert (told["fallback"], told["nobody"]) == ([3, 1], [0, 0])
    assert sum(after for _, after in told["reps"].values()) == 11
    assert (told["gone"], len(told["listed"])) == ({"french": 3}, 9)
    first = told["listed"][0]
    assert Lead.objects.get(pk=first["lead"]).decision.facts["country"] == "FR"
    assert first["before"] == {"node": "french", "target": "queue:triage", "rep": ""}
    assert first["after"] == {"node": "emea_otherwise", "target": "queue:unassigned", "rep": ""}


def test_the_figures_on_the_tree_are_those_of_asking_each_lead_by_itself(asked: Backtest, version: Version) -> None:
    backtesting.run_next()

    overlay = backtesting.overlay(Backtest.objects.get(pk=asked.pk))
    at = desk()
    drawn = Drawn(at.document)
    ends = [
        drawn.place_of(enter(at.world, "main", located(one.facts, at.world, one.at), one.at).rules)[0]
        for one in sample(version.tree, NOON).seen
    ]
    for branch_of in ("", "emea"):
        above = overlay[branch_of][0] if branch_of else 15
        assert sum(overlay[piece][0] for piece in drawn.children_of(branch_of)) == above
    assert {piece: overlay[piece][0] for piece in set(ends)} == {piece: ends.count(piece) for piece in set(ends)}
    assert set(ends) == {"american", "german", "emea_otherwise", "_otherwise"}
    assert overlay["emea"] == (10, 2)
    assert overlay["emea_otherwise"] == (3, 3)


def test_against_itself_nothing_moves(version: Version, robin: User) -> None:
    asked = backtesting.ask(desk(), days=3650, most=1_000, by=robin, now=NOON)

    backtesting.run_next()

    told = result_of(asked)
    assert told["leads"]
    assert (told["moved"], told["flows"], told["listed"]) == (0, [], [])
    assert all(before == after for before, after in (*told["targets"].values(), *told["reps"].values()))


def test_only_the_last_leads_of_the_time_asked_for_are_replayed(asked: Backtest, robin: User) -> None:
    Backtest.objects.all().delete()
    few = backtesting.ask(desk(), days=3650, most=6, by=robin, now=NOON)

    backtesting.run_next()

    assert result_of(few)["leads"] == 6
    assert {one["lead"] for one in few.result["listed"]} <= set(Lead.objects.values_list("pk", flat=True))


def test_who_asks_twice_gets_the_one_that_is_open(asked: Backtest, robin: User) -> None:
    again = backtesting.ask(desk(), days=3650, most=1_000, by=robin, now=NOON)
    other = backtesting.ask(desk(), days=30, most=1_000, by=robin, now=NOON)

    assert (again.pk == asked.pk, other.pk == asked.pk) == (True, False)


def test_what_is_edited_meanwhile_changes_nothing(asked: Backtest, version: Version, robin: User) -> None:
    drafted(version.tree, LIVE, robin)

    backtesting.run_next()

    assert result_of(asked)["moved"] == 9
    assert not backtesting.is_current(Backtest.objects.get(pk=asked.pk))
    assert backtesting.shown_on(version.tree, str(asked.pk)) is None


def test_a_backtest_of_what_is_drawn_may_be_laid_over_it(asked: Backtest, version: Version) -> None:
    assert backtesting.shown_on(version.tree, str(asked.pk)) is None  # not done yet
    backtesting.run_next()

    assert backtesting.shown_on(version.tree, str(asked.pk)) == asked
    assert [backtesting.shown_on(version.tree, text) for text in ("", "x", "999999999")] == [None] * 3


def test_one_that_is_called_off_is_not_begun(asked: Backtest) -> None:
    assert backtesting.cancel(asked, now=NOON)

    assert not backtesting.run_next()
    assert not backtesting.cancel(asked, now=NOON)
    asked.refresh_from_db()
    assert (asked.status, asked.result) == ("cancelled", {})


def test_one_that_is_called_off_while_it_runs_ends_without_a_result(
    asked: Backtest, monkeypatch: pytest.MonkeyPatch
) -> None:
    cancel_while_reading(asked, monkeypatch)

    assert backtesting.run_next()

    asked.refresh_from_db()
    assert (asked.status, asked.result) == ("cancelled", {})


def cancel_while_reading(asked: Backtest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody presses Cancel just after the leads were read."""
    read = replaying.read

    def read_and_cancel(*arguments: Any) -> Any:
        yield from read(*arguments)
        backtesting.cancel(asked, now=NOON)

    monkeypatch.setattr(replaying, "read", read_and_cancel)


def test_a_claim_that_gives_signs_of_life_is_nobody_elses(asked: Backtest) -> None:
    [mine] = Backtest.objects.raw(backtesting.CLAIM, [backtesting.SILENT_FOR])

    assert not backtesting.run_next()
    backtesting.Claim(mine).beat(3, 15)
    assert not backtesting.run_next()
    asked.refresh_from_db()
    assert (asked.done, asked.total, asked.status) == (3, 15, "running")


def test_a_silent_claim_is_taken_over_and_what_the_first_worker_has_is_thrown_away(asked: Backtest) -> None:
    [mine] = Backtest.objects.raw(backtesting.CLAIM, [backtesting.SILENT_FOR])
    silence(asked)
    first = backtesting.Claim(Backtest.objects.get(pk=mine.pk))

    assert backtesting.run_next()

    with pytest.raises(backtesting.NotMine):
        first.beat(4, 15)
    with pytest.raises(backtesting.NotMine):
        first.finish({"leads": 0})
    first.fail("No.")
    assert result_of(asked)["moved"] == 9


def silence(asked: Backtest) -> None:
    """Its worker has given no sign of life for longer than anybody waits."""
    Backtest.objects.filter(pk=asked.pk).update(
        claimed_at=F("claimed_at") - backtesting.SILENT_FOR - timedelta(seconds=1)
    )


def test_one_in_which_worker_after_worker_stops_is_given_up(asked: Backtest) -> None:
    for _ in range(backtesting.MOST_TRIES):
        assert list(Backtest.objects.raw(backtesting.CLAIM, [backtesting.SILENT_FOR]))
        silence(asked)

    assert backtesting.run_next()

    asked.refresh_from_db()
    assert (asked.status, asked.problem) == ("failed", backtesting.GAVE_UP)
    assert not backtesting.run_next()


def test_a_worker_that_is_to_end_gives_it_back(asked: Backtest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backtesting, "BREATH", 1)
    stop = threading.Event()
    stop.set()

    assert backtesting.run_next(stop)

    asked.refresh_from_db()
    assert (asked.status, asked.claimed_at) == ("waiting", None)
    assert backtesting.run_next()
    assert result_of(asked)["leads"] == 15


def test_one_that_we_trip_over_fails_and_the_next_one_is_done(asked: Backtest, version: Version, robin: User) -> None:
    Backtest.objects.filter(pk=asked.pk).update(document={"rules": "nonsense"})
    drafted(version.tree, LIVE, robin)
    other = backtesting.ask(desk(), days=3650, most=1_000, by=robin, now=NOON)

    assert backtesting.run_next()
    assert backtesting.run_next()

    asked.refresh_from_db()
    assert (asked.status, asked.problem) == ("failed", backtesting.STUMBLED)
    assert result_of(other)["moved"] == 0


def test_a_tree_without_leads_is_replayed_too(robin: User) -> None:
    publish_tree(document=LIVE)
    asked = backtesting.ask(desk(), days=30, most=1_000, by=robin, now=NOON)

    backtesting.run_next()

    assert result_of(asked)["leads"] == 0


def test_a_rep_breaks_as_many_promises_as_he_did_and_who_has_few_leads_as_many_as_everybody(version: Version) -> None:
    ada, bob = Rep.objects.order_by("pk")
    for number in range(20):
        make_lead(rep=ada, at=NOON - timedelta(days=1), due_in=timedelta(minutes=1), version=version)
        late = number < 2
        make_lead(rep=bob, at=NOON, due_in=timedelta(minutes=-1 if late else 5), version=version)

    found = replaying.chances(NOON + timedelta(minutes=2))

    assert round(found.anybody, 3) == 22 / 40
    assert round(found.of_reps["ada@example.com"], 3) == round((20 + 10 * 22 / 40) / 30, 3)
    assert round(found.of_reps["bob@example.com"], 3) == round((2 + 10 * 22 / 40) / 30, 3)


def test_old_backtests_go_when_there_are_too_many(
    asked: Backtest, robin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backtesting, "MOST_KEPT", 1)
    for most in (1, 2, 3):
        one = backtesting.ask(desk(), days=30, most=most, by=robin, now=NOON + timedelta(minutes=most))
        backtesting.cancel(one, now=NOON)

    backtesting.ask(desk(), days=30, most=4, by=robin, now=NOON + timedelta(minutes=4))

    assert list(Backtest.objects.order_by("most").values_list("most", "status")) == [
        (3, "cancelled"),
        (4, "waiting"),
        (1_000, "waiting"),
    ]
    assert drafts.newest_of(asked.tree) is not None
