"""The playground as somebody at a screen uses it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Locator, Page, expect

WAIT_MS = 20_000
"""Generous, for a busy machine: whatever is waited for comes by an event, not by time."""


class Desk:
    """One person's page."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.faults: list[str] = []
        page.on("pageerror", lambda fault: self.faults.append(str(fault)))
        page.on("console", self._heard)

    def _heard(self, message: object) -> None:
        kind, text = getattr(message, "type", ""), getattr(message, "text", "")
        if kind in ("error", "warning"):
            self.faults.append(text)

    def sit_down(self, name: str) -> None:
        """Become the person of that name."""
        self.page.locator(f'.people [aria-label*="{name}"]').click()
        expect(self.page.locator('.people [aria-pressed="true"]')).to_contain_text(name)

    def read_in(self, locale: str) -> None:
        """Choose a language; the page comes anew in it."""
        self.page.locator(f'.languages [data-locale="{locale}"]').click()
        expect(self.page.locator("html")).to_have_attribute("data-locale", locale)
        expect(self.page.locator(".people [aria-pressed='true']")).to_be_visible()

    def open(self, side: str, name: str) -> Locator:
        """Open a place on one side by its name; gives its list of messages."""
        names = self.page.locator(f".{side} .place-name")
        names.filter(has_text=re.compile(rf"^\s*{re.escape(name)}\s*$")).click()
        return self.page.locator(f".{side} .posts")

    def say(self, side: str, line: str) -> None:
        """Type a line into the open place and send it."""
        self.page.locator(f"#line-{side}").fill(line)
        self.page.locator(f"#line-{side}").press("Enter")

    def last(self, side: str) -> Locator:
        """The newest message of the open place."""
        return self.page.locator(f".{side} .posts > .post").last

    def told(self, side: str, text: str) -> Locator:
        """The newest message of the open place that says so; others may arrive after it."""
        return self.page.locator(f".{side} .posts > .post", has_text=text).last

    def time(self) -> str:
        """What the book's clock shows."""
        return self.page.locator(".clock-face").inner_text()

    def shot(self, name: str) -> bytes:
        """A picture of the page."""
        return self.page.screenshot(path=name)


@contextmanager
def desk(browser: Browser, address: str, *, locale: str = "en-US") -> Iterator[Desk]:
    """A page of the playground in a browser of that language; nothing may go wrong on it."""
    context = browser.new_context(locale=locale, viewport={"width": 1500, "height": 950})
    context.set_default_timeout(WAIT_MS)
    expect.set_options(timeout=WAIT_MS)
    sat = Desk(context.new_page())
    try:
        sat.page.goto(address)
        expect(sat.page.locator(".people [aria-pressed='true']")).to_be_visible()
        yield sat
        assert sat.faults == []
    finally:
        context.close()
