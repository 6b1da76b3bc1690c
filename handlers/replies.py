"""Replies in their usual form: one sentence, what belongs to it, the next taps."""

from __future__ import annotations

from messages.model import Block, Button, Message, Paragraph, plain


def said(sentence: str, *blocks: Block, buttons: tuple[Button, ...] = ()) -> Message:
    """A message that begins with its summary."""
    return Message(summary=sentence, blocks=(Paragraph(plain(sentence)), *blocks), buttons=buttons)
