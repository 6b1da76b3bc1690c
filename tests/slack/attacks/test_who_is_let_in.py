"""Whoever is no member of our workspace learns and does nothing, whatever the book lists."""

from __future__ import annotations

from typing import Any

import pytest

from storage.store import Store
from tests.sample_book import SampleBook
from tests.slack.answered import words_in
from tests.slack.attacks.front import Front, event, front, search, shortcut, slash, submission, tap
from tests.slack.house import ADA, LILEI
from tests.wecom.dialogues import claimed_by, ticked_book

SECRETS = ("华为", "1,200,000", "120 万", "星河", "韩梅梅")


@pytest.fixture
async def book(store: Store) -> SampleBook:
    """The sample book, every renewal opened."""
    return await ticked_book(store)


def everything_said(at: Front, *answers: Any) -> str:
    """All that went out, and the acknowledgements."""
    slack = at.home.slack
    said = [*answers, *(call for _, call in slack.calls), *(body for _, body in slack.responses)]
    return str(said)


OUTSIDE: dict[str, dict[str, Any]] = {
    "a guest": {"is_restricted": True},
    "a guest of one channel": {"is_ultra_restricted": True},
    "somebody who was invited": {"is_invited_user": True},
    "a stranger in a shared channel": {"is_stranger": True},
    "somebody of another company": {"team_id": "T9OTHER"},
    "a bot": {"is_bot": True},
    "a workflow": {"is_workflow_bot": True},
    "somebody deactivated": {"deleted": True},
}


async def test_who_is_no_member_sees_nothing_by_any_way(store: Store, book: SampleBook) -> None:
    for who, about in OUTSIDE.items():
        said = await told_by(store, about)
        assert not [word for word in SECRETS if word in said.replace("show 华为", "")], who
        assert await claimed_by(store, book) is None, who


async def told_by(store: Store, about: dict[str, Any]) -> str:
    """All that somebody hears whose account is such."""
    async with store.begin() as tx:
        await tx.settings.take(f"slack.profile:{LILEI}")
    async with front(store) as at:
        at.home.slack.users[LILEI] = {"id": LILEI, "team_id": "T1", **about}
        answers = [
            await at.tell(told)
            for told in (
                slash(at, "show 华为"),
                slash(at, "due 365d"),
                slash(at, "link"),
                tap(at, "claim HT-2"),
                tap(at, "show 华为", action="share:1"),
                tap(at, "log HT-2", action="form:1"),
                shortcut(at, "聊了聊"),
                search("华"),
                search("", what="person"),
                event("message", channel="D1", channel_type="im", user=LILEI, ts="1.1", text="due"),
                event("app_mention", channel="C0EAST", user=LILEI, ts="1.2", text="<@U0BOT> due"),
                event("app_home_opened", user=LILEI, tab="home", channel="D1"),
            )
        ]
        await at.home.settled()
        return everything_said(at, *answers)


async def test_whose_workspace_has_not_the_app_is_nobody_even_if_the_book_lists_the_id(
    store: Store, book: SampleBook
) -> None:
    """In a shared channel a tap names the company of who tapped, and the book may list them."""
    team = "T9OTHER"
    async with front(store) as at:
        told = slash(at, "show 华为", team_id=team)
        answers = [await at.tell(told), await at.tell(tap(at, "claim HT-2", team=team))]
        answers.append(await at.tell(search("华", team=team)))
        # Of a form that was opened in a shared channel only the view tells where the app is.
        form = submission('{"line":"show 华为","origin":""}')
        form["view"]["app_installed_team_id"] = "T1"
        answers.append(await at.tell({**form, "team": {"id": team}, "user": {"id": LILEI}}))
        await at.home.settled()
        said = everything_said(at, *answers)
    assert not [word for word in SECRETS if word in said]
    assert await claimed_by(store, book) is None


async def test_an_answer_of_the_directory_without_anybody_in_it_is_no_word_for_somebody(
    store: Store, book: SampleBook
) -> None:
    async with front(store) as at:
        at.home.slack.users["U9GUEST"] = {"id": "U9GUEST", "team_id": "T1", "is_restricted": True}
        answers: list[dict[str, Any]] = [{}, {"user": {}}, {"user": "U9GUEST"}, {"user": None}]
        for nobody in answers:
            at.home.slack.scripts["users.info"].append({"ok": True, **nobody})
            await at.tell(slash(at, "link", "U9GUEST"))
            assert await keys(store) == []


async def keys(store: Store) -> list[str]:
    """What was kept of anybody."""
    async with store.read() as tx:
        return [*await tx.settings.under("slack.profile:"), *await tx.settings.under("link.")]


async def test_a_home_tab_is_not_filled_again_for_who_became_a_guest(
    store: Store, book: SampleBook
) -> None:
    """Their tab was full when they were a colleague; no event told that they are a guest now."""
    async with front(store) as at:
        opened = {"user": LILEI, "tab": "home", "channel": "D1"}
        await at.tell(event("app_home_opened", **opened))
        assert "华为" in words_in(at.home.slack.asked("views.publish")[-1])
        at.home.slack.users[LILEI] = {"id": LILEI, "team_id": "T1", "is_restricted": True}
        at.home.clock.later(days=2)
        await at.tell(event("app_home_opened", **opened))
        assert "华为" not in words_in(at.home.slack.asked("views.publish")[-1])
        shown = len(at.home.slack.asked("views.publish"))
        await at.tell(slash(at, "claim HT-2", ADA))
        at.home.clock.later(minutes=5)
        await at.home.homes.refresh()
        assert [
            call
            for call in at.home.slack.asked("views.publish")[shown:]
            if call["user_id"] == LILEI and "华为" in words_in(call)
        ] == []
