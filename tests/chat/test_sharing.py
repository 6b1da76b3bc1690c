"""Answers given aside can be shown to the whole channel: made anew, as a channel may see them."""

from __future__ import annotations

import pytest

from bot.dispatcher import Dispatcher
from handlers.answering import Answer
from handlers.commands import COMMANDS
from messages.i18n import Phrasebook
from messages.incoming import Incoming
from messages.render.text import render_text
from scoring.model import Locale, Platform
from tests.chatting import CHANNEL, Chat, sender_of


async def shared(chat: Chat, line: str, *, as_: str = "李雷") -> Answer:
    incoming = Incoming(
        Platform.SLACK, sender_of(as_, Platform.SLACK), line, CHANNEL, locale=Locale.ZH
    )
    return await Dispatcher(chat.store, COMMANDS, chat.rules).share(incoming, chat.now)


def text_of(chat: Chat, answer: Answer) -> str:
    return render_text(answer.message, Phrasebook(answer.locale, chat.rules.zone))


@pytest.mark.parametrize(
    ("line", "again"),
    [
        ("华为", "show A#1"),
        ("show northwind", "show A#4"),
        ("客户 华为", "show A#1"),
        ("due 60d", "due words=60d"),
        ("到期 60天 我的", 'due words="60天 我的"'),
        ("proof", "proof"),
    ],
)
async def test_looking_up_can_be_shared(chat: Chat, line: str, again: str) -> None:
    reply = await chat(line, place="aside")
    assert reply.answer.share == again
    assert not (await shared(chat, again)).refused


@pytest.mark.parametrize(
    "line",
    ["help", "settings", "mine", "claim HT-1", "log HT-1 聊了", "nonsense nobody", "show 燕山石化"],
)
async def test_what_changes_or_concerns_one_person_cannot(chat: Chat, line: str) -> None:
    assert (await chat(line, place="aside")).answer.share == ""


@pytest.mark.parametrize("place", ["dm", "channel", "terminal", "wecom", "group"])
async def test_it_is_offered_only_where_others_would_read_it(chat: Chat, place: str) -> None:
    assert (await chat("show HT-1", place=place)).answer.share == ""


async def test_what_a_channel_may_not_see_is_left_out(chat: Chat) -> None:
    aside = await chat("show HT-1", place="aside")
    assert "120万" in aside
    answer = await shared(chat, aside.answer.share)
    text = text_of(chat, answer)
    assert "120万" not in text
    assert "由李雷分享" in text
    assert not answer.message.private
    assert answer.share == ""


async def test_ones_own_list_is_shared_as_the_sharers(chat: Chat) -> None:
    await chat.tick()
    reply = await chat("due 60d mine", place="aside")
    answer = await shared(chat, reply.answer.share)
    assert "由李雷分享" in text_of(chat, answer)


@pytest.mark.parametrize(
    "line", ["claim HT-1", "won HT-1", "mine", "help", "export", "nonsense", "", "undo", "import"]
)
async def test_a_forged_line_is_not_obeyed(chat: Chat, line: str) -> None:
    await chat.tick()
    assert (await shared(chat, line, as_="Ada Park")).refused
    assert (await chat.opportunity("HT-1")).claimed_by_id is None


async def test_rights_are_checked_again(chat: Chat) -> None:
    assert (await shared(chat, "show A#7")).refused
    assert (await shared(chat, "show A#1", as_="Somebody Else")).refused
