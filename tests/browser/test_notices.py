"""The bell, the inbox and what is written on pages of notices, as they move under somebody's eyes."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone
from playwright.sync_api import expect

from notifications.models import Notification
from tests.browser.eyes import Visit, violations
from tests.notifications.pages.test_channels import make_channel
from tests.notifications.pages.told import gather, tell
from tests.office import DANA, HEALTH, LENA, MAYA, arrive


def test_the_bell_rings_by_itself_and_says_so_once(office: None, visit: Visit) -> None:
    page = visit("/account/", DANA)
    expect(page.locator("#bell-side")).to_have_text("")

    tell(DANA)
    tell(DANA)

    expect(page.locator("#bell-side")).to_contain_text("2")
    expect(page.locator("#said")).to_have_text("2 unseen notices")


def test_the_bell_does_not_ask_while_nobody_looks(office: None, visit: Visit) -> None:
    page = visit("/account/", DANA)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/bell/" in request.url else None)
    page.evaluate("Object.defineProperty(document, 'hidden', {value: true, configurable: true})")

    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    page.evaluate("Object.defineProperty(document, 'hidden', {value: false, configurable: true})")
    with page.expect_response("**/notifications/bell/**"):
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")

    assert len(asked) == 1


def test_a_notice_is_read_and_the_bell_knows(office: None, visit: Visit) -> None:
    tell(DANA, "Priya Raman is yours.")
    tell(DANA, "Jonas Beck is yours.")
    page = visit("/notifications/", DANA)

    button = page.get_by_role("button", name="Mark as seen: Priya Raman is yours.")
    button.focus()
    button.press("Enter")
    expect(page.locator("#bell-side")).to_contain_text("1")
    expect(page.locator(".notices .new")).to_have_count(1)
    expect(page.get_by_role("link", name="Priya Raman is yours.")).to_be_focused()
    page.get_by_role("button", name="Mark all as seen").click()

    expect(page.locator("#bell-side")).to_have_text("")
    expect(page.locator(".notices .new")).to_have_count(0)
    assert not Notification.objects.filter(seen_at=None).exists()


def test_a_new_notice_comes_into_the_open_inbox(office: None, visit: Visit) -> None:
    page = visit("/notifications/", DANA)
    expect(page.get_by_role("heading", name="Nothing yet")).to_be_visible()

    tell(DANA, "Priya Raman is yours.")

    expect(page.get_by_role("link", name="Priya Raman is yours.")).to_be_visible()


def test_what_gathered_opens_in_its_place(office: None, visit: Visit) -> None:
    gather(LENA, 30, at=timezone.now() - timedelta(minutes=1))
    page = visit("/notifications/", LENA)

    page.get_by_text("Show all 30").click()

    expect(page.locator(".inside li")).to_have_count(30)
    assert violations(page) == []


def test_on_a_phone_the_bell_is_at_the_foot_and_the_rest_behind_more(office: None, visit: Visit) -> None:
    tell(MAYA)
    page = visit("/decisions/", MAYA)
    page.set_viewport_size({"width": 390, "height": 844})
    foot = page.get_by_role("navigation", name="Main, at the foot")

    expect(foot.get_by_role("link")).to_have_count(5)
    foot.get_by_role("link", name="Inbox").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Inbox")
    foot.get_by_role("link", name="More").click()
    more = page.get_by_role("navigation", name="More")
    expect(more.get_by_role("heading", level=3)).to_have_text(["Set up", "Operations"])
    more.get_by_role("link", name="Notifications", exact=True).click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Notifications")


def test_a_click_on_a_value_writes_it_and_the_preview_follows(office: None, visit: Visit) -> None:
    arrive("Priya Raman", **HEALTH)
    page = visit("/wording/assigned/", MAYA)

    page.get_by_label("Subject").fill("Call ")
    page.get_by_role("button", name="lead", exact=True).click()

    expect(page.get_by_label("Subject")).to_have_value("Call {{ lead }}")
    expect(page.locator("#preview .subject")).to_have_text("Call Priya Raman")
    page.get_by_label("Text").fill("{{ secret }}")
    expect(page.locator("#preview")).to_contain_text("There is no secret in this notice.")
    assert violations(page) == []


def test_a_test_says_in_its_place_what_came_of_it(office: None, visit: Visit) -> None:
    make_channel(kind="slack_bot", name="Slack", settings={"token": "${SWITCHYARD_SECRET_SLACK}"})
    page = visit("/account/notifications/", DANA)

    page.get_by_role("button", name="Send me a test by Slack").click()

    expect(page.locator("#tested-robot")).to_contain_text("This person has no address on this channel.")
    assert violations(page) == []


def test_the_signing_secret_is_shown_in_its_place_and_changed(office: None, visit: Visit) -> None:
    make_channel()
    page = visit("/channels/robot/", MAYA)

    page.get_by_role("button", name="Show it").click()
    secret = page.locator("#secret .secret")
    expect(secret).to_contain_text("whsec_")
    before = secret.text_content()
    page.get_by_text("Change it…").click()
    page.get_by_role("button", name="Yes, make another").click()

    expect(page.locator("#secret")).to_contain_text("Messages are signed with this one from now on.")
    assert secret.text_content() != before
    assert violations(page) == []
