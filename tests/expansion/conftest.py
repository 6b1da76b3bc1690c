"""Expansions are tested over the same sample book as the chat."""

from tests.chat.conftest import book, chat

__all__ = ["book", "chat"]
