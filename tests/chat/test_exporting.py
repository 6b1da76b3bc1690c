"""The book as a spreadsheet in chat: what one may read, and not more than chat can bear."""

from __future__ import annotations

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
