"""Words in place of a ticket's closing day: nobody closed it, or it was opened again."""

from __future__ import annotations

from handlers.importing.choices import normalise_word

OPEN = "open"
"""What a program's explicit null means."""

STILL_OPEN = frozenset(
    normalise_word(word)
    for word in (
        OPEN, "opened", "still open", "not closed", "open again", "reopened", "re-opened",
        "unresolved", "未关闭", "未解决", "未完成", "处理中", "进行中", "待处理", "重新打开", "已重新打开",
        "重开", "已重开",
    )
)  # fmt: skip
"""Normalised, as `normalise_word` does."""
