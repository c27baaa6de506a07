"""Every page, in both themes and on every screen: nothing that axe minds, nothing that sticks out sideways."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from leads import pipeline
from leads.configuration import store
from leads.models import Account, ChangeSet, InboundEvent, Lead
from notifications import links
from notifications.models import Attempt, Channel, Delivery, Lane, Notification
from reps.models import Rep
from tests.browser.eyes import Visit, sideways, violations
from tests.leads.territories.market import open_market, prepare_changes
from tests.notifications.pages.test_channels import deliver
from tests.notifications.pages.told import gather, tell
from tests.office import DANA, HEALTH, LARGE, LENA, MAYA, SMALL, arrive, do, send

LONG = "Wolfeschlegelsteinhausenbergerdorff"
COMPANIES = f"""
version: 1
accounts:
  - {{name: {LONG} Holding, owner: {DANA}, is_customer: true, tier: Gold}}
  - name: {LONG} {LONG} GmbH
    parent: {LONG} Holding
    domains: ["{LONG.lower()}.example", northwind.example]
    aliases: [{LONG}]
"""
# Nobody is asked while the pages are looked at.
PROVIDERS = f"""
version: 1
enrichment:
  - slug: clearview
    name: {LONG} {LONG}
    url: https://api.clearview.example/{LONG * 6}?domain={{domain}}
    headers: {{Authorization: "Bearer ${{SWITCHYARD_SECRET_CLEARVIEW}}"}}
    mapping: {{employees: company.{LONG * 4}, industry: company.industry}}
    off: true
"""
WIDTHS = (320, 390, 1440)
# Nobody is held back by it: the pages that show where leads go stay as they are.
SCORING = f"""
version: 1
scoring:
  skip_score_for: [demo, pricing, {LONG.lower()}]
  rules:
    - {{name: Large, when: {{field: employees, op: gte, value: 500}}, points: 20}}
    - {{name: {LONG * 3}, when: {{not: {{field: company, op: contains, value: {LONG * 2}}}}}, points: 1000000}}
  grades: {{{LONG}: 40, B: -5}}
"""


@pytest.fixture
def busy(office: None) -> None:
    """One of everything, with names that are too long for any screen."""
    open_market()
    store.load(SCORING, now=timezone.now())
    store.load(COMPANIES, now=timezone.now())
    store.load(PROVIDERS, now=timezone.now())
    arrive("Priya Raman", **HEALTH, message="Before April, please.", revenue="n/a")
    arrive(f"Hubert {LONG}", **{**HEALTH, "company": f"{LONG} {LONG} GmbH", "job_title": LONG})
    do(f"Hubert {LONG}", LONG, value=1234.5)
    do(f"Hubert {LONG}", "pricing_views")
    arrive("Iris Wolf", **LARGE)
    arrive("Sam Small", **SMALL)
    send("", email="", company="", note=LONG * 6)
    while pipeline.route_waiting():
        pass
    prepare_changes()
    tell(DANA, f"{LONG * 3} is yours.")
    tell(DANA, "Priya Raman still waits.", kind="reminder", seen_at=timezone.now())
    gather(LENA, 5, at=timezone.now())
    channels()


def channels() -> None:
    """One of each kind, in every state, with a message that was tried in vain."""
    for kind in Channel.Kind.values:
        name = f"{kind} {LONG * 2}"
        url = f"https://{LONG.lower()}.example/{LONG * 4}"
        made = Channel.objects.create(
            slug=f"the-{kind.replace('_', '-')}", name=name, kind=kind, settings={"url": url}, changed_at=timezone.now()
        )
    Channel.objects.filter(kind="teams").update(enabled=False, off_reason=f"It is gone: {LONG}.")
    later = timezone.now() + timedelta(minutes=9)
    Lane.objects.create(name=made.lane, failures=7, open_until=later, problem=LONG * 3, changed_at=timezone.now())
    for email in (DANA, MAYA):
        dead = deliver(made, email, "dead", attempts=8, problem=f"{LONG * 2} did not answer.")
        Attempt.objects.create(delivery=dead, at=timezone.now(), took_ms=9000, ok=False, status=500, problem=LONG * 4)
    deliver(made, MAYA, "waiting", attempts=2)


def pages() -> list[tuple[str, str]]:
    """Who opens what."""
    return [
        ("", "/login/"),
        ("", "/act/{token}/"),
        (DANA, "/act/here/{room}/"),
        (DANA, "/queue/"),
        (DANA, "/leads/"),
        (DANA, "/leads/{lead}/"),
        (DANA, "/leads/{lead}/decline/"),
        (DANA, "/account/"),
        (DANA, "/notifications/"),
        (LENA, "/notifications/{gathered}/gathered/"),
        (DANA, "/account/notifications/"),
        (MAYA, "/account/notifications/"),
        (MAYA, "/channels/"),
        (MAYA, "/channels/+new/service/"),
        (MAYA, "/channels/the-webhook/"),
        (MAYA, "/channels/the-teams/"),
        (MAYA, "/deliveries/"),
        (MAYA, "/deliveries/?state=waiting&q=nobody"),
        (DANA, "/deliveries/{delivery}/"),
        (MAYA, "/wording/"),
        (MAYA, "/wording/assigned/"),
        (DANA, "/account/password/"),
        (MAYA, "/account/"),
        (MAYA, "/channels/+new/slack_bot/"),
        (MAYA, "/notifications/?show=unseen"),
        (DANA, "/queue/away/"),
        (DANA, "/numbers/"),
        (LENA, "/numbers/"),
        (LENA, "/promises/"),
        (MAYA, "/promises/"),
        (MAYA, "/promises/+new/"),
        (MAYA, "/promises/hot/edit/"),
        (MAYA, "/promises/hot/remove/"),
        (LENA, "/team/"),
        (LENA, "/team/?show=soon"),
        (MAYA, "/team/?team=emea"),
        (LENA, "/team/reps/{rep}/"),
        (LENA, "/team/move/?lead={lead}&lead={waiting}"),
        (LENA, "/decisions/"),
        (LENA, "/queues/"),
        (LENA, "/queues/{queue}/"),
        (LENA, "/leads/{waiting}/give/"),
        (LENA, "/performance/"),
        (MAYA, "/leads/?stand=queued"),
        (MAYA, "/leads/?q=nobody"),
        (MAYA, "/decisions/{decision}/"),
        (MAYA, "/accounts/"),
        (MAYA, "/accounts/?q=nobody"),
        (LENA, "/accounts/{account}/"),
        (MAYA, "/accounts/{account}/merge/"),
        (MAYA, "/leads/{lead}/account/"),
        (MAYA, "/leads/{lead}/not-this-account/"),
        (MAYA, "/events/"),
        (MAYA, "/health/"),
        (MAYA, "/events/{event}/"),
        (LENA, "/territories/"),
        (MAYA, "/territories/us-west/"),
        (MAYA, "/territories/us-west/edit/"),
        (MAYA, "/territories/us-west/erase/"),
        (MAYA, "/territories/+new/"),
        (MAYA, "/scoring/"),
        (MAYA, "/scoring/edit/"),
        (LENA, "/scoring/1/"),
        (LENA, "/change-sets/"),
        (MAYA, "/change-sets/new/?territory=us-west"),
        (MAYA, "/change-sets/{change}/"),
        (LENA, "/change-sets/{change}/"),
        (MAYA, "/change-sets/{done}/"),
        (LENA, "/enrichment/"),
        (MAYA, "/enrichment/"),
        (MAYA, "/enrichment/clearview/"),
        (MAYA, "/enrichment/+new/"),
    ]


def address(pattern: str) -> str:
    lead = Lead.objects.get(name=f"Hubert {LONG}")
    event = InboundEvent.objects.get(status=InboundEvent.Status.QUARANTINED)
    waiting = Lead.objects.get(name="Iris Wolf")
    account = Account.objects.get(name=f"{LONG} {LONG} GmbH")
    values = {"lead": lead.pk, "decision": lead.decision_id, "event": event.pk, "waiting": waiting.pk}
    values |= {"done": ChangeSet.objects.get(status="active").pk, "change": ChangeSet.objects.latest("pk").pk}
    values |= {
        "gathered": Notification.objects.filter(folded_into__isnull=False).values_list("folded_into", flat=True)[0]
    }
    values |= {"delivery": Delivery.objects.filter(user__email=DANA)[0].pk}
    given = Notification.objects.filter(user__email=DANA, kind="assigned", context__lead=lead.pk)[0]
    tokens = {"token": links.token_of(given), "room": links.token_of(given, purpose=links.ROOM)}
    values |= {"rep": Rep.objects.get(user__email=DANA).pk}
    return pattern.format(**values, **tokens, account=account.pk, queue=waiting.queue.slug if waiting.queue else "")


@pytest.mark.parametrize(("email", "pattern"), pages())
def test_a_page_is_fit_for_everybody(email: str, pattern: str, busy: None, visit: Visit) -> None:
    page = visit(address(pattern), email)

    assert violations(page) == []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 844})
        assert sideways(page) == 0, width
    page.emulate_media(color_scheme="dark")
    assert violations(page) == []


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/nowhere/", "Nothing here"),
        ("/events/", "This page is not for you"),
        ("/act/nowhere/", "This is not one of our links"),
    ],
)
def test_what_goes_wrong_is_told_on_a_page_like_the_others(
    path: str, words: str, busy: None, visit: Visit, complaints: list[str]
) -> None:
    page = visit(path, DANA)
    complaints.clear()  # the browser complains about every 403 and 404

    expect(page.get_by_role("heading", level=1)).to_have_text(words)
    assert violations(page) == []


def test_the_dialog_and_the_answer_to_why_are_fit_for_everybody(busy: None, visit: Visit) -> None:
    queue, decisions = visit("/queue/", DANA), visit("/decisions/", MAYA)

    queue.get_by_role("link", name="Decline Priya Raman").click()
    expect(queue.get_by_role("dialog")).to_be_visible()
    decisions.locator("[data-why]").last.click()
    expect(decisions.locator("tr.why")).to_be_visible()

    for page in (queue, decisions):
        assert violations(page) == []
        page.set_viewport_size({"width": 320, "height": 700})
        assert sideways(page) == 0
        page.emulate_media(color_scheme="dark")
        assert violations(page) == []


def test_why_opens_and_closes_in_the_list(busy: None, visit: Visit) -> None:
    page = visit("/decisions/", MAYA)
    opener = page.locator("[data-why]").last

    opener.click()
    expect(page.locator("tr.why")).to_contain_text("Regulated industry: industry is one of Healthcare, Banking")
    expect(opener).to_have_attribute("aria-expanded", "true")
    opener.click()

    expect(page.locator("tr.why")).to_have_count(0)
    expect(opener).to_have_attribute("aria-expanded", "false")


def test_a_filter_is_applied_at_once_and_stands_in_the_address(busy: None, visit: Visit) -> None:
    page = visit("/leads/", MAYA)

    page.get_by_label("Stands").select_option("Waiting in a queue")
    expect(page.locator("#list tbody tr")).to_have_count(2)
    page.get_by_label("Name, e-mail or company").press_sequentially("iris")
    expect(page.locator("#list tbody tr")).to_have_count(1)

    expect(page).to_have_url(re.compile(r"stand=queued"))
    page.reload()
    expect(page.locator("#list tbody tr")).to_have_count(1)
    expect(page.get_by_label("Name, e-mail or company")).to_have_value("iris")


def background(page: Page) -> str:
    colour: str = page.evaluate("getComputedStyle(document.body).backgroundColor")
    return colour


def test_the_theme_follows_the_machine_until_one_is_chosen(busy: None, visit: Visit) -> None:
    page = visit("/account/", DANA)
    light = background(page)
    page.emulate_media(color_scheme="dark")
    dark = background(page)

    page.get_by_role("group", name="Theme").get_by_role("button", name="Light").click()
    chosen = background(page)
    page.goto("/queue/")

    assert light != dark
    assert chosen == background(page) == light


def test_the_theme_is_switched_beside_the_name(busy: None, visit: Visit) -> None:
    page = visit("/queue/", DANA, color_scheme="light")
    switch = page.get_by_role("button", name="Theme: system")
    light = background(page)

    switch.click()
    page.get_by_role("button", name="Theme: light").click()

    expect(page.get_by_role("button", name="Theme: dark")).to_be_visible()
    assert background(page) != light


def test_a_page_prints_without_what_is_only_for_the_screen(busy: None, visit: Visit) -> None:
    page = visit("/decisions/", MAYA)

    page.emulate_media(media="print")

    expect(page.get_by_role("navigation", name="Main", exact=True)).to_be_hidden()
    expect(page.locator("#list")).to_be_visible()
