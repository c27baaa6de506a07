"""Editing the score model in a browser: what was typed survives every press, a change is seen before it is made."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from leads.configuration import store
from leads.models import ScoreVersion
from tests.browser.eyes import Visit, sideways, violations
from tests.office import MAYA, arrive

MODEL = """
version: 1
scoring:
  threshold: 40
  rules:
    - {name: Large, when: {field: employees, op: gte, value: 500}, points: 30}
    - {name: Our kind, when: {field: industry, op: in, value: [Healthcare, Banking]}, points: 25}
  grades: {A: 50, B: 20}
"""


@pytest.fixture
def model(office: None) -> None:
    store.load(MODEL, now=timezone.now())
    arrive("Kim Roe", intent="content", employees=600, industry="Steel")
    arrive("Iris Wolf", intent="content", employees=5000, industry="Healthcare")


def test_a_change_is_tried_before_it_is_published(model: None, visit: Visit) -> None:
    page = visit("/scoring/", MAYA)

    page.get_by_role("link", name="Edit").click()
    page.get_by_label("Points a lead needs").fill("30")
    page.get_by_role("button", name="Move rule 1 down").click()
    expect(page.locator("#rule-1").get_by_label("Name", exact=True)).to_have_value("Large")
    expect(page.locator("#rule-1").get_by_label("Condition")).to_have_value(
        '{"field": "employees", "op": "gte", "value": 500}'
    )
    page.get_by_role("button", name="See what would change").last.click()

    expect(page.locator("#preview")).to_contain_text("Kim Roe")
    expect(page.locator("#preview")).not_to_contain_text("Iris Wolf")
    page.get_by_label("Why, for the history").fill("Steel buys too")
    page.get_by_role("button", name="Publish version 2").click()
    expect(page.get_by_text("Version 2 in force", exact=True)).to_be_visible()
    assert ScoreVersion.objects.get(number=2).document["threshold"] == 30


def test_what_is_wrong_stands_beside_its_field(model: None, visit: Visit, complaints: list[str]) -> None:
    page = visit("/scoring/edit/", MAYA)

    page.get_by_role("button", name="Add a rule").click()
    page.locator("#rule-2").get_by_label("Condition").fill("{}")
    page.locator("#rule-2").get_by_label("Name", exact=True).press("Enter")

    expect(page.locator("#wrong-2")).to_contain_text("when: must be one condition")
    expect(page.locator("#rule-0").get_by_label("Name", exact=True)).to_have_value("Large")
    complaints.clear()  # the browser complains about every 422
    assert violations(page) == []
    page.set_viewport_size({"width": 320, "height": 700})
    assert sideways(page) == 0
    page.emulate_media(color_scheme="dark")
    assert violations(page) == []
