"""The ledger line by line, and the place in the rotation: both say what the engine does."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from leads import by_hand
from leads.models import Lead
from leads.own_numbers.ledger import Ledger, ledger
from leads.own_numbers.rotation import Place, places
from leads.world import known
from reps import services as people
from reps.keyset import SIZE
from reps.models import Rep
from routing.models import LedgerLine, Member
from tests.office import CLARA, DANA, LEE, LENA, MAYA, STEEL, arrive, person
from tests.organisation import NOON, bump, make_pool, make_rep

pytestmark = pytest.mark.django_db


def rep_of(email: str) -> Rep:
    return Rep.objects.select_related("user", "team").get(user__email=email)


def lines_of(rep: Rep, pool: str = "sales", **values: object) -> Ledger:
    return ledger(rep, pool, known(), reader=values.pop("reader", rep.user), **values)


def place_of(rep: Rep, pool: str = "sales") -> Place:
    return next(one for one in places(rep, known(), NOON) if one.slug == pool)


@pytest.fixture
def pool():
    """Ada, Bob and Cleo, at levels 3.5, 3 and 4."""
    reps = [make_rep(email=f"{name}@example.com") for name in ("ada", "bob", "cleo")]
    made = make_pool(members=reps)
    for rep, level in zip(reps, (3.5, 3.0, 4.0), strict=True):
        Member.objects.filter(rep=rep).update(level=level, opened=True)
    return made


class TestTheLedger:
    def test_every_line_of_real_decisions_adds_up_to_the_level(self, office):
        first, second = arrive("One Iron", **STEEL), arrive("Two Iron", **STEEL)
        clara = rep_of(CLARA)

        found = lines_of(clara, "emea")

        assert [(line.amount, line.level, line.lead) for line in found.lines if line.amount] == [
            (1.0, 2.0, second),
            (1.0, 1.0, first),
        ]
        assert found.level == Member.objects.get(rep=clara).level == 2.0
        assert all(line.may_open for line in found.lines if line.lead)

    def test_a_lead_moved_by_hand_is_credited_back_with_its_reason(self, office):
        lead = arrive("One Iron", **STEEL)
        by_hand.reassign(lead, to=rep_of(DANA), by=person(MAYA), reason="Knows them", now=timezone.now())

        line = lines_of(rep_of(CLARA), "emea").lines[0]

        assert (line.amount, line.size, line.level) == (-1.0, "1", 0.0)
        assert "Maya Lindqvist gave it to Dana Okafor: Knows them" in line.why
        assert line.lead == lead
        assert not line.may_open, "it is somebody else's now"

    def test_whoever_was_away_reads_why_his_level_moved(self, office):
        arrive("Zero Iron", **STEEL)
        clara, dana = rep_of(CLARA), rep_of(DANA)
        Member.objects.create(pool_id=Member.objects.get(rep=clara).pool_id, rep=dana, position=1)
        bump()
        people.pause(clara, until=None, as_=Rep.Paused.BY_HAND, by=None, now=NOON)
        lead = arrive("One Iron", **STEEL)
        assert Lead.objects.get(pk=lead.pk).rep == dana

        line = lines_of(clara, "emea").lines[0]

        assert (line.what, line.amount) == ("Kept pace while not competing", 1.0)
        assert line.why.startswith("Away by the switch, or parked when a lead was given")
        assert line.lead is None, "it was never hers"

    def test_a_long_ledger_comes_in_pieces_that_go_on_adding_up(self, pool):
        member = Member.objects.get(rep__user__email="ada@example.com")
        LedgerLine.objects.bulk_create(
            LedgerLine(member=member, at=NOON + timedelta(minutes=number // 2), amount=1, kind="assigned")
            for number in range(SIZE + 10)
        )

        first = lines_of(member.rep)
        second = lines_of(member.rep, after=first.older)

        levels = [line.level for line in (*first.lines, *second.lines)]
        assert levels == [float(number) for number in range(SIZE + 10, 0, -1)]
        assert (first.level, second.level) == (SIZE + 10, SIZE + 10)
        assert not second.older

    def test_of_a_pool_that_is_not_his_there_is_none(self, pool):
        assert lines_of(make_rep(email="zoe@example.com")).lines == []


class TestThePlaceInTheRotation:
    def test_it_is_that_of_the_levels_and_says_who_is_before(self, pool):
        found = place_of(rep_of("ada@example.com"))

        assert (found.ordinal, [turn.name for turn in found.order]) == ("2nd of 3", ["Bob", "Ada", "Cleo"])
        assert found.why == "Bob is before you: level 3.0 against your level 3.5."

    def test_the_first_is_told_that_the_next_is_his(self, pool):
        assert place_of(rep_of("bob@example.com")).why == "The next lead is yours: level 3.0 against level 3.5 of Ada."

    def test_who_does_not_compete_is_told_why(self, pool):
        ada = rep_of("ada@example.com")
        people.pause(ada, until=None, as_=Rep.Paused.BY_HAND, by=None, now=NOON)

        found = place_of(ada)

        assert (found.place, found.ordinal) == (0, "Not competing")
        assert found.why == (
            "You are not in the running now: you are away by your own switch, or parked."
            " 2 of the others could take a lead now."
        )

    @pytest.mark.parametrize("strategy", ["round_robin", "weighted", "least_loaded", "best_skilled", "first_available"])
    def test_every_strategy_says_what_it_goes_by(self, pool, strategy):
        pool.strategy = strategy
        pool.save()
        bump()

        found = place_of(rep_of("ada@example.com"))

        assert found.competing == 3
        assert all(turn.measure for turn in found.order)

    def test_it_agrees_with_the_next_leads_that_really_come(self, office):
        clara = rep_of(CLARA)
        for number, email in enumerate((DANA, LEE), start=1):
            Member.objects.create(pool_id=Member.objects.get(rep=clara).pool_id, rep=rep_of(email), position=number)
        bump()
        for number in range(7):
            expected = place_of(clara, "emea").order[0].name
            lead = arrive(f"N{number} Iron", **STEEL)
            assert str(lead.rep) == expected


class TestThePage:
    def test_a_rep_sees_his_own_and_never_a_colleagues(self, office, client):
        client.force_login(person(DANA), backend="django.contrib.auth.backends.ModelBackend")

        assert "My numbers" in client.get("/numbers/").content.decode()
        assert client.get(f"/numbers/?rep={rep_of(LEE).pk}").status_code == 404
        assert client.get("/numbers/?rep=nonsense").status_code == 404
        assert client.get("/numbers/?days=nonsense&pool=nonsense&after=").status_code == 200

    def test_a_manager_sees_those_of_his_teams(self, office, client):
        client.force_login(person(LENA), backend="django.contrib.auth.backends.ModelBackend")

        assert "Numbers of Dana Okafor" in client.get(f"/numbers/?rep={rep_of(DANA).pk}").content.decode()
        assert client.get(f"/numbers/?rep={rep_of(CLARA).pk}").status_code == 404
        assert "Numbers of Dana Okafor" in client.get("/numbers/").content.decode()
        assert f"/numbers/?rep={rep_of(DANA).pk}" in client.get(f"/team/reps/{rep_of(DANA).pk}/").content.decode()

    def test_it_asks_the_database_as_often_for_many_leads_as_for_few(
        self, office, client, django_assert_max_num_queries
    ):
        client.force_login(person(CLARA), backend="django.contrib.auth.backends.ModelBackend")
        arrive("One Iron", **STEEL)
        for number in range(6):
            arrive(f"N{number} Iron", **STEEL)
        client.get("/numbers/")

        with django_assert_max_num_queries(24):
            page = client.get("/numbers/?days=7").content.decode()

        assert "7 given" in page
        assert "N5 Iron" in page
