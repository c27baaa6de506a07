"""The demo company's tree drawn from an empty one, by keyboard alone and by mouse; all undone, all redone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from config.places import PROJECT
from leads.configuration import store
from leads.demo.company import configuration_text
from leads.demo.crm import read_crm
from leads.demo.logins import REVOPS
from reps.models import User
from routing.builder import drafts
from routing.engine import nodes
from routing.models import Draft, Revision, Tree
from tests.browser.eyes import Visit
from tests.browser.hands import Hands, Keys, Mouse
from tests.office import MAYA, person

Json = dict[str, Any]
TODAY = date(2026, 3, 2)
SAMPLE = PROJECT / "leads" / "demo" / "sample"


@pytest.fixture
def wanted(office: None) -> Json:
    """The demo company beside the office, and its tree of inbound leads as it is written in its file."""
    User.objects.create_user(REVOPS.email, name="Robin Okonkwo", role=User.Role.REVOPS)
    store.load(configuration_text(read_crm(SAMPLE).moved_to(TODAY), TODAY), now=timezone.now())
    document: Json = Tree.objects.get(slug="inbound").versions.get(status="live").document
    return document


def like(document: Json) -> Json:
    """What a tree says, without how its rules are called inside: a single question is one of a list of one."""

    def rule(one: Json) -> Json:
        when = one["when"]
        inner = {"rules": [rule(below) for below in one["rules"]]} if "rules" in one else {}
        return {**one, "id": "", "when": {"all": [when]} if "field" in when else when, **inner}

    return {**document, "rules": [rule(one) for one in document["rules"]], "sticky_days": 0}


class Drawing:
    """A tree drawn piece by piece as a document says, with somebody's hands."""

    def __init__(self, hands: Hands) -> None:
        self.hands, self.page = hands, hands.page

    def tree(self, document: Json) -> None:
        for one in document["rules"]:
            self.rule(one, nodes.ROOT)
        self.hands.stand_on("_otherwise_target")
        self.target(document["otherwise"], "_otherwise_target")

    def rule(self, rule: Json, parent: str) -> None:
        hands = self.hands
        hands.stand_on(f"{parent}_otherwise")
        self.add(parent)
        node = self.page.locator("#inspector").get_attribute("data-node") or ""
        hands.write("i-name", rule["name"])
        self.condition(rule["when"])
        for number, (field, value) in enumerate(rule.get("set", {}).items(), start=1):
            hands.pick("i-set-new", field)
            hands.write("i-set-new-value", value)
            hands.go_to("i-why")
            hands.appears(f"i-set-{number}")
        hands.write("i-why", rule.get("why", ""))
        if "owner" in rule:
            hands.choose("i-owner", rule["owner"])
            hands.write_day("i-review", date.fromisoformat(rule["review_on"]))
        hands.go_to("i-why")
        hands.settle()
        if rule.get("off"):
            self.off()
        hands.press("i-goes")
        self.target(rule["otherwise"] if "rules" in rule else rule["target"], f"{node}_target")
        if "rules" in rule:
            hands.stand_on(node)
            hands.deed("b", "Branch inside")
            expect(self.page.locator(f"#n-{node}_otherwise")).to_be_visible()
            hands.settle()
            for one in rule["rules"]:
                self.rule(one, node)

    def add(self, parent: str) -> None:
        self.page.wait_for_timeout(800)  # longer than what was typed last waits to be saved: its answer moves the cards
        self.hands.settle()
        if isinstance(self.hands, Keys):
            self.hands.deed("a", "")
        else:
            self.page.locator(f"#c-{parent}_otherwise [data-add]").click()
        expect(self.page.locator("#i-name")).to_be_focused()
        self.hands.settle()

    def off(self) -> None:
        if isinstance(self.hands, Keys):
            self.hands.deed("e", "")
        else:
            self.page.get_by_label("More actions").click()
            self.page.get_by_role("button", name="Switch off").click()
        expect(self.page.locator("#inspector .hd").get_by_text("Off", exact=True)).to_be_visible()
        self.hands.settle()

    def condition(self, when: Json) -> None:
        if "any" in when:
            self.hands.press("i-g-any")
            expect(self.page.locator("#i-g-any")).to_have_attribute("aria-pressed", "true")
        parts = [when] if "field" in when else when[next(iter(when))]
        for index, part in enumerate(parts):
            if "field" in part:
                self.hands.press("i-add-condition")
                self.question(part, str(index))
                continue
            self.hands.press("i-add-group")
            for number, inner in enumerate(part["any"]):
                if number:
                    self.hands.press(f"i-add-condition-{index}")
                self.question(inner, f"{index}.{number}")

    def question(self, test: Json, at: str) -> None:
        hands, control = self.hands, f"i-c{at}-value"
        expect(self.page.locator(f"[id='i-c{at}-field']")).to_be_focused()
        hands.settle()
        hands.choose(f"i-c{at}-field", test["field"])
        hands.choose(f"i-c{at}-operator", test["op"])
        value = test.get("value")
        if isinstance(value, list):
            hands.write_each(control, [str(one) for one in value])
        elif isinstance(value, bool):
            hands.choose(control, str(value).lower())
        elif test["op"] == "in_list":
            hands.choose(control, str(value))
        elif value is not None:
            hands.write(control, str(value))
        if "if_blank" in test:
            hands.choose(f"i-c{at}-blank", "yes" if test["if_blank"] else "no")

    def target(self, target: Json, node: str) -> None:
        hands, kind = self.hands, target["kind"]
        expect(self.page.locator("#inspector")).to_have_attribute("data-node", node)
        hands.choose("i-kind-of", kind)
        for key in ("pool", "queue", "tree", "strategy", "sla"):
            if key in target:
                hands.choose(f"i-{key}", target[key])
        for key in ("track", "reason"):
            if key in target:
                hands.write(f"i-{key}", target[key])
                hands.go_to("i-kind-of")
        for skill, level in target.get("require_skills", {}).items():
            hands.pick("i-skill-new", f"{skill}:1")
            hands.appears(f"i-skill-{skill}")
            if level != 1:
                hands.choose(f"i-skill-{skill}", f"{skill}:{level}")
        for skill in target.get("prefer_skills", []):
            hands.pick("i-prefer-new", skill)
            self.page.get_by_label("Do not prefer").first.wait_for()
        if "if_nobody" in target:
            hands.choose("i-goal-if_nobody-to", self.goal(target["if_nobody"]))
        for index, way in enumerate(target.get("ways", [])):
            self.way(way, index)
        hands.settle()

    def way(self, way: Json, index: int) -> None:
        hands = self.hands
        if not hands.is_there(f"i-way-{index}-name"):
            hands.press("i-add-way")
            hands.appears(f"i-way-{index}-name")
            hands.settle()
        hands.write(f"i-way-{index}-name", way["name"])
        hands.write(f"i-way-{index}-share", str(way["share"]))
        hands.choose(f"i-goal-ways-{index}-to", self.goal(way["target"]))
        if "track" in way["target"]:
            hands.write(f"i-goal-ways-{index}-text", way["target"]["track"])
            hands.go_to(f"i-way-{index}-name")

    @staticmethod
    def goal(target: Json) -> str:
        kind = target["kind"]
        return f"{kind}:{target.get(kind, '')}"


def draft(slug: str) -> Json:
    tree = Tree.objects.get(slug=slug)
    document: Json = tree.revisions.get(number=tree.draft.newest).document
    return document


def as_often_as_it_goes(step: Callable[..., Revision], slug: str) -> Json:
    """What the draft says when there is nothing left to undo, or to redo."""
    tree = Tree.objects.get(slug=slug)
    while True:
        try:
            step(tree, rev=Draft.objects.get(tree=tree).newest, by=person(MAYA), now=timezone.now())
        except drafts.NothingTo:
            return draft(slug)


def begun(visit: Visit, name: str) -> Page:
    """A new tree with nothing but its Otherwise."""
    page = visit("/routing/+new/", MAYA)
    page.get_by_label("Name").fill(name)
    page.keyboard.press("Enter")
    expect(page.locator("#tree")).to_be_visible()
    return page


@pytest.mark.parametrize("hands", [Keys, Mouse], ids=["keyboard", "mouse"])
def test_the_demo_companys_tree_can_be_drawn_from_an_empty_one(
    visit: Visit, wanted: Json, hands: Callable[[Page], Hands]
) -> None:
    page = begun(visit, "Drawn")

    Drawing(hands(page)).tree(wanted)

    drawn = draft("drawn")
    assert like(drawn) == like(wanted)
    assert as_often_as_it_goes(drafts.undo, "drawn") == drafts.EMPTY
    assert as_often_as_it_goes(drafts.redo, "drawn") == drawn
