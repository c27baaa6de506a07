"""A lookup table edited as a grid: with the keyboard, from a spreadsheet, out of a file."""

from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from leads.configuration import store
from routing.models import Draft, Revision
from tests.browser.eyes import Visit, sideways, violations
from tests.office import MAYA

TABLE = """
version: 1
trees:
  - slug: inbound
    name: Inbound
    default: true
    document:
      format: 1
      rules:
        - id: by-state
          name: By state
          why: Whoever is near
          when: {field: country, op: is, value: US}
          target:
            kind: table
            field: state
            rows:
              - {values: [CA, NV], target: {kind: pool, pool: emea}}
              - {values: [NY], target: {kind: rep, rep: dana@example.com}}
            otherwise: {kind: fallback}
      otherwise: {kind: queue, queue: triage}
"""
PAGE = "/routing/inbound/?node=by-state_target"


@pytest.fixture
def table(office: None) -> None:
    store.load(TABLE, now=timezone.now())


def rows() -> Any:
    """The draft's table: values, then where they lead."""
    draft = Draft.objects.get(tree__slug="inbound")
    target = Revision.objects.get(tree=draft.tree, number=draft.newest).document["rules"][0]["target"]
    return [(row["values"], row.get("target")) for row in target["rows"]]


def cell(page: Page, row: int) -> Any:
    return page.locator(f"#i-row-{row}-values")


EMEA = {"kind": "pool", "pool": "emea"}
DANA = {"kind": "rep", "rep": "dana@example.com"}
TRIAGE = {"kind": "queue", "queue": "triage"}


def test_a_row_is_added_filled_moved_and_removed_with_the_keyboard(table: None, visit: Visit) -> None:
    page = visit(PAGE, MAYA)

    cell(page, 0).focus()
    cell(page, 0).press("ArrowDown")
    expect(cell(page, 1)).to_be_focused()
    cell(page, 1).press("Enter")
    expect(cell(page, 2)).to_be_focused()
    cell(page, 2).press_sequentially("TX, OK")
    cell(page, 2).press("Tab")
    page.locator("#i-goal-rows-2-to").select_option("queue:triage")
    expect(page.locator("#i-goal-rows-2-to")).to_have_value("queue:triage")
    expect(page.locator("#saved")).to_contain_text("Saved")
    page.locator("#i-row-2-up").focus()
    page.keyboard.press("Alt+ArrowUp")
    expect(cell(page, 1)).to_have_value("TX; OK")
    page.locator("#i-row-2-remove").press("Enter")

    expect(cell(page, 2)).to_have_count(0)
    assert rows() == [(["CA", "NV"], EMEA), (["TX", "OK"], TRIAGE)]


def test_what_is_pasted_from_a_spreadsheet_becomes_rows(table: None, visit: Visit) -> None:
    page = visit(PAGE, MAYA)

    cell(page, 1).focus()
    cell(page, 1).evaluate(
        """(cell) => {
            const data = new DataTransfer();
            data.setData("text", "TX\\tTriage\\nWA\\tdana@example.com\\n");
            cell.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
        }"""
    )

    expect(cell(page, 3)).to_have_value("WA")
    assert rows() == [(["CA", "NV"], EMEA), (["NY"], DANA), (["TX"], TRIAGE), (["WA"], DANA)]


def test_what_cannot_be_pasted_into_a_cell_is_said_where_it_is_seen(
    table: None, visit: Visit, complaints: list[str]
) -> None:
    page = visit(PAGE, MAYA)

    cell(page, 1).evaluate(
        """(cell) => {
            const data = new DataTransfer();
            data.setData("text", "TX\\tNobody we know\\n");
            cell.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
        }"""
    )

    expect(page.locator("#i-paste-form").get_by_role("alert")).to_be_visible()
    expect(page.locator("#i-paste-form").get_by_role("alert")).to_contain_text("Nobody we know")
    complaints.clear()  # the browser complains about every 422


def test_lines_that_cannot_be_read_are_named_and_nothing_is_changed(
    table: None, visit: Visit, complaints: list[str], tmp_path: Path
) -> None:
    page = visit(PAGE, MAYA)
    file = tmp_path / "rows.csv"
    file.write_text("values,to\nTX,pool: emea\nWA,Nobody we know\n", encoding="utf-8")

    page.get_by_text("Paste or upload rows").click()
    page.locator("[data-upload]").set_input_files(file)
    expect(page.locator("#i-paste-form").get_by_role("alert")).to_contain_text("Line 3")
    complaints.clear()  # the browser complains about every 422
    assert not Draft.objects.exists()
    file.write_text("values,to\nTX,pool: emea\n", encoding="utf-8")
    page.locator("[data-upload]").set_input_files(file)

    expect(cell(page, 2)).to_have_value("TX")
    assert rows()[2] == (["TX"], EMEA)


def test_where_an_outcome_leads_is_chosen_by_name_and_every_kind_can_be(table: None, visit: Visit) -> None:
    page = visit(PAGE, MAYA)

    for kind, label, value, called in (
        ("pool", "Pool", "regulated", "Regulated"),
        ("rep", "Person", "lee@example.com", "Lee Marsh"),
        ("queue", "Queue", "enterprise", "Enterprise queue"),
    ):
        page.get_by_label("Where these leads go").select_option(kind)
        page.get_by_label(label, exact=True).select_option(value)
        expect(page.locator("#c-by-state_target")).to_contain_text(called)
    for kind, label, text in (("nurture", "Track", "newsletter"), ("discard", "Reason", "Too far away")):
        page.get_by_label("Where these leads go").select_option(kind)
        page.get_by_label(label, exact=True).fill(text)
        expect(page.locator("#c-by-state_target")).to_contain_text(text)
    page.get_by_label("Where these leads go").select_option("pool")
    page.get_by_label("Pool", exact=True).select_option("regulated")
    page.get_by_label("Require a skill").select_option("hipaa:1")
    page.get_by_label("Lowest level of HIPAA").select_option("hipaa:3")
    page.get_by_label("Working hours").select_option("require")
    page.get_by_label("SLA").select_option("hot")
    page.get_by_label("If nobody can take it").select_option("queue:enterprise")
    expect(page.locator("#i-goal-if_nobody-to")).to_have_value("queue:enterprise")
    expect(page.locator("#saved")).to_contain_text("Saved")

    draft = Draft.objects.get(tree__slug="inbound")
    target = Revision.objects.get(tree=draft.tree, number=draft.newest).document["rules"][0]["target"]
    assert target == {
        "kind": "pool",
        "pool": "regulated",
        "require_skills": {"hipaa": 3},
        "hours": "require",
        "sla": "hot",
        "if_nobody": {"kind": "queue", "queue": "enterprise"},
    }


def test_the_table_can_be_read_by_everybody_on_every_screen(table: None, visit: Visit) -> None:
    page = visit(PAGE, MAYA)
    expect(cell(page, 0)).to_have_value("CA; NV")

    assert violations(page) == []
    page.get_by_label("Where these leads go").select_option("split")
    expect(page.get_by_label("Name of way 1")).to_be_visible()
    assert violations(page) == []
    page.get_by_label("Where these leads go").select_option("pool")
    expect(page.get_by_label("Working hours")).to_be_visible()
    page.emulate_media(color_scheme="dark")
    assert violations(page) == []
    page.set_viewport_size({"width": 320, "height": 700})
    assert sideways(page) == 0
