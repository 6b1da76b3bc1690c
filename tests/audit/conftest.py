"""A chat whose changes get into the trail."""

from tests.chat.conftest import book, chat

__all__ = ["book", "chat"]
