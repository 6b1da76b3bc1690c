"""Normalisation keeps the meaning of what was typed."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.reading.digits import clean, fold, halfwidth, read_count


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("ＡＢＣ１２３", "ABC123"),
        ("（￥１，２００）", "(¥1,200)"),
        ("全角\u3000空格", "全角 空格"),
        ("½ 与 ③ 与 ㎡", "½ 与 ③ 与 ㎡"),
    ],
)
def test_full_width_becomes_half_width_and_nothing_else_changes(typed: str, read: str) -> None:
    assert halfwidth(typed) == read


def test_invisible_characters_vanish_and_spaces_collapse() -> None:
    assert clean("\u202e王\u200b总\x00  \t电话\r\n\r\n 周五 ") == "王总 电话 周五"
    assert clean("a \r\n \n b", lines=True) == "a\nb"


def test_traditional_characters_of_the_grammar_fold() -> None:
    assert fold("打電話，下週三") == "打电话,下周三"


@given(st.text())
def test_folding_keeps_every_offset(text: str) -> None:
    assert len(fold(text)) == len(text) == len(halfwidth(text))


@given(st.text())
def test_cleaned_text_has_no_control_or_bidi_character(text: str) -> None:
    left = {unicodedata.category(c) for c in clean(text)}
    assert not left & {"Cc", "Cf", "Cs", "Zl", "Zp"}
    assert clean(clean(text)) == clean(text)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        *(("7", 7), ("120", 120), ("两", 2), ("俩", 2), ("十", 10), ("十五", 15), ("二十", 20)),
        *(("九十九", 99), ("三四", 3), ("两三", 2), ("半", None), ("一百", None), ("四三", None)),
        *(("", None), ("1234", None), ("x", None)),
    ],
)
def test_counts_are_read_up_to_ninety_nine(text: str, count: int | None) -> None:
    assert read_count(text) == count
