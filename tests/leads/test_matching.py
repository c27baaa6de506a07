"""Accounts are found by exact domain, with the owner's way up the family left to whoever made the card."""

import pytest

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
    }


def test_the_email_counts_before_the_website():
    other = AccountCard(2, "Other")

    found = match({"email_domain": "acme.com", "website": "other.com"}, {"other.com": other, "acme.com": ACME})

    assert found is not None
    assert found.card is ACME


def test_no_account_is_a_fact_too():
    assert account_facts(match({"email_domain": "gmail.com"}, {"acme.com": ACME})) == {"account.matched": False}
