"""A word to the AI bot lets go what waited for it, and nothing else does."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.wecom.answering import not_noted
from bot.wecom.heard import Chat, Way
from bot.wecom.waking import waking
from storage.pacing import UNSPOKEN, Pause
from storage.store import Store

NOW = datetime(2026, 11, 23, 1, 7, tzinfo=UTC)
PLACES = ("group:wrEast", "bot:lilei", "user:lilei")


@pytest.mark.parametrize(
    ("chat", "left"),
    [
        (Chat(Way.AIBOT, "lilei", group_id="wrEast"), {"bot:lilei", "user:lilei"}),
        (Chat(Way.AIBOT, "lilei"), {"group:wrEast"}),
        (Chat(Way.AIBOT, "hanmeimei"), set(PLACES)),
        (Chat(Way.APP, "lilei"), set(PLACES)),
    ],
)
async def test_a_word_lets_go_what_waited_there(store: Store, chat: Chat, left: set[str]) -> None:
    async with store.begin() as tx:
        for place in PLACES:
            await tx.pacing.pause(Pause("wecom", place, NOW + timedelta(hours=1), 0, UNSPOKEN))
    woken: list[bool] = []
    heard = waking(store, lambda: woken.append(True), not_noted)
    for _ in range(2):
        await heard(chat, chat.userid)
    async with store.read() as tx:
        assert {pause.place for pause in await tx.pacing.pauses(steady=NOW)} == left
    assert woken == [True] * (left != set(PLACES))
