"""What a rule asks, edited in the panel: fields and operators that fit, values that leads have, and no text lost."""

import re
from typing import Any

from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from leads.builder.traffic import rollup
from routing.models import Draft, Revision
from tests.browser.eyes import Visit, sideways, violations
from tests.office import LENA, MAYA, arrive

LARGE = "/routing/inbound/?node=large"


def when(rule: int = 1) -> Any:
    """What the draft's rule asks now."""
    draft = Draft.objects.get(tree__slug="inbound")
    return Revision.objects.get(tree=draft.tree, number=draft.newest).document["rules"][rule]["when"]


def condition(page: Page, at: str) -> Locator:
    return page.locator(f'[data-condition="{at}"]')


def said(page: Page) -> Locator:
    return page.locator("#i-say")


def saved(page: Page) -> None:
    """Nothing is on its way any more."""
    expect(page.locator(".htmx-request")).to_have_count(0)


def test_a_number_is_saved_while_it_is_typed_and_the_sentence_follows(visit: Visit) -> None:
    page = visit(LARGE, MAYA)
    value = condition(page, "1").get_by_label("Value", exact=True)

    value.click()
    value.press("ControlOrMeta+a")
    value.press_sequentially("2,500")

    expect(said(page)).to_contain_text("employees is at least 2,500")
    expect(value).to_be_focused()
    expect(value).to_have_value("2,500")
    assert when()["all"][1] == {"field": "employees", "op": "gte", "value": 2500}


def test_what_does_not_do_is_said_beside_it_and_the_text_stays(visit: Visit, complaints: list[str]) -> None:
    page = visit(LARGE, MAYA)
    value = condition(page, "1").get_by_label("Value", exact=True)

    value.fill("many")
    value.press("Tab")

    expect(condition(page, "1").get_by_role("alert")).to_contain_text("number")
    expect(value).to_have_attribute("aria-invalid", "true")
    page.get_by_label("Why this rule exists").fill("Because they are big")
    page.get_by_label("Why this rule exists").press("Tab")
    saved(page)
    expect(value).to_have_value("many")
    expect(condition(page, "1").get_by_role("alert")).to_contain_text("number")
    value.fill("700")
    value.press("Tab")
    expect(condition(page, "1").get_by_role("alert")).to_have_count(0)
    expect(said(page)).to_contain_text("at least 700")
    complaints.clear()  # the browser complains about every 422


def test_another_field_brings_its_own_operators_and_keeps_the_value_of_the_same_type(visit: Visit) -> None:
    page = visit(LARGE, MAYA)
    row = condition(page, "1")

    row.get_by_label("Field").select_option("revenue")
    expect(said(page)).to_contain_text("revenue is at least 1,000")
    row.get_by_label("Field").select_option("account.is_customer")
    expect(row.get_by_label("Comparison").locator("option")).to_have_text(["is", "is blank", "is given"])
    row.get_by_label("Value", exact=True).select_option("false")
    expect(said(page)).to_contain_text("account is a customer is no")

    assert when()["all"][1] == {"field": "account.is_customer", "op": "is", "value": False}


def test_values_are_offered_with_their_leads_and_a_pasted_list_becomes_tokens(visit: Visit) -> None:
    for name, industry in (("Kim Roe", "Steel"), ("Iris Wolf", "Steel"), ("Ann Bo", "Healthcare")):
        arrive(name, intent="general", industry=industry)
    page = visit("/routing/inbound/?node=regulated", MAYA)
    box = page.get_by_label("Add a value")

    box.click()
    expect(page.get_by_role("listbox").get_by_role("option")).to_have_text([re.compile(r"Steel\s*2")])
    box.press("ArrowDown")
    box.press("Enter")
    expect(said(page)).to_contain_text("Healthcare, Banking, Steel")
    box.evaluate(
        """(box) => {
            const data = new DataTransfer();
            data.setData("text", "Insurance, Retail\\nCoal");
            box.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
        }"""
    )
    expect(said(page)).to_contain_text("Healthcare, Banking, Steel, Insurance, Retail, Coal")
    expect(page.get_by_role("listbox")).to_be_hidden()
    page.get_by_role("button", name="Remove Banking").click()
    expect(said(page)).not_to_contain_text("Banking")
    box.press_sequentially("Tin;")

    expect(said(page)).to_contain_text("Coal, Tin")
    expect(box).to_be_focused()
    draft = Draft.objects.get(tree__slug="inbound")
    document = Revision.objects.get(tree=draft.tree, number=draft.newest).document
    asked = document["rules"][1]["rules"][0]["when"]
    assert (asked.get("all") or [asked])[0]["value"] == ["Healthcare", "Steel", "Insurance", "Retail", "Coal", "Tin"]


def test_conditions_are_added_grouped_moved_and_removed_with_the_keyboard(visit: Visit) -> None:
    page = visit(LARGE, MAYA)

    page.locator("#i-add-group").press("Enter")
    expect(page.locator("#i-c2\\.0-field")).to_be_focused()
    page.locator("#i-c2\\.0-field").select_option("country")
    page.locator("#i-c2\\.0-value").fill("DE")
    page.locator("#i-c2\\.0-value").press("Enter")
    expect(said(page)).to_contain_text("country is Germany")
    page.locator("#i-g2-none").press("Enter")
    expect(said(page)).to_contain_text("not (country is Germany)")
    page.locator("#i-add-condition").press("Enter")
    expect(page.locator("#i-c3-field")).to_be_focused()
    page.locator("#i-c3-field").select_option("source")
    expect(page.locator("#i-c3-operator")).to_be_visible()
    page.locator("#i-c3-operator").focus()
    page.keyboard.press("Alt+ArrowUp")
    expect(condition(page, "2").get_by_label("Field")).to_have_value("source")
    page.locator("#i-c2-remove").press("Enter")

    expect(page.locator("#i-add-condition")).to_be_focused()
    expect(condition(page, "3")).to_have_count(0)
    assert when() == {
        "all": [
            {"field": "intent", "op": "is", "value": "demo"},
            {"field": "employees", "op": "gte", "value": 1000},
            {"not": {"any": [{"field": "country", "op": "is", "value": "DE"}]}},
        ]
    }


def test_a_condition_is_dragged_into_another_place(visit: Visit) -> None:
    page = visit(LARGE, MAYA)

    condition(page, "1").locator("[data-grip]").drag_to(condition(page, "0"), target_position={"x": 60, "y": 2})

    expect(said(page)).to_contain_text("employees is at least 1,000 and intent is demo")
    assert [one["field"] for one in when()["all"]] == ["employees", "intent"]


def test_what_a_blank_means_is_said_for_each_condition(visit: Visit) -> None:
    page = visit(LARGE, MAYA)

    condition(page, "1").get_by_label("If blank").select_option("yes")

    expect(said(page)).to_contain_text("at least 1,000 (or blank)")
    assert when()["all"][1]["if_blank"] is True


def test_typing_goes_on_while_an_earlier_change_is_answered(visit: Visit) -> None:
    page = visit(LARGE, MAYA)
    why = page.get_by_label("Why this rule exists")

    page.locator("#i-name").fill("Big ones")
    why.click()  # leaves the name: it is saved
    why.press("ControlOrMeta+a")
    why.press_sequentially("They want to talk, and they have the money to do what they want.", delay=12)
    why.press("Tab")

    expect(page.locator("#saved")).to_contain_text("Saved")
    expect(why).to_have_value("They want to talk, and they have the money to do what they want.")
    expect(page.locator("#i-name")).to_have_value("Big ones")
    draft = Draft.objects.get(tree__slug="inbound")
    rule = Revision.objects.get(tree=draft.tree, number=draft.newest).document["rules"][1]
    assert (rule["name"], rule["why"]) == (
        "Big ones",
        "They want to talk, and they have the money to do what they want.",
    )


def test_the_panel_can_be_read_by_everybody_on_every_screen(visit: Visit) -> None:
    arrive("Kim Roe", intent="demo", employees=2000)
    rollup.count_all(now=timezone.now())
    page = visit(LARGE, MAYA)
    expect(page.locator("#inspector .impact")).to_contain_text("vs live")

    assert violations(page) == []
    page.locator("#inspector").get_by_role("link", name="Traffic").click()
    expect(page.locator("#inspector .looked-up")).to_contain_text("100.0%")
    assert violations(page) == []
    page.locator("#inspector").get_by_role("link", name="History").click()
    expect(page.locator("#inspector .past, #inspector .empty")).to_be_visible()
    assert violations(page) == []
    page.emulate_media(color_scheme="dark")
    page.locator("#inspector").get_by_role("link", name="Condition").click()
    expect(said(page)).to_be_visible()
    assert violations(page) == []
    page.set_viewport_size({"width": 320, "height": 700})
    assert sideways(page) == 0
    assert violations(page) == []


def test_managers_read_and_cannot_write(visit: Visit) -> None:
    page = visit(LARGE, LENA)

    expect(said(page)).to_contain_text("intent is demo")
    expect(page.locator("#inspector").locator("input:not([type=hidden]), select, textarea")).to_have_count(0)
    expect(page.locator("#inspector")).to_contain_text("They are big and want to talk now")
