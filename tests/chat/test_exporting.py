"""The book as a spreadsheet in chat: what one may read, and not more than chat can bear."""

from __future__ import annotations

from datetime import datetime, time
from io import BytesIO

import pytest
from openpyxl import load_workbook

from handlers.exporting import export_book
from messages.i18n import Phrasebook
from scoring.errors import Refused
from scoring.model import Locale
from scoring.permissions import reach_of
from storage.store import Store
from tests.chatting import Chat
from tests.expansion.growing import expansion_of, grow


async def test_the_file_has_as_many_rows_as_the_reply_says(store: Store, chat: Chat) -> None:
    lead = await chat.person("Ada Park")
    async with store.read() as tx:
        content, counts = await export_book(tx, lead, Phrasebook(Locale.EN))
    book = load_workbook(BytesIO(content), read_only=True)
    assert [len(list(page.rows)) - 1 for page in book] == list(counts.values())
    assert counts["contracts"] > 0


async def test_more_rows_than_allowed_are_refused_before_any_is_written(
    store: Store, chat: Chat
) -> None:
    lead = await chat.person("Ada Park")
    async with store.read() as tx:
        _, counts = await export_book(tx, lead, Phrasebook(Locale.EN))
        rows = sum(counts.values())
        assert not await tx.exports.more_than(rows, reach_of(lead))
        with pytest.raises(Refused) as refused:
            await export_book(tx, lead, Phrasebook(Locale.EN), most=rows - 1)
    assert refused.value.key == "export.too_many"


async def test_a_lead_gets_the_book_as_a_file(chat: Chat) -> None:
    reply = await chat("export", as_="Ada Park")
    (file,) = reply.message.attachments
    assert file.name.endswith(".xlsx")


async def test_expansions_are_listed_in_the_readers_words(chat: Chat) -> None:
    await grow(chat, "华为技术有限公司")
    code = (await expansion_of(chat, "华为技术有限公司")).code
    await chat(f"claim {code}")
    (row,) = await expansions_for(chat, "Ada Park")
    assert row["account"] == "华为技术有限公司"
    assert (row["code"], row["stage"], row["claimed_by"]) == (code, "Open", "李雷")
    assert (row["amount"], row["currency"]) == (228_000, "CNY")
    assert row["opened_on"] == datetime.combine(chat.today, time())
    assert str(row["why"]).startswith("95 of 100 seats in use (95%); usage up 12%")


async def test_who_may_not_see_amounts_gets_none_of_expansions(chat: Chat) -> None:
    await grow(chat, "华为技术有限公司")
    rows = await expansions_for(chat, "Vera Lind")
    assert [row["amount"] for row in rows] == [None]
    assert await expansions_for(chat, "王北") == []


async def expansions_for(chat: Chat, name: str) -> list[dict[str, object]]:
    """The sheet of expansions as somebody gets it."""
    person = await chat.person(name)
    async with chat.store.read() as tx:
        content, _ = await export_book(tx, person, Phrasebook(Locale.EN, chat.rules.zone))
    head, *rows = load_workbook(BytesIO(content))["Expansions"].iter_rows(values_only=True)
    return [dict(zip(map(str, head), row, strict=True)) for row in rows]
