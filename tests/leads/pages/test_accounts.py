"""Pages of accounts: the list, one of them, and what people say of them."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from leads.configuration import store
from leads.models import Account, AccountLink, Lead
from leads.pages import accounts
from tests.office import CLARA, DANA, HEALTH, LARGE, LEE, LENA, MAYA, STEEL, arrive, person, signed_in

ACCOUNTS = f"""
version: 1
accounts:
  - name: Northwind Holdings
    owner: {DANA}
    domains: [northwind.example, nw.example, nwh.example]
    is_customer: true
    tier: Gold
  - {{name: Northwind Labs, parent: Northwind Holdings, country: DE, employees: 80}}
  - {{name: Contoso, owner: {LEE}, aliases: [Contoso Trading], country: US}}
  - {{name: "<b>Bold</b> & Sons"}}
  - {{name: alpha, domains: [contoso-alpha.example]}}
"""


@pytest.fixture(autouse=True)
def companies(office: None) -> None:
    store.load(ACCOUNTS, now=timezone.now())


def account(name: str) -> Account:
    return Account.objects.get(name=name)


def names(text: str) -> list[str]:
    by_id = Account.objects.in_bulk(accounts.found(text, most=50))
    return [row.name for row in by_id.values()]


def shown(email: str, address: str, **query: Any) -> str:
    answer = signed_in(email).get(address, query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_list_is_in_the_order_of_names_whatever_their_case() -> None:
    page = accounts.page({}, person(MAYA), after="")

    assert [row.account.name for row in page.rows] == [
        "<b>Bold</b> & Sons",
        "alpha",
        "Contoso",
        "Northwind Holdings",
        "Northwind Labs",
    ]
    assert page.rows[3].domains == ["northwind.example", "nw.example", "nwh.example"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("north", {"Northwind Holdings", "Northwind Labs"}),
        ("NORTHWIND LA", {"Northwind Labs"}),
        ("nw.ex", {"Northwind Holdings"}),
        ("contoso", {"Contoso", "alpha"}),
        ("sons bold", {"<b>Bold</b> & Sons"}),
        ("labs northwind", {"Northwind Labs"}),
        ("nobody", set()),
        ("%", set()),
        ("\x00", {"Northwind Holdings", "Northwind Labs", "Contoso", "alpha", "<b>Bold</b> & Sons"}),
    ],
)
def test_accounts_are_found_by_the_beginning_of_a_name_or_domain_and_by_words(text: str, found: set[str]) -> None:
    assert set(names(text)) == found


def test_pieces_follow_each_other_without_gap_or_overlap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(accounts, "SIZE", 2)
    six = ", ".join(f"{{name: '{name}'}}" for name in ("acme b", "ACME a", "Acme c", "acme f", "ACME d", "acme e"))
    store.load(f"version: 1\naccounts: [{six}]", now=timezone.now())
    for text in ("", "acme"):
        seen, after = [], ""
        while True:
            page = accounts.page({"q": text}, person(MAYA), after=after)
            seen += [row.account.name.lower() for row in page.rows]
            if page.after is None:
                break
            after = str(page.after)
        assert seen == ["acme a", "acme b", "acme c", "acme d", "acme e", "acme f"]


def test_the_leads_of_an_account_are_counted_as_far_as_one_may_see_them() -> None:
    arrive("Priya Raman", **HEALTH)  # Dana's, who works for Lena
    arrive("Jonas Beck", **STEEL)  # Clara's, of another team

    def counted(email: str) -> int:
        rows = accounts.page({"q": "Northwind Holdings"}, person(email), after="").rows
        return rows[0].leads

    assert (counted(MAYA), counted(LENA)) == (2, 1)


def test_the_list_asks_as_often_for_many_accounts_as_for_few() -> None:
    maya = signed_in(MAYA)
    with CaptureQueriesContext(
        connection,
    ) as few:
        maya.get("/accounts/")
    store.load(
        "version: 1\naccounts: ["
        + ", ".join(f"{{name: Company {n}, domains: [c{n}.example]}}" for n in range(60))
        + "]",
        now=timezone.now(),
    )
    with CaptureQueriesContext(connection) as more:
        maya.get("/accounts/")

    assert len(more) <= len(few)


def test_the_page_of_an_account_tells_whose_it_is_and_who_its_leads_are() -> None:
    lead = arrive("Jonas Beck", company="Northwind Labs", email="jonas@gmail.com", **STEEL)

    text = shown(MAYA, f"/accounts/{account('Northwind Labs').pk}/")

    assert "Dana Okafor" in text
    assert "as the owner of" in text
    assert f"/leads/{lead.pk}/" in text
    assert "By name 1.00" in text
    assert "80" in text


def test_a_manager_reads_every_account_but_only_his_leads() -> None:
    arrive("Jonas Beck", **STEEL)  # Clara's, whom Lena does not manage

    text = shown(LENA, f"/accounts/{account('Northwind Holdings').pk}/")

    assert "Jonas Beck" not in text
    assert "Merge another" not in text


def test_names_are_shown_and_not_read_as_markup() -> None:
    assert "&lt;b&gt;Bold&lt;/b&gt; &amp; Sons" in shown(MAYA, "/accounts/")


@pytest.mark.parametrize(("email", "status"), [(DANA, 403), (LENA, 200), (MAYA, 200)])
def test_accounts_are_for_overseers(email: str, status: int) -> None:
    pk = account("Contoso").pk

    assert signed_in(email).get("/accounts/").status_code == status
    assert signed_in(email).get(f"/accounts/{pk}/").status_code == status
    assert signed_in(email).get(f"/accounts/{pk}/merge/").status_code == (200 if email == MAYA else 403)


def test_a_rep_sees_the_account_of_his_lead_on_its_page_and_cannot_change_it() -> None:
    lead = arrive("Priya Raman", **HEALTH)

    text = shown(DANA, f"/leads/{lead.pk}/")

    assert "By domain northwind.example" in text
    assert "Not this account" not in text
    assert f"/accounts/{account('Northwind Holdings').pk}/" not in text
    assert signed_in(DANA).post(f"/leads/{lead.pk}/account/", {"account": 1, "reason": "x"}).status_code == 403


def test_a_manager_links_a_lead_of_his_and_nobody_elses() -> None:
    mine, foreign = arrive("Iris Wolf", **LARGE), arrive("Jonas Beck", **STEEL)
    pk = account("Contoso").pk
    lena = signed_in(LENA)

    done = lena.post(
        f"/leads/{mine.pk}/account/", {"account": pk, "reason": "She told me", "next": f"/leads/{mine.pk}/"}
    )
    assert done["Location"] == f"/leads/{mine.pk}/"
    assert lena.post(f"/leads/{foreign.pk}/account/", {"account": pk, "reason": "x"}).status_code == 404

    assert Lead.objects.get(pk=mine.pk).account_id == pk
    assert AccountLink.objects.get().by.email == LENA  # type: ignore[union-attr]


def test_a_lead_is_taken_from_an_account_and_stays_so() -> None:
    lead = arrive("Jonas Beck", **STEEL)
    maya = signed_in(MAYA)

    maya.post(f"/leads/{lead.pk}/not-this-account/", {"reason": "Another Northwind", "next": f"/leads/{lead.pk}/"})

    assert Lead.objects.get(pk=lead.pk).account is None
    text = shown(MAYA, f"/leads/{lead.pk}/")
    assert "It is not Northwind Holdings, says Maya Lindqvist: Another Northwind" in text
    assert "None of the accounts, as far as we know" in text
    assert "is not of this account" in shown(MAYA, f"/accounts/{account('Northwind Holdings').pk}/")


def test_the_question_offers_what_is_typed_and_asks_why() -> None:
    lead = arrive("Jonas Beck", **STEEL)
    maya = signed_in(MAYA)

    offered = maya.get(
        f"/leads/{lead.pk}/account/", {"q": "conto"}, headers={"HX-Request": "true", "HX-Target": "offered"}
    )
    assert "Contoso (US, Lee Marsh)" in offered.content.decode()
    refused = maya.post(f"/leads/{lead.pk}/account/", {"account": account("Contoso").pk})
    assert refused.status_code == 422
    assert "Say in a few words why" in refused.content.decode()
    assert "Choose an account" in maya.post(f"/leads/{lead.pk}/account/", {"reason": "x"}).content.decode()


def test_revops_merges_two_accounts() -> None:
    kept, gone = account("Northwind Holdings"), account("Contoso")

    done = signed_in(MAYA).post(f"/accounts/{kept.pk}/merge/", {"account": gone.pk, "reason": "Bought"})

    assert done["Location"] == f"/accounts/{kept.pk}/"
    text = shown(MAYA, f"/accounts/{kept.pk}/")
    assert "Contoso was merged into it: Bought" in text
    assert "Contoso Trading" in text
    assert signed_in(MAYA).get(f"/accounts/{gone.pk}/").status_code == 404


def test_the_decision_page_tells_who_was_looked_at() -> None:
    lead = arrive("Ida Berg", company="Northwind", email="ida@gmail.com", **STEEL)

    text = shown(MAYA, f"/decisions/{lead.decision_id}/")

    assert "Northwind Holdings" in text
    assert "0.91" in text
    assert "91% alike" in text


def test_no_account_yet_says_what_to_do() -> None:
    store.load("version: 1\naccounts: []", now=timezone.now())

    assert "No accounts yet" in shown(MAYA, "/accounts/")
    assert "No account like this" in shown(MAYA, "/accounts/", q="Acme")
    assert CLARA not in shown(MAYA, "/accounts/", after="77")
