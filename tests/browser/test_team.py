"""A manager at the board: it changes by itself, and leads are moved by drag, button or key, never before asking."""

import re

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from leads import services
from leads.models import Lead
from reps.models import Rep
from tests.browser.eyes import Visit, sideways, violations
from tests.office import DANA, HEALTH, LARGE, LEE, LENA, arrive, person


def rep(email: str) -> Rep:
    return Rep.objects.get(user__email=email)


def holder(lead: Lead) -> str:
    found = Lead.objects.select_related("rep__user").get(pk=lead.pk)
    return str(found.rep or found.queue)


def column(page: Page, email: str) -> str:
    return f"#rep-{rep(email).pk}"


def cards(page: Page, email: str, *names: str) -> None:
    expect(page.locator(f"{column(page, email)} [data-open]")).to_have_text(list(names))


@pytest.fixture
def priya(office: None) -> Lead:
    return arrive("Priya Raman", **HEALTH)


def test_a_new_lead_appears_by_itself_and_one_that_is_accepted_says_so(visit: Visit, priya: Lead) -> None:
    page = visit("/team/", LENA)
    cards(page, DANA, "Priya Raman")

    services.accept(priya, by=person(DANA), now=timezone.now())
    expect(page.locator(f"#card-{priya.pk} .rs")).to_contain_text("Accepted: it goes to Lee Marsh in ")
    arrive("Second Raman", **HEALTH)

    cards(page, DANA, "Priya Raman", "Second Raman")


def test_dragging_a_card_asks_first_with_that_rep_chosen(visit: Visit, priya: Lead) -> None:
    page = visit("/team/", LENA)

    page.drag_and_drop(f"#card-{priya.pk} .said", column(page, LEE))

    dialog = page.get_by_role("dialog", name="Move Priya Raman to…")
    expect(dialog.get_by_role("radio", name=re.compile("Lee Marsh"))).to_be_checked()
    expect(dialog).to_contain_text("Counts +1 for Lee Marsh, −1 for Dana Okafor in Regulated.")
    assert holder(priya) == "Dana Okafor"
    dialog.get_by_label("Why?").fill("Dana is on the phone")
    dialog.get_by_role("button", name="Move").click()

    cards(page, LEE, "Priya Raman")
    assert holder(priya) == "Lee Marsh"
    expect(page.get_by_text("Priya Raman is with Lee Marsh.")).to_be_visible()


def test_a_card_is_dropped_into_the_teams_queue(visit: Visit, priya: Lead) -> None:
    page = visit("/team/", LENA)

    page.drag_and_drop(f"#card-{priya.pk} .said", "[data-queue]")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("radio", name=re.compile("Back into Enterprise queue"))).to_be_checked()
    dialog.get_by_label("Why?").fill("Nobody has time")
    dialog.get_by_role("button", name="Move").click()

    expect(page.locator("[data-queue] [data-open]")).to_have_text(["Priya Raman"])
    assert holder(priya) == "Enterprise queue"


def test_a_card_dropped_where_it_was_or_let_go_does_nothing(visit: Visit, priya: Lead) -> None:
    arrive("Iris Wolf", **LARGE)
    page = visit("/team/", LENA)

    page.drag_and_drop(f"#card-{priya.pk} .said", column(page, DANA))
    page.drag_and_drop("[data-queue] .said", "[data-queue]")
    page.drag_and_drop(f"#card-{priya.pk} .said", "h1")

    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.locator(".dragged, .over")).to_have_count(0)
    assert holder(priya) == "Dana Okafor"


def test_everything_goes_by_keyboard_alone(visit: Visit, priya: Lead) -> None:
    page = visit("/team/", LENA)
    opener = page.get_by_role("link", name="Move Priya Raman to…")

    opener.focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Move Priya Raman to…")
    expect(dialog).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(opener).to_be_focused()
    page.keyboard.press("Enter")
    dialog.get_by_role("radio", name=re.compile("Lee Marsh")).focus()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.type("Knows them")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    cards(page, LEE, "Priya Raman")
    assert holder(priya) == "Lee Marsh"


def test_what_is_chosen_stays_chosen_while_the_board_changes_and_is_moved_together(visit: Visit, priya: Lead) -> None:
    second = arrive("Second Raman", **HEALTH)
    page = visit("/team/", LENA)
    button = page.get_by_role("button", name="Move the chosen to…")
    expect(button).to_be_hidden()

    page.get_by_label("Choose Priya Raman").check()
    page.get_by_label("Choose Second Raman").check()
    arrive("Third Raman", **HEALTH)
    cards(page, DANA, "Priya Raman", "Second Raman", "Third Raman")
    expect(page.get_by_label("Choose Priya Raman")).to_be_checked()
    button.click()
    dialog = page.get_by_role("dialog", name="Move 2 leads to…")
    dialog.get_by_role("radio", name=re.compile("Lee Marsh")).check()
    dialog.get_by_label("Why?").fill("Dana is ill")
    dialog.get_by_role("button", name="Move").click()

    cards(page, LEE, "Priya Raman", "Second Raman")
    assert (holder(priya), holder(second)) == ("Lee Marsh", "Lee Marsh")
    expect(button).to_be_hidden()


def test_who_was_slower_is_told_and_moves_nothing(visit: Visit, priya: Lead) -> None:
    page = visit("/team/", LENA)
    page.get_by_role("link", name="Move Priya Raman to…").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("radio", name=re.compile("Lee Marsh")).check()
    dialog.get_by_label("Why?").fill("Too slow")
    services.close(priya, by=person(DANA), status="won", now=timezone.now())

    dialog.get_by_role("button", name="Move").click()

    expect(page.get_by_text("Priya Raman: The lead is closed.")).to_be_visible()
    assert holder(priya) == "Dana Okafor"


def test_a_lead_is_moved_without_javascript(visit: Visit, priya: Lead) -> None:
    page = visit("/team/", LENA, java_script_enabled=False)

    page.get_by_role("link", name="Move Priya Raman to…").click()
    page.get_by_role("radio", name=re.compile("Lee Marsh")).check()
    page.get_by_label("Why?").fill("Knows them")
    page.get_by_role("button", name="Move").click()

    expect(page).to_have_url(re.compile("/team/$"))
    cards(page, LEE, "Priya Raman")


def test_the_dialog_is_fit_for_everybody(visit: Visit, priya: Lead) -> None:
    page = visit("/team/", LENA)
    page.get_by_label("Choose Priya Raman").check()
    assert violations(page) == []
    page.get_by_role("button", name="Move the chosen to…").click()
    expect(page.get_by_role("dialog")).to_be_visible()

    assert violations(page) == []
    for width in (390, 320):
        page.set_viewport_size({"width": width, "height": 700})
        assert sideways(page) == 0
    page.emulate_media(color_scheme="dark")
    assert violations(page) == []


def test_time_off_is_given_on_the_reps_page(visit: Visit, priya: Lead) -> None:
    page = visit("/team/", LENA)

    page.get_by_role("link", name="Dana Okafor").click()
    expect(page.get_by_text(re.compile("at that moment goes to Lee Marsh"))).to_be_visible()
    page.get_by_label("Note").fill("Family")
    page.get_by_role("button", name="Give time off").click()

    expect(page.get_by_text("Holiday: Family")).to_be_visible()
    page.get_by_role("button", name=re.compile("Cancel the time off")).click()
    expect(page.get_by_text("None is planned.")).to_be_visible()
