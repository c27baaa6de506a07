"""Accounts are found by domain, by alias and by name: one winner or none, whatever the order of the accounts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leads.matching import AccountCard, Match, Matching, account_facts, as_record
from leads.matching.book import Shelf
from leads.matching.domains import domains_of, registrable
from leads.matching.finding import MOST_SHARED, find
from leads.matching.names import read_name
from routing.engine.facts import Value


def shelf(*accounts: AccountCard, **domains: AccountCard) -> Shelf:
    """Accounts, and by keyword the domain of some: `acme_com=ACME`."""
    everybody = {card.id: card for card in (*accounts, *domains.values())}
    return Shelf(everybody.values(), {name.replace("_", "."): card.id for name, card in domains.items()})


def one(facts: dict[str, Value], book: Shelf, refused: tuple[int, ...] = ()) -> Matching:
    [found] = find([facts], book, [refused])
    return found


def match(facts: dict[str, Value], book: Shelf) -> Match | None:
    return one(facts, book).match


def accounts(*names: str) -> list[AccountCard]:
    return [AccountCard(number, name) for number, name in enumerate(names, start=1)]


def winner(company: str, *names: str, **facts: str) -> str | None:
    found = match({"company": company, **facts}, shelf(*accounts(*names)))
    return found.card.name if found else None


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
    found = match({"email_domain": "eu.acme.com"}, shelf(acme_com=ACME))

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

    found = match({"email_domain": "acme.com", "website": "other.com"}, shelf(other_com=other, acme_com=ACME))

    assert found is not None
    assert found.card is ACME


def test_no_account_is_a_fact_too():
    assert account_facts(match({"email_domain": "gmail.com"}, shelf(acme_com=ACME))) == {"account.matched": False}


def test_an_accounts_own_domain_comes_before_every_list():
    google = AccountCard(3, "Google")

    found = match({"email_domain": "gmail.com", "is_free_email": True}, shelf(gmail_com=google))

    assert account_facts(found)["is_free_email"] is False


def test_free_mail_stays_free_for_who_is_known_by_the_website():
    found = match({"email_domain": "gmail.com", "website": "acme.com"}, shelf(acme_com=ACME))

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
    assert match({"email_domain": domain, "website": website}, shelf()) is None


@pytest.mark.parametrize(
    ("company", "account"),
    [
        ("Acme", "Acme Inc."),
        ("ACME GmbH & Co. KG", "Acme"),
        ("The Hartford Company", "Hartford (The)"),
        ("Smith & Sons", "Sons and Smith Ltd"),
        ("D. R. Horton", "HORTON D R INC /DE/"),
        ("Novo Nordisk A/S", "Novo Nordisk"),
        ("Mueller Maschinenbau", "Müller Maschinenbau AG"),
        ("Télécom Française S.A.", "Telecom Francaise"),
        ("Газпром Нефть", "Gazprom Neft"),
        ("Bright Leaf Systems", "Brightleaf Systems"),
        ("brightleafsystems", "Brightleaf Systems"),
        ("Intl. Widget Mfg.", "International Widget Manufacturing"),
        ("Lowe's", "LOWES COMPANIES INC"),
        ("Wells Fargo", "WELLS FARGO & COMPANY/MN"),
    ],
)
def test_one_name_is_known_in_all_its_spellings(company, account):
    assert winner(company, account, "Somebody Else") == account


@pytest.mark.parametrize(
    "company",
    [
        *("Brihgtleaf Systems", "Rbightleaf Systems", "Brightlef Systms", "Bright1eaf Systems", "Brightleaf"),
        *(
            "Systems Brightleaf",
            "Brightleaf Systems Group",
            "Brightleef Sistems",
            "Brightleaf Syst",
            "Brightleaf Sys",
        ),
    ],
)
def test_a_slip_or_two_are_forgiven(company):
    assert winner(company, "Brightleaf Systems", "Brightwater Systems", "Leaflet Systems") == "Brightleaf Systems"


@pytest.mark.parametrize(
    ("company", "account"),
    [
        ("Acme Foods", "Acme Capital"),
        ("Northern Systems", "Northern Solutions"),
        ("Global Solutions Group", "Global Services Group"),
        ("Costco", "Costello Wholesale"),
        ("Williams Companies", "Williams Sonoma Inc"),
    ],
)
def test_another_company_of_the_trade_is_another_company(company, account):
    assert winner(company, account) is None


def test_a_word_that_means_somebody_else_was_not_misspelt():
    assert winner("Norvex Systems", "Norvix Systems") == "Norvix Systems"
    assert winner("Norvex Systems", "Norvix Systems", "Norvex Foods") is None


@pytest.mark.parametrize(
    "company",
    [
        "Test",
        "n/a",
        "Company",
        "self employed",
        "Self-Employed",
        "X",
        "AB",
        "xxx",
        "GmbH",
        "123",
        "None",
        "my company",
        "",
    ],
)
def test_what_is_no_name_matches_nobody(company):
    assert winner(company, company or "Acme", f"{company} Inc", "Test Ltd", "Company") is None


def test_two_letters_are_a_name_if_somebody_gave_them_as_an_alias():
    hp = AccountCard(1, "Hewlett-Packard", aliases=("HP",))

    found = one({"company": "HP"}, shelf(hp, AccountCard(2, "HP")))

    assert found.match is not None
    assert found.match.card is hp
    assert found.candidates[0].how == "alias"


def test_the_domain_comes_before_the_name():
    other = AccountCard(2, "Other")

    found = match({"email_domain": "acme.com", "company": "Other"}, shelf(other, acme_com=ACME))

    assert found is not None
    assert found.card is ACME


def test_free_mail_leaves_the_name_to_be_looked_at():
    found = one({"email_domain": "gmail.com", "company": "ACME Corp."}, shelf(acme_com=ACME))

    assert account_facts(found.match)["account.match"] == "name"


def test_two_companies_that_are_as_near_are_none():
    found = one({"company": "Acme"}, shelf(*accounts("Acme Group", "Acme Holdings")))

    assert found.match is None
    assert found.why == "It may be Acme Group or Acme Holdings: they are too near to each other to tell."
    assert [each["account"] for each in as_record(found)["candidates"]] == ["Acme Group", "Acme Holdings"]


def test_the_country_settles_which_of_two_it_is():
    german, french = AccountCard(1, "Acme GmbH", country="DE"), AccountCard(2, "Acme SA", country="FR")

    assert match({"company": "Acme"}, shelf(german, french)) is None
    found = match({"company": "Acme", "country": "FR"}, shelf(german, french))
    assert found is not None
    assert found.card is french


def test_the_legal_form_settles_it_too():
    assert winner("Acme AG", "Acme GmbH", "Acme AG") == "Acme AG"


def test_another_country_speaks_against_a_name_that_is_only_alike():
    account = AccountCard(1, "Norvex Analytics", country="US")

    assert match({"company": "Norvex", "country": "US"}, shelf(account)) is not None
    assert match({"company": "Norvex", "country": "JP"}, shelf(account)) is None


def test_another_companys_domain_speaks_against_a_name_that_is_only_alike():
    norvex = AccountCard(1, "Norvex Robotics", has_domains=True)
    lead: dict[str, Value] = {"company": "Norvez Robotivs", "email_domain": "else.example", "is_free_email": False}

    assert match(lead, shelf(norvex)) is None
    assert match({**lead, "is_free_email": True}, shelf(norvex)) is not None
    assert match(lead, shelf(AccountCard(1, "Norvex Robotics"))) is not None
    assert match({**lead, "company": "Norvex Robotics Ltd"}, shelf(norvex)) is not None


def test_a_parent_stands_for_its_children():
    parent, child = AccountCard(1, "Acme Group"), AccountCard(2, "Acme Holdings", parent="Acme Group")

    found = match({"company": "Acme"}, shelf(child, parent))

    assert found is not None
    assert found.card is parent


def test_an_owner_from_further_up_is_said_to_be_the_parents():
    child = AccountCard(1, "Acme Labs", owner="ada@example.com", parent="Acme", owner_of="Acme")

    facts = account_facts(match({"company": "ACME Labs"}, shelf(child)))

    assert (facts["account.owner"], facts["account.match"]) == ("ada@example.com", "parent")


def test_what_somebody_refused_is_not_looked_at_again():
    other = AccountCard(2, "Acme Foods")

    assert one({"email_domain": "acme.com"}, shelf(acme_com=ACME), refused=(ACME.id,)).match is None
    found = one({"email_domain": "acme.com", "company": "Acme Foods"}, shelf(other, acme_com=ACME), refused=(ACME.id,))
    assert found.match is not None
    assert found.match.card is other


def test_a_name_that_everybody_has_finds_nobody():
    crowd = [
        AccountCard(number, f"Acme {'abcdefghijklmnop'[number % 16] * 3}{number} Ltd")
        for number in range(MOST_SHARED + 1)
    ]

    assert match({"company": "Acme"}, shelf(*crowd)) is None


def test_the_parts_of_each_score_are_told():
    acme = AccountCard(1, "Acme Holdings", country="DE")

    told = as_record(one({"company": "ACME", "country": "DE"}, shelf(acme, AccountCard(2, "Acme Foods"))))

    assert told == {
        "chosen": "Acme Holdings",
        "how": "name",
        "why": "",
        "candidates": [
            {
                "id": 1,
                "account": "Acme Holdings",
                "score": 0.93,
                "signals": {"name": "Acme Holdings", "likeness": 0.91, "own_words": 1.0, "country": "agrees"},
            },
            {
                "id": 2,
                "account": "Acme Foods",
                "score": 0.82,
                "signals": {"name": "Acme Foods", "likeness": 0.82, "own_words": 1.0},
            },
        ],
    }


WORDS = st.sampled_from(
    [
        "acme",
        "norvex",
        "brightleaf",
        "quintrell",
        "foods",
        "capital",
        "systems",
        "group",
        "holdings",
        "müller",
        "&",
        "the",
        "gmbh",
        "inc",
    ]
)
NAMES = st.lists(WORDS, min_size=1, max_size=4).map(" ".join)
COUNTRIES = st.sampled_from(["", "DE", "US"])
CARDS = st.lists(st.tuples(NAMES, COUNTRIES), unique_by=lambda each: each[0], max_size=12).map(
    lambda rows: [AccountCard(number, name, country=country) for number, (name, country) in enumerate(rows, start=1)]
)
LEADS = st.fixed_dictionaries({"company": NAMES, "country": COUNTRIES})


@given(CARDS, LEADS, st.randoms(use_true_random=False))
def test_the_order_of_accounts_does_not_matter(cards, lead, random):
    shuffled = random.sample(cards, len(cards))

    first, second = one(lead, shelf(*cards)), one(lead, shelf(*shuffled))

    assert (first.match, [each.card for each in first.candidates]) == (
        second.match,
        [each.card for each in second.candidates],
    )


@given(CARDS, LEADS)
def test_an_account_that_has_nothing_to_do_with_it_changes_nothing(cards, lead):
    stranger = AccountCard(999, "Zyzzyva Wombats")

    assert one(lead, shelf(*cards, stranger)) == one(lead, shelf(*cards))


@given(CARDS, LEADS)
def test_a_winner_is_well_ahead_of_everybody_else(cards, lead):
    found = one(lead, shelf(*cards))

    if found.match is not None:
        best, *others = sorted(found.candidates, key=lambda each: -each.score)
        assert found.match.card is best.card
        assert all(best.score - each.score > 0.03 for each in others)


@given(CARDS, LEADS)
def test_a_name_can_be_written_in_any_order(cards, lead):
    backwards = {**lead, "company": " ".join(reversed(str(lead["company"]).split()))}

    if read_name(lead["company"]).sorted == read_name(backwards["company"]).sorted:
        found, other = match(lead, shelf(*cards)), match(backwards, shelf(*cards))
        assert found is None or other is None or found.card is other.card


@given(st.sampled_from(["gmail.com", "mailinator.com", "web.de", "yahoo.co.uk"]), CARDS)
def test_free_mail_is_nobodys_unless_somebody_lists_it(domain, cards):
    assert match({"email_domain": domain}, shelf(*cards)) is None
    owner = AccountCard(500, "Mail House")
    found = one({"email_domain": domain}, Shelf([*cards, owner], {domain: 500})).match
    assert found is not None
    assert found.card is owner


@given(st.text(max_size=60), st.lists(st.text(min_size=1, max_size=60), max_size=5, unique=True))
def test_no_name_breaks_it(company, names):
    one({"company": company}, shelf(*accounts(*names)))
