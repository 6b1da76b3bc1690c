"""Direct messages and mentions: answered once, where they were said, to whom they were from."""

from __future__ import annotations

import asyncio

import pytest

from bot.slack.heard import RemoteFile
from storage.store import Store
from tests.sample_book import SampleBook
from tests.slack.answered import words_in
from tests.slack.house import EAST, HURRIED, LILEI, VERA, house
from tests.wecom.dialogues import claimed_by, renewal, slow, ticked_book


@pytest.fixture
async def book(store: Store) -> SampleBook:
    """The sample book with every renewal opened."""
    return await ticked_book(store)


async def test_a_direct_message_is_answered_with_a_message(store: Store, book: SampleBook) -> None:
    async with house(store) as home:
        assert await home.hear(home.line("华为")) is None
        (said,) = home.slack.asked("chat.postMessage")
        assert said["channel"] == "D1"
        assert "华为技术" in words_in(said)
        assert (said["unfurl_links"], said["unfurl_media"], said["mrkdwn"]) == (False,) * 3


async def test_a_direct_message_in_a_thread_is_answered_there(
    store: Store, book: SampleBook
) -> None:
    async with house(store) as home:
        await home.hear(home.line("华为", where={"thread": "1795300000.000001"}))
        (said,) = home.slack.asked("chat.postMessage")
        assert said["thread_ts"] == "1795300000.000001"


async def test_a_mention_is_answered_to_who_mentions_alone(store: Store, book: SampleBook) -> None:
    async with house(store) as home:
        await home.hear(home.line("华为", channel=EAST, where={"thread": "1795300000.000001"}))
        (said,) = home.slack.asked("chat.postEphemeral")
        assert (said["channel"], said["user"]) == (EAST, LILEI)
        assert said["thread_ts"] == "1795300000.000001"


async def test_a_slow_answer_is_put_where_its_sign_of_life_stands(
    store: Store, book: SampleBook
) -> None:
    gate = asyncio.Event()
    async with house(store, commands=slow(gate), patience=HURRIED) as home:
        hearing = asyncio.create_task(home.hear(home.line("到期")))
        await home.slack.until("chat.postMessage")
        gate.set()
        await hearing
        await home.settled()
        (sign,), (answer,) = home.slack.asked("chat.postMessage"), home.slack.asked("chat.update")
        assert words_in(sign) == "查询中，请稍候…"
        assert words_in(answer) == "到期清单 1"
        assert answer["channel"] == "D1"


async def test_an_event_told_again_is_answered_once(store: Store, book: SampleBook) -> None:
    async with house(store) as home, house(store, slack=home.slack) as replica:
        line = home.line(f"claim {(await renewal(store, book)).code}")
        told = (home.hear(line), replica.hear(line), home.hear(line))
        await asyncio.gather(*told, return_exceptions=True)
        await home.settled()
        await replica.settled()
        await replica.hear(line)
        assert len(home.slack.asked("chat.postMessage")) == 1
    assert await claimed_by(store, book) == "李雷"


async def test_the_same_line_typed_twice_is_answered_twice(store: Store, book: SampleBook) -> None:
    async with house(store) as home:
        for _ in range(2):
            await home.hear(home.line("华为"))
        assert len(home.slack.asked("chat.postMessage")) == 2


async def test_an_answer_that_was_not_taken_is_tried_again(store: Store, book: SampleBook) -> None:
    async with house(store) as home:
        home.slack.refuse("chat.postMessage", "ratelimited", "ratelimited")
        await home.hear(home.line("华为"))
        assert len(home.slack.asked("chat.postMessage")) == 3


async def test_an_answer_that_may_be_there_is_not_said_again(
    store: Store, book: SampleBook
) -> None:
    async with house(store) as home:
        home.slack.scripts["chat.postMessage"].append(503)
        line = home.line("华为")
        for _ in range(2):
            await home.hear(line)
        assert len(home.slack.asked("chat.postMessage")) == 1


async def test_an_answer_that_is_lost_is_given_when_it_is_asked_again(
    store: Store, book: SampleBook
) -> None:
    async with house(store) as home:
        home.slack.refuse("chat.postMessage", *["ratelimited"] * 4)
        line = home.line("华为")
        await home.hear(line)
        before = len(home.slack.asked("chat.postMessage"))
        await home.hear(line)
        assert len(home.slack.asked("chat.postMessage")) == before + 1


async def test_tables_that_slack_refuses_become_text_and_stay_so(
    store: Store, book: SampleBook
) -> None:
    async with house(store) as home:
        home.slack.refuses_tables = True
        for _ in range(2):
            await home.hear(home.line("到期"))
        first, again, second = home.slack.asked("chat.postMessage")
        kinds = [{block["type"] for block in said["blocks"]} for said in (first, again, second)]
        assert ["table" in each for each in kinds] == [True, False, False]
        assert "蓝海物流" in words_in(second)


async def test_where_all_blocks_are_refused_the_words_take_the_place_of_the_sign_of_life(
    store: Store, book: SampleBook
) -> None:
    gate = asyncio.Event()
    async with house(store, commands=slow(gate), patience=HURRIED) as home:
        home.slack.refuse("chat.update", "invalid_blocks")
        await home.hear(home.line("到期"))
        gate.set()
        await home.settled()
        refused, said = home.slack.asked("chat.update")
        assert refused["blocks"]
        assert said["blocks"] == []
        assert "到期清单 1" in said["text"]


async def test_where_all_blocks_are_refused_everything_is_said_as_text(
    store: Store, book: SampleBook
) -> None:
    async with house(store) as home:
        home.slack.refuse("chat.postMessage", "invalid_blocks", "msg_blocks_too_many")
        await home.hear(home.line("到期"))
        *_, said = home.slack.asked("chat.postMessage")
        assert "blocks" not in said
        assert "蓝海物流" in said["text"]


async def test_a_file_that_is_dropped_is_previewed(store: Store, book: SampleBook) -> None:
    async with house(store) as home:
        home.slack.files["book.csv"] = "客户名称,到期日期\n新客户有限公司,2027-03-01\n".encode()
        url = f"{home.slack.url}/files/book.csv"
        file = RemoteFile("F1", "book.csv", url, 10)
        await home.hear(home.line("", "U6ROOT", files=(file,)))
        assert "新客户" in words_in(home.slack.asked("chat.postMessage")[-1]) or "1" in words_in(
            home.slack.asked("chat.postMessage")[-1]
        )


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (RemoteFile("F1", "huge.csv", "https://files.slack.com/x", 10**12), "太大"),
        (RemoteFile("F1", "far.csv", "https://evil.example/x", 10), "没能从 Slack"),
    ],
)
async def test_a_file_that_cannot_be_had_is_told(
    store: Store, book: SampleBook, file: RemoteFile, words: str
) -> None:
    async with house(store) as home:
        await home.hear(home.line("", "U6ROOT", files=(file,)))
        assert words in words_in(home.slack.asked("chat.postMessage")[-1])


async def test_who_may_not_import_is_told_so_before_a_file_is_fetched(
    store: Store, book: SampleBook
) -> None:
    file = RemoteFile("F1", "far.csv", "https://evil.example/x", 10)
    async with house(store) as home:
        await home.hear(home.line("", VERA, files=(file,)))
        (said,) = home.slack.asked("chat.postMessage")
        assert words_in(said) == "您的角色没有这项权限，请联系团队主管或管理员。"


async def test_what_is_given_goes_into_the_own_conversation(store: Store, book: SampleBook) -> None:
    async with house(store) as home:
        await home.hear(home.line("导出", "U6ROOT"))
        assert [user for user, _ in home.given] == ["U6ROOT"]


async def test_who_may_not_is_refused(store: Store, book: SampleBook) -> None:
    async with house(store) as home:
        await home.hear(home.line(f"claim {(await renewal(store, book)).code}", VERA))
        assert await claimed_by(store, book) is None
        assert len(home.slack.asked("chat.postMessage")) == 1


async def test_where_ids_belong_is_noted(store: Store, book: SampleBook) -> None:
    async with house(store) as home:
        await home.hear(home.line("华为"))
        await home.answer("华为")
        await home.settled()
        async with store.read() as tx:
            conversation = await tx.slack_places.get("D1")
            channel = await tx.slack_places.get(EAST)
        assert conversation is not None
        assert conversation.user == LILEI
        assert channel is not None
        assert channel.name == "renewals-east"
