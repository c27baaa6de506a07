"""Trees, their document and their trials in the browser: what can be seen, reached and read on every screen."""

import pytest
from playwright.sync_api import Page, expect

from leads.builder.trials import shadow
from routing.models import Trial
from tests.browser.eyes import Visit, sideways, violations
from tests.leads.builder import trying
from tests.office import LARGE, LENA, MAYA, SMALL, arrive

ADDRESSES = ("/routing/", "/routing/+new/", "/routing/inbound/document/", "/routing/inbound/trials/")
PHONE, NARROW = {"width": 390, "height": 844}, {"width": 320, "height": 700}


@pytest.fixture
def tried(office: None) -> None:
    """A canary and a shadow are running, and leads have come."""
    revision = trying.draft()
    trying.canary(50, revision, fallback=0.5, leads=3)
    trying.shadow(revision)
    for number in range(6):
        arrive(f"P{number} Large", **(LARGE if number % 3 else SMALL))
    shadow._Process.settled = None
    while shadow.compare_new():
        pass


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_is_sound_on_a_wide_and_on_a_small_screen(
    visit: Visit, tried: None, address: str, scheme: str
) -> None:
    page = visit(address, MAYA, color_scheme=scheme)
    assert violations(page) == []
    for size in (PHONE, NARROW):
        page.set_viewport_size(size)
        assert sideways(page) == 0, size
    assert violations(page) == []


def test_a_draft_goes_on_trial_and_live_without_a_mouse(visit: Visit, office: None) -> None:
    trying.draft()
    page = visit("/routing/inbound/trials/", MAYA)
    expect(page.get_by_label("Share of the leads, %")).to_be_hidden()

    page.get_by_role("radio", name="Shadow").focus()
    page.keyboard.press("ArrowDown")
    share = page.get_by_label("Share of the leads, %")
    expect(share).to_be_visible()
    share.fill("25")
    page.get_by_role("button", name="Begin the trial").press("Enter")
    expect(page.get_by_role("heading", name="Canary of version 2")).to_be_visible()
    expect(page.get_by_text("Running, 25 % of the leads")).to_be_visible()
    page.get_by_role("button", name="Promote: make version 2 live").press("Enter")

    expect(page.get_by_text("Version 2 is live from now on.")).to_be_visible()
    expect(page.get_by_text("Promoted: version 2 is live.")).to_be_visible()
    assert Trial.objects.get().status == Trial.Status.PROMOTED


def test_a_manager_sees_the_figures_and_nothing_to_press(visit: Visit, tried: None) -> None:
    page = visit("/routing/inbound/trials/", LENA)

    expect(page.get_by_text("View only")).to_be_visible()
    expect(page.get_by_role("table", name="Figures of both sides")).to_be_visible()
    expect(page.get_by_role("button", name="Promote")).to_have_count(0)
    expect(page.get_by_role("button", name="Begin the trial")).to_have_count(0)


def test_on_paper_the_document_has_nothing_but_itself(visit: Visit, office: None) -> None:
    page: Page = visit("/routing/inbound/document/", LENA)

    page.emulate_media(media="print")

    expect(page.get_by_role("heading", name="Inbound", exact=True)).to_be_visible()
    expect(page.get_by_role("heading", name="2 Large demo request")).to_be_visible()
    expect(page.get_by_role("button", name="Print")).to_be_hidden()
    expect(page.get_by_role("link", name="Markdown")).to_be_hidden()
    expect(page.get_by_role("navigation", name="Main", exact=True)).to_be_hidden()
