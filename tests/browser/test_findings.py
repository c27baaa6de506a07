"""The panel of findings over the drawn tree: opened from the status bar, a way to each piece, and fixes that settle."""

from __future__ import annotations

import re

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from leads.builder.findings import found as findings
from routing.models import Tree
from tests.browser.eyes import Visit, sideways, violations
from tests.leads.builder.arrivals import document, drafted, is_in, rule
from tests.office import MAYA, person

COVERED = document(rule("norse", is_in("NO", "SE")), rule("swedish", is_in("SE")))


@pytest.fixture
def covered(office: None) -> None:
    findings.forget()
    drafted(Tree.objects.get(slug="inbound"), COVERED, person(MAYA), timezone.now())


def test_a_finding_is_settled_in_the_panel_and_the_tree_behind_it_changes(covered: None, visit: Visit) -> None:
    page = visit("/routing/inbound/", MAYA)
    expect(page.locator("#c-swedish")).to_contain_text("Never reached")

    page.locator("#status").get_by_role("link", name="warning").click()
    panel = page.get_by_role("dialog")
    expect(panel.get_by_role("heading", name="Findings")).to_be_visible()
    assert violations(page) == []
    panel.get_by_role("button", name="Ask this rule first").click()

    expect(panel).not_to_contain_text("Never reached")
    expect(panel).to_be_visible()
    expect(page.locator("#c-swedish")).not_to_contain_text("Never reached")


def test_a_finding_leads_to_its_piece(covered: None, visit: Visit) -> None:
    page = visit("/routing/inbound/", MAYA)

    page.locator("#status").get_by_role("link", name="warning").click()
    page.get_by_role("dialog").get_by_role("link", name="Swedish").click()

    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page).to_have_url(re.compile(r"node=swedish$"))
    expect(page.locator("#inspector")).to_contain_text("Rule 2")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_panel_is_a_page_too_that_fits_a_small_phone(covered: None, visit: Visit, scheme: str) -> None:
    page = visit("/routing/inbound/findings/", MAYA, color_scheme=scheme)
    page.set_viewport_size({"width": 320, "height": 640})

    expect(page.get_by_role("heading", name="Findings")).to_be_visible()
    assert violations(page) == []
    assert sideways(page) == 0


def test_without_the_script_a_fix_is_an_ordinary_form(covered: None, visit: Visit) -> None:
    page = visit("/routing/inbound/findings/", MAYA, java_script_enabled=False)

    page.get_by_role("button", name="Ask this rule first").click()

    expect(page).to_have_url(re.compile(r"/routing/inbound/\?node=swedish$"))
