"""An account that nobody owns may have a team: its reps take the leads, live, in a simulation and when it is tried."""

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone

from leads.configuration import store
from leads.configuration.read import BadConfiguration, read
from leads.models import Account, Assignment
from reps.models import Rep
from tests.leads.conftest import COMPANY
from tests.organisation import bump

ACCOUNTS = """accounts:
  - {name: Acme, domains: [acme.com], owner: bob@example.com, is_customer: true}
  - {name: Acme Labs, domains: [labs.example], parent: Acme, team: apac, is_customer: true}
  - {name: Umbrella, domains: [umbrella.example], team: emea, is_customer: true}
  - {name: Initech, domains: [initech.example], is_customer: true}
"""
TEXT = "\n".join(ACCOUNTS.rstrip() if line.startswith("accounts:") else line for line in COMPANY.splitlines())


@pytest.fixture
def accounts(company: None) -> None:
    store.load(TEXT, now=timezone.now())


def test_leads_of_an_account_without_an_owner_go_to_its_team_by_load_and_no_ledger_moves(accounts, deliver):
    leads = [deliver(email=f"p{n}@umbrella.example") for n in range(4)]

    assert [lead.rep.user.name for lead in leads] == ["Ada", "Bob", "Cleo", "Ada"]
    assert {one.how for one in Assignment.objects.all()} == {Assignment.How.TEAM}
    assert leads[0].decision.pool is None
    assert leads[0].decision.facts["account.team"] == "emea"
    assert not leads[0].decision.ledger.exists()


def test_an_owner_up_the_line_comes_before_the_team_and_without_either_nobody_is_asked(accounts, deliver):
    labs, initech = deliver(email="x@labs.example"), deliver(email="x@initech.example")

    assert (labs.rep.user.name, labs.decision.facts["account.match"]) == ("Bob", "parent")
    assert (initech.status, initech.queue.slug) == ("queued", "emea")


def test_the_account_stays_its_owners_while_his_cover_acts(accounts, deliver):
    bob = Rep.objects.get(user__email="bob@example.com")
    bob.time_off.create(start=timezone.now() - timedelta(days=1), end=timezone.now() + timedelta(days=1), kind="pto")
    bump()

    lead = deliver(email="x@acme.com")

    assert (lead.rep.user.name, lead.decision.cover_for) == ("Cleo", bob)
    assert Account.objects.get(name="Acme").owner == bob


def test_a_team_that_does_not_exist_is_refused_with_its_place():
    with pytest.raises(BadConfiguration, match=r'accounts\[2\].team: there is no team "emeaa": did you mean emea\?'):
        read(TEXT.replace("team: emea, is_customer", "team: emeaa, is_customer"))


def test_a_simulation_sees_the_same(tmp_path):
    config, leads, out = tmp_path / "company.yaml", tmp_path / "leads.csv", StringIO()
    config.write_text(TEXT)
    rows = [f"2026-06-01T0{n}:00:00Z,p{n}@umbrella.example" for n in range(1, 5)]
    leads.write_text("\n".join(["received_at,email", *rows, "2026-06-01T05:00:00Z,x@labs.example"]))

    call_command("simulate", config=config, leads=leads, stdout=out, stderr=StringIO())

    got = [json.loads(line) for line in out.getvalue().splitlines()]
    assert [one["rep"].partition("@")[0] for one in got] == ["ada", "bob", "cleo", "ada", "bob"]
    assert got[0]["reason"] == "Customers: Ada, lowest load of the account's team emea (3 could take it)."
