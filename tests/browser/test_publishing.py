"""Publishing and rolling back in the browser: what is shown first, what is asked, and that leads go the new way."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from routing.builder import drafts
from routing.engine.edits import Done
from routing.engine.nodes import Json
from routing.models import Publication, Revision, Tree, Version
from tests.browser.eyes import Visit, sideways, violations
from tests.office import HEALTH, LENA, MAYA, SMALL, arrive, person

PHONE = {"viewport": {"width": 390, "height": 844}}
NARROW = {"viewport": {"width": 320, "height": 700}}


def lower_the_bar(to: int = 500, rev: int = 0) -> Revision:
    """A draft in which companies are large much earlier, and that has one rule less."""

    def how(document: Json) -> Done:
        rules = document["rules"]
        large = {**rules[1], "when": {"all": [rules[1]["when"]["all"][0], {**BIG, "value": to}]}}
        return Done({**document, "rules": [large, rules[2]]}, "lowered the bar", "large")

    tree = Tree.objects.get(slug="inbound")
    return drafts.change(tree, rev=rev, op={"op": "test"}, by=person(MAYA), now=timezone.now(), how=how)


BIG: dict[str, Any] = {"field": "employees", "op": "gte"}


def dialog(page: Page) -> Any:
    return page.get_by_role("dialog")


def test_somebody_publishes_and_rolls_back(visit: Visit) -> None:
    arrive("Priya Raman", **HEALTH)
    arrive("Tiny Shop", intent="demo", employees=600, industry="Banking", email="t@tiny.example")
    lower_the_bar()
    page = visit("/routing/inbound/", MAYA)

    page.get_by_role("link", name="Publish…").click()
    expect(dialog(page)).to_contain_text("Replayed the last 2 leads (30 days) through this draft")
    expect(dialog(page)).to_contain_text("1 lead")
    expect(dialog(page).locator(".moves")).to_contain_text(re.compile("Triage.*Regulated", re.DOTALL))
    expect(dialog(page).locator("del").first).to_contain_text("1,000")
    expect(dialog(page).locator("ins").first).to_contain_text("500")
    expect(dialog(page)).to_contain_text("Leads being routed now stay on v1.")
    assert violations(page) == []
    page.get_by_label("Note for the history").fill("Banks count from 500 people. Agreed with Lena.")
    if page.get_by_label("I have seen").count():
        page.get_by_label("I have seen").check()
    page.get_by_role("button", name="Publish", exact=True).click()

    expect(page.locator("#standing")).to_have_text("Live v2")
    expect(page.get_by_text("Version 2 is live.")).to_be_visible()
    assert arrive("New Bank", intent="demo", employees=600, industry="Banking", email="n@new.example").rep is not None

    page.goto("/routing/inbound/history/")
    expect(page.get_by_role("row").nth(1)).to_contain_text("Banks count from 500 people.")
    assert violations(page) == []
    page.get_by_role("link", name="Roll back to version 1…").click()
    expect(dialog(page)).to_contain_text("Roll back to version 1")
    expect(dialog(page)).to_contain_text("What changes back")
    assert violations(page) == []
    page.get_by_label("Note for the history").fill("Too many.")
    if page.get_by_label("I have seen").count():
        page.get_by_label("I have seen").check()
    page.get_by_role("button", name="Roll back", exact=True).click()

    expect(page.locator("#standing")).to_have_text("Live v3")
    versions = {one.number: one.document for one in Version.objects.filter(tree__slug="inbound")}
    assert versions[3] == versions[1] != versions[2]
    assert arrive("Next Bank", intent="demo", employees=600, industry="Banking", email="x@next.example").rep is None


def test_by_keyboard_what_is_wrong_leads_to_its_rule(visit: Visit) -> None:
    revision = lower_the_bar()

    def forget(document: Json) -> Done:
        rules = [{**document["rules"][0], "why": ""}, *document["rules"][1:]]
        return Done({**document, "rules": rules}, "forgot why", "large")

    tree = Tree.objects.get(slug="inbound")
    now = timezone.now()
    drafts.change(tree, rev=revision.number, op={"op": "test"}, by=person(MAYA), now=now, how=forget)
    page = visit("/routing/inbound/", MAYA)

    page.get_by_role("link", name="Publish…").press("Enter")
    expect(dialog(page)).to_contain_text("1 Large demo request It says nothing about why it exists.")
    expect(page.get_by_role("button", name="Publish", exact=True)).to_be_disabled()
    page.get_by_role("link", name="Fix 1 Large demo request").first.press("Enter")

    expect(page).to_have_url(re.compile(r"\?node=large$"))


def test_pressing_escape_publishes_nothing_and_gives_the_focus_back(visit: Visit) -> None:
    lower_the_bar()
    page = visit("/routing/inbound/", MAYA)

    page.get_by_role("link", name="Publish…").click()
    expect(dialog(page)).to_be_visible()
    page.keyboard.press("Escape")

    expect(dialog(page)).to_be_hidden()
    expect(page.locator("#publish")).to_be_focused()
    assert not Publication.objects.exists()


def test_it_is_scheduled_from_the_dialog_and_withdrawn(visit: Visit) -> None:
    lower_the_bar()
    page = visit("/routing/inbound/", MAYA)

    page.get_by_role("link", name="Publish…").click()
    page.get_by_label("Note for the history").fill("From next year.")
    if page.get_by_label("I have seen").count():
        page.get_by_label("I have seen").check()
    page.get_by_text("Schedule…").click()
    at = timezone.now() + timedelta(days=1)
    page.get_by_label("Publish at").fill(f"{at:%Y-%m-%dT%H:%M}")
    page.get_by_role("button", name="Publish then").click()

    expect(page.get_by_text("It is scheduled and is published by itself.")).to_be_visible()
    assert violations(page) == []
    page.get_by_role("button", name="Withdraw").click()
    expect(page.get_by_text("It is withdrawn")).to_be_visible()
    assert Publication.objects.get().status == Publication.Status.WITHDRAWN


def test_what_is_gone_stands_struck_through_where_it_stood_and_comes_back_by_one_press(visit: Visit) -> None:
    lower_the_bar()
    page = visit("/routing/inbound/compare/", MAYA)

    ghost = page.locator(".ghost")
    expect(ghost).to_contain_text("Students")
    expect(page.locator(".compared > li").first).to_contain_text("Students")
    assert violations(page) == []
    page.get_by_label("Only changes").check()
    page.get_by_role("button", name="Compare").click()
    expect(page.locator(".compared > li")).to_have_count(2)
    page.get_by_role("button", name="Revert Students").click()

    expect(page.get_by_text("1 change from Version 1 (live) to Draft.")).to_be_visible()
    assert drafts.newest_of(Tree.objects.get(slug="inbound")).document["rules"][0]["id"] == "students"


@pytest.mark.parametrize("how", [PHONE, NARROW, {"color_scheme": "dark"}], ids=["phone", "narrow", "dark"])
@pytest.mark.parametrize("path", ["publish/", "history/", "history/1/", "compare/"])
def test_every_page_fits_and_can_be_read(visit: Visit, how: dict[str, Any], path: str) -> None:
    arrive("Tiny Shop", **SMALL)
    lower_the_bar()

    page = visit(f"/routing/inbound/{path}", MAYA)
    if "viewport" in how:
        page.set_viewport_size(how["viewport"])
    else:
        page.emulate_media(color_scheme=how["color_scheme"])

    assert sideways(page) == 0
    assert violations(page) == []


def test_a_manager_reads_the_history_and_finds_nothing_to_press(visit: Visit) -> None:
    lower_the_bar()
    page = visit("/routing/inbound/history/", LENA)

    expect(page.get_by_text("View only")).to_be_visible()
    expect(page.get_by_role("link", name=re.compile("Roll back"))).to_have_count(0)
    expect(page.get_by_role("button", name=re.compile("second person"))).to_have_count(0)
