"""A chat over the sample book, on each of the two databases."""

from __future__ import annotations

import pytest

from handlers.commands import COMMANDS
from storage.store import Store
from tests.chatting import Chat
from tests.sample_book import SampleBook, fill


@pytest.fixture
async def book(store: Store) -> SampleBook:
    """The sample book, just imported."""
    return await fill(store)


@pytest.fixture
async def chat(store: Store, book: SampleBook) -> Chat:
    """Says lines to the bot; nothing was ticked yet."""
    return Chat(store, COMMANDS, book)
