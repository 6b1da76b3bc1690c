"""Expansions where people look for their work: `mine`, Slack's Home, what a leaver hands on."""

from __future__ import annotations

from bot.wecom.contacts import take_in
from bot.wecom.heard import ContactChanged
from handlers.home import home_of
from handlers.taps import asking
from messages.cards.home import home_page
from messages.i18n import Phrasebook
from messages.page import Part
from messages.render.check import check_slack
from messages.render.slack_home import home_view
from scoring.model import Locale
from tests.chatting import Chat
from tests.expansion.growing import expansion_of, grow
from tests.telling import notices, taps_of, text_of

HUAWEI = "华为技术有限公司"
NORTHWIND = "Northwind Traders"
CHANGJIANG = "长江电力集团"


async def test_mine_names_ones_expansions_below_the_renewals(chat: Chat) -> None:
    await grow(chat, HUAWEI, NORTHWIND, CHANGJIANG)
    code = (await expansion_of(chat, HUAWEI)).code
    reply = await chat("mine")
    assert "增购商机 · 2" in reply
    assert f"{code} · 年费 ¥22.8万 · 未认领" in reply
    assert CHANGJIANG not in reply
    assert "expansion mine" in reply.lines
    assert code not in (await chat("mine", place="channel")).text.partition("22.8")[2]
    await chat(f"lost {code} price")
    assert code not in await chat("mine")


async def test_amounts_of_expansions_stay_out_of_a_channel(chat: Chat) -> None:
    await grow(chat, HUAWEI)
    reply = await chat("mine", place="channel")
    assert "增购商机 · 1" in reply
    assert "22.8" not in reply


async def test_nobodys_mine_speaks_of_none(chat: Chat) -> None:
    assert "expansion mine" not in (await chat("mine")).lines


async def home_part(chat: Chat, name: str) -> Part | None:
    """The part of somebody's Home that is about expansions."""
    phrases = Phrasebook(Locale.EN, chat.rules.zone)
    async with chat.store.read() as tx:
        view = await home_of(tx, await chat.person(name), chat.rules, chat.now)
    page = home_page(view, phrases, asks=asking(phrases))
    assert check_slack(home_view(page, phrases)) == []
    title = phrases.t("home.expansions")
    return next((part for part in page.parts if part.heading == title), None)


async def test_home_shows_them_with_what_speaks_for_them_and_the_tap(chat: Chat) -> None:
    assert await home_part(chat, "李雷") is None
    await grow(chat, HUAWEI, NORTHWIND, CHANGJIANG)
    part = await home_part(chat, "李雷")
    assert part is not None
    code = (await expansion_of(chat, HUAWEI)).code
    row = next(row for row in part.rows if row.title.startswith(HUAWEI))
    said = "".join(span.text for span in row.line)
    assert "¥228K a year" in said or "228" in said
    assert "95 of 100 seats in use" in said
    assert row.tap is not None
    assert row.tap.line == f"claim {code}"
    await chat(f"claim {code}")
    part = await home_part(chat, "李雷")
    assert part is not None
    row = next(row for row in part.rows if row.title.startswith(HUAWEI))
    assert row.tap is not None
    assert row.tap.line == f"show {code}"


async def leaves(chat: Chat) -> tuple[str, list[str]]:
    """What the lead is told when 李雷 leaves, and the lines that can be tapped there."""
    assert await take_in(
        chat.store, chat.rules, ContactChanged("e1", "delete_user", "lilei"), chat.now
    )
    (row,) = await notices(chat)
    return await text_of(chat, row), await taps_of(chat, row)


async def test_a_leavers_expansions_are_handed_on_with_the_rest(chat: Chat) -> None:
    await grow(chat, HUAWEI, NORTHWIND)
    code = (await expansion_of(chat, HUAWEI)).code
    await chat(f"claim {code}")
    said, taps = await leaves(chat)
    assert "认领的 1 个商机已退回" in said
    assert "增购商机 · 2" in said
    assert code in said
    assert (await expansion_of(chat, HUAWEI)).claimed_by_id is None
    assert f"assign {code}" in taps
    assert not (await chat(f"assign {code} 韩梅梅", as_="Ada Park")).refused
    listed = next(line for line in taps if line.startswith("expansion"))
    assert HUAWEI in await chat(listed, as_="Ada Park")
