from __future__ import annotations

import pytest

from bot.wecom.addressing import addressed_to
from messages.model import Block, Heading, Message, Note, Paragraph, plain


def said(*blocks: Block) -> Message:
    return Message("已由您认领", blocks)


@pytest.mark.parametrize(
    ("message", "summary", "first"),
    [
        (said(Paragraph(plain("已由您认领"))), "@李雷 已由您认领", "@李雷 已由您认领"),
        (said(Heading("记跟进"), Paragraph(plain("聊了什么？"))), "已由您认领", "@李雷 聊了什么？"),
        (said(Heading("到期"), Note(plain("第 1 条"))), "已由您认领", ""),
    ],
    ids=["a sentence", "a question", "a list"],
)
def test_an_answer_to_a_tap_in_a_group_begins_with_a_name(
    message: Message, summary: str, first: str
) -> None:
    answer = addressed_to("李雷", message)
    assert answer.summary == summary
    paragraphs = [block for block in answer.blocks if isinstance(block, Paragraph)]
    assert ["".join(span.text for span in one.line) for one in paragraphs] == [first][: bool(first)]
    assert len(answer.blocks) == len(message.blocks)
