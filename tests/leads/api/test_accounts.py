"""Accounts as programs see them, and what they may say of them."""

from __future__ import annotations

import pytest
from django.utils import timezone

from leads.configuration import store
from leads.models import Account, Lead

ACCOUNTS = """
version: 1
accounts:
  - {name: Northwind, domains: [northwind.example, nw.example], aliases: [NWT], owner: ada@example.com, tier: Gold}
  - {name: northstar, is_customer: true, country: DE, employees: 50}
  - {name: Contoso, parent: Northwind}
"""


@pytest.fixture(autouse=True)
def companies(company) -> None:
    store.load(ACCOUNTS, now=timezone.now())


def pk(name: str) -> int:
    return Account.objects.get(name=name).pk


def test_an_account_is_told_with_all_it_is_known_by(programs) -> None:
    found = programs["mia"].get(f"accounts/{pk('Northwind')}/")

    assert found.json() == {
        "id": pk("Northwind"),
        "name": "Northwind",
        "domains": ["northwind.example", "nw.example"],
        "aliases": ["NWT"],
        "owner": "ada@example.com",
        "team": None,
        "parent": None,
        "is_customer": False,
        "tier": "Gold",
        "country": "",
        "details": {},
    }


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({}, ["Contoso", "Northwind", "northstar"]),
        ({"domain": "NW.example"}, ["Northwind"]),
        ({"domain": "example"}, []),
        ({"name": "NORTH"}, ["Northwind", "northstar"]),
        ({"owner": "ada@example.com"}, ["Northwind"]),
        ({"is_customer": "true"}, ["northstar"]),
        ({"name": "north", "is_customer": "false"}, ["Northwind"]),
    ],
)
def test_accounts_are_filtered_by_what_they_are(programs, query, names) -> None:
    results = programs["olivia"].get("accounts/", **query).json()["results"]

    assert sorted(each["name"] for each in results) == names


def test_long_lists_come_in_pages(programs) -> None:
    first = programs["olivia"].get("accounts/", page_size=2).json()
    rest = programs["olivia"].client.get(first["next"], headers=programs["olivia"].headers).json()

    assert len({each["id"] for each in first["results"] + rest["results"]}) == 3
    assert rest["next"] is None


def test_a_manager_links_and_unlinks_a_lead_of_his(company, programs) -> None:
    lead = company.adas
    linked = programs["mia"].post(f"leads/{lead.pk}/link-account/", account=pk("Contoso"), reason="They told us")

    assert (linked.status_code, linked.json()["account"]) == (200, "Contoso")
    again = programs["mia"].post(f"leads/{lead.pk}/link-account/", account=pk("Contoso"), reason="They told us")
    assert again.status_code == 409
    unlinked = programs["mia"].post(f"leads/{lead.pk}/unlink-account/", reason="A mistake")
    assert (unlinked.status_code, unlinked.json()["account"]) == (200, None)
    assert programs["mia"].post(f"leads/{lead.pk}/unlink-account/", reason="A mistake").status_code == 409


def test_a_rep_may_not_say_whose_account_his_lead_is(company, programs) -> None:
    body = {"account": pk("Contoso"), "reason": "I know them"}

    assert programs["ada"].post(f"leads/{company.adas.pk}/link-account/", **body).status_code == 403
    assert programs["ada"].post(f"leads/{company.adas.pk}/unlink-account/", reason="x").status_code == 403
    assert Lead.objects.get(pk=company.adas.pk).account is None


def test_an_act_on_what_has_moved_on_or_is_not_there_is_refused(company, programs) -> None:
    lead = company.adas
    body = {"account": pk("Contoso"), "reason": "They told us"}

    assert programs["mia"].post(f"leads/{lead.pk}/link-account/", epoch=77, **body).status_code == 409
    missing = programs["mia"].post(f"leads/{lead.pk}/link-account/", account=987654321, reason="x")
    assert missing.json()["errors"] == {"account": "There is no such account."}


def test_revops_alone_merges(programs) -> None:
    address, body = f"accounts/{pk('Northwind')}/merge/", {"account": pk("northstar"), "reason": "One company"}

    assert programs["mia"].post(address, **body).status_code == 403
    merged = programs["olivia"].post(address, **body)
    assert (merged.status_code, merged.json()["aliases"]) == (200, ["NWT", "northstar"])
    assert merged.json()["details"] == {"employees": 50}
    assert programs["olivia"].post(address, account=pk("Northwind"), reason="x").status_code == 409
    assert programs["olivia"].get(f"accounts/{body['account']}/").status_code == 404


def test_evaluating_tells_which_account_and_who_else_was_looked_at(programs) -> None:
    facts = {"company": "Northwnd", "email": "ida@gmail.com"}

    tried = programs["olivia"].post("evaluate/", facts=facts).json()

    assert tried["account"] == "Northwind"
    assert tried["matching"]["how"] == "name"
    assert tried["matching"]["candidates"][0]["score"] > 0.85
    assert tried["facts"]["account.match"] == "name"
