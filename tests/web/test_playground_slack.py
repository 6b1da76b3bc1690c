"""Slack's side of the demo in a browser: every act goes over the wire to the real code and back."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.web.desks import Desk, desk

pytestmark = pytest.mark.needs("chromium", "chinese font")


def fill_search(one: Desk, text: str) -> None:
    """Type into the modal's search and take the first that is found."""
    one.page.locator("dialog.view .pick input").first.fill(text)
    one.page.locator("dialog.view .pick-list:not([hidden]) [role=option]").first.click()


def test_a_touch_is_logged_by_a_form_that_searches_the_book(browser: Browser, demo: str) -> None:
    with desk(browser, demo) as one:
        one.open("slack", "renewals-global")
        one.say("slack", "/renewals log")
        expect(one.page.locator("dialog.view h2")).to_have_text("Log a touch")
        fill_search(one, "harb")
        expect(one.page.locator("dialog.view .pick input").first).to_have_value(
            "Harbor & Pine Foods"
        )
        go = one.page.locator("dialog.view .modal-yes")
        go.click()
        expect(one.page.locator("dialog.view .sl-fault:visible")).to_have_count(1)
        one.page.locator("dialog.view textarea").first.fill("Called Ross, budget is approved")
        go.click()
        expect(one.page.locator("dialog.view")).to_have_count(0)
        logged = one.told("slack", "Logged for Harbor & Pine Foods")
        expect(logged.locator(".only-you")).to_be_visible()


def test_home_shows_one_s_renewals_and_its_buttons_act(browser: Browser, demo: str) -> None:
    with desk(browser, demo) as one:
        one.open("slack", "Renewals")
        one.page.locator('.app-tabs [data-tab="home"]').click()
        home = one.page.locator(".home-body")
        expect(home).to_contain_text("Hello, Priya Nair")
        home.locator('button[data-action^="form:"]').first.click()
        expect(one.page.locator("dialog.view")).to_be_visible()
        one.page.keyboard.press("Escape")
        expect(one.page.locator("dialog.view")).to_have_count(0)
        one.page.locator('.app-tabs [data-tab="messages"]').click()
        one.say("slack", "Harbor")
        expect(one.told("slack", "Contracts")).to_contain_text("Harbor & Pine Foods")


def test_what_was_done_stands_in_the_alert_s_thread(browser: Browser, demo: str) -> None:
    with desk(browser, demo) as one:
        one.open("slack", "renewals-global")
        alert = one.page.locator(".slack .posts > .post", has_text="renewals to look after").first
        alert.locator('button[data-line^="claim "]').first.click()
        alert.locator(".thread-bar").click()
        panel = one.page.locator(".thread-panel")
        expect(panel.locator(".post", has_text="Priya Nair claimed it")).to_be_visible()


def test_a_colleague_s_message_is_filed_by_a_pin_and_an_answer_is_shared(
    browser: Browser, demo: str
) -> None:
    with desk(browser, demo) as one, desk(browser, demo) as tom:
        tom.sit_down("Tom Becker")
        for each in (one, tom):
            each.open("slack", "renewals-global")
        tom.say("slack", "Met Ross of Harbor & Pine Foods, they want three years")
        post = one.told("slack", "they want three years")
        post.hover()
        post.locator("[data-tool=pin]").click()
        expect(post.locator(".reactions .mine")).to_have_text("1")
        expect(one.told("slack", "Logged for Harbor & Pine Foods")).to_be_visible()
        expect(tom.page.locator(".slack .post", has_text="Logged for")).to_have_count(0)

        one.say("slack", "/renewals due")
        one.told("slack", "Due within").get_by_role("button", name="Share to channel").click()
        expect(tom.told("slack", "Due within")).not_to_contain_text("Per year")


def test_shortcuts_open_forms_and_a_file_comes_back(browser: Browser, demo: str) -> None:
    with desk(browser, demo) as one:
        one.sit_down("Grace Holloway")
        one.open("slack", "Renewals")
        one.page.locator(".slack .shortcuts").click()
        one.page.get_by_role("menuitem").first.click()
        expect(one.page.locator("dialog.view .pick input")).to_be_visible()
        one.page.keyboard.press("Escape")
        expect(one.page.locator("dialog.view")).to_have_count(0)
        one.say("slack", "export")
        file = one.page.locator(".slack .sl-file a", has_text=".xlsx").last
        with one.page.expect_download() as download:
            file.click()
        assert Path(download.value.path()).read_bytes()[:2] == b"PK"
