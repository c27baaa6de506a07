"""Testing a lead in the drawn tree: its path lights, its facts are changed in place, and it stays until it is ended."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from leads.models import Lead
from tests.browser.eyes import Visit, sideways, violations
from tests.office import HEALTH, LENA, MAYA, arrive


def state(page: Page, node: str) -> str:
    return page.locator(f"#n-{node}").get_attribute("class") or ""


def begin(page: Page, name: str) -> None:
    page.get_by_role("link", name="Test", exact=True).click()
    page.locator("#dialog").get_by_role("button", name=name).click()
    expect(page.locator("#test-result")).to_be_visible()


def test_a_lead_is_tested_without_leaving_the_page_and_its_end_comes_into_view(visit: Visit) -> None:
    arrive("Priya Raman", **HEALTH)
    page = visit("/routing/inbound/?node=students", MAYA)
    page.set_viewport_size({"width": 1100, "height": 480})
    page.evaluate("document.body.dataset.stayed = 'yes'")
    page.locator("#canvas").evaluate("canvas => canvas.scrollTo(0, canvas.scrollHeight)")

    begin(page, "Priya Raman")

    expect(page.locator("body")).to_have_attribute("data-stayed", "yes")
    expect(page.locator("#n-students")).to_have_class(re.compile(r"\bsel\b"))
    expect(page.locator("#c-regulated_target")).to_be_in_viewport(ratio=0.9)
    expect(page.locator("#sum-why")).to_be_focused()
    expect(page.locator("#said")).to_contain_text("Dana Okafor by rule 2.1")


def test_the_path_of_a_recent_lead_lights_and_says_why(visit: Visit) -> None:
    arrive("Priya Raman", **HEALTH)
    page = visit("/routing/inbound/", MAYA)

    begin(page, "Priya Raman")

    expect(page.locator("#dialog")).not_to_be_visible()
    expect(page.locator("#test-result")).to_contain_text("Dana Okafor by rule 2.1, first contact by")
    assert "lit" in state(page, "large")
    assert "lit" in state(page, "regulated_target")
    assert "miss" in state(page, "students")
    assert "quiet" in state(page, "shared")
    expect(page.locator("#c-regulated")).to_contain_text("Industry is Healthcare")
    expect(page.locator("#c-regulated_target")).to_contain_text("Dana Okafor: HIPAA, 1 of 12 open")
    page.get_by_text("Why", exact=True).click()
    expect(page.locator("#testbar")).to_contain_text("Lee Marsh lacks a required skill")
    assert violations(page) == []


def test_a_fact_is_changed_in_place_and_put_back(visit: Visit) -> None:
    arrive("Priya Raman", **HEALTH)
    page = visit("/routing/inbound/", MAYA)
    begin(page, "Priya Raman")

    page.locator("#sum-employees").click()
    expect(page.locator("#value-employees")).to_be_focused()
    page.keyboard.type("900")
    page.keyboard.press("Enter")

    expect(page.locator("#test-result")).to_contain_text("Triage queue by Otherwise")
    expect(page.locator("#sum-employees")).to_be_focused()
    expect(page.locator("#sum-employees")).to_contain_text("900 employees")
    assert "miss" in state(page, "large")
    page.reload()
    expect(page.locator("#test-result")).to_contain_text("Triage queue by Otherwise")
    page.locator("#sum-employees").click()
    page.locator("#fact-employees").get_by_role("button", name="As it is").click()
    expect(page.locator("#test-result")).to_contain_text("Dana Okafor")
    page.get_by_role("button", name="End the test").click()
    expect(page.locator(".testbar")).to_have_count(0)
    assert "quiet" not in state(page, "shared")
    assert Lead.objects.get().facts["employees"] == 2400


def test_what_does_not_fit_is_said_beside_the_fact(visit: Visit, complaints: list[str]) -> None:
    arrive("Priya Raman", **HEALTH)
    page = visit("/routing/inbound/", MAYA)
    begin(page, "Priya Raman")

    page.locator("#sum-employees").click()
    page.locator("#value-employees").fill("many")
    page.keyboard.press("Enter")

    expect(page.locator("#fact-employees [role=alert]")).to_have_text("Employees must be a number, such as 200.")
    expect(page.locator("#test-result")).to_contain_text("Dana Okafor")
    complaints.clear()  # the browser complains about every 422


def test_a_pasted_lead_is_refused_field_by_field_and_taken_when_it_is_right(
    visit: Visit, complaints: list[str]
) -> None:
    page = visit("/routing/inbound/", LENA)
    page.get_by_role("link", name="Test", exact=True).click()
    dialog = page.locator("#dialog")
    dialog.get_by_text("Paste JSON").click()
    dialog.get_by_label("Fields of a lead by name").fill('{"employes": 5, "employees": "many"}')

    dialog.locator("#pick-json").get_by_role("button", name="Test it").click()

    expect(dialog.locator("#pick-json .errors")).to_contain_text(
        "employes: there is no such field. Did you mean employees?"
    )
    expect(dialog.locator("#pick-json .errors")).to_contain_text("Employees must be a number, such as 200.")
    complaints.clear()
    assert violations(page) == []
    dialog.get_by_label("Fields of a lead by name").fill('{"employees": 5000, "name": "Jo Park"}')
    dialog.locator("#pick-json").get_by_role("button", name="Test it").click()
    expect(page.locator("#testbar")).to_contain_text("Testing Jo Park")
    expect(page.locator("#test-result")).to_contain_text("Enterprise queue by rule 3")
    expect(dialog).not_to_be_visible()


def test_the_bar_fits_a_phone_and_the_dark(visit: Visit) -> None:
    arrive("Priya Raman", **HEALTH)
    page = visit("/routing/inbound/", MAYA)
    begin(page, "Priya Raman")

    for width in (390, 320):
        page.set_viewport_size({"width": width, "height": 800})
        assert sideways(page) == 0
        page.locator("#sum-employees").click()
        assert sideways(page) == 0
        page.keyboard.press("Escape")
    page.emulate_media(color_scheme="dark")
    assert violations(page) == []


def test_it_is_saved_as_a_test_lead_and_the_list_says_how_it_fares(visit: Visit) -> None:
    arrive("Priya Raman", **HEALTH)
    page = visit("/routing/inbound/", MAYA)
    begin(page, "Priya Raman")

    page.get_by_role("link", name="Save as test lead").click()
    expect(page.locator("#dialog")).to_contain_text("by rule 2.1 Regulated industry")
    assert violations(page) == []
    page.locator("#dialog").get_by_role("button", name="Save").click()

    expect(page.get_by_text("All 1 pass")).to_be_visible()
    assert violations(page) == []
    page.emulate_media(color_scheme="dark")
    for width in (390, 320):
        page.set_viewport_size({"width": width, "height": 800})
        assert sideways(page) == 0
    assert violations(page) == []
    page.get_by_role("button", name="See its way").click()
    expect(page.locator("#test-result")).to_contain_text("Dana Okafor by rule 2.1")
