"""Lines made to take long: what took the square of their length would not end in time."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.wecom.aibot_json import without_mention
from handlers.asking_first import AskedFirst, asked_first
from handlers.words import NOTE_LIMIT, openings, split, strip_address, strip_root, without_tail

pytestmark = pytest.mark.timeout(60)


def worst(mark: str) -> str:
    """As long as WeCom lets a body be, of one mark repeated between two letters."""
    return "x" + mark * (256_000 // len(mark.encode())) + "y"


@pytest.mark.parametrize(
    "mark", [" ", "\n", "\u3000", "?", "？", " ask=", "@", "@a ", 'a="', "\\", "，", "请", "[强]"]
)
@pytest.mark.parametrize(
    "read",
    [
        asked_first,
        strip_root,
        openings,
        without_tail,
        split,
        lambda line: split(line, frozenset({"a"})),
    ],
)
def test_a_line_is_read_in_time(read: Callable[[str], object], mark: str) -> None:
    line = strip_address(worst(mark))[:NOTE_LIMIT]
    read(line)


@pytest.mark.parametrize("mark", [" ", "\u3000", "?", " ask=", " ask=a"])
@pytest.mark.parametrize("end", ["", "?", " ask=arr", " ask=ARR"])
def test_a_question_is_seen_in_time_whatever_stands_before_it(mark: str, end: str) -> None:
    line = worst(mark) + end
    asked_first(line)


@pytest.mark.parametrize("mark", [" ", "@", "@a ", "@续约助手", "\u2005"])
def test_mentions_are_found_in_time(mark: str) -> None:
    for name in ("", "续约助手"):
        without_mention(worst(mark), name)


@pytest.mark.parametrize(
    ("line", "asked"),
    [
        ("认领 42 ?", AskedFirst("认领 42")),
        ("认领 42？", AskedFirst("认领 42", lone=False)),
        ("认领 42 ？？", AskedFirst("认领 42 ？", lone=False)),
        ("edit HT-2 ask=arr", AskedFirst("edit HT-2", "arr")),
        ("edit HT-2  ask=a ask=arr", AskedFirst("edit HT-2  ask=a", "arr")),
        ("edit HT-2\nask=arr", AskedFirst("edit HT-2", "arr")),
        ("edit HT-2ask=arr", None),
        ("edit ask=ARR", None),
        ("edit ask=", None),
        (f"edit ask={'a' * 21}", None),
        ("ask=arr", None),
        ("?", None),
        ("", None),
        ("到期", None),
    ],
)
def test_what_is_asked_first(line: str, asked: AskedFirst | None) -> None:
    assert asked_first(line) == asked
