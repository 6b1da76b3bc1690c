"""Signal and noise: alerts count once, by what people did within a week of hearing them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from handlers.jobs import past_warnings
from handlers.noise import NoiseLine, noise_of
from scoring.health.worry import Concern
from scoring.permissions import Reach
from tests.chatting import Chat
from tests.jobs.alerting import Post, alert, worry, worst
from tests.sample_book import EAST as EAST_TEAM


async def figures(chat: Chat, reach: Reach | None = None) -> dict[str, tuple[int, int, int, int]]:
    """Sent, acted on, ignored, open."""
    async with chat.store.read() as tx:
        lines = await noise_of(tx, chat.rules, chat.now, reach=reach)
    return {one.reason or one.kind: (one.sent, one.acted, one.ignored, one.open) for one in lines}


async def told(chat: Chat) -> None:
    """Warnings of four customers, and a milestone, all sent."""
    post = Post(chat)
    await worry(chat, 1, 3, reasons=worst(Concern.OVERDUE, Concern.BAND))
    await worry(chat, 4, 7, reasons=worst(Concern.BAND))
    await alert(chat, "韩梅梅", 6, "m")
    await post.deliver()
    chat.later(minutes=10)


async def test_an_alert_counts_once_however_many_places_heard_it(chat: Chat) -> None:
    await told(chat)
    assert await figures(chat) == {
        "milestone": (1, 0, 0, 1), "R2": (2, 0, 0, 2), "band": (2, 0, 0, 2),
    }  # fmt: skip


async def test_what_nobody_acted_on_is_ignored_after_a_week(chat: Chat) -> None:
    await chat.tick()
    await told(chat)
    before = (await figures(chat))["milestone"][0]
    await chat("claim HT-1")
    chat.later(days=2)
    await chat("log Northwind called them", as_="Ada Park")
    chat.later(days=6)
    await chat("claim HT-3", as_="韩梅梅")  # too late
    found = await figures(chat)
    assert found["R2"] == (2, 1, 1, 0)
    assert found["band"] == (2, 1, 1, 0)
    assert found["milestone"][0] == before
    assert found["milestone"][3] == 0


async def test_what_was_taken_back_was_not_acted_on(chat: Chat) -> None:
    await told(chat)
    await chat("claim HT-1")
    await chat("undo")
    assert (await figures(chat))["R2"] == (2, 0, 0, 2)


async def test_what_was_held_back_is_not_sent_yet(chat: Chat) -> None:
    await alert(chat, "韩梅梅", 6, "m")
    assert await figures(chat) == {}


async def test_old_alerts_and_other_teams_are_left_out(chat: Chat) -> None:
    await told(chat)
    found = await figures(chat, Reach(team=EAST_TEAM))
    assert found["band"][0] == 1
    chat.later(days=31)
    assert await figures(chat) == {}


@pytest.mark.parametrize(
    ("line", "as_", "expected"),
    [
        ("noise", "Ada Park", "0 of the 4 alerts of the last 30 days were acted on."),
        ("提醒成效 7", "李雷", "最近 7 天共 "),
        ("noise 0", "Ada Park", "Give a number of days from 1 to 730."),
        ("noise 9999", "李雷", "请输入 1 到 730 之间的天数。"),
    ],
)
async def test_chat_tells_it(chat: Chat, line: str, as_: str, expected: str) -> None:
    await told(chat)
    reply = await chat(line, as_=as_)
    assert expected in reply
    if "noise 0" not in line and "9999" not in line:
        assert ("Warning: payment overdue" if as_ == "Ada Park" else "预警：账单逾期") in reply


async def test_a_book_without_alerts_says_so(chat: Chat) -> None:
    assert "No alert was sent in the last 30 days." in await chat("noise", as_="Ada Park")


def test_a_share_is_known_only_of_what_is_decided() -> None:
    assert NoiseLine("milestone", None, 3, 0, 0, 3, 5).heeded is None
    assert NoiseLine("milestone", None, 5, 1, 3, 1, 5).heeded == 0.25


async def test_warnings_are_closed_once_a_day(chat: Chat) -> None:
    await worry(chat, 1, 3)
    chat.later(minutes=3)
    await chat("claim HT-1")
    assert await past_warnings.run(chat.store, chat.rules, chat.now) == 1
    await chat("claim HT-3", as_="韩梅梅")
    assert await past_warnings.run(chat.store, chat.rules, chat.now) == 0
    chat.later(days=-2)  # the clock was ahead: that day is not over yet
    assert await past_warnings.run(chat.store, chat.rules, chat.now) == 1
    chat.later(days=3)
    assert await past_warnings.run(chat.store, chat.rules, chat.now) == 0
    chat.now += timedelta(days=1)
    assert await past_warnings.run(chat.store, chat.rules, chat.now) == 0
