"""A rep at work: leads come in, are accepted, contacted, declined, and the page is always true."""

import re
import time
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone
from playwright.sync_api import Page, expect

from leads import services
from leads.models import Lead, SlaClock
from tests.browser.eyes import Visit
from tests.office import DANA, HEALTH, LARGE, LEE, MAYA, arrive, person

SECONDS_TO_APPEAR = 20  # the page asks every two seconds; how long a busy machine takes is no test's business
A_POLL_MS = 12_000  # the page asks every two seconds; this machine may be busy
A_BLINK_MS = 500  # the time in which a click does not count, because the list has just moved


def stands(page: Page, section: str, *names: str) -> None:
    expect(page.locator(f"#section-{section} [data-open]")).to_have_text(list(names))


def status(lead: Lead) -> str:
    return Lead.objects.get(pk=lead.pk).status


def test_a_new_lead_appears_by_itself(visit: Visit) -> None:
    page = visit("/queue/", DANA)
    expect(page.get_by_text("Nothing waiting")).to_be_visible()

    arrive("Priya Raman", **HEALTH)

    expect(page.locator("#section-new [data-open]")).to_have_text("Priya Raman", timeout=SECONDS_TO_APPEAR * 1000)
    expect(page.locator("#said")).to_have_text("New in your queue: Priya Raman")


def test_a_lead_is_accepted_and_then_contacted(visit: Visit) -> None:
    lead = arrive("Priya Raman", **HEALTH)
    page = visit("/queue/", DANA)

    page.locator("#section-new").get_by_role("button", name="Accept: Priya Raman").click()
    stands(page, "accepted", "Priya Raman")
    page.wait_for_timeout(A_BLINK_MS)
    page.locator("#section-accepted").get_by_role("button", name="Contacted: Priya Raman").click()

    stands(page, "contacted", "Priya Raman")
    assert status(lead) == Lead.Status.CONTACTED


def test_a_lead_is_declined_with_a_reason(visit: Visit) -> None:
    lead = arrive("Priya Raman", **HEALTH)
    page = visit("/queue/", DANA)
    opener = page.locator("#section-new").get_by_role("link", name="Decline Priya Raman")

    opener.click()
    dialog = page.get_by_role("dialog", name="Decline Priya Raman?")
    dialog.get_by_role("button", name="Decline").click()
    expect(dialog).to_be_visible()  # a reason must be chosen
    dialog.get_by_label("Conflict of interest").check()
    dialog.get_by_label("In your words").fill("My sister works there.")
    dialog.get_by_role("button", name="Decline").click()

    expect(dialog).to_be_hidden()
    expect(page.locator(".toast")).to_contain_text("Priya Raman goes to somebody else.")
    stands(page, "team", "Priya Raman")
    assert lead.assignments.get().end_reason == "Conflict of interest. My sister works there."


def test_keeping_a_lead_after_all_gives_the_focus_back(visit: Visit) -> None:
    arrive("Priya Raman", **HEALTH)
    page = visit("/queue/", DANA)
    opener = page.locator("#section-new").get_by_role("link", name="Decline Priya Raman")

    opener.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")

    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(opener).to_be_focused()


def test_a_lead_that_waits_for_the_team_is_taken(visit: Visit) -> None:
    lead = arrive("Iris Wolf", **LARGE)
    page, other = visit("/queue/", DANA), visit("/queue/", LEE)
    stands(other, "team", "Iris Wolf")

    page.locator("#section-team").get_by_role("button", name="Take it: Iris Wolf").click()

    stands(page, "accepted", "Iris Wolf")
    expect(other.get_by_text("Nothing waiting")).to_be_visible(timeout=A_POLL_MS)
    assert status(lead) == Lead.Status.ACCEPTED


def test_a_click_after_somebody_was_quicker_says_so_and_changes_nothing(visit: Visit) -> None:
    lead = arrive("Priya Raman", **HEALTH)
    page = visit("/queue/", DANA)
    page.route("**/queue/live/*", lambda route: route.fulfill(status=204))  # this page has heard of nothing
    Lead.objects.update(epoch=lead.epoch + 1)

    page.locator("#section-new").get_by_role("button", name="Accept: Priya Raman").click()
    page.wait_for_timeout(A_BLINK_MS)
    page.reload()

    expect(page.locator(".toast.warning")).to_contain_text("The lead has moved on")
    assert status(lead) == Lead.Status.ASSIGNED


def test_two_quick_clicks_never_accept_two_leads(visit: Visit) -> None:
    first, second = arrive("First Raman", **HEALTH), arrive("Second Raman", **HEALTH)
    page = visit("/queue/", DANA)
    page.clock.install()
    page.reload()
    page.clock.pause_at(timezone.now() + timedelta(hours=1))  # however slow this machine is, the clicks are quick
    button = page.locator("#section-new").get_by_role("button", name="Accept: First Raman")
    box = button.bounding_box()
    assert box
    middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)

    button.click()
    stands(page, "new", "Second Raman")
    page.clock.run_for(50)
    page.mouse.click(*middle)
    page.wait_for_timeout(A_BLINK_MS)  # a deed would be done by now; the page's own clock stands still
    assert (status(first), status(second)) == (Lead.Status.ACCEPTED, Lead.Status.ASSIGNED)
    page.clock.run_for(A_BLINK_MS)
    page.mouse.click(*middle)

    stands(page, "accepted", "First Raman", "Second Raman")


def test_the_ring_counts_down_by_the_clock_of_the_server(visit: Visit) -> None:
    arrive("Priya Raman", **HEALTH)
    page = visit("/queue/", DANA)
    ring = page.locator("#section-new .ring .left")
    began = time.monotonic()
    first = seconds(ring.inner_text())

    page.wait_for_timeout(2100)
    later = seconds(ring.inner_text())

    assert 200 < first <= 300
    assert 1 <= first - later <= time.monotonic() - began + 2


def test_a_machine_whose_clock_is_hours_wrong_counts_right(visit: Visit) -> None:
    arrive("Priya Raman", **HEALTH)
    page = visit("/queue/", DANA)
    page.add_init_script("const now = Date.now; Date.now = () => now() + 5 * 3600 * 1000")
    page.reload()

    page.wait_for_timeout(1200)

    assert 250 < seconds(page.locator("#section-new .ring .left").inner_text()) <= 300


def test_what_becomes_overdue_moves_to_the_overdue_ones(visit: Visit) -> None:
    arrive("Priya Raman", **HEALTH)
    page = visit("/queue/", DANA)
    stands(page, "new", "Priya Raman")

    SlaClock.objects.update(due_at=SlaClock.objects.get().started_at)

    expect(page.locator("#section-overdue [data-open]")).to_have_text("Priya Raman", timeout=A_POLL_MS)
    expect(page.locator("#section-overdue .ring .left")).to_have_text(re.compile(r"^\+0:\d\d$"))


def test_focus_stays_on_its_lead_when_others_arrive(visit: Visit) -> None:
    arrive("First Raman", **HEALTH)
    page = visit("/queue/", DANA)
    page.locator("#section-new [data-open]").focus()

    arrive("Second Raman", **HEALTH)

    expect(page.locator("#section-new [data-open]")).to_have_count(2, timeout=A_POLL_MS)
    expect(page.get_by_role("link", name="First Raman", exact=True).first).to_be_focused()


def test_focus_goes_to_the_next_lead_when_its_own_is_gone(visit: Visit) -> None:
    first = arrive("First Raman", **HEALTH)
    arrive("Second Raman", **HEALTH)
    page = visit("/queue/", DANA)
    page.locator(f"#open-{first.pk}").focus()

    services.close(first, by=person(MAYA), status="lost", now=first.received_at)

    expect(page.locator("[data-open]")).to_have_text(["Second Raman"], timeout=A_POLL_MS)
    expect(page.locator("[data-open]")).to_be_focused()


def test_the_lead_that_is_looked_at_stays_when_others_arrive(visit: Visit) -> None:
    arrive("First Raman", **HEALTH)
    second = arrive("Second Raman", **HEALTH)
    page = visit("/queue/", DANA)

    page.locator(f"#open-{second.pk}").click()
    expect(page.locator("#detail .name")).to_have_text("Second Raman")
    arrive("Third Raman", **HEALTH)

    expect(page.locator("#section-new [data-open]")).to_have_count(3, timeout=A_POLL_MS)
    expect(page.locator("#detail .name")).to_have_text("Second Raman")
    assert page.url.endswith(f"/queue/?lead={second.pk}")


def test_how_many_leads_wait_stands_in_the_title_and_the_navigation(visit: Visit) -> None:
    page = visit("/queue/", DANA)
    count = page.get_by_role("navigation", name="Main", exact=True).locator("[data-waiting-count]")
    expect(page).to_have_title("My queue · Switchyard")

    arrive("Priya Raman", **HEALTH)

    expect(count).to_have_text("1", timeout=A_POLL_MS)
    expect(page).to_have_title("(1) My queue · Switchyard")


def test_a_server_that_does_not_answer_is_told_and_so_is_its_return(visit: Visit, complaints: list[str]) -> None:
    page = visit("/queue/", DANA)
    banner = page.get_by_text("The server does not answer. What you see may be old")
    expect(banner).to_be_hidden()

    page.route("**/queue/live/*", lambda route: route.abort())
    expect(banner).to_be_visible(timeout=A_POLL_MS)
    page.unroute("**/queue/live/*")

    expect(banner).to_be_hidden(timeout=A_POLL_MS)
    expect(page.locator("#said")).to_have_text("The server answers again.")
    complaints.clear()  # the browser complains about each request that failed


def test_a_lead_is_declined_on_its_own_page(visit: Visit) -> None:
    lead = arrive("Priya Raman", **HEALTH)
    page = visit(f"/leads/{lead.pk}/", DANA)

    page.get_by_role("link", name="Decline").click()
    page.get_by_label("No room right now").check()
    page.get_by_role("dialog").get_by_role("button", name="Decline").click()

    expect(page.get_by_role("button", name="Take it: Priya Raman")).to_be_visible()
    expect(page.get_by_text("Dana Okafor declined: No room right now").first).to_be_visible()


def test_an_expired_session_leads_to_the_door_and_back(visit: Visit, complaints: list[str]) -> None:
    page = visit("/queue/", DANA)

    Session.objects.all().delete()

    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in", timeout=A_POLL_MS)
    assert "next=/queue/" in page.url
    assert len(complaints) == 1
    assert "401" in complaints.pop()


def test_a_form_from_before_another_sign_in_reloads_the_page(visit: Visit, complaints: list[str]) -> None:
    lead = arrive("Priya Raman", **HEALTH)
    page = visit("/queue/", DANA)
    page.context.clear_cookies(name="csrftoken")

    with page.expect_event("load"):
        page.locator("#section-new").get_by_role("button", name="Accept: Priya Raman").click()
    assert status(lead) == Lead.Status.ASSIGNED
    page.locator("#section-new").get_by_role("button", name="Accept: Priya Raman").click()

    stands(page, "accepted", "Priya Raman")
    assert all("403" in complaint for complaint in complaints)
    complaints.clear()


def test_without_scripts_the_whole_work_can_be_done(visit: Visit) -> None:
    first, second = arrive("First Raman", **HEALTH), arrive("Second Raman", **HEALTH)
    page = visit("/queue/", DANA, java_script_enabled=False)

    page.locator("#section-new").get_by_role("button", name="Accept: First Raman").click()
    page.locator("#section-accepted").get_by_role("button", name="Contacted: First Raman").click()
    page.locator("#section-new").get_by_role("link", name="Decline Second Raman").click()
    page.get_by_label("Spam or a test").check()
    page.get_by_role("button", name="Decline").click()

    expect(page.get_by_text("Second Raman goes to somebody else.")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_have_text("My queue")
    assert status(first) == Lead.Status.CONTACTED
    assert status(second) == Lead.Status.QUEUED


@pytest.mark.parametrize("width", [390, 1024])
def test_where_there_is_no_room_beside_the_list_a_lead_has_its_own_page(width: int, visit: Visit) -> None:
    lead = arrive("Priya Raman", **HEALTH)
    page = visit("/queue/", DANA)
    page.set_viewport_size({"width": width, "height": 844})

    page.locator(f"#open-{lead.pk}").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Priya Raman")
    page.get_by_role("button", name="Accept: Priya Raman").click()
    expect(page.get_by_role("button", name="I made contact: Priya Raman")).to_be_visible()


def seconds(text: str) -> int:
    minutes, _, rest = text.partition(":")
    return int(minutes) * 60 + int(rest)
