"""Getting in: three people, three homes."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.eyes import Visit, violations
from tests.office import DANA, LENA, MAYA, PASSWORD

SETUP = ("Enrichment", "Accounts", "Scoring", "Territories", "Promises")
OPERATIONS = ("Events", "Notifications", "Webhooks", "Health")


@pytest.mark.parametrize(
    ("email", "home", "places"),
    [
        (DANA, "My queue", ["My queue", "My leads", "My numbers", "Inbox"]),
        (LENA, "Team", ["Team", "Leads", "Decisions", "Routing", "Queues", "Performance", "Inbox", *SETUP]),
        (
            MAYA,
            "Decisions",
            ["Decisions", "Leads", "Team", "Routing", "Queues", "Performance", "Inbox", *SETUP, *OPERATIONS],
        ),
    ],
)
def test_each_signs_in_and_stands_where_the_work_is(email: str, home: str, places: list[str], visit: Visit) -> None:
    page = visit("/")

    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()

    expect(page.get_by_role("heading", level=1)).to_have_text(home)
    side = page.get_by_role("navigation", name="Main", exact=True)
    assert side.locator("a.nav").all_inner_texts() == places
    expect(side.locator("[aria-current=page]")).to_have_text(home)


def test_a_wrong_password_is_told_beside_the_form_and_the_address_stays(visit: Visit) -> None:
    page = visit("/login/")

    page.get_by_label("E-mail").fill(DANA)
    page.get_by_label("Password").fill("not it")
    page.get_by_label("Password").press("Enter")

    expect(page.get_by_role("alert")).to_contain_text("go together")
    expect(page.get_by_label("E-mail")).to_have_value(DANA)
    assert violations(page) == []


def test_signing_out_closes_the_door(visit: Visit) -> None:
    page = visit("/account/", DANA)

    page.get_by_role("navigation", name="Main", exact=True).get_by_role("button", name="Sign out").click()

    expect(page).to_have_url(re.compile("/login/$"))
