"""The queue by keyboard alone."""

from playwright.sync_api import Page, expect

from leads.models import Lead
from tests.browser.eyes import Visit
from tests.office import DANA, HEALTH, LARGE, arrive


def chosen(page: Page, name: str) -> None:
    expect(page.locator("[data-row].sel [data-open]")).to_have_text(name)
    expect(page.locator("#detail .name")).to_have_text(name)


def test_the_first_stop_leads_past_the_navigation(visit: Visit) -> None:
    page = visit("/queue/", DANA)

    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")

    expect(page.locator("#main")).to_be_focused()


def test_j_and_k_move_a_accepts_c_contacts(visit: Visit) -> None:
    arrive("First Raman", **HEALTH)
    second = arrive("Second Raman", **HEALTH)
    page = visit("/queue/", DANA)
    chosen(page, "First Raman")

    page.keyboard.press("j")
    chosen(page, "Second Raman")
    page.keyboard.press("j")
    chosen(page, "Second Raman")
    page.keyboard.press("a")
    expect(page.locator("#section-accepted [data-open]")).to_have_text("Second Raman")
    page.keyboard.press("c")
    expect(page.locator("#section-contacted [data-open]")).to_have_text("Second Raman")
    page.keyboard.press("k")
    chosen(page, "First Raman")

    assert Lead.objects.get(pk=second.pk).status == Lead.Status.CONTACTED


def test_n_takes_the_next_one_of_the_teams_queue(visit: Visit) -> None:
    arrive("First Raman", **HEALTH)
    arrive("Iris Wolf", **LARGE)
    page = visit("/queue/", DANA)

    page.keyboard.press("n")

    chosen(page, "Iris Wolf")
    expect(page.locator("#section-accepted [data-open]")).to_have_text("Iris Wolf")
    page.keyboard.press("n")
    expect(page.get_by_role("status").filter(has_text="Nothing waits")).to_be_visible()


def test_r_asks_why_and_the_dialog_is_done_by_keyboard(visit: Visit) -> None:
    arrive("First Raman", **HEALTH)
    page = visit("/queue/", DANA)

    page.keyboard.press("r")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("a")  # typed into the dialog, it accepts nothing
    expect(page.locator("dialog :focus")).to_have_count(1)
    page.get_by_label("Not my language").press("Space")
    page.get_by_label("Not my language").press("Enter")

    expect(page.locator("#section-team [data-open]")).to_have_text("First Raman")


def test_each_lead_can_be_reached_and_accepted_with_tab_and_enter(visit: Visit) -> None:
    lead = arrive("First Raman", **HEALTH)
    page = visit("/queue/", DANA)
    page.locator("#queue-title").focus()

    for stop in ("#switch", "#sound", "#next-one"):
        page.keyboard.press("Tab")
        expect(page.locator(stop)).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator(f"#open-{lead.pk}")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator("#section-new").get_by_role("button", name="Accept: First Raman")).to_be_focused()
    page.keyboard.press("Enter")

    expect(page.locator("#section-accepted [data-open]")).to_have_text("First Raman")
    expect(page.locator(f"#open-{lead.pk}")).to_be_focused()


def test_letters_do_nothing_while_somebody_is_typing(visit: Visit) -> None:
    lead = arrive("First Raman", **HEALTH)
    page = visit("/queue/", DANA)
    page.keyboard.press("r")
    page.get_by_label("In your words").press_sequentially("arc")
    page.keyboard.press("Escape")

    page.keyboard.press("Control+a")
    page.wait_for_timeout(400)

    assert Lead.objects.get(pk=lead.pk).status == Lead.Status.ASSIGNED


def test_single_keys_can_be_turned_off_on_this_device(visit: Visit) -> None:
    lead = arrive("First Raman", **HEALTH)
    page = visit("/account/", DANA)
    page.get_by_role("group", name="Single-key shortcuts").get_by_role("button", name="Off").click()

    page.goto("/queue/")
    expect(page.locator(".hint")).to_be_hidden()
    page.keyboard.press("a")
    page.wait_for_timeout(400)

    assert Lead.objects.get(pk=lead.pk).status == Lead.Status.ASSIGNED
