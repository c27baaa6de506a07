"""The demo: from the records to a company with a past, in which everything that is shown is true."""

from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.db.models import F, Q, Sum

from leads import sources, world
from leads.configuration import dump
from leads.configuration.read import read
from leads.demo import load, market, people
from leads.demo.company import configuration_text
from leads.demo.crm import SAMPLE, Crm, read_crm
from leads.demo.logins import DEMO_LOGINS
from leads.demo.story import tell
from leads.models import Activity, Assignment, InboundEvent, Lead, LookAgain, SlaClock
from notifications.models import Notification
from reps.models import Rep, TimeOff, User
from routing.models import Decision, Member, Version

NOW = datetime(2026, 6, 3, 15, 0, tzinfo=UTC)
TODAY = NOW.date()
RECORDS = read_crm(SAMPLE).moved_to(TODAY)


def test_the_newest_day_of_the_records_becomes_today():
    days = [day for one in RECORDS.opportunities for day in (one.engaged, one.closed) if day]

    assert max(days) == TODAY


def test_known_slips_of_the_pen_are_mended(tmp_path):
    (tmp_path / "sales_teams.csv").write_text("sales_agent,manager,regional_office\nA B,C D,West\n")
    (tmp_path / "accounts.csv").write_text(
        "account,sector,year_established,revenue,employees,office_location,subsidiary_of\nX,technolgy,1999,1,2,Philipines,\n"
    )
    (tmp_path / "sales_pipeline.csv").write_text(
        "opportunity_id,sales_agent,product,account,deal_stage,engage_date,close_date,close_value\n"
        "1,A B,GTXPro,X,Won,2017-01-02,2017-02-03,5\n2,A B,GTXPro,,Prospecting,,,\n"
    )

    records = read_crm(tmp_path)

    assert records.companies[0].sector == "technology"
    assert market.country(records.companies[0]) == "PH"
    assert records.opportunities[0].product == "GTX Pro"
    assert records.opportunities[1].engaged is None


def test_the_company_is_a_configuration_without_problems():
    company = read(configuration_text(RECORDS, TODAY)).configuration

    offices = {agent.office for agent in RECORDS.agents}
    assert len(company.reps) == len(RECORDS.agents)
    assert len(company.teams) == len({agent.manager for agent in RECORDS.agents})
    assert {office.lower() for office in offices} <= set(company.of("pools"))
    assert len(company.accounts) == len(RECORDS.companies)
    assert company.of("sources")["website"].auth == "none"
    assert any(source.auth == "signature" for source in company.sources)


def test_every_rule_says_why_who_answers_for_it_and_when_to_look_again():
    trees = read(configuration_text(RECORDS, TODAY)).configuration.trees
    rules = [rule for tree in trees for rule in tree.document["rules"]]

    assert len(trees[0].document["rules"]) >= 8
    assert all(rule["why"] and rule["owner"] and rule["review_on"] > str(TODAY) for rule in rules)


def test_the_same_records_at_the_same_time_tell_the_same_story():
    assert tell(RECORDS, NOW) == tell(RECORDS, NOW)


def test_nobody_comes_from_the_future_and_nothing_ends_before_it_began():
    for visitor in tell(RECORDS, NOW):
        assert visitor.at <= NOW
        assert visitor.closed_at is None or visitor.at < visitor.closed_at <= NOW


def test_the_whole_history_can_be_written_and_simulated(tmp_path):
    call_command("load_demo", crm=SAMPLE, write=tmp_path, stdout=StringIO())
    summary = StringIO()

    call_command(
        "simulate",
        config=tmp_path / "demo.yaml",
        leads=tmp_path / "leads.csv",
        out=tmp_path / "decisions.jsonl",
        stderr=summary,
    )

    assert len((tmp_path / "decisions.jsonl").read_text().splitlines()) == len(RECORDS.opportunities)
    assert "600 leads: assigned" in summary.getvalue()
    assert "no fact of this name" not in summary.getvalue()


@pytest.fixture(scope="module")
def demo(django_db_setup, django_db_blocker):
    """Three weeks of it, loaded once for all of these tests."""
    # Set up before the fixture of each test that forgets what an earlier test's database held.
    world._Process.known, sources._Process.sources = None, None
    with django_db_blocker.unblock(), transaction.atomic():
        load.load(read_crm(SAMPLE), now=NOW, history=timedelta(days=21))
        yield
        transaction.set_rollback(True)


@pytest.mark.django_db
@pytest.mark.usefixtures("demo")
class TestLoaded:
    def test_three_people_can_sign_in(self):
        roles = []
        for login in DEMO_LOGINS:
            user = User.objects.get(email=login.email)
            assert user.check_password(login.password)
            assert user.is_active
            roles.append(user.role)

        assert roles == ["revops", "manager", "rep"]

    def test_the_manager_leads_the_reps_team_and_the_rep_has_something_to_do(self):
        rep = Rep.objects.get(user__email="rep@switchyard.example")

        assert rep.team.manager.email == "manager@switchyard.example"
        assert Lead.objects.filter(rep=rep, status=Lead.Status.ASSIGNED).count() >= 3

    def test_somebody_is_away_somebody_paused_and_somebody_full(self):
        full = people.address(people.cast(RECORDS).full)

        assert TimeOff.objects.filter(start__lte=NOW, end__gt=NOW).exists()
        assert Rep.objects.filter(paused=True).count() == 1
        rep = Rep.objects.get(user__email=full)
        assert Assignment.objects.filter(rep=rep, ended_at=None).count() == rep.capacity

    def test_leads_were_won_lost_and_are_open_in_queues_and_nurtured(self):
        statuses = set(Lead.objects.values_list("status", flat=True))

        assert {"assigned", "contacted", "won", "lost", "nurture"} <= statuses
        assert "received" not in statuses

    def test_somebody_waits_in_a_queue_of_the_reps_team(self):
        team = Rep.objects.get(user__email="rep@switchyard.example").team

        assert (
            Lead.objects.filter(status="queued", queue__team=team, received_at__gt=NOW - timedelta(hours=1)).count()
            == 2
        )

    def test_whoever_closed_a_lead_has_it_on_his_record(self):
        for status in ("won", "lost"):
            closed = Lead.objects.filter(status=status)

            assert closed.filter(assignments__outcome=status).count() == closed.count() > 0

    def test_some_events_named_nobody_and_some_came_twice(self):
        statuses = set(InboundEvent.objects.values_list("status", flat=True))

        assert statuses >= {"routed", "quarantined", "duplicate", "counted"}
        assert "waiting" not in statuses
        assert all(event.problem for event in InboundEvent.objects.filter(status="quarantined"))

    def test_who_tries_the_product_in_earnest_went_on_by_himself(self):
        moved = Decision.objects.filter(cause="changed", rules__contains=["in-earnest"])

        assert moved.count() >= 2
        for lead in Lead.objects.filter(pk__in=moved.values("lead_id")):
            assert lead.status in ("assigned", "queued")
            assert lead.timeline.filter(text__contains="Activity: ").exists()

    def test_who_only_read_was_held_back_and_comes_over_the_threshold_by_what_he_does(self):
        held_back = Decision.objects.filter(path="gate").values("lead_id")
        went_on = Decision.objects.filter(cause="changed", rules__contains=["in-earnest"], lead_id__in=held_back)

        assert Lead.objects.filter(pk__in=held_back, status="nurture", track="newsletter").exists()
        assert went_on.exists()
        assert all(decision.scoring["score"] >= 20 for decision in went_on)

    def test_owners_of_customers_were_told_and_nothing_is_left_to_look_at(self):
        assert Notification.objects.filter(kind="signal", text__contains="(customer): ").exists()
        assert not Notification.objects.exclude(due_at=None).exists()  # a history is no news: nobody gets mail of it
        assert not LookAgain.objects.exclude(due_at=None).exists()
        assert not Activity.objects.filter(at__gt=NOW).exists()

    def test_every_time_is_in_the_past_and_in_order(self):
        assert not Lead.objects.filter(Q(assigned_at__gt=NOW) | Q(closed_at__gt=NOW)).exists()
        assert not Lead.objects.filter(Q(assigned_at__lt=F("received_at"))).exists()
        assert not Assignment.objects.filter(
            Q(accepted_at__lt=F("assigned_at"))
            | Q(contacted_at__lt=F("accepted_at"))
            | Q(ended_at__lt=F("assigned_at"))
        ).exists()

    def test_a_level_is_the_sum_of_its_lines(self):
        for member in Member.objects.annotate(lines=Sum("ledger__amount")):
            assert abs((member.lines or 0) - member.level) < 1e-6

    def test_an_open_lead_has_one_open_assignment_and_a_closed_one_none(self):
        for lead in Lead.objects.prefetch_related("assignments"):
            assert sum(one.ended_at is None for one in lead.assignments.all()) == lead.is_open

    def test_nothing_is_left_that_should_have_been_done_before_it_began(self):
        running = SlaClock.objects.filter(state="running")

        assert not running.filter(next_at__lte=NOW).exists()
        assert not running.filter(due_at__lt=NOW, breach_noted_at=None).exists()
        assert running.exclude(breach_noted_at=None).exists()

    def test_only_what_is_new_or_not_yet_called_has_a_running_clock(self):
        for clock in SlaClock.objects.filter(state="running").select_related("lead"):
            assert clock.lead.status in ("assigned", "accepted", "queued")
            assert clock.lead.contacted_at is None
        assert SlaClock.objects.filter(state="finished", finished_at__gt=F("due_at")).exists()
        assert SlaClock.objects.filter(state="finished", finished_at__lte=F("due_at")).exists()

    def test_every_decision_points_at_a_version_and_few_fell_through(self):
        arrived = Decision.objects.filter(cause="arrived")

        assert not arrived.filter(version=None).exists()
        assert arrived.filter(fallback=True).count() < arrived.count() / 10
        assert Version.objects.filter(status="live").count() == 2

    def test_the_organisation_is_what_its_file_says(self):
        text = dump.text()

        assert read(text).configuration.pools == dump.current().pools

    @pytest.mark.parametrize("login", DEMO_LOGINS, ids=lambda login: login.role)
    def test_every_page_of_the_three_logins_has_something_to_show(self, client, login):
        user = User.objects.get(email=login.email)
        client.force_login(user)
        own = {
            "RevOps": ["/decisions/", "/events/", "/performance/"],
            "Manager": ["/performance/"],
            "Rep": ["/queue/"],
        }[login.role]
        lead = Lead.objects.visible_to(user).latest("received_at")

        for page in [*own, "/leads/", f"/leads/{lead.pk}/"]:
            assert client.get(page).status_code == 200, page
        assert str(lead) in client.get("/leads/").content.decode()

    def test_loading_it_again_does_nothing(self):
        before = Lead.objects.count()
        said = StringIO()

        call_command("load_demo", stdout=said)

        assert "there already" in said.getvalue()
        assert Lead.objects.count() == before


def test_a_folder_without_records_is_refused(tmp_path):
    with pytest.raises(CommandError, match="does not hold accounts") as refused:
        call_command("load_demo", crm=tmp_path)
    assert refused.value.returncode == 2


def test_records_without_prospects_have_a_story_too():
    sold = Crm(RECORDS.agents, RECORDS.companies, tuple(one for one in RECORDS.opportunities if one.engaged))

    assert tell(sold, NOW)
