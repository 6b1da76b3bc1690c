"""Slack's side of the page in a browser: what people see and do, and what the server is told of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Request, expect

from tests.web.desks import Desk, desk
from tests.web.slack_views import home_view, loading_view, log_view, option, plain
from tests.web.stage import ADA, CHANNEL, LI, Stage, stage

pytestmark = pytest.mark.needs("chromium", "chinese font")

FOUND = {"options": [option("Larkspur Solar", "A-12", "R-12"), option("Harbor & Pine", "A-13")]}


@contextmanager
def sitting(browser: Browser, play: Stage) -> Iterator[Desk]:
    """Ada at the page."""
    with desk(browser, play.address) as one:
        one.page.locator(".welcome-close").click()
        yield one


@pytest.fixture
def play() -> Iterator[Stage]:
    """A stage with nothing on it."""
    with stage() as set_up:
        set_up.answers["slack/seek"] = FOUND
        yield set_up


def asked_of(request: Request) -> dict[str, Any]:
    """What the page asked for."""
    found: dict[str, Any] = json.loads(request.post_data or "{}")
    return found


def field(one: Desk, label: str) -> Locator:
    """A field of the modal by its label."""
    return one.page.locator("dialog").get_by_label(label)


def pick(one: Desk, label: str, text: str) -> None:
    """Type into a select and take what is found."""
    field(one, label).fill(text)
    one.page.locator("dialog .pick-list:not([hidden]) [role=option]", has_text=text).click()


def test_a_form_hands_in_slack_s_own_state_of_every_field(browser: Browser, play: Stage) -> None:
    with sitting(browser, play) as one:
        play.show(log_view())
        pick(one, "Customer", "Larkspur")
        assert play.last("slack/seek")["text"] == "Larkspur"
        pick(one, "Kind", "Visit")
        pick(one, "Owner", "李雷")
        field(one, "What happened?").fill("a < b & c")
        field(one, "Next step on").fill("2026-03-11")
        one.page.locator("dialog label", has_text="Doubtful").click()
        one.page.locator("dialog label", has_text="Usage").click()
        field(one, "Amount").fill("12.5")
        pick(one, "With", "Ada")
        pick(one, "With", "李雷")
        one.page.locator("dialog .modal-yes").click()
        expect(one.page.locator("dialog .modal-yes")).not_to_have_attribute("aria-busy", "true")
        handed = play.last("slack/submit")
        values: dict[str, Any] = {
            name: state for block in handed["values"].values() for name, state in block.items()
        }
        assert handed["view"] == "V1"
        assert values == {
            "customer": {"type": "external_select", "selected_option": FOUND["options"][0]},
            "kind": {"type": "static_select", "selected_option": option("Visit", "visit")},
            "owner": {"type": "users_select", "selected_user": LI.slack_id},
            "note": {"type": "plain_text_input", "value": "a < b & c"},
            "next_on": {"type": "datepicker", "selected_date": "2026-03-11"},
            "mood": {"type": "radio_buttons", "selected_option": option("Doubtful", "-1")},
            "topics": {"type": "checkboxes", "selected_options": [option("Usage", "usage")]},
            "amount": {"type": "number_input", "value": "12.5"},
            "with": {"type": "multi_users_select", "selected_users": [ADA.slack_id, LI.slack_id]},
            "email": {"type": "email_text_input", "value": None},
            "at": {"type": "timepicker", "selected_time": "09:30"},
        }


def test_what_is_missing_or_refused_is_said_at_its_field(browser: Browser, play: Stage) -> None:
    play.answers["slack/submit"] = {"errors": {"note": "Please say what happened."}}
    with sitting(browser, play) as one:
        play.show(log_view())
        go = one.page.locator("dialog .modal-yes")
        go.click()
        expect(one.page.locator("dialog .sl-fault:visible")).to_have_count(3)
        assert not [name for name, _ in play.asked if name == "slack/submit"]
        pick(one, "Customer", "Harbor")
        pick(one, "Kind", "Call")
        field(one, "What happened?").fill("x")
        field(one, "E-mail").fill("nobody")
        go.click()
        expect(one.page.locator("dialog .sl-fault:visible")).to_have_text(
            "Please enter a valid email address."
        )
        field(one, "E-mail").fill("")
        go.click()
        expect(one.page.locator("dialog .sl-fault:visible")).to_have_text(
            "Please say what happened."
        )
        expect(field(one, "What happened?")).to_be_focused()


def test_a_loading_view_becomes_the_form_and_another_face_keeps_what_was_typed(
    browser: Browser, play: Stage
) -> None:
    with sitting(browser, play) as one:
        play.show(loading_view())
        expect(one.page.locator("dialog")).to_contain_text("Loading…")
        expect(one.page.locator("dialog .modal-yes")).to_have_count(0)
        play.show(log_view(hash_="1.a"))
        field(one, "What happened?").fill("half a sentence")
        pick(one, "Kind", "Visit")
        play.show({**log_view(hash_="2.a"), "title": plain("Log a visit")})
        expect(one.page.locator("dialog h2")).to_have_text("Log a visit")
        expect(field(one, "What happened?")).to_have_value("half a sentence")
        expect(field(one, "Kind")).to_have_value("Visit")
        play.show()
        expect(one.page.locator("dialog")).to_have_count(0)


def test_escape_closes_a_form_and_the_app_may_hear_of_it(browser: Browser, play: Stage) -> None:
    with sitting(browser, play) as one:
        play.show(log_view(), {**log_view(), "id": "V2", "title": plain("On top")})
        expect(one.page.locator("dialog h2")).to_have_text("On top")
        with one.page.expect_request("**/slack/close") as asked:
            one.page.keyboard.press("Escape")
        assert asked_of(asked.value) == {"person": "1", "view": "V2", "all": False}
        play.show(log_view())
        expect(one.page.locator("dialog h2")).to_have_text("Log a touch")
        with one.page.expect_request("**/slack/close") as asked:
            one.page.locator("dialog header button").last.click()
        assert asked_of(asked.value) == {"person": "1", "view": "V1", "all": True}
        expect(one.page.locator("dialog")).to_have_count(0)


def test_the_home_tab_asks_before_what_cannot_be_undone(browser: Browser, play: Stage) -> None:
    with sitting(browser, play) as one:
        one.open("slack", "Renewals")
        one.page.locator('.app-tabs [data-tab="home"]').click()
        expect(one.page.locator(".home-scroll")).to_contain_text("Nothing here yet")
        play.show(home=home_view())
        body = one.page.locator(".home-body")
        body.get_by_role("button", name="Claim").click()
        expect(body.get_by_role("button", name="Claim")).not_to_have_attribute("aria-busy", "true")
        told = play.last("slack/act")
        assert (told["home"], told["block"], told["action"]) == (True, "r2", "line:0")
        assert told["state"] == {"type": "button", "value": "claim R-13"}

        body.get_by_role("button", name="Mark lost").click()
        one.page.locator("dialog.confirm .modal-no").click()
        assert play.last("slack/act")["action"] == "line:0"
        body.locator(".overflow").click()
        one.page.get_by_role("menuitem", name="Mark as lost").click()
        with one.page.expect_request("**/slack/act") as asked:
            one.page.locator("dialog.confirm .modal-yes").click()
        state = asked_of(asked.value)["state"]
        assert state["selected_option"]["value"] == "lost R-12"


def test_a_thread_is_read_and_answered_beside_its_conversation(
    browser: Browser, play: Stage
) -> None:
    card = play.hang(payload={"text": "R-12 ends soon", "blocks": []})
    play.hang(payload={"text": "李雷 claimed it", "blocks": []}, thread=card.ts)
    with sitting(browser, play) as one:
        posts = one.open("slack", "renewals-east")
        expect(posts.locator("> .post")).to_have_count(1)
        posts.locator(".thread-bar").click()
        panel = one.page.locator(".thread-panel")
        expect(panel).to_contain_text("李雷 claimed it")
        panel.locator("textarea").fill("well done")
        with one.page.expect_request("**/playground/say") as asked:
            panel.locator("textarea").press("Enter")
        assert asked_of(asked.value)["thread"] == card.id
        play.hang(text="well done", person_id=1, author="Ada Park", thread=card.ts)
        expect(panel.locator(".post")).to_have_count(3)
        one.page.keyboard.press("Escape")
        expect(panel).to_be_hidden()
        expect(posts.locator(".thread-bar")).to_contain_text("2 replies")


def test_a_message_s_menu_files_it_and_a_pin_is_seen_by_all(browser: Browser, play: Stage) -> None:
    said = play.hang(text="phone with <@U0LI> &amp; co", person_id=LI.id, author=LI.name)
    with sitting(browser, play) as one:
        one.open("slack", "renewals-east")
        post = one.told("slack", "phone with @李雷 & co")
        post.hover()
        post.locator("[data-tool=more]").click()
        with one.page.expect_request("**/slack/shortcut") as asked:
            one.page.get_by_role("menuitem", name="Log as touch").click()
        assert asked_of(asked.value) == {
            "person": "1",
            "name": "log_as_touch",
            "place": f"slack:{CHANNEL}",
            "post": said.id,
        }
        post.hover()
        with one.page.expect_request("**/slack/react"):
            post.locator("[data-tool=pin]").click()
        play.hang(
            id=said.id,
            ts=said.ts,
            text=said.text,
            person_id=LI.id,
            author=LI.name,
            revision=1,
            reactions={"pushpin": frozenset({1, 2})},
            previews=({"blocks": [{"type": "header", "text": plain("Larkspur Solar")}]},),
        )
        expect(post.locator(".reactions .mine")).to_have_text("2")
        expect(post.locator(".sl-preview")).to_have_text("Larkspur Solar")
        expect(post.locator(".edited")).to_have_count(0)
        one.page.locator(".shortcuts").click()
        with one.page.expect_request("**/slack/shortcut") as globally:
            one.page.get_by_role("menuitem", name="Look up customer").click()
        assert asked_of(globally.value) == {"person": "1", "name": "look_up"}


def test_a_select_in_a_message_searches_and_a_deleted_message_goes(
    browser: Browser, play: Stage
) -> None:
    select = {"type": "external_select", "action_id": "search:customer", "min_query_length": 0}
    blocks = [{"type": "actions", "block_id": "a", "elements": [select]}]
    card = play.hang(payload={"text": "Which one?", "blocks": blocks}, only_for=1)
    with sitting(browser, play) as one:
        one.open("slack", "renewals-east")
        post = one.last("slack")
        expect(post.locator(".only-you")).to_have_text("Only visible to you")
        expect(post.locator(".post-tools")).to_have_count(0)
        post.locator(".pick input").click()
        with one.page.expect_request("**/slack/act") as asked:
            post.locator("[role=option]", has_text="Harbor").click()
        told = asked_of(asked.value)
        assert (told["post"], told["action"]) == (card.id, "search:customer")
        assert told["state"]["selected_option"]["value"] == "A-13"
        play.hang(id=card.id, payload={"text": "", "blocks": []}, only_for=1, gone=True)
        expect(one.page.locator(".slack .post")).to_have_count(0)


def test_on_a_phone_a_form_takes_the_screen_and_fingers_find_the_menu(
    browser: Browser, play: Stage
) -> None:
    play.hang(text="hello", person_id=LI.id, author=LI.name)
    context = browser.new_context(
        locale="zh-CN", viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True
    )
    try:
        one = Desk(context.new_page())
        one.page.goto(play.address)
        one.page.locator('.tabs [data-tab="slack"]').click()
        expect(one.page.locator(".slack .post [data-tool=more]")).to_be_visible()
        play.show(log_view(zh=True))
        box = one.page.locator("dialog.view").bounding_box()
        assert box is not None
        assert (box["x"], box["y"], box["width"], box["height"]) == (0, 0, 390, 844)
        expect(one.page.locator("dialog .modal-yes")).to_have_text("保存")
        wide = one.page.evaluate("document.documentElement.scrollWidth")
        assert wide == 390
        assert one.faults == []
    finally:
        context.close()
