"""Somebody who says more than anybody can type is asked to wait, and nobody else is."""

from __future__ import annotations

from bot.dispatcher import Dispatcher
from bot.paces import LINE_EVERY_S, LINES_AT_ONCE, Paces
from handlers.answering import Answer
from handlers.commands import COMMANDS
from messages.abilities import PlaceKind
from messages.incoming import Incoming, Place
from scoring.model import Platform
from scoring.permissions import PlaceScope
from tests.chatting import Chat

DM = Place(Platform.SLACK, "D1", PlaceScope.DM, PlaceKind.SLACK_DM)


class _Desk:
    """A running bot's door, with a clock of seconds to move."""

    def __init__(self, chat: Chat) -> None:
        self.chat = chat
        self.now_s = 1_000.0
        paces = Paces(LINES_AT_ONCE, LINE_EVERY_S, lambda: self.now_s)
        self._dispatcher = Dispatcher(chat.store, COMMANDS, chat.rules, paces=paces)
        self._n = 0

    async def say(self, line: str, sender: str = "U3ADA") -> Answer:
        self._n += 1
        return await self._dispatcher.dispatch(
            Incoming(Platform.SLACK, sender, line, DM, id=f"e{self._n}"), self.chat.now
        )


async def test_who_says_too_much_at_once_waits_and_nothing_happens(chat: Chat) -> None:
    desk = _Desk(chat)
    for _ in range(LINES_AT_ONCE):
        assert not (await desk.say("help")).refused
    refused = await desk.say("claim HT-1")
    assert refused.refused
    assert "频繁" in refused.message.summary
    async with chat.store.read() as tx:
        assert await tx.audit.of_subject("opportunity", 1) == []
    assert not (await desk.say("help", sender="U1LILEI")).refused
    desk.now_s += LINE_EVERY_S
    assert not (await desk.say("claim HT-1")).refused
