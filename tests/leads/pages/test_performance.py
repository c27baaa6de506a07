"""Who wins how much, and whether it says anything: what the page shows, to whom, and what it never claims."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from leads.configuration import store, yaml_text
from leads.demo.crm import SAMPLE, read_crm
from leads.models import Assignment
from leads.pages.performance import verdict
from leads.rates import compare
from reps.models import Rep
from routing.models import Member, Pool
from tests.leads.test_rates import THIRTY_AGENTS
from tests.office import CLARA, DANA, FILE, HEALTH, INES, LEE, LENA, MAYA, STEEL, arrive, signed_in
from tests.organisation import bump

pytestmark = pytest.mark.usefixtures("office")

MOST_QUERIES = 14


@pytest.fixture
def history(office):
    """Writes down what reps closed, as many times as asked, `days` ago."""
    lead = arrive("Priya Raman", **HEALTH)

    def close(email, *, won=0, lost=0, segment="", days=40, pool=None):
        rep, epoch = Rep.objects.get(user__email=email), Assignment.objects.count() + 1
        at = timezone.now() - timedelta(days=days)
        Assignment.objects.bulk_create(
            Assignment(
                lead=lead,
                rep=rep,
                epoch=epoch + number,
                decision=lead.decision,
                pool=pool,
                how=Assignment.How.ROTATION,
                assigned_at=at,
                ended_at=at,
                ended_as=Assignment.Ended.CLOSED,
                outcome="won" if number < won else "lost",
                segment=segment,
            )
            for number in range(won + lost)
        )

    return close


def shown(email=MAYA, query=""):
    html = signed_in(email).get(f"/performance/{query}").content.decode()
    return " ".join(re.sub(r"<[^>]+>", " ", html).replace("&lt;", "<").replace("&#x27;", "'").split())


def test_each_member_stands_with_what_he_won_the_interval_and_what_the_strategy_goes_by(history):
    history(DANA, won=60, lost=60)
    history(LEE, won=5, lost=5)

    page = shown()

    assert "Regulated Lowest load 65 of 130 won, 50%" in page
    assert "Dana Okafor Won 60 of 120 50% 41% to 59% Smoothed 50.0%" in page
    assert "Lee Marsh Won 5 of 10 50% 24% to 76%, few leads" in page


def test_a_rate_of_few_leads_is_drawn_hollow(history):
    history(DANA, won=60, lost=60)
    history(LEE, won=5, lost=5)

    html = signed_in(MAYA).get("/performance/").content.decode()

    assert (html.count('class="ci"'), html.count('class="ci few"')) == (1, 1)


def test_where_rates_do_not_differ_the_page_says_so_and_claims_no_gain(history):
    history(DANA, won=60, lost=50)
    history(LEE, won=50, lost=55)

    page = shown()

    assert "The win rates differ no more than chance would explain" in page
    assert "Chi-square 1.03, 1 degree of freedom, p = 0.31." in page
    assert "nobody is shown to win more than the others" in page
    assert "would gain nothing that these figures show" in page
    assert not re.search(r"uplift|best rep|better", page)


def test_where_rates_differ_the_page_says_so_and_that_it_does_not_know_why(history):
    history(DANA, won=90, lost=20)
    history(LEE, won=40, lost=70)

    page = shown()

    assert "The win rates differ by more than chance would explain." in page
    assert "Chi-square 47.01, 1 degree of freedom, p < 0.001." in page
    assert "whoever is given the easier leads wins more of them, too" in page


def test_a_pool_that_chooses_by_win_rate_without_a_difference_is_told_so(history):
    Pool.objects.filter(slug="regulated").update(strategy="best_converting")
    bump()
    history(DANA, won=60, lost=50)
    history(LEE, won=50, lost=55)

    page = shown()

    assert "Chooses by win rate" in page
    assert "as the rates stand, a rotation would do as well" in page


@pytest.mark.parametrize(
    ("target", "named"),
    [
        ({"kind": "pool", "pool": "emea"}, "EMEA Round robin"),
        ({"kind": "territory"}, "DACH Weighted rotation"),
    ],
)
def test_a_pool_is_named_as_choosing_by_win_rate_when_a_rule_asks_for_it(target, named):
    text = yaml_text.load(FILE.read_text(encoding="utf-8"))
    text["territories"] = [{"slug": "dach", "name": "DACH", "when": {"all": []}, "reps": [{"rep": LEE}]}]
    text["trees"][0]["document"]["rules"][0]["target"] = {**target, "strategy": "best_converting"}
    store.load(yaml_text.dump(text), now=timezone.now())

    page = shown()

    assert page.count("Chooses by win rate") == 1
    assert f"{named} Chooses by win rate" in page


def test_the_records_of_two_crms_show_nobody_who_wins_more():
    closed = [(one.agent, one.stage == "Won") for one in read_crm(SAMPLE).opportunities if one.closed]
    of_each = [[win for who, win in closed if who == agent] for agent in sorted({agent for agent, _ in closed})]
    sample = [(sum(wins), len(wins)) for wins in of_each]

    said = [
        verdict(compare(tallies), *map(sum, zip(*tallies, strict=True)), by_rate=False)
        for tallies in (THIRTY_AGENTS, sample)
    ]

    assert all(words.startswith("The win rates differ no more than chance would explain") for words in said)
    assert said[0].endswith("Chi-square 33.35, 29 degrees of freedom, p = 0.26.")
    assert said[1].endswith("Chi-square 14.51, 10 degrees of freedom, p = 0.15.")


@pytest.mark.parametrize(
    ("tallies", "said"),
    [
        ([], "Nobody here has closed a lead"),
        ([(0, 0), (0, 0)], "Nobody here has closed a lead"),
        ([(3, 9), (0, 0)], "Only one person here has closed leads"),
        ([(3, 3), (4, 4)], "All 7 leads that were closed within 180 days were won"),
        ([(0, 3), (0, 4)], "All 7 leads that were closed within 180 days were lost"),
        ([(2, 3), (1, 4)], "Too little is closed to tell"),
    ],
)
def test_too_little_to_say_anything_is_said_in_words(tallies, said):
    won, closed = (sum(tally[part] for tally in tallies) for part in (0, 1))

    assert verdict(compare(tallies), won, closed, by_rate=True).startswith(said)


def test_what_was_closed_half_a_year_ago_counts_no_more(history):
    history(DANA, won=60, lost=60, days=181)

    assert "Nobody here has closed a lead within 180 days" in shown()


def test_only_leads_of_the_segment_count_when_one_is_chosen(history):
    history(DANA, won=30, lost=10, segment="Enterprise")
    history(DANA, won=1, lost=9, segment="smb")

    assert "Dana Okafor Won 31 of 50" in shown()
    assert "Dana Okafor Won 30 of 40" in shown(query="?segment=%3Denterprise")
    assert "Dana Okafor Won 1 of 10" in shown(query="?segment=%3Dsmb")
    assert "Select a valid choice" in shown(query="?segment=nope")


def test_shares_stand_against_fair_ones_by_weight_and_who_is_starved_goes_first(history):
    pool = Pool.objects.get(slug="regulated")
    pool.strategy = "best_converting"
    pool.save()
    Member.objects.filter(pool=pool, rep__user__email=LEE).update(weight=3)
    bump()
    Assignment.objects.update(pool=None)
    history(DANA, won=9, days=3, pool=pool)
    history(LEE, won=3, days=3, pool=pool)

    page = shown()

    assert re.search(r"Dana Okafor .* 9 in 30 days 75%, fair 25% \+200%", page)
    assert re.search(r"Lee Marsh .* 3 in 30 days 25%, fair 75% −67% Goes first", page)


def test_a_manager_sees_the_pools_of_his_teams_revops_all_and_a_rep_none(history):
    arrive("Jonas Beck", **STEEL)

    assert "Dana Okafor" in shown(LENA)
    assert "Clara Voss" not in shown(LENA)
    assert "Clara Voss" in shown(INES)
    assert "Dana Okafor" not in shown(INES)
    assert all(name in shown(MAYA) for name in ("Dana Okafor", "Clara Voss"))
    assert signed_in(CLARA).get("/performance/").status_code == 403


def test_an_empty_company_has_a_page_too():
    Member.objects.all().delete()
    bump()

    assert "No pool yet" in shown()


def test_the_page_takes_as_many_questions_for_many_pools_as_for_one(history):
    history(DANA, won=10, lost=10)
    for number in range(20):
        pool = Pool.objects.create(slug=f"p{number}", name=f"Pool {number}")
        Member.objects.create(pool=pool, rep=Rep.objects.get(user__email=LEE), position=0)
    bump()
    client = signed_in(MAYA)
    client.get("/performance/")

    with CaptureQueriesContext(connection) as asked:
        client.get("/performance/")

    assert len(asked) <= MOST_QUERIES
