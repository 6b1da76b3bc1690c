"""Sheets of our own export that are for reading: what the bot worked out itself is not brought back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from handlers.importing.header_words import HEADER_WORDS
from handlers.importing.headers import header_key

EXPANSION_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "code": "增购编号",
        "stage": "阶段",
        "claimed_by": "认领人",
        "amount": "年增购额",
        "opened_on": "发现日期",
        "decided_on": "结果日期",
        "reason": "原因",
        "snoozed_until": "暂缓至",
        "why": "增购依据",
    }
)
"""Headers that no table to be imported has, in Chinese; the others are those of the import."""

_TELLING = ("code", "stage", "opened_on", "why")
"""Whoever heads a table so, in one row and one language, means our own."""


def chinese_header(kind: str, column: str) -> str:
    """How an exported column is headed in Chinese; empty where it is not."""
    if kind == "expansions" and column in EXPANSION_WORDS:
        return EXPANSION_WORDS[column]
    words = HEADER_WORDS.get(f"{kind}.{column}") or HEADER_WORDS.get(column, "")
    return words.split("|")[0]


def lists_expansions(columns: Sequence[Sequence[object]]) -> bool:
    """Whether the first row of a sheet's columns is headed as our own list of expansions."""
    heads = {header_key(str(column[0])) for column in columns if len(column)}
    return any(
        heads >= {header_key(word) for word in words}
        for words in (_TELLING, [EXPANSION_WORDS[name] for name in _TELLING])
    )
