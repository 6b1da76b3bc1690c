"""`/renewals …`: the answer is the acknowledgement, or follows it."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from messages.i18n import Phrasebook
from messages.render.slack_check import check_slack
from scoring.model import Locale
from storage.store import Store
from tests.sample_book import SampleBook
from tests.slack.answered import taps_of, words_in
from tests.slack.house import ADA, EAST, HMM, HURRIED, LILEI, button, house
from tests.wecom.dialogues import claimed_by, renewal, slow, ticked_book


@pytest.fixture
async def book(store: Store) -> SampleBook:
    """The sample book with every renewal opened."""
    return await ticked_book(store)


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("show 华为", "华为技术"),
        ("华为", "华为技术"),
        ("到期", "蓝海"),
        ("", "帮助"),
        ("hwjs", "华为技术"),
    ],
)
async def test_the_answer_is_the_acknowledgement(
    store: Store, book: SampleBook, line: str, word: str
) -> None:
    async with house(store) as home:
        answer = await home.answer(line)
        assert answer["response_type"] == "ephemeral"
        assert word in words_in(answer)
        assert not check_slack(answer)
        assert home.slack.methods() == []
        assert home.slack.responses == []


async def test_what_a_line_lacks_is_asked_in_a_form(store: Store, book: SampleBook) -> None:
    async with house(store) as home:
        assert await home.hear(home.command("log")) is None
        (opened,) = home.slack.asked("views.open")
        assert [block["block_id"] for block in opened["view"]["blocks"]][:2] == ["customer", "text"]


async def test_a_form_that_slack_does_not_open_is_a_button(store: Store, book: SampleBook) -> None:
    async with house(store) as home:
        home.slack.refuse("views.open", "expired_trigger_id")
        answer = await home.answer("log")
        assert [tap["action_id"] for tap in taps_of(answer).values()] == ["form:0"]


async def test_a_slow_answer_gets_a_sign_of_life_and_follows(
    store: Store, book: SampleBook
) -> None:
    gate = asyncio.Event()
    async with house(store, commands=slow(gate), patience=HURRIED) as home:
        assert await home.answer("到期") == {
            "response_type": "ephemeral",
            "text": "查询中，请稍候…",
        }
        gate.set()
        await home.settled()
        ((_, body),) = home.slack.responses
        assert body["replace_original"] is True
        assert words_in(body).startswith("到期清单 1")


async def test_an_address_that_is_spent_is_not_the_end(store: Store, book: SampleBook) -> None:
    gate = asyncio.Event()
    async with house(store, commands=slow(gate), patience=HURRIED) as home:
        home.slack.scripts["response"].append(404)
        await home.answer("到期")
        gate.set()
        await home.settled()
        (said,) = home.slack.asked("chat.postEphemeral")
        assert (said["channel"], said["user"]) == (EAST, LILEI)
        assert "thread_ts" not in said


async def test_where_the_bot_is_no_member_the_answer_comes_directly(
    store: Store, book: SampleBook
) -> None:
    gate = asyncio.Event()
    async with house(store, commands=slow(gate), patience=HURRIED) as home:
        home.slack.scripts["response"].append(404)
        home.slack.refuse("chat.postEphemeral", "not_in_channel")
        await home.answer("到期")
        gate.set()
        await home.settled()
        (said,) = home.slack.asked("chat.postMessage")
        assert said["channel"] == LILEI


async def test_a_claim_acts_once_however_often_it_is_told(store: Store, book: SampleBook) -> None:
    async with house(store) as home:
        line = home.command(f"claim {(await renewal(store, book)).code}")
        answers = [await home.hear(line) for _ in range(3)]
        async with house(store, slack=home.slack) as replica:
            answers.append(await replica.hear(line))
    assert all(words_in(answer) == words_in(answers[0]) for answer in answers)
    assert "已由您认领" in words_in(answers[0])
    assert await claimed_by(store, book) == "李雷"


async def test_of_two_who_claim_one_is_told_of_the_other(store: Store, book: SampleBook) -> None:
    async with house(store) as home:
        line = f"claim {(await renewal(store, book)).code}"
        answers = await asyncio.gather(home.answer(line, LILEI), home.answer(line, HMM))
        winner = await claimed_by(store, book)
        told = [words_in(answer) for answer in answers]
        assert sum("已由您认领" in text for text in told) == 1
        assert sum(str(winner) in text for text in told) >= 1


async def test_what_is_asked_in_a_channel_may_be_shared_with_it(
    store: Store, book: SampleBook
) -> None:
    async with house(store) as home:
        answer = await home.answer("show 华为", ADA)
        assert "1,200,000" in words_in(answer) or "120" in words_in(answer)
        share = button(answer, "分享")
        assert share["value"].startswith("show ")
        assert "华为" not in share["value"]
        await home.hear(home.tap(share, ADA))
        (shared,) = home.slack.asked("chat.postMessage")
        assert shared["channel"] == EAST
        assert "Ada Park" in words_in(shared)
        assert "120" not in words_in(shared)
        ((_, told),) = home.slack.responses
        assert (told["replace_original"], words_in(told)) == (True, "已分享到频道。")


async def test_where_the_bot_is_no_member_it_shares_by_the_address(
    store: Store, book: SampleBook
) -> None:
    async with house(store) as home:
        share = button(await home.answer("show 华为", ADA), "分享")
        home.slack.refuse("chat.postMessage", "not_in_channel")
        await home.hear(home.tap(share, ADA))
        (_, shared), (_, told) = home.slack.responses
        assert shared["response_type"] == "in_channel"
        assert words_in(told) == "已分享到频道。"


async def test_what_may_be_shared_already_is_not_shared_again(
    store: Store, book: SampleBook
) -> None:
    async with house(store) as home:
        share = button(await home.answer("show 华为", ADA), "分享")
        home.slack.scripts["chat.postMessage"].append(503)
        await home.hear(home.tap(share, ADA))
        assert len(home.slack.asked("chat.postMessage")) == 1
        ((_, told),) = home.slack.responses
        assert "没有确认" in words_in(told)
        assert told["replace_original"] is False


async def test_while_slack_takes_nothing_nobody_is_told_to_invite_the_bot(
    store: Store, book: SampleBook
) -> None:
    async with house(store) as home:
        share = button(await home.answer("show 华为", ADA), "分享")
        home.slack.refuse("chat.postMessage", *["service_unavailable"] * 4)
        await home.hear(home.tap(share, ADA))
        ((_, told),) = home.slack.responses
        assert words_in(told) == "Slack 暂时没有响应，请稍后再试。"


async def test_nothing_is_shared_out_of_a_direct_conversation(
    store: Store, book: SampleBook
) -> None:
    async with house(store) as home:
        answer = await home.answer("show 华为", ADA, channel="D3")
        assert not any("share" in tap["action_id"] for tap in taps_of(answer).values())


async def test_guests_see_nothing(store: Store, book: SampleBook) -> None:
    async with house(store) as home:
        home.slack.users[LILEI] = {"id": LILEI, "team_id": "T1", "is_restricted": True}
        answer = await home.answer("show 华为")
        assert "访客" in words_in(answer)
        assert "华为" not in words_in(answer)


async def test_a_stranger_is_told_how_to_become_known(store: Store, book: SampleBook) -> None:
    async with house(store) as home:
        answer = await home.answer("到期", "U9NOBODY")
        assert "星河" not in words_in(answer)
        assert any(tap["value"] == "link" for tap in taps_of(answer).values())


async def test_whom_slack_does_not_name_is_told_to_try_again(
    store: Store, book: SampleBook
) -> None:
    async with house(store) as home:
        home.slack.scripts["users.info"].extend([503] * 9)
        assert "Slack" in words_in(await home.answer("到期", "U9NOBODY"))


async def test_too_many_at_once_are_told_to_wait(store: Store, book: SampleBook) -> None:
    gate = asyncio.Event()
    async with house(store, commands=slow(gate), patience=HURRIED) as home:
        for _ in range(4):
            await home.answer("到期")
        assert "稍等" in words_in(await home.answer("到期"))
        gate.set()


async def test_at_the_end_what_is_under_way_is_answered(store: Store, book: SampleBook) -> None:
    gate = asyncio.Event()
    async with house(store, commands=slow(gate), patience=HURRIED) as home:
        await home.answer("到期")
        asyncio.get_running_loop().call_later(0.05, gate.set)
        await home.reception.drain()
        assert len(home.slack.responses) == 1


@pytest.mark.parametrize("way", ["command", "mention"])
async def test_a_channel_is_bound_under_the_name_it_is_configured_by(
    store: Store, book: SampleBook, way: str
) -> None:
    async with house(store) as home:
        await home.answer("华为", ADA)
        await home.settled()
        heard = home.command("bind team 华东", ADA)
        if way == "mention":
            said = home.line("bind team 华东", ADA, EAST)
            await home.hear(replace(said, where=replace(said.where, channel_name="")))
        else:
            await home.hear(heard)
        async with store.read() as tx:
            binding = await tx.bindings.of_place("slack", "#renewals-east")
        assert binding is not None
        assert binding.team == "华东"


SORRY = Phrasebook(Locale.ZH).t("error.store.gone")


async def test_while_the_book_cannot_be_read_that_is_said() -> None:
    gone = Store.open("postgresql+psycopg://nobody@127.0.0.1:1/none")
    async with house(gone) as home:
        typed = (home.command("到期"), home.command("bind team 华东"))
        said = [await home.hear(heard) for heard in typed]
        await home.hear(home.line("到期"))
        await home.hear(home.tap({"action_id": "line:0", "value": "due"}, ephemeral=False))
        said += [body for _, body in home.slack.responses]
        said += home.slack.asked("chat.postMessage")
        assert {words_in(one) for one in said} == {SORRY}
        assert len(said) == 4
    await gone.close()
