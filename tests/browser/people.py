"""People in browsers: each has a context of their own, signs in on the pool's page, and is watched."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, ConsoleMessage, Page, expect

from sandbox.deployment.delivered import Delivered

TIMEOUT_MS = 30_000
# Chromium says so of each answer that is not 2xx; tests look at answers themselves.
_STATUS_LINE = "Failed to load resource"


@dataclass
class Watch:
    """Hold what a page must not have: errors in its console, and requests that leave this machine."""

    errors: list[str] = field(default_factory=list)
    hosts: set[str] = field(default_factory=set)

    def attach(self, page: Page) -> None:
        """Watch a page from now on."""
        page.on("console", self._note)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("request", lambda request: self.hosts.add(urlsplit(request.url).hostname or ""))

    def _note(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not message.text.startswith(_STATUS_LINE):
            self.errors.append(message.text)

    def check(self) -> None:
        """Raise AssertionError where the page had an error, or called somebody else."""
        assert not self.errors, f"in the console: {self.errors}"
        # A blob has no host: the player's own.
        elsewhere = self.hosts - {"localhost", "127.0.0.1", ""}
        assert not elsewhere, f"requests to {elsewhere}"


class People:
    """Open pages for people of a group."""

    def __init__(self, browser: Browser, delivered: Delivered) -> None:
        self._browser = browser
        self._delivered = delivered

    @contextmanager
    def page(self, group: str, *, watched: bool = True, **options: Any) -> Iterator[Page]:
        """Yield a page on which somebody of a group has signed in; then check what it must not have had."""
        context = self._browser.new_context(base_url=self._delivered.page_url, **options)
        context.set_default_timeout(TIMEOUT_MS)
        watch = Watch()
        try:
            page = context.new_page()
            watch.attach(page)
            page.goto("/")
            self.sign_in(page, group)
            yield page
            if watched:
                watch.check()
        finally:
            context.close()

    def sign_in(self, page: Page, group: str) -> None:
        """Sign in as people do: by the button, on the pool's page."""
        person = self._delivered.add_person(f"{group}@example.com", group)
        page.get_by_role("button", name="Sign in").click()
        page.locator("input[name=username]").fill(person.email)
        page.locator("input[name=password]").fill(person.password)
        page.locator("[type=submit]").click()
        expect(page.get_by_role("button", name="Sign out")).to_be_visible()


def until(page: Page, expression: str) -> None:
    """Wait until an expression is true in a page, whose own policy lets nothing wait within it."""
    ends = time.monotonic() + TIMEOUT_MS / 1000
    while not page.evaluate(expression):
        assert time.monotonic() < ends, f"never true: {expression}"
        page.wait_for_timeout(100)
