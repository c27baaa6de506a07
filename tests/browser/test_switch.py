"""The switch, the sound and the badges of My queue, as a browser shows them."""

import re

from playwright.sync_api import Page, expect

from leads.models import Lead, SlaClock
from notifications.models import Habits
from reps.models import Rep
from tests.browser.eyes import Visit, violations
from tests.office import DANA, HEALTH, arrive, person

PLAYED = """() => {
    document.body.dataset.played = 0;
    document.body.addEventListener("sound-played", () => document.body.dataset.played++);
}"""


def switch(page: Page):
    return page.locator("#switch")


def test_by_keyboard_somebody_goes_away_and_comes_back(visit: Visit) -> None:
    arrive("Priya Raman", **HEALTH)
    page = visit("/queue/", DANA)

    switch(page).press("Enter")
    expect(page.get_by_role("dialog")).to_contain_text("1 lead you have not accepted goes to Lee Marsh at once.")
    assert violations(page) == []
    expect(page.get_by_label("Until", exact=True)).to_be_hidden()
    page.get_by_label("Until a time").check()
    expect(page.get_by_label("Until", exact=True)).to_be_visible()
    page.get_by_label("Until I am back").check()
    page.get_by_label("Until I am back").press("Enter")

    expect(switch(page)).to_have_text(re.compile("Away: no new leads"))
    expect(page.get_by_role("dialog")).to_be_hidden()
    assert Rep.objects.get(user=person(DANA)).paused
    page.get_by_role("button", name="I’m back").press("Enter")
    expect(switch(page)).to_have_text(re.compile("Available"))


def test_the_next_step_counts_down_with_the_ring(visit: Visit) -> None:
    arrive("Priya Raman", **HEALTH)
    page = visit("/queue/", DANA)
    told = page.locator(".nx .in")
    first = told.text_content()

    expect(told).not_to_have_text(first or "")
    expect(told).to_have_text(re.compile(r"in 1:\d\d"))


def test_a_due_time_that_is_reckoned_anew_moves_the_ring(visit: Visit) -> None:
    lead = arrive("Priya Raman", **HEALTH)
    page = visit("/queue/", DANA)
    expect(page.locator(f"#lead-{lead.pk} .left")).to_have_text(re.compile(r"4:\d\d"))

    clock = SlaClock.objects.get()
    SlaClock.objects.update(due_at=clock.due_at.replace(year=clock.due_at.year + 1))

    expect(page.locator(f"#lead-{lead.pk} .left")).to_have_text(re.compile(r"36\d d"))


def test_whoever_wants_it_hears_a_new_lead_and_nobody_else(visit: Visit) -> None:
    page = visit("/queue/", DANA)
    page.evaluate(PLAYED)
    page.locator("#queue-title").click()
    arrive("One Raman", **HEALTH)
    expect(page.locator("[data-row]")).to_have_count(1)
    expect(page.locator("body")).to_have_attribute("data-played", "0")

    page.locator("#sound").click()
    expect(page.locator("#sound")).to_have_attribute("aria-pressed", "true")
    expect(page.locator("body")).to_have_attribute("data-played", "1")  # how it sounds
    assert Habits.objects.get(user=person(DANA)).sound
    arrive("Two Raman", **HEALTH)
    expect(page.locator("body")).to_have_attribute("data-played", "2")

    page.keyboard.press("a")
    expect(page.locator("#section-accepted")).to_be_visible()
    expect(page.locator("body")).to_have_attribute("data-played", "2")  # what he did himself is no news


def test_the_badges_tell_how_many_wait_unless_they_are_not_wanted(visit: Visit) -> None:
    page = visit("/queue/", DANA)
    expect(page).to_have_title("My queue · Switchyard")

    arrive("One Raman", **HEALTH)
    expect(page).to_have_title("(1) My queue · Switchyard")
    expect(page.locator("link[rel=icon]")).to_have_attribute("href", re.compile("logo-waiting"))

    Habits.objects.create(user=person(DANA), badge=False)
    Lead.objects.update(changed_at=Lead.objects.get().changed_at.replace(microsecond=1))
    expect(page).to_have_title("My queue · Switchyard")
    expect(page.locator("link[rel=icon]")).not_to_have_attribute("href", re.compile("waiting"))
