"""What nobody types: refused before it is looked at in many ways."""

from __future__ import annotations

import pytest

from handlers.commands import COMMANDS
from handlers.words import LINE_LIMIT
from tests.chat.test_statement_counts import counted
from tests.chatting import Chat

READING = sorted(each.name for each in COMMANDS if not each.changes and not each.apart)


@pytest.mark.parametrize("verb", READING)
async def test_a_question_of_more_than_500_characters_is_refused(chat: Chat, verb: str) -> None:
    reply = await chat(f"{verb} {'续约' * LINE_LIMIT}")
    assert reply.refused
    assert "500" in reply


async def test_a_note_may_be_longer(chat: Chat) -> None:
    reply = await chat(f"log 云帆科技 call {'谈了续约的条件。' * 200}")
    assert "500" not in reply


async def test_our_name_many_times_is_nobodys_name(chat: Chat) -> None:
    with counted() as asked:
        reply = await chat("续约" * 300)
    assert reply.refused
    assert len(asked) < 60
