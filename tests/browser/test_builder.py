"""The drawn tree in the browser: walked and edited by keys and by mouse, always as a reload would show it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from routing.builder import drafts
from routing.engine.nodes import walk
from routing.models import Draft, Revision, Tree
from tests.browser.eyes import Visit, sideways, violations
from tests.office import LENA, MAYA, person

PAGE = "/routing/inbound/"
# The tree as it stands in the page, but for what belongs to this one visit.
DRAWN = """() => {
  const tree = document.querySelector("#tree [role=tree]").cloneNode(true);
  for (const one of tree.querySelectorAll("*")) {
    for (const name of ["tabindex", "aria-selected", "hx-swap-oob"]) one.removeAttribute(name);
    one.classList.remove("sel");
    const written = [...one.attributes].map((each) => [each.name, each.value.trim()]).sort();
    for (const [name] of written) one.removeAttribute(name);
    for (const [name, value] of written) if (value || name !== "class") one.setAttribute(name, value);
  }
  const rows = [...document.querySelectorAll("#outline-rows > li")].map((row) => row.textContent.replace(/\\s+/g, " "));
  return [tree.outerHTML.replace(/\\s+/g, " ").replaceAll("> <", "><"), ...rows];
}"""


def rules() -> list[str]:
    """The ids of the newest revision's rules, in their order."""
    revision = drafts.newest_of(Tree.objects.get(slug="inbound"))
    return [found.id for found in walk(revision.document)] if revision else []


def focused(page: Page, key: str) -> None:
    expect(page.locator(f"#n-{key}")).to_be_focused()


def press(page: Page, *keys: str) -> None:
    """Each key is a change of its own, and is answered before the next."""
    for key in keys:
        rev = page.locator("#rev").input_value()
        page.keyboard.press(key)
        expect(page.locator("#rev")).not_to_have_value(rev)
        expect(page.locator(".htmx-request")).to_have_count(0)


@pytest.fixture
def page(visit: Visit) -> Page:
    return visit(PAGE, MAYA)


def test_arrows_walk_through_the_tree_as_it_is_seen(page: Page) -> None:
    page.locator("#n-students").focus()

    page.keyboard.press("End")
    focused(page, "_otherwise_target")
    page.keyboard.press("Home")
    for _ in range(2):
        page.keyboard.press("ArrowDown")
    focused(page, "large")
    page.keyboard.press("ArrowRight")
    focused(page, "regulated")
    page.keyboard.press("ArrowLeft")
    focused(page, "large")
    page.keyboard.press("ArrowLeft")
    expect(page.locator("#n-large")).to_have_attribute("aria-expanded", "false")
    page.keyboard.press("ArrowDown")
    focused(page, "shared")
    assert page.locator('#tree [role=treeitem][tabindex="0"]').count() == 1

    page.reload()

    expect(page.locator("#n-large")).to_have_attribute("aria-expanded", "false")


def test_enter_opens_the_inspector_and_escape_goes_back_to_the_card(page: Page) -> None:
    page.locator("#n-regulated").focus()

    page.keyboard.press("Enter")

    expect(page.locator("#inspector").get_by_label("Name", exact=True)).to_be_focused()
    expect(page).to_have_url(re.compile(r"\?node=regulated$"))
    page.keyboard.press("Escape")
    focused(page, "regulated")
    page.keyboard.press("Escape")
    expect(page.locator("#inspector")).to_be_hidden()


def test_every_deed_by_key_leaves_the_page_as_a_reload_would_draw_it(page: Page) -> None:
    page.locator("#n-large").focus()

    for keys in ("d", "Alt+ArrowDown", "e", "Alt+ArrowUp", "Delete"):
        if keys == "Delete":
            page.locator("#n-students").focus()
        press(page, keys)
        edited = page.evaluate(DRAWN)
        page.reload()
        assert page.evaluate(DRAWN) == edited, keys
        page.locator("#n-large-demo-request-copy").focus()

    assert rules() == ["large", "regulated", "large-demo-request-copy", "regulated-industry", "shared"]


def test_what_is_written_in_the_inspector_stands_on_the_card_as_a_reload_would_draw_it(page: Page) -> None:
    page.locator("#n-regulated").focus()
    page.keyboard.press("Enter")
    rev = page.locator("#rev").input_value()

    name = page.locator("#inspector").get_by_label("Name", exact=True)
    expect(name).to_be_focused()
    name.fill("Banks and clinics")
    page.keyboard.press("Tab")

    expect(page.locator("#rev")).not_to_have_value(rev)
    expect(page.locator("#n-regulated > #c-regulated .nm")).to_have_text("Banks and clinics")
    expect(page.locator("#o-regulated .x")).to_have_text("Banks and clinics")
    expect(page.locator(".htmx-request")).to_have_count(0)
    edited = page.evaluate(DRAWN)
    page.reload()
    assert page.evaluate(DRAWN) == edited


def test_undo_and_redo_go_all_the_way_also_after_a_reload(page: Page) -> None:
    before = page.evaluate(DRAWN)
    page.locator("#n-students").focus()
    press(page, "d", "e", "Alt+ArrowDown")
    after = page.evaluate(DRAWN)

    page.reload()
    page.locator("#n-large").focus()
    press(page, "Control+z", "Control+z", "Control+z")
    expect(page.locator("#undo")).to_be_disabled()
    assert page.evaluate(DRAWN) == before
    press(page, "Control+Shift+z", "Control+Shift+z", "Control+Shift+z")

    assert page.evaluate(DRAWN) == after
    expect(page.locator("#redo")).to_be_disabled()


def test_a_new_rule_is_named_first_and_a_deleted_one_gives_the_focus_to_its_neighbour(page: Page) -> None:
    page.locator("#n-students").focus()

    press(page, "a")
    expect(page.locator("#inspector").get_by_label("Name", exact=True)).to_be_focused()
    page.keyboard.press("Escape")
    focused(page, "rule")
    press(page, "Delete")

    focused(page, "large")
    expect(page.locator(".toast")).to_contain_text("Deleted New rule")
    page.locator(".toast").get_by_role("button", name="Undo").click()
    expect(page.locator("#n-rule")).to_be_visible()


def test_deleting_a_branch_asks_first_and_can_keep_what_is_inside(page: Page) -> None:
    page.locator("#n-large").focus()

    page.keyboard.press("Delete")
    dialog = page.get_by_role("dialog", name="Delete 2 Large demo request?")
    expect(dialog).to_contain_text("It has 1 rule inside")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    focused(page, "large")
    page.keyboard.press("Delete")
    dialog.get_by_role("button", name="Keep what is inside").click()

    expect(page.locator("#n-large")).to_have_count(0)
    assert rules() == ["students", "regulated", "shared"]


def test_move_to_says_what_becomes_of_leads_before_it_is_done(page: Page) -> None:
    page.locator("#n-shared").focus()

    page.keyboard.press("m")
    dialog = page.get_by_role("dialog", name="Move 3 Large without a demo")
    expect(dialog.get_by_role("button", name="Move")).to_be_disabled()
    dialog.get_by_role("radio", name="2 inside Large demo request").check()
    expect(dialog).to_contain_text("No leads in the last 30 days")
    dialog.get_by_role("button", name="Move").click()

    expect(page.locator("#n-shared")).to_have_attribute("aria-level", "2")
    expect(page.locator("#c-shared .no")).to_have_text("2.2")


def test_a_card_is_dragged_among_its_neighbours_and_into_another_branch(page: Page) -> None:
    drop(page, "#c-shared", "#c-students", above=True)
    expect(page.locator("#c-shared .no")).to_have_text("1")
    expect(page.locator("#c-students .no")).to_have_text("2")

    drop(page, "#c-shared", "#c-regulated", above=True)

    expect(page.locator("#c-shared .no")).to_have_text("2.1")
    assert rules() == ["students", "large", "shared", "regulated"]
    edited = page.evaluate(DRAWN)
    page.reload()
    assert page.evaluate(DRAWN) == edited


def test_escape_lets_a_dragged_card_be(page: Page) -> None:
    box = page.locator("#c-shared").bounding_box()
    assert box
    page.mouse.move(box["x"] + 60, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + 60, box["y"] - 200, steps=5)
    expect(page.locator(".carried")).to_be_visible()

    page.keyboard.press("Escape")
    page.mouse.up()

    expect(page.locator(".carried")).to_have_count(0)
    assert not Draft.objects.exists()


def test_whoever_was_slower_is_told_who_did_what_and_nothing_of_his_is_saved(
    page: Page, visit: Visit, complaints: list[str]
) -> None:
    other = visit(PAGE, MAYA)
    other.locator("#n-students").focus()
    press(other, "d")
    revisions = Revision.objects.count()

    page.locator("#n-shared").focus()
    page.keyboard.press("e")

    expect(page.get_by_role("alert")).to_contain_text("Maya Lindqvist duplicated Students in the meantime")
    assert Revision.objects.count() == revisions
    page.get_by_role("link", name="Reload").click()
    expect(page.locator("#n-students-copy")).to_be_visible()
    assert any("409" in one for one in complaints)
    complaints[:] = [one for one in complaints if "409" not in one]


def test_what_the_server_did_not_get_is_sent_again_in_its_order(page: Page, complaints: list[str]) -> None:
    page.route("**/ops/", lambda route: route.abort(), times=1)
    page.locator("#n-students").focus()

    page.keyboard.press("d")
    expect(page.locator("#saved")).to_have_text("Not saved. Retrying…")

    expect(page.locator("#n-students-copy")).to_be_visible()
    expect(page.locator("#saved")).to_contain_text("Saved")
    complaints.clear()


def test_search_dims_the_rest_and_enter_goes_to_the_next(page: Page) -> None:
    page.locator("#n-students").focus()
    page.keyboard.press("/")
    expect(page.locator("#find")).to_be_focused()

    page.keyboard.type("large")
    expect(page.locator("#found")).to_contain_text("2 found")
    expect(page.locator("#n-large.hit, #n-shared.hit")).to_have_count(2)
    expect(page.locator("#outline-rows li:visible")).to_have_count(2)
    page.keyboard.press("Enter")
    expect(page.locator("#n-large")).to_have_class(re.compile(r"\bsel\b"))
    page.keyboard.press("Escape")

    expect(page.locator(".hit")).to_have_count(0)


def test_a_manager_sees_the_same_and_can_change_nothing(visit: Visit) -> None:
    page = visit(PAGE, LENA)
    expect(page.get_by_text("View only")).to_be_visible()
    page.locator("#n-students").focus()

    for key in ("a", "b", "d", "e", "m", "Delete", "Alt+ArrowDown", "Control+z"):
        page.keyboard.press(key)

    expect(page.locator("#undo, #publish, .add, [data-do]")).to_have_count(0)
    assert not Draft.objects.exists()
    assert person(LENA).is_manager


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 1024, 390, 320])
def test_axe_minds_nothing_and_nothing_sticks_out(visit: Visit, width: int, theme: str) -> None:
    page = visit(f"{PAGE}?node=large", MAYA, color_scheme=theme)
    page.set_viewport_size({"width": width, "height": 844})
    page.reload()
    expect(page.locator("#inspector")).to_be_visible()

    assert violations(page) == []
    assert sideways(page) == 0


def test_on_a_small_laptop_every_button_of_the_bars_is_in_view(visit: Visit) -> None:
    page = visit(f"{PAGE}?node=large", MAYA)
    page.set_viewport_size({"width": 1024, "height": 768})
    page.locator("#n-students").focus()
    press(page, "d")

    for one in ("#publish", "#test", "[data-keys]", "#top h1", '#top [href$="/compare/"].btn'):
        expect(page.locator(one)).to_be_in_viewport(ratio=1)


def test_on_a_phone_the_chosen_card_stays_in_view_above_the_sheet(visit: Visit) -> None:
    page = visit(PAGE, MAYA)
    page.locator("#n-students").focus()
    press(page, "d")
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(page.url.partition("?")[0])
    expect(page.locator("#inspector")).to_be_hidden()

    page.locator("#c-shared").click(position={"x": 60, "y": 15})

    expect(page.locator("#inspector")).to_be_visible()
    expect(page.locator("#top .hide-s:visible")).to_have_count(0)
    page.wait_for_function("""() => {
      const edge = (id, side) => document.getElementById(id).getBoundingClientRect()[side];
      return edge("c-shared", "bottom") <= edge("inspector", "top") && edge("c-shared", "top") >= edge("top", "bottom");
    }""")


def drop(page: Page, what: str, onto: str, *, above: bool) -> None:
    rev = page.locator("#rev").input_value()
    start, end = page.locator(what).bounding_box(), page.locator(onto).bounding_box()
    assert start
    assert end
    page.mouse.move(start["x"] + 60, start["y"] + 15)
    page.mouse.down()
    page.mouse.move(end["x"] + 60, end["y"] + (8 if above else end["height"] - 8), steps=8)
    page.mouse.up()
    expect(page.locator("#rev")).not_to_have_value(rev)
    expect(page.locator(".htmx-request")).to_have_count(0)
