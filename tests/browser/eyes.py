"""What is looked at on every page: axe's rules, and whether it fits the screen."""

from collections.abc import Callable

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

Visit = Callable[..., Page]  # the fixture `visit`: address, e-mail, options of a Playwright context

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


def violations(page: Page) -> list[str]:
    """What axe finds wrong with the page, in a few words each."""
    # What is still sliding in would be measured half-transparent.
    page.evaluate("() => Promise.all(document.getAnimations().map((animation) => animation.finished.catch(() => {})))")
    found = Axe().run(page, options=RULES).response["violations"]
    return [f"{one['id']}: {one['help']} {[node['target'] for node in one['nodes']][:4]}" for one in found]


def sideways(page: Page) -> int:
    """By how many pixels the page can be scrolled sideways; it should be none."""
    width: int = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return width
