"""Whole pages in Chromium, as people see them. Whatever the browser complains about fails the test.

Leads go through the real pipeline in the test's own process while the page is open in the browser.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.browser.eyes import Visit
from tests.office import open_office, signed_in

# Playwright's own loop runs in this thread, and Django would take our queries for ones made inside it.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
# A machine that tests may be busy.
PATIENCE_MS = 20_000
expect.set_options(timeout=PATIENCE_MS)

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
# Once the answers that are under way have come. A page that still asks while its test's database is taken down would
# ask somebody else's.
QUIET = """() => Promise.all([...document.querySelectorAll("[data-live].htmx-request")].map(
    (live) => new Promise((done) => live.addEventListener("htmx:afterRequest", done)),
))"""


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    path = next((found for name in CHROMIUM if (found := shutil.which(name))), None)
    if path is None:
        pytest.fail("The browser tests need Chromium (Debian: apt-get install chromium).")
    # Chromium's sandbox cannot be had as root.
    flags = [*FLAGS, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    return {**browser_type_launch_args, "executable_path": path, "args": flags}


@pytest.fixture
def office(transactional_db: None) -> None:
    open_office()


@pytest.fixture
def complaints() -> Iterator[list[str]]:
    """What the browser complained about. A test that expects a complaint takes it out."""
    heard: list[str] = []
    yield heard
    assert heard == []


@pytest.fixture
def visit(
    office: None, live_server: LiveServer, new_context: Callable[..., BrowserContext], complaints: list[str]
) -> Iterator[Visit]:
    """Open an address as somebody (or as nobody), in a browser of his own; options are Playwright's for a context."""
    opened: list[Page] = []

    def open_page(address: str, email: str = "", **options: Any) -> Page:
        context = new_context(base_url=live_server.url, viewport={"width": 1440, "height": 900}, **options)
        context.set_default_timeout(PATIENCE_MS)
        if email:
            cookie = signed_in(email).cookies["sessionid"].value
            context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
        page = context.new_page()
        page.on("console", lambda message: _hear(message, complaints))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(address)
        opened.append(page)
        return page

    yield open_page
    for page in opened:
        page.evaluate(QUIET)
        page.goto("about:blank")


def _hear(message: ConsoleMessage, complaints: list[str]) -> None:
    if message.type in ("error", "warning"):
        complaints.append(f"{message.text} ({message.location.get('url', '')})")
