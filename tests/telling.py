"""What waits in the outbox for somebody, as they will read it."""

from __future__ import annotations

from handlers.announcing import compose
from messages.i18n import Phrasebook
from messages.model import Message
from messages.render.text import render_text
from storage.outbox import Delivery
from tests.chatting import Chat


async def notices(chat: Chat, name: str | None = None) -> list[Delivery]:
    """Notices that wait, for one person or for all."""
    person_id = None if name is None else (await chat.person(name)).id
    return [row for row in await chat.outbox("notice") if person_id in (None, row.person_id)]


async def message_of(chat: Chat, row: Delivery) -> Message | None:
    """What a row says when it is sent now; None when it is not true any more."""
    async with chat.store.read() as tx:
        composed = await compose(tx, [row], chat.now, chat.rules)
    assert composed.covers([row])
    return composed.message


async def text_of(chat: Chat, row: Delivery) -> str:
    """The same as text; empty when it is dropped."""
    message = await message_of(chat, row)
    if message is None:
        return ""
    async with chat.store.read() as tx:
        person = await tx.people.get(row.person_id or 0)
    locale = (person.locale if person else None) or chat.rules.locale
    return render_text(message, Phrasebook(locale, chat.rules.zone))


async def taps_of(chat: Chat, row: Delivery) -> list[str]:
    """The chat lines behind its buttons."""
    message = await message_of(chat, row)
    return [] if message is None else list(message.lines())
