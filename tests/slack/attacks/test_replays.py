"""The same signed bytes again, at once and to two replicas: the book changes once."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from storage.store import Store
from tests.sample_book import SampleBook
from tests.slack.attacks.front import Front, event, front, shortcut, slash, submission, tap, wire
from tests.slack.house import LILEI
from tests.slack.payloads import signed
from tests.wecom.dialogues import claimed_by, ticked_book


@pytest.fixture
async def book(store: Store) -> SampleBook:
    """The sample book, every renewal opened."""
    return await ticked_book(store)


async def count(store: Store, table: str, which: str = "1 = 1") -> int:
    """Rows there."""
    async with store.read() as tx:
        rows = await tx.connection.exec_driver_sql(
            f"SELECT count(*) FROM {table} WHERE {which}"  # noqa: S608
        )
        return int(rows.scalar_one())


async def caught(one: Front, other: Front, told: Any, *, times: int = 3) -> set[int]:
    """Whoever caught a request sends it again and again, to both; the statuses."""
    body = wire(told)
    answers = await asyncio.gather(*(at.post(body) for at in (one, other) for _ in range(times)))
    await one.home.settled()
    await other.home.settled()
    late = await asyncio.gather(one.post(body), other.post(body))
    return {status for status, _ in (*answers, *late)}


async def test_what_is_replayed_inside_the_window_acts_once(store: Store, book: SampleBook) -> None:
    async with front(store) as one, front(store, slack=one.home.slack) as other:
        slack = one.home.slack
        slack.messages["1795200000.000007"] = "和华为的王总电话聊了，预算Q3定"
        pinned = {"type": "message", "channel": "C0EAST", "ts": "1795200000.000007"}
        direct = {"channel": "D1", "channel_type": "im", "user": LILEI, "ts": "1795300000.000031"}
        mention = {**direct, "channel": "C0EAST", "channel_type": "channel"}
        logged = (
            slash(one, "log 华为 电话聊了"),
            tap(one, "log A#1 电话 聊了"),
            submission('{"line":"log A#1","origin":""}', text="见面谈了"),
            shortcut(one, "星河科技的续约下周三再谈"),
            event("message", **direct, text="log 华为 微信说了"),
            event("app_mention", **mention, text="<@U0BOT> log 华为 说了"),
            event("reaction_added", user=LILEI, reaction="pushpin", item=pinned, item_user="U9"),
        )
        for number, told in enumerate(logged, start=1):
            # An event in another replica's hands asks to be told again: 503 is no refusal.
            assert await caught(one, other, told) <= {200, 503}
            assert await count(store, "touches") == number, told
        for told in (slash(one, "claim HT-2"), tap(one, "release HT-2"), tap(one, "claim HT-2")):
            await caught(one, other, told)
        assert await claimed_by(store, book) == "李雷"
        assert await count(store, "audit", "action = 'claim'") == 2


async def test_a_tap_that_was_answered_is_not_answered_again(
    store: Store, book: SampleBook
) -> None:
    async with front(store) as one, front(store, slack=one.home.slack) as other:
        await caught(one, other, tap(one, "show 华为"))
        assert len(one.home.slack.responses) == 1


async def test_nothing_is_heard_again_after_the_window_or_in_another_envelope(
    store: Store, book: SampleBook
) -> None:
    async with front(store) as at:
        body = wire(slash(at, "claim HT-2"))
        old = signed(body, at.home.clock())
        at.home.clock.later(seconds=301)
        others = (
            old,
            {**old, "X-Slack-Request-Timestamp": str(int(at.home.clock().timestamp()))},
            {**signed(body, at.home.clock(), "another"), "X-Slack-Retry-Num": "1"},
            {**signed(b"payload=%7B%7D", at.home.clock())},
            {**signed(body, at.home.clock()), "X-Slack-Signature": "v0=" + "0" * 64},
            {**signed(body, at.home.clock()), "X-Slack-Signature": "v1=" + "0" * 64},
        )
        for headers in others:
            async with at.http.post(at.address, data=body, headers=headers) as response:
                assert response.status == 401
                assert await response.text() == ""
        twice = [*signed(body, at.home.clock()).items()] * 2
        async with at.http.post(at.address, data=body, headers=twice) as response:
            assert response.status in (400, 401)
    assert await claimed_by(store, book) is None


async def test_bombs_are_refused_before_anything_is_done(store: Store, book: SampleBook) -> None:
    deep = b"[" * 500_000
    bombs = (
        b'{"type":"event_callback","event":' + deep,
        b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
        b"payload=" + b"%7B%22a%22:" * 40_000,
        b"&".join(b"a%d=1" % number for number in range(50_000)),
        b"command=/renewals&command=/renewals&text=claim",
        b"payload=%7B%7D&payload=%7B%7D",
        b'{"type":"event_callback","type":"url_verification","challenge":"x"}',
        b'{"type":1e999}',
        b'{"type":' + b"9" * 100_000 + b"}",
        b'{"type":"event_callback","event_id":"\\ud800"}',
        b"\xff\xfe",
        b"",
        b"null",
        b"command=%00",
    )
    async with front(store) as at:
        for body in bombs:
            status, answer = await at.post(body)
            assert (status in (400, 401, 413), answer) == (True, None), body[:60]
