"""The API's page: it stands under the same strict policy as every page, and everything on it can be tried."""

import re

from playwright.sync_api import expect

from tests.browser.eyes import Visit
from tests.office import MAYA

DOCS = "/api/v1/docs/"


def test_the_api_is_described_without_a_complaint_of_the_browser(visit: Visit) -> None:
    page = visit(DOCS, MAYA)

    expect(page.get_by_role("heading", name="Switchyard")).to_be_visible()
    assert page.locator(".opblock").count() > 20
    assert page.evaluate("document.querySelectorAll('script:not([src]), style').length") == 0
    page.get_by_role("link", name="Switchyard").click()
    expect(page).not_to_have_url(re.compile(DOCS))


def test_what_is_tried_there_is_done_with_the_session(visit: Visit) -> None:
    page = visit(DOCS, MAYA)
    block = page.locator("#operations-evaluate-evaluate")

    block.get_by_role("button").first.click()
    block.get_by_role("button", name="Try it out").click()
    block.locator("textarea").fill('{"facts": {"company": "Acme"}}')
    block.get_by_role("button", name="Execute").click()

    expect(block.locator(".live-responses-table .response .response-col_status").first).to_contain_text("200")


def test_strangers_are_led_to_the_door(visit: Visit) -> None:
    page = visit(DOCS)

    expect(page).to_have_url(re.compile(r"/login/\?next=/api/v1/docs/$"))
