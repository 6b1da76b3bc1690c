"""Links to customers are previewed by the rights of who shares them, for everybody who reads."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.dispatcher import Dispatcher
from handlers.answering import Answer
from handlers.commands import COMMANDS
from messages.i18n import Phrasebook
from messages.incoming import Incoming
from messages.render.text import render_text
from scoring.model import Platform
from tests.chatting import CHANNEL, Chat, sender_of

SITE = "https://bot.example.com"


async def previews(
    chat: Chat, *paths: str, as_: str = "李雷", site: str = SITE
) -> dict[str, Answer]:
    rules = replace(chat.rules, public_url=site)
    incoming = Incoming(Platform.SLACK, sender_of(as_, Platform.SLACK), "", CHANNEL)
    urls = [path if "://" in path else f"{SITE}/c/{path}" for path in paths]
    return await Dispatcher(chat.store, COMMANDS, rules).previews(incoming, urls, chat.now)


def shown(chat: Chat, answer: Answer) -> str:
    return render_text(answer.message, Phrasebook(answer.locale, chat.rules.zone))


async def test_a_customer_is_shown_in_a_few_lines(chat: Chat) -> None:
    await chat.tick()
    (answer,) = (await previews(chat, "A-1")).values()
    text = shown(chat, answer)
    assert "华为技术有限公司" in text
    assert "12月31日" in text
    assert "李雷" in text
    assert [b.line for b in answer.message.buttons] == ["show A#1"]
    assert not answer.message.private


async def test_amounts_are_shown_where_the_configuration_shows_them_to_everybody(
    chat: Chat,
) -> None:
    await chat.tick()
    (hidden,) = (await previews(chat, "A-1")).values()
    assert "120" not in shown(chat, hidden)
    chat.rules = replace(chat.rules, amounts_in_shared_places=True)
    (open_,) = (await previews(chat, "A-1")).values()
    assert "¥120万" in shown(chat, open_)


async def test_a_renewals_code_shows_its_customer(chat: Chat) -> None:
    await chat.tick()
    (answer,) = (await previews(chat, await chat.code("HT-4"))).values()
    assert answer.message.summary == "Northwind Traders"


@pytest.mark.parametrize(
    "path",
    [
        "A-7",  # another team's
        "A-999",
        "A-1x",
        "B-1",
        "",
        "A-1/../A-7",
        "https://evil.example/c/A-1",
        "https://bot.example.com.evil.example/c/A-1",
        "https://bot.example.com/other/A-1",
        f"A-{'9' * 15}",
    ],
)
async def test_what_may_not_be_read_is_no_preview(chat: Chat, path: str) -> None:
    assert await previews(chat, path) == {}


@pytest.mark.parametrize("path", ["a-1", "A-1/", "A-1?from=mail", "A-1#top"])
async def test_links_are_known_as_people_paste_them(chat: Chat, path: str) -> None:
    assert len(await previews(chat, path)) == 1


async def test_strangers_and_houses_without_an_address_have_none(chat: Chat) -> None:
    assert await previews(chat, "A-1", as_="Somebody Else") == {}
    assert await previews(chat, "A-1", site="") == {}


async def test_several_links_are_each_shown_once(chat: Chat) -> None:
    found = await previews(chat, "A-1", "A-7", "A-4", "A-1")
    assert sorted(found) == [f"{SITE}/c/A-1", f"{SITE}/c/A-4"]


async def test_the_card_in_slack_offers_its_link(chat: Chat) -> None:
    chat = Chat(chat.store, COMMANDS, chat.book, replace(chat.rules, public_url=SITE))
    reply = await chat("show HT-1")
    links = [s.link for b in reply.message.blocks for s in getattr(b, "line", ()) if s.link]
    assert links == [f"{SITE}/c/A-1"]
    assert SITE not in repr((await chat("show HT-1", place="wecom")).message)
