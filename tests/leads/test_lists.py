import pytest

from leads import lists


@pytest.mark.parametrize("domain", ["gmail.com", "gmx.de", "hey.com", "mozmail.com", "privaterelay.appleid.com"])
def test_free_mail_is_known(domain):
    assert domain in lists.free_domains()


@pytest.mark.parametrize("domain", ["starbucks.com", "frontier.com", "example.com"])
def test_a_company_is_no_free_mail_whatever_the_list_says(domain):
    assert domain not in lists.free_domains()
    assert domain not in lists.disposable_domains()


def test_throw_away_mail_and_shared_inboxes_are_known():
    assert "mailinator.com" in lists.disposable_domains()
    assert {"info", "sales", "support"} <= lists.role_inboxes()


@pytest.mark.parametrize(
    ("name", "code"),
    [
        *[("us", "US"), ("usa", "US"), ("united states of america", "US"), ("uk", "GB"), ("england", "GB")],
        *[("deutschland", "DE"), ("allemagne", "DE"), ("españa", "ES"), ("日本", "JP"), ("россия", "RU")],
        *[("turkey", "TR"), ("türkiye", "TR"), ("south korea", "KR"), ("kosovo", "XK"), ("namibia", "NA")],
    ],
)
def test_countries_are_known_by_code_and_by_name(name, code):
    assert lists.countries()[name] == code


@pytest.mark.parametrize("name", ["xx", "", "atlantis", "an", "yugoslavia"])
def test_what_is_no_country_is_not_known(name):
    assert name not in lists.countries()


def test_states_are_known_by_name_and_abbreviation():
    assert lists.us_states()["new york"] == lists.us_states()["ny"] == "NY"
    assert "bavaria" not in lists.us_states()


def test_anybody_can_have_an_address_at_free_and_at_throw_away_mail():
    assert lists.is_free("gmail.com")
    assert lists.is_free("mailinator.com")
    assert lists.is_free("eu.mailinator.com")
    assert not lists.is_free("notgmail.com")
    assert not lists.is_free("com")
    assert not lists.is_free("")
