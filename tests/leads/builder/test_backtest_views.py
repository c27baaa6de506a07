"""The pages of backtests in each of their states, and who may do what."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from leads.builder.backtests import services as backtesting
from leads.models import Lead
from reps.models import Rep
from routing.models import Backtest, Tree, Version
from tests.leads.builder.arrivals import arrived, document, drafted, is_in, rule
from tests.office import CLARA, DANA, LENA, MAYA, person, signed_in

pytestmark = pytest.mark.usefixtures("office")
ALL = "/routing/inbound/backtests/"


@pytest.fixture
def maya() -> Client:
    return signed_in(MAYA)


@pytest.fixture
def asked(maya: Client) -> Backtest:
    version = Version.objects.select_related("tree").get(tree__slug="inbound")
    arrived(version, (), at=timezone.now(), facts={"country": "NO"}, count=3)
    drafted(
        Tree.objects.get(slug="inbound"),
        document(rule("norse", is_in("NO"), {"kind": "nurture", "track": "north"})),
        person(MAYA),
    )
    answer = maya.post(ALL, {"days": "90", "most": "1000"})
    one = Backtest.objects.get()
    assert answer["Location"] == f"{ALL}{one.pk}/"
    assert (one.days, one.most, one.asked_by) == (90, 1_000, person(MAYA))
    return one


def page(client: Client, one: Backtest) -> str:
    return " ".join(client.get(f"{ALL}{one.pk}/").text.split())


def test_one_that_waits_says_so_and_looks_again_by_itself(maya: Client, asked: Backtest) -> None:
    body = page(maya, asked)

    assert "Waiting for its turn." in body
    assert 'hx-trigger="load delay:2s"' in body
    assert "Cancel</button>" in body


def test_one_that_runs_says_how_far_it_is(maya: Client, asked: Backtest) -> None:
    Backtest.objects.update(status="running", done=1_250, total=10_000, claimed_at=timezone.now())

    body = page(maya, asked)

    assert '<b class="num">1,250</b> of 10,000 leads decided again' in body
    assert '<progress aria-label="Progress" max="10000" value="1250">' in body


def test_one_that_is_done_says_who_gains_and_which_leads_move(maya: Client, asked: Backtest) -> None:
    backtesting.run_next()

    body = page(maya, asked)

    assert "hx-trigger" not in body.partition('id="backtest"')[2].partition("</h1>")[0]
    assert "100.0% of 3 leads" in body
    assert "Nurture: north" in body
    assert "1 Norse" in body
    assert f'href="/routing/inbound/?backtest={asked.pk}"' in body


def test_the_list_shows_the_last_ones_and_whoever_may_not_ask_sees_no_form(maya: Client, asked: Backtest) -> None:
    backtesting.run_next()

    for_manager = signed_in(LENA).get(ALL).text

    assert "Run a backtest" in maya.get(ALL).text
    assert "Run a backtest" not in for_manager
    assert "View only" in for_manager
    assert f"{ALL}{asked.pk}/" in for_manager


def test_a_manager_reads_the_figures_and_only_the_leads_that_are_his_to_see(asked: Backtest) -> None:
    Lead.objects.update(rep=Rep.objects.get(user__email=CLARA), queue=None, status=Lead.Status.ASSIGNED)
    backtesting.run_next()

    body = page(signed_in(LENA), asked)

    assert "100.0% of 3 leads" in body
    assert "The newest 0 of 3" in body
    assert "Run again" not in body


def test_one_that_was_called_off_or_failed_says_so(maya: Client, asked: Backtest) -> None:
    answer = maya.post(f"{ALL}{asked.pk}/cancel/", follow=True)
    assert "Called off" in answer.text

    Backtest.objects.update(status="failed", problem="The moon.", finished_at=timezone.now())
    assert "The moon." in page(maya, asked)


def test_without_leads_the_page_says_so(maya: Client, asked: Backtest) -> None:
    Backtest.objects.update(most=0)
    backtesting.run_next()

    assert "No leads to replay" in page(maya, asked)


def test_after_an_edit_the_figures_are_said_to_be_of_an_older_revision(maya: Client, asked: Backtest) -> None:
    backtesting.run_next()
    drafted(Tree.objects.get(slug="inbound"), document(), person(MAYA))

    body = page(maya, asked)

    assert "The tree has been changed since." in body
    assert "Show on the tree" not in body


def test_managers_may_not_ask_nor_call_off_and_reps_may_not_look(asked: Backtest) -> None:
    lena, dana = signed_in(LENA), signed_in(DANA)

    assert lena.post(ALL, {"days": "30"}).status_code == 403
    assert lena.post(f"{ALL}{asked.pk}/cancel/").status_code == 403
    assert dana.get(ALL).status_code == dana.get(f"{ALL}{asked.pk}/").status_code == 403
    assert lena.get("/routing/other/backtests/").status_code == 404


def test_the_result_is_laid_over_the_tree_until_it_is_edited(maya: Client, asked: Backtest) -> None:
    backtesting.run_next()
    address = f"/routing/inbound/?backtest={asked.pk}"

    over = " ".join(maya.get(address).text.split())
    drafted(Tree.objects.get(slug="inbound"), document(), person(MAYA))
    after = maya.get(address).text

    assert "Backtest of 3 leads" in over
    assert "<b>3</b><span>+3</span>" in over.partition('id="e-norse"')[2][:120]
    assert 'data-total="3"' in over
    assert 'id="laid"' not in after
