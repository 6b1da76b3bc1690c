"""Whom an answer is for, where others read it and nobody saw the question."""

from __future__ import annotations

from dataclasses import replace

from messages.model import Message, Paragraph, plain
from messages.render.words import words
from scoring.errors import StoreUnavailable
from scoring.model import Platform
from storage.store import Store


async def addressed(store: Store, userid: str, message: Message) -> Message:
    """The answer to a tap in a group, which shows nobody's tap, with the name of who tapped."""
    try:
        async with store.read() as tx:
            person = await tx.people.by_sender(Platform.WECOM, userid)
    except StoreUnavailable:  # which the answer itself tells
        return message
    return message if person is None else addressed_to(person.name, message)


def addressed_to(name: str, message: Message) -> Message:
    """Begun with a name; a list or card without a sentence says "you" to nobody and stays."""
    for number, block in enumerate(message.blocks):
        if isinstance(block, Paragraph):
            begun = Paragraph((*plain(f"@{name} "), *block.line))
            blocks = (*message.blocks[:number], begun, *message.blocks[number + 1 :])
            said = words(block.line) == message.summary
            return replace(
                message, blocks=blocks, summary=words(begun.line) if said else message.summary
            )
    return message
