"""Cutting and splitting never break a letter and never exceed a limit."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from messages.limits import Size, cut, octets, pad, signs, split, split_rows, units, width

FAMILY = "👨‍👩‍👧‍👦"
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=300)
sizes = st.sampled_from([units, octets])
quick = settings(max_examples=80, deadline=None)


@pytest.mark.parametrize(
    ("text", "limit", "size", "expected"),
    [
        ("renewal", 7, units, "renewal"),
        ("renewals", 7, units, "renewa…"),
        ("续约到期", 12, octets, "续约到期"),
        ("续约到期了", 12, octets, "续约到…"),
        ("续约到期了", 11, octets, "续约…"),
        ("ab " + FAMILY, 9, units, "ab…"),
        ("🇨🇳🇨🇳", 6, units, "🇨🇳…"),
        ("e\u0301e\u0301", 3, units, "e\u0301…"),
        ("👍🏽👍🏽", 6, units, "👍🏽…"),
        ("x", 0, units, ""),
        ("xyz", 2, octets, ""),
    ],
)
def test_cut(text: str, limit: int, size: Size, expected: str) -> None:
    assert cut(text, limit, size) == expected


@quick
@given(texts, st.integers(0, 50), sizes)
def test_what_is_cut_fits(text: str, limit: int, size: Size) -> None:
    assert size(cut(text, limit, size)) <= limit


@quick
@given(texts, st.integers(4, 50), sizes)
def test_pieces_fit_and_lose_only_white_space(text: str, limit: int, size: Size) -> None:
    pieces = split(text, limit, size)
    assert all(0 < size(piece) <= limit for piece in pieces)
    assert "".join("".join(pieces).split()) == "".join(text.split())


def test_pieces_break_at_line_ends_and_spaces() -> None:
    assert split("first line\nsecond line", 14) == ["first line", "second line"]
    assert split("aaaa bbbb cccc dddd", 15) == ["aaaa bbbb cccc", "dddd"]


def test_splitting_a_megabyte_takes_no_time() -> None:
    assert len(split("续约" * 500_000, 2_000, octets)) == 1502


def test_rows_are_split_under_their_header() -> None:
    parts = split_rows("head", ["aaaa", "bbbb", "cccc"], 14)
    assert parts == ["head\naaaa\nbbbb", "head\ncccc"]
    assert split_rows("head", [], 14) == ["head"]


@quick
@given(st.lists(texts, max_size=20), st.integers(20, 80))
def test_parts_of_a_table_fit(rows: list[str], limit: int) -> None:
    assert all(octets(part) <= limit for part in split_rows("head", rows, limit))


def test_columns_of_a_terminal() -> None:
    assert (width("abc"), width("续约"), width("e\u0301"), width("（）")) == (3, 4, 1, 4)
    assert pad("续约", 6) == "续约  "


def test_lengths() -> None:
    assert (units("👍"), octets("👍"), octets("续")) == (2, 4, 3)


def test_a_card_has_room_for_twice_as_many_narrow_letters() -> None:
    assert cut("续" * 30, 26, signs) == "续" * 25 + "…"
    assert len(cut("x" * 60, 26, signs)) == 51
