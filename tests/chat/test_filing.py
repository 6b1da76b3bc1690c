"""A message of the chat is kept as a touch: under the customer it names, else a form asks."""

from __future__ import annotations

from datetime import datetime

import pytest

from bot.dispatcher import Dispatcher
from handlers.answering import Answer
from handlers.commands import COMMANDS
from handlers.filing import Overheard
from messages.incoming import Incoming
from messages.model import FieldKind
from scoring.model import Platform, TouchKind
from storage.store import Store
from storage.touches import Touch
from tests.chatting import Chat, place_of, sender_of
from tests.sample_book import MONDAY


def overheard(
    text: str, *, id_: str = "T1/C1/1.2", by: str = "", at: datetime = MONDAY
) -> Overheard:
    return Overheard(id_, text, sender_of(by, Platform.SLACK) if by else "U9CUSTOMER", at)


async def filed(chat: Chat, message: Overheard, *, as_: str = "李雷", event: str = "") -> Answer:
    """What somebody is answered who wants to keep a message."""
    dispatcher = Dispatcher(chat.store, COMMANDS, chat.rules)
    incoming = Incoming(
        Platform.SLACK, sender_of(as_, Platform.SLACK), "", place_of(as_, "aside"), id=event
    )
    return await dispatcher.file(incoming, message, chat.now)


async def touches(chat: Chat, account: str) -> list[Touch]:
    async with chat.store.read() as tx:
        return await tx.touches.of_account(chat.book.accounts[account])


HUAWEI = "华为技术有限公司"


@pytest.mark.parametrize(
    ("text", "account"),
    [
        ("华为王总说预算Q3定，下周三跟进", HUAWEI),
        ("刚和华为技术的同事聊了报价", HUAWEI),
        ("Northwind wants a quote by Friday", "Northwind Traders"),
        ("call with northwind traders went well", "Northwind Traders"),
        ("关于 HT-3 的合同，客户希望提前续", "云帆网络股份有限公司"),
        ("Re: HT-4, they asked for seats", "Northwind Traders"),
    ],
)
async def test_it_is_filed_under_the_customer_that_its_words_name(
    chat: Chat, text: str, account: str
) -> None:
    answer = await filed(chat, overheard(text))
    assert not answer.refused
    assert account in answer.message.summary
    (touch,) = await touches(chat, account)
    assert touch.note == text


@pytest.mark.parametrize(
    "text",
    [
        "客户问了报价",
        "they want a quote",
        "华为和星河都问了报价",
        "燕山石化问了报价",  # another team's
        "trading updates from the north wind",
    ],
)
async def test_where_the_words_name_nobody_for_sure_a_form_asks(chat: Chat, text: str) -> None:
    answer = await filed(chat, overheard(text))
    form = answer.message.form
    assert not answer.refused
    assert form is not None
    assert form.fields[0].kind is FieldKind.SEARCH
    assert form.line.startswith("file D-")
    done = await chat(f"{form.line} customer=A#1 kind=meeting")
    assert HUAWEI in done
    (touch,) = await touches(chat, HUAWEI)
    assert (touch.note, touch.kind) == (text, TouchKind.MEETING)


async def test_several_customers_are_offered_to_tap_on(chat: Chat) -> None:
    answer = await filed(chat, overheard("华为和星河都问了报价"))
    lines = [button.line for button in answer.message.buttons]
    assert [line.partition(" A#")[2] for line in lines] == ["1", "2", ""]
    assert "星河科技有限公司" in await chat(lines[1])
    again = await chat(lines[0])
    assert again.refused
    assert "过期" in again


async def test_the_form_begins_with_what_the_message_says(chat: Chat) -> None:
    answer = await filed(chat, overheard("和王总开会聊了，下周三跟进"))
    assert answer.message.form is not None
    begun = {field.name: field.initial for field in answer.message.form.fields}
    assert begun["kind"] == "meeting"
    assert str(begun["next_on"]) == "2026-12-02"


async def test_days_are_those_of_when_it_was_written(chat: Chat) -> None:
    chat.later(days=7)
    await filed(chat, overheard("和华为电话聊了，下周三跟进", by="韩梅梅"))
    (touch,) = await touches(chat, HUAWEI)
    assert touch.at == MONDAY
    assert str(touch.next_on) == "2026-12-02"
    assert touch.kind is TouchKind.CALL


async def test_a_day_that_is_over_is_no_next_step(chat: Chat) -> None:
    chat.later(days=30)
    await filed(chat, overheard("和华为电话聊了，下周三跟进"))
    (touch,) = await touches(chat, HUAWEI)
    assert touch.next_on is None


async def test_what_the_customer_wrote_is_a_message(chat: Chat) -> None:
    await filed(chat, overheard("华为这边想加20个席位"))
    await filed(chat, overheard("华为这边想加席位", by="韩梅梅", id_="2"))
    kinds = {touch.who: touch.kind for touch in await touches(chat, HUAWEI)}
    assert kinds == {"李雷": TouchKind.MESSAGE, "韩梅梅": TouchKind.NOTE}


async def test_one_message_is_filed_once_and_anew_when_it_was_taken_back(chat: Chat) -> None:
    message = overheard("华为问了报价")
    first = await filed(chat, message)
    again = await filed(chat, message, as_="韩梅梅")
    assert again.refused
    assert HUAWEI in again.message.summary
    undo = next(b.line for b in first.message.buttons if b.line.startswith("undo"))
    assert not (await chat(undo)).refused
    assert not (await filed(chat, message, as_="韩梅梅")).refused
    assert len(await touches(chat, HUAWEI)) == 1


async def test_a_repeat_of_the_event_gets_the_same_answer(chat: Chat) -> None:
    message = overheard("华为问了报价")
    first = await filed(chat, message, event="Ev1")
    assert (await filed(chat, message, event="Ev1")).message.summary == first.message.summary
    assert len(await touches(chat, HUAWEI)) == 1


@pytest.mark.parametrize("who", ["Vera Lind", "Finn Ora", "Somebody Else"])
async def test_who_may_not_log_may_not_file(chat: Chat, who: str) -> None:
    before = await touches(chat, HUAWEI)
    answer = await filed(chat, overheard("华为问了报价"), as_=who)
    if who != "Vera Lind":  # viewers log on their own team's customers
        assert answer.refused
        assert await touches(chat, HUAWEI) == before


async def test_a_channel_that_is_a_customers_knows_whom_it_is_about(chat: Chat) -> None:
    await chat("bind customer HT-2", as_="Ada Park", place="channel")
    answer = await filed(chat, overheard("客户问了报价"))
    assert "星河科技有限公司" in answer.message.summary


async def test_a_message_without_words_is_not_filed(chat: Chat) -> None:
    assert (await filed(chat, overheard("  "))).refused


async def test_somebody_elses_draft_cannot_be_filed(chat: Chat) -> None:
    answer = await filed(chat, overheard("客户问了报价"))
    assert answer.message.form is not None
    assert (await chat(f"{answer.message.form.line} 华为", as_="韩梅梅")).refused


async def test_long_text_is_kept_whole_and_read_in_bounds(store: Store, chat: Chat) -> None:
    text = "华为问了报价。" + "很长的补充说明，" * 600
    answer = await filed(chat, overheard(text))
    assert not answer.refused
    (touch,) = await touches(chat, HUAWEI)
    assert touch.note == text.strip()
