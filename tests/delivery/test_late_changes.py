"""A renewal that changes while its alert is on the way: what arrived is shown as it is now."""

from __future__ import annotations

from typing import Any

import pytest

from bot.adapters.base import Adapters, Payload, Receipt
from bot.delivery.courier import Courier
from bot.delivery.rounds import deliver_all
from handlers.announcing import compose
from handlers.announcing_types import Composed
from storage.store import Store
from tests.chat.conftest import book, chat
from tests.chatting import Chat
from tests.fakes.desk import FakeDesk

__all__ = ["book", "chat"]


class DeskWhereSomebodyClaims(FakeDesk):
    """Somebody claims while the platform takes the first message."""

    def __init__(self, chat: Chat, line: str) -> None:
        super().__init__()
        self._chat, self._line = chat, line

    async def send(self, place: str, payload: Payload, key: str) -> Receipt:
        line, self._line = self._line, ""
        if line:
            assert not (await self._chat(line)).refused
        return await super().send(place, payload, key)


async def deliver(chat: Chat, desk: FakeDesk) -> None:
    async def made(tx: Any, rows: Any, now: Any) -> Composed:
        return await compose(tx, rows, now, chat.rules)

    await deliver_all(Courier(chat.store, Adapters([desk]), made, lambda: chat.now))


@pytest.mark.parametrize(("line", "repaints"), [("claim HT-7", 1), ("help", 0)])
async def test_a_claim_while_the_alert_is_on_its_way_repaints_it(
    store: Store, chat: Chat, line: str, repaints: int
) -> None:
    await chat.tick()
    await chat("claim HT-1")  # before: the alert shows it
    desk = DeskWhereSomebodyClaims(chat, line.replace("HT-7", "HT-2"))
    chat.later(hours=1)
    await deliver(chat, desk)
    assert len(await chat.outbox("repaint")) == repaints
    await deliver(chat, desk)
    assert {str(row.state) for row in await chat.outbox("repaint")} <= {"sent"}
