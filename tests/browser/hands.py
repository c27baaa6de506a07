"""Two ways to use the builder: with the keyboard alone, or with the mouse and the keyboard only where one writes.

Both find controls by their ids, as a person finds them by looking; the keyboard reaches them by Tab.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from datetime import date

from playwright.sync_api import Page, expect

MOST_TABS = 250
AT_WORK = ".htmx-request, .htmx-settling, .htmx-swapping"
FOCUSED = "document.activeElement.id"
# Whether the wanted control comes before what has the focus, in the order of the page.
IS_BEFORE = """(id) => Boolean(document.activeElement.compareDocumentPosition(document.getElementById(id))
    & Node.DOCUMENT_POSITION_PRECEDING)"""
LABEL = """([id, value]) => [...document.getElementById(id).options].find((one) => one.value === value)?.label"""


class Hands(ABC):
    """What both can do; `page` shows a builder."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def settle(self) -> None:
        """Until nothing is under way and everything is saved."""
        expect(self.page.locator(AT_WORK)).to_have_count(0)
        expect(self.page.locator("#saved")).to_contain_text("Saved")
        expect(self.page.locator("#tree .card:not(li.n > .card)")).to_have_count(0)
        expect(self.page.locator(AT_WORK)).to_have_count(0)

    def is_there(self, control: str) -> bool:
        return self.page.locator(f"[id='{control}']").count() > 0

    def appears(self, control: str) -> None:
        expect(self.page.locator(f"[id='{control}']")).to_be_visible()

    def value(self, control: str) -> str:
        return self.page.locator(f"[id='{control}']").input_value()

    # Each of these is done by one of the two.

    @abstractmethod
    def stand_on(self, node: str) -> None:
        """Choose this piece of the tree, in the tree."""

    @abstractmethod
    def press(self, control: str) -> None:
        """A button."""

    @abstractmethod
    def pick(self, control: str, value: str) -> None:
        """In a list, with nothing saved by it yet."""

    @abstractmethod
    def go_to(self, control: str) -> None:
        """Into a field."""

    @abstractmethod
    def deed(self, letter: str, label: str) -> None:
        """What a letter does to the piece that is chosen, or the button of this name."""

    def choose(self, control: str, value: str) -> None:
        """In a list, unless it is chosen there, and wait until that is saved."""
        self.appears(control)
        if self.value(control) == value:
            return
        before = self.value("rev")
        self.pick(control, value)
        expect(self.page.locator("#rev")).not_to_have_value(before)
        self.settle()
        assert self.value(control) == value

    def write(self, control: str, text: str) -> None:
        self.go_to(control)
        self.page.keyboard.press("Control+a")
        self.page.keyboard.type(text)

    def write_day(self, control: str, day: date) -> None:
        """As an American browser asks for it: month, day, year."""
        self.go_to(control)
        self.page.keyboard.type(f"{day:%m%d%Y}")

    def write_each(self, control: str, texts: list[str]) -> None:
        self.go_to(control)
        for text in texts:
            self.page.keyboard.type(text)
            self.page.keyboard.press("Enter")
        self.settle()


class Keys(Hands):
    def stand_on(self, node: str) -> None:
        keyboard = self.page.keyboard
        if not self._is_in_tree():
            keyboard.press("Escape")
        if not self._is_in_tree():
            self._tab_until(self._is_in_tree, "the tree")
        keyboard.press("Home")
        for _ in range(MOST_TABS):
            if self.page.evaluate(FOCUSED) == f"n-{node}":
                keyboard.press("Enter")
                expect(self.page.locator("#inspector")).to_have_attribute("data-node", node)
                self.settle()
                return
            keyboard.press("ArrowDown")
        raise AssertionError(f"the arrows do not lead to {node}")

    def press(self, control: str) -> None:
        self.go_to(control)
        self.page.keyboard.press("Enter")

    def pick(self, control: str, value: str) -> None:
        self.go_to(control)
        label = self.page.evaluate(LABEL, [control, value])
        assert label, f"{control} offers no {value}"
        self.page.keyboard.type(label)
        for _ in range(MOST_TABS):
            if self.value(control) == value:
                break
            self.page.keyboard.press("ArrowDown")

    def go_to(self, control: str) -> None:
        self.appears(control)
        key = "Shift+Tab" if self.page.evaluate(IS_BEFORE, control) else "Tab"
        self._tab_until(lambda: self.page.evaluate(FOCUSED) == control, control, key)

    def deed(self, letter: str, label: str) -> None:
        self.page.keyboard.press("Escape")
        expect(self.page.locator("#tree li.n:focus")).to_have_count(1)
        self.page.keyboard.press(letter)

    def _is_in_tree(self) -> bool:
        return bool(self.page.evaluate("document.activeElement.matches('#tree li.n')"))

    def _tab_until(self, there: object, what: str, key: str = "Tab") -> None:
        assert callable(there)
        for _ in range(MOST_TABS):
            if there():
                return
            self.page.keyboard.press(key)
        raise AssertionError(f"{key} does not lead to {what}")


class Mouse(Hands):
    def stand_on(self, node: str) -> None:
        self.page.locator(f"#c-{node} .h").click()
        expect(self.page.locator("#inspector")).to_have_attribute("data-node", node)
        self.settle()

    def press(self, control: str) -> None:
        self.page.locator(f"[id='{control}']").click()

    def pick(self, control: str, value: str) -> None:
        self.page.locator(f"[id='{control}']").select_option(value)

    def go_to(self, control: str) -> None:
        # Near its beginning: a date's first part is the month.
        self.page.locator(f"[id='{control}']").click(position={"x": 14, "y": 12})

    def deed(self, letter: str, label: str) -> None:
        self.page.locator("#inspector").get_by_role("button", name=label, exact=True).click()
