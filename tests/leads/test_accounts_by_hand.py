"""Whose account a lead is, said by people: linked, taken away, two accounts made one; and history says who did it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import psycopg
import pytest
from django.utils import timezone

from leads import accounts, linking, merging, prepared
from leads.configuration import dump, rows_names, store
from leads.holding import NotPossible
from leads.models import Account, AccountLink, Lead, NameKey, TimelineEntry
from reps.models import Change, User
from tests.office import CLARA, DANA, LEE, LENA, MAYA, STEEL, arrive, open_office, person

pytestmark = pytest.mark.django_db

ACCOUNTS = f"""
version: 1
accounts:
  - {{name: Northwind, domains: [northwind.example], owner: {DANA}}}
  - {{name: Northwind Trading, domains: [nwt.example], aliases: [NWT], owner: {LEE}, country: DE, employees: 50}}
  - {{name: Northwind Labs, parent: Northwind Trading}}
  - {{name: Contoso Foods, owner: {CLARA}}}
"""
WHY = "They told us on the phone"


@pytest.fixture(autouse=True)
def office(db: None) -> None:
    open_office()
    store.load(ACCOUNTS, now=timezone.now())


def account(name: str) -> Account:
    return Account.objects.get(name=name)


def link(lead: Lead, name: str, by: str = MAYA) -> Lead:
    return linking.link(lead, to=account(name), by=person(by), reason=WHY, now=timezone.now())


def unlink(lead: Lead, by: str = MAYA) -> Lead:
    return linking.unlink(lead, by=person(by), reason=WHY, now=timezone.now())


def merge(name: str, into: str, by: str = MAYA) -> Account:
    return merging.merge(account(name), into=account(into), by=person(by), reason=WHY, now=timezone.now())


def story(lead: Lead) -> list[str]:
    return list(TimelineEntry.objects.filter(lead=lead, kind="linked").values_list("text", flat=True))


def what(decision: Any) -> tuple[str, str]:
    return decision.matching["chosen"], decision.matching["how"]


def test_a_lead_is_matched_by_domain_then_by_name_and_the_decision_keeps_how() -> None:
    by_domain, by_name = arrive("Priya Raman"), arrive("Ida Berg", email="ida@gmail.com", company="contoso food")

    assert (by_domain.account, by_name.account) == (account("Northwind"), account("Contoso Foods"))
    assert what(by_domain.decision) == ("Northwind", "domain")
    assert what(by_name.decision) == ("Contoso Foods", "name")
    assert by_name.decision.facts["account.owner"] == CLARA


def test_a_lead_of_nobody_keeps_who_was_looked_at() -> None:
    lead = arrive("Ida Berg", email="ida@gmail.com", company="Northwind Group Holdings AG")

    assert lead.account == account("Northwind")
    assert next(each["account"] for each in lead.decision.matching["candidates"]) == "Northwind"


def test_a_link_by_hand_stands_above_the_domain_when_the_lead_comes_back() -> None:
    lead = link(arrive("Priya Raman"), "Contoso Foods")

    assert lead.account == account("Contoso Foods")
    again = arrive("Priya Raman", message="Me again")
    assert again.pk == lead.pk
    assert again.account == account("Contoso Foods")
    assert what(again.decision) == ("Contoso Foods", "by_hand")
    assert again.decision.facts["account.match"] == "by_hand"
    assert story(lead) == [f"Maya Lindqvist linked it with the account Contoso Foods: {WHY}"]


def test_what_it_is_not_is_remembered() -> None:
    lead = unlink(arrive("Priya Raman", company="Contoso Foods"))

    assert lead.account == account("Contoso Foods")  # its name is left, now that its domain is not believed
    lead = unlink(lead)
    assert lead.account is None
    assert arrive("Priya Raman", company="Contoso Foods", note="Again").account is None
    assert AccountLink.objects.filter(lead=lead, is_it=False, ended_at=None).count() == 2


def test_a_link_takes_back_that_it_was_not_the_account() -> None:
    lead = link(unlink(arrive("Priya Raman")), "Northwind")

    assert lead.account == account("Northwind")
    assert not AccountLink.objects.filter(lead=lead, is_it=False, ended_at=None).exists()
    assert AccountLink.objects.filter(lead=lead).count() == 2


def test_one_account_at_a_time() -> None:
    lead = link(link(arrive("Priya Raman"), "Contoso Foods"), "Northwind Labs")

    assert lead.account == account("Northwind Labs")
    assert AccountLink.objects.filter(lead=lead, is_it=True, ended_at=None).count() == 1
    with pytest.raises(NotPossible, match="already"):
        link(lead, "Northwind Labs")


def test_a_waiting_lead_is_asked_about_again_when_it_is_linked() -> None:
    store.load(OWNERS_FIRST, now=timezone.now())
    lead = arrive("Sam Small", email="sam@gmail.com", company="", employees=5)
    assert lead.status == Lead.Status.QUEUED

    lead = link(lead, "Contoso Foods")

    assert (lead.status, lead.rep.user.email if lead.rep else "") == ("assigned", CLARA)


def test_only_overseers_link_and_only_revops_merges_and_both_say_why() -> None:
    lead = arrive("Jonas Beck", **STEEL)

    with pytest.raises(NotPossible, match="Only a manager or RevOps"):
        link(lead, "Northwind", by=CLARA)
    with pytest.raises(NotPossible, match="Only RevOps"):
        merge("Northwind Trading", "Northwind", by=LENA)
    with pytest.raises(NotPossible, match="Say why"):
        linking.link(lead, to=account("Contoso Foods"), by=person(MAYA), reason=" ", now=timezone.now())


def test_a_merged_account_leaves_everything_to_the_other() -> None:
    lead = link(arrive("Jonas Beck", email="jonas@nwt.example", **STEEL), "Northwind Trading")

    kept = merge("Northwind Trading", "Northwind")

    assert not Account.objects.filter(name="Northwind Trading").exists()
    assert dump.account_part(kept.pk).domains == ("northwind.example", "nwt.example")
    assert dump.account_part(kept.pk).aliases == ("NWT", "Northwind Trading")
    assert (kept.owner and kept.owner.user.email, kept.country, kept.details) == (DANA, "DE", {"employees": 50})
    assert account("Northwind Labs").parent == kept
    lead.refresh_from_db()
    assert lead.account == kept
    assert accounts.matching({"company": "Northwind Trading Ltd"}).match is not None
    assert accounts.matching({"company": "NWT"}).match.card.id == kept.pk  # type: ignore[union-attr]
    assert arrive("Jonas Beck", email="jonas@nwt.example", note="Again", **STEEL).account == kept


def test_history_says_what_became_of_a_merged_account() -> None:
    merge("Northwind Trading", "Northwind")

    gone, kept = (Change.objects.filter(subject=name).latest("pk") for name in ("Northwind Trading", "Northwind"))
    assert gone.after == {"merged_into": "Northwind", "reason": WHY}
    assert gone.before is not None
    assert gone.before["domains"] == ["nwt.example"]
    assert kept.after is not None
    assert kept.after["merged"] == "Northwind Trading"
    assert kept.by == person(MAYA)


def test_a_parent_can_be_merged_into_its_child() -> None:
    merge("Northwind Trading", "Northwind Labs")

    assert account("Northwind Labs").parent is None


def test_an_account_is_not_merged_into_itself_or_twice() -> None:
    gone = account("Northwind Trading")
    with pytest.raises(NotPossible, match="into itself"):
        merge("Northwind", "Northwind")
    merge("Northwind Trading", "Northwind")
    with pytest.raises(NotPossible, match="quicker"):
        merging.merge(gone, into=account("Northwind"), by=person(MAYA), reason=WHY, now=timezone.now())


def test_a_configuration_keeps_its_keys_in_step() -> None:
    def found(company: str) -> str | None:
        match = accounts.matching({"company": company}).match
        return match.card.name if match else None

    store.load(
        "version: 1\naccounts: [{name: Contoso Foods, aliases: [Fabrikam]}, {name: Tailwind}]", now=timezone.now()
    )
    assert [found(name) for name in ("Fabrikam Inc", "tailwnd", "Northwind Labs")] == [
        "Contoso Foods",
        "Tailwind",
        None,
    ]
    store.load("version: 1\naccounts: [{name: Contoso Foods}]", now=timezone.now())
    assert [found(name) for name in ("Fabrikam", "Tailwind", "Contoso Foods")] == [None, None, "Contoso Foods"]
    assert set(NameKey.objects.values_list("account_id", flat=True)) == {account("Contoso Foods").pk}


def test_accounts_of_before_the_keys_are_found_when_all_are_written_anew() -> None:
    before = set(NameKey.objects.values_list("key", "account_id"))
    NameKey.objects.all().delete()
    assert accounts.matching({"company": "Contoso Foods"}).match is None

    rows_names.rewrite_all()

    assert set(NameKey.objects.values_list("key", "account_id")) == before


def test_a_batch_asks_as_much_as_one_lead(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []

    class Counting(psycopg.Cursor[Any]):
        def execute(self, query: Any, *values: Any, **options: Any) -> Any:
            asked.append(query)
            return super().execute(query, *values, **options)

    monkeypatch.setattr(prepared, "Cursor", Counting)
    leads = [({"company": f"Contosso Foods {letter}", "email_domain": f"{letter}.example"}, None) for letter in "abcd"]

    found = accounts.matchings(leads)

    assert {matching.match.card.name for matching in found if matching.match} == {"Contoso Foods"}
    assert len(asked) == 5  # domains, same names, whether there are any; keys; accounts
    accounts.matchings([({"email_domain": "northwind.example"}, None)])
    assert len(asked) == 5 + 4


def test_nobody_is_looked_for_by_name_where_there_are_no_accounts(django_assert_num_queries: Any) -> None:
    store.load("version: 1\naccounts: []", now=timezone.now())

    with django_assert_num_queries(0):
        assert accounts.matching({"company": "Contoso", "email_domain": "contoso.example"}).match is None


def test_what_was_said_last_of_two_accounts_is_said_of_the_one() -> None:
    lead = link(unlink(arrive("Priya Raman")), "Northwind Trading")

    merge("Northwind Trading", "Northwind")

    (open_link,) = AccountLink.objects.filter(lead=lead, ended_at=None)
    assert (open_link.is_it, open_link.account) == (True, account("Northwind"))
    assert open_link.at <= timezone.now() + timedelta(seconds=1)
    assert User.objects.get(pk=open_link.by_id).email == MAYA


OWNERS_FIRST = """
version: 1
trees:
  - slug: inbound
    name: Inbound
    default: true
    document:
      format: 1
      rules:
        - {id: own, name: Owned, why: x, when: {field: account.owner, op: is_present}, target: {kind: account_owner}}
      otherwise: {kind: queue, queue: triage}
"""
