"""Accounts are found by exact domain, with the owner's way up the family left to whoever made the card."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leads.matching import AccountCard, account_facts, domains_of, match, registrable

ACME = AccountCard(1, "Acme", owner="ada@example.com", is_customer=True, tier="gold")


@pytest.mark.parametrize(
    ("host", "domain"),
    [
        ("mail.acme.co.uk", "acme.co.uk"),
        ("acme.com", "acme.com"),
        ("ACME.com", "acme.com"),
        ("co.uk", ""),
        ("localhost", ""),
        ("127.0.0.1", ""),
        ("mail.acme.example", "acme.example"),
        ("desk.acme.corp", "acme.corp"),
        ("", ""),
    ],
)
def test_the_registrable_domain_is_found(host, domain):
    assert registrable(host) == domain


@pytest.mark.parametrize(
    "website", ["https://www.acme.com/contact", "acme.com", "WWW.ACME.COM", "http://acme.com:8080", "//acme.com"]
)
def test_a_website_is_understood_as_people_write_it(website):
    assert domains_of({"website": website}) == ("acme.com",)


def test_a_website_that_is_none_is_no_domain():
    assert domains_of({"website": "http://[broken"}) == ()
    assert domains_of({"website": "javascript:alert(1)"}) == ()


def test_the_account_that_lists_the_domain_is_matched():
    found = match({"email_domain": "eu.acme.com"}, {"acme.com": ACME})

    assert account_facts(found) == {
        "account.matched": True,
        "account.name": "Acme",
        "account.is_customer": True,
        "account.tier": "gold",
        "account.owner": "ada@example.com",
        "account.match": "domain",
        "is_free_email": False,
    }


def test_the_email_counts_before_the_website():
    other = AccountCard(2, "Other")

    found = match({"email_domain": "acme.com", "website": "other.com"}, {"other.com": other, "acme.com": ACME})

    assert found is not None
    assert found.card is ACME


def test_no_account_is_a_fact_too():
    assert account_facts(match({"email_domain": "gmail.com"}, {"acme.com": ACME})) == {"account.matched": False}


def test_an_accounts_own_domain_comes_before_every_list():
    google = AccountCard(3, "Google")

    found = match({"email_domain": "gmail.com", "is_free_email": True}, {"gmail.com": google})

    assert account_facts(found)["is_free_email"] is False


def test_free_mail_stays_free_for_who_is_known_by_the_website():
    found = match({"email_domain": "gmail.com", "website": "acme.com"}, {"acme.com": ACME})

    assert found is not None
    assert "is_free_email" not in account_facts(found)


@pytest.mark.parametrize(
    "website", ["https://www.linkedin.com/in/ada", "facebook.com/acme", "x.com/ada", "sites.google.com/view/acme"]
)
def test_a_profile_on_somebody_elses_site_is_no_sign_of_working_there(website):
    assert domains_of({"website": website}) == ()


def test_who_names_the_site_itself_may_work_there():
    assert domains_of({"website": "https://www.linkedin.com/"}) == ("linkedin.com",)


def test_a_page_at_a_hoster_is_not_the_hosters():
    assert domains_of({"website": "https://acme.github.io"}) == ("acme.github.io",)


def test_international_domains_are_compared_as_on_the_wire():
    assert domains_of({"email_domain": "mail.müller.de"}) == ("mail.xn--mller-kva.de", "xn--mller-kva.de")


@given(st.text(max_size=80), st.text(max_size=80))
def test_no_text_breaks_it(domain, website):
    assert match({"email_domain": domain, "website": website}, {}) is None
