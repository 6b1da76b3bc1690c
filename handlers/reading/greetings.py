"""The words people open a chat with: to them the bot says what it can do."""

from __future__ import annotations

from handlers.reading.digits import clean, fold

_GREETINGS = frozenset(
    {
        "hello",
        "hello there",
        "hey",
        "hi",
        "hi there",
        "good morning",
        "good afternoon",
        "你好",
        "你好啊",
        "你好呀",
        "您好",
        "大家好",
        "早",
        "早上好",
        "上午好",
        "下午好",
        "在吗",
        "在么",
        "在不在",
        "嗨",
        "哈喽",
    }
)


def is_greeting(line: str) -> bool:
    """Whether a line greets and says nothing else; punctuation around it does not count."""
    return fold(clean(line)).strip(" ,.!?~。、") in _GREETINGS
