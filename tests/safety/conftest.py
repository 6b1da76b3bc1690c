"""A chat over the sample book."""

from tests.chat.conftest import book, chat

__all__ = ["book", "chat"]
