"""Webhooks as RevOps sees them: fit for everybody at every width, in both themes; and a test that arrives."""

from __future__ import annotations

import re

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from notifications.delivering import deliver_round
from notifications.models import Attempt, Delivery, Lane, OutgoingEvent, Subscription
from notifications.subscriptions import catalogue
from tests.browser.eyes import Visit, sideways, violations
from tests.office import MAYA
from tests.organisation import make_subscription
from tests.outside.web import Sink

LONG = "Wolfeschlegelsteinhausenbergerdorff"
WIDTHS = (320, 390, 1440)
PAGES = (
    "/webhooks/",
    "/webhooks/+new/",
    "/webhooks/{long}/",
    "/webhooks/{long}/edit/",
    "/webhooks/{long}/replay/",
    "/webhooks/{broken}/",
    "/webhooks/{off}/replay/",
    "/webhooks/{long}/?state=sent&type=webhook.test",
    "/webhooks/deliveries/{delivery}/",
)


@pytest.fixture
def hooks(office: None) -> dict[str, int]:
    """One in every state, with a name and an address that are too long for any screen, and a log."""
    now = timezone.now()
    long = make_subscription(
        *catalogue.BY_NAME, name=f"{LONG} {LONG}", url=f"https://{LONG.lower()}.example/{LONG * 9}", per_minute=12
    )
    broken = make_subscription("lead.closed", enabled=False, off_reason=f"It answered 410: {LONG}.")
    off = make_subscription("lead.closed", enabled=False)
    resting = make_subscription("lead.closed")
    later = now.replace(year=now.year + 1)
    Lane.objects.create(name=resting.lane, failures=7, open_until=later, problem=f"{LONG * 3}.", changed_at=now)
    lead = {"id": 7, "name": f"{LONG} {LONG}", "company": LONG * 4}
    for number, state in enumerate(("dead", "sent", "waiting")):
        event = OutgoingEvent.objects.create(type="lead.closed", at=now, lead_id=7, payload={"lead": lead}, due_at=None)
        delivery = Delivery.objects.create(
            lane=long.lane, event=event, subscription=long, state=state, created_at=now, due_at=later, attempts=number
        )
        if state == "dead":
            Delivery.objects.filter(pk=delivery.pk).update(problem=LONG * 5)
            Attempt.objects.create(delivery=delivery, at=now, took_ms=10000, ok=False, status=500, problem=LONG * 5)
    dead = Delivery.objects.get(state="dead")
    return {"long": long.pk, "broken": broken.pk, "off": off.pk, "delivery": dead.pk}


@pytest.mark.parametrize("pattern", PAGES)
def test_a_page_about_webhooks_is_fit_for_everybody(pattern: str, hooks: dict[str, int], visit: Visit) -> None:
    page = visit(pattern.format(**hooks), MAYA)

    assert violations(page) == []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 844})
        assert sideways(page) == 0, width
    page.emulate_media(color_scheme="dark")
    assert violations(page) == []


def test_a_webhook_is_added_and_a_test_seen_to_arrive(office: None, outside: Sink, visit: Visit) -> None:
    page = visit("/webhooks/", MAYA)
    page.get_by_role("link", name="Add a webhook").click()
    page.get_by_label("Name").fill("CRM")
    page.get_by_label("Address").fill(outside.url("/crm"))
    page.get_by_label("A lead is closed").check()
    page.get_by_role("button", name="Add it").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("CRM")

    page.get_by_role("button", name="Show it").click()
    expect(page.locator(".secrets pre")).to_have_text(re.compile("^whsec_"))
    page.get_by_role("button", name="Send a test").click()
    expect(page.get_by_text("On its way", exact=True)).to_be_visible()
    deliver_round()

    expect(page.get_by_text("Arrived", exact=True)).to_be_visible()  # the log looks again by itself
    assert outside.received("/crm")[0].json["type"] == "webhook.test"
    assert violations(page) == []
    assert Subscription.objects.get().types == ["lead.closed"]
