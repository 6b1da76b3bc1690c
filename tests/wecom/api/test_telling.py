"""Alerts to members through the app, with the real cards, from the outbox to WeCom and back."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from bot.adapters.base import Adapters
from bot.adapters.wecom_app import WecomApp
from bot.delivery.courier import Courier
from bot.delivery.rounds import deliver_all
from handlers.announcing import compose
from handlers.announcing_types import Composed
from messages.model import Attachment
from storage.outbox import Delivery
from storage.posts import Post
from storage.store import Store
from tests.chat.conftest import book, chat
from tests.chatting import Chat
from tests.delivery.world import Clock as Steady
from tests.fakes.wecom_api import FakeApi, Trouble
from tests.wecom.api.conftest import OpenApi

__all__ = ["book", "chat"]

BEI = "user:wangbei"


class AppOfOne(WecomApp):
    """The app, as if it were there for 王北 alone."""

    def serves(self, place: str) -> bool:
        """Nobody else."""
        return place == BEI


class Telling:
    """A courier that has only the app, and what it did."""

    def __init__(self, chat: Chat, open_api: OpenApi) -> None:
        self.chat = chat
        self.steady = Steady()
        api = open_api(clock=lambda: chat.now, timeout_s=0.3)
        self.app = AppOfOne(api, 7, clock=lambda: chat.now)

    async def deliver(self) -> None:
        """Everything that is due."""

        async def made(tx: Any, rows: Any, now: Any) -> Composed:
            return await compose(tx, rows, now, self.chat.rules)

        await deliver_all(
            Courier(
                self.chat.store,
                Adapters([self.app]),
                made,
                lambda: self.chat.now,
                steady=self.steady.read_steady,
            )
        )

    def later(self, **by: float) -> None:
        """Let time pass."""
        self.chat.later(**by)
        self.steady.move(**by)

    async def rows(self, kind: str) -> list[Delivery]:
        """The deliveries of a kind to the one member."""
        return [row for row in await self.chat.outbox(kind) if row.place == BEI]

    async def post(self) -> Post:
        """The alert as it hangs."""
        async with self.chat.store.read() as tx:
            found = await tx.posts.get(1)
        assert found is not None
        return found


@pytest.fixture
async def telling(chat: Chat, open_api: OpenApi) -> Telling:
    """An alert is due to 王北."""
    await chat.tick()
    made = Telling(chat, open_api)
    made.later(hours=1)
    return made


def sent(wecom: FakeApi) -> list[dict[str, Any]]:
    return wecom.bodies("message/send")


def updates(wecom: FakeApi) -> list[dict[str, Any]]:
    return wecom.bodies("message/update_template_card")


async def test_an_alert_is_a_card_that_a_tap_finds(wecom: FakeApi, telling: Telling) -> None:
    await telling.deliver()
    (body,) = sent(wecom)
    card = body["template_card"]
    assert card["button_list"]
    async with telling.chat.store.read() as tx:
        post = await tx.posts.at("wecom", BEI, card["task_id"])
    assert post is not None
    assert post.response_code
    assert post.editable_until is not None


async def test_the_first_change_repaints_the_card_and_the_next_is_told(
    wecom: FakeApi, telling: Telling
) -> None:
    await telling.deliver()
    await telling.chat("claim HT-7", as_="王北")
    await telling.deliver()
    (update,) = updates(wecom)
    assert "王北" in str(update["template_card"])
    assert len(sent(wecom)) == 1

    telling.later(hours=1)
    await telling.chat("release HT-7", as_="王北")
    await telling.deliver()
    assert len(updates(wecom)) == 1
    assert len(sent(wecom)) == 2


async def test_two_changes_at_once_are_one_new_face(wecom: FakeApi, telling: Telling) -> None:
    await telling.deliver()
    await telling.chat("claim HT-7", as_="王北")
    await telling.chat("release HT-7", as_="王北")
    await telling.deliver()
    assert len(updates(wecom)) == 1
    assert len(sent(wecom)) == 1


async def test_what_was_decided_is_a_card_that_cannot_be_claimed(
    wecom: FakeApi, telling: Telling
) -> None:
    await telling.deliver()
    await telling.chat("won HT-7", as_="王北")
    await telling.deliver()
    (update,) = updates(wecom)
    assert "claim" in str(sent(wecom)[0]["template_card"])
    assert "claim" not in str(update["template_card"])
    assert update["template_card"]["task_id"] == (await telling.post()).message_id


@pytest.mark.parametrize("code", [42014, 42016, 42022])
async def test_a_card_whose_code_was_spent_is_followed_up(
    wecom: FakeApi, telling: Telling, code: int
) -> None:
    await telling.deliver()
    wecom.script("message/update_template_card", code)
    await telling.chat("claim HT-7", as_="王北")
    await telling.deliver()
    (repaint,) = await telling.rows("repaint")
    assert repaint.state == "superseded"
    (followup,) = await telling.rows("followup")
    assert (followup.state, followup.facts["what"]) == ("sent", "claimed")
    assert "王北" in str(sent(wecom)[-1])
    post = await telling.post()
    assert post.response_code is None

    # The next change does not try again.
    await telling.chat("release HT-7", as_="王北")
    await telling.deliver()
    assert len(updates(wecom)) == 1
    assert len(await telling.rows("followup")) == 2


async def test_a_change_after_72_hours_is_told(wecom: FakeApi, telling: Telling) -> None:
    await telling.deliver()
    await telling.chat("claim HT-7", as_="王北")
    telling.later(hours=73)
    await telling.deliver()
    assert len(updates(wecom)) == 0
    (repaint,) = await telling.rows("repaint")
    assert (repaint.state, repaint.error) == ("superseded", "delivery.error.not_editable")
    assert [row.state for row in await telling.rows("followup")] == ["sent"]


async def test_an_edit_nobody_answered_is_tried_again_and_then_told(
    wecom: FakeApi, telling: Telling
) -> None:
    await telling.deliver()
    # The first was taken: its code is used when it is tried again.
    wecom.script("message/update_template_card", Trouble.RESET, 42016)
    await telling.chat("claim HT-7", as_="王北")
    for _ in range(5):
        await telling.deliver()
        telling.later(minutes=5)
    assert len(updates(wecom)) == 2
    assert [row.state for row in await telling.rows("followup")] == ["sent"]


@pytest.mark.parametrize("trouble", [Trouble.RESET, Trouble.ERROR_500, Trouble.HALF_JSON])
async def test_an_alert_nobody_knows_about_is_repeated_to_the_byte(
    wecom: FakeApi, telling: Telling, trouble: Trouble
) -> None:
    wecom.script("message/send", trouble)
    for _ in range(5):
        await telling.deliver()
        telling.later(minutes=3)
    first, second = (asked.raw for asked in wecom.asked if asked.path == "message/send")
    assert first == second
    assert {row.state for row in await telling.rows("milestone")} == {"sent"}


async def test_a_revoked_token_delays_no_alert(
    wecom: FakeApi, telling: Telling, store: Store
) -> None:
    await telling.app.give(BEI, Attachment("a.txt", "text/plain", b"123456"))
    wecom.revoke()
    await telling.deliver()
    assert {row.state for row in await telling.rows("milestone")} == {"sent"}


async def test_a_card_refused_for_want_of_a_callback_comes_in_words(
    wecom: FakeApi, telling: Telling
) -> None:
    wecom.script("message/send", 43012)
    await telling.deliver()
    while len(sent(wecom)) < 2:
        telling.later(minutes=1)
        await asyncio.wait_for(telling.deliver(), 10)
    assert sent(wecom)[-1]["msgtype"] == "markdown"
    assert "claim" in sent(wecom)[-1]["markdown"]["content"]


async def test_who_hears_of_a_change_anyway_hears_of_it_once(
    wecom: FakeApi, telling: Telling
) -> None:
    await telling.deliver()
    wecom.script("message/update_template_card", 42016)
    await telling.chat("claim HT-7", as_="Root Chen")
    for _ in range(3):
        await telling.deliver()
        telling.later(hours=1)
    (followup,) = await telling.rows("followup")
    assert followup.state == "sent"
    assert "Root Chen" in str(sent(wecom)[-1])
