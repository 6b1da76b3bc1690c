"""`export`: the book as a spreadsheet, in a direct message."""

from __future__ import annotations

from handlers.commands.importing import XLSX
from handlers.context import Context
from handlers.exporting import export_book
from handlers.registry import Group, command
from messages.model import Attachment, Message, Paragraph, plain
from scoring.permissions import Right

MOST_ROWS = 50_000
"""As much as a spreadsheet in chat may hold; writing more takes minutes (1,500 rows a second)."""


@command("export", right=Right.EXPORT, group=Group.BOOK)
async def export(ctx: Context) -> Message:
    """What the viewer may read, as a file that imports again."""
    content, counts = await export_book(ctx.tx, ctx.viewer, ctx.phrases, most=MOST_ROWS)
    sentence = ctx.t("export.done", contracts=counts["contracts"], accounts=counts["accounts"])
    return Message(
        summary=sentence,
        blocks=(Paragraph(plain(sentence)),),
        attachments=(Attachment(f"renewals-{ctx.today}.xlsx", XLSX, content),),
    )
