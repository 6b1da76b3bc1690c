"""What is filled in becomes the chat line that somebody could have typed."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.words import split
from messages.lines import quoted, with_values
from messages.render.slack_form import line_of_submission
from messages.render.wecom_form_card import UNPICKED, line_of_selection


def submitted(*states: tuple[str, dict[str, Any]]) -> dict[str, Any]:
    """A submitted view with one input a state."""
    return {
        "private_metadata": "snooze R-42",
        "blocks": [{"type": "rich_text"}, *({"block_id": name} for name, _ in states)],
        "state": {"values": {name: {name: state} for name, state in states}},
    }


@pytest.mark.parametrize(
    ("state", "word"),
    [
        ({"type": "datepicker", "selected_date": "2026-12-01"}, " x=2026-12-01"),
        ({"type": "datepicker", "selected_date": None}, ""),
        ({"type": "plain_text_input", "value": "budget"}, " x=budget"),
        ({"type": "plain_text_input", "value": "预算 Q3"}, ' x="预算 Q3"'),
        ({"type": "plain_text_input", "value": 'a "b" \\'}, ' x="a \\"b\\" \\\\"'),
        ({"type": "plain_text_input", "value": "\u202e "}, ""),
        ({"type": "plain_text_input", "value": None}, ""),
        ({"type": "static_select", "selected_option": {"value": "price"}}, " x=price"),
        ({"type": "static_select", "selected_option": None}, ""),
        ({"type": "users_select", "selected_user": "U1"}, " x=Ada"),
        ({"type": "users_select", "selected_user": "U2"}, " x=<@U2>"),
        ({"type": "users_select", "selected_user": None}, ""),
    ],
)
def test_each_control_gives_its_word(state: dict[str, Any], word: str) -> None:
    assert line_of_submission(submitted(("x", state)), {"U1": "Ada"}) == f"snooze R-42{word}"


def test_a_view_without_values_is_its_line() -> None:
    assert line_of_submission({"private_metadata": "due"}) == "due"


@settings(max_examples=200, deadline=None)
@given(st.text(st.characters(exclude_categories=["C", "Zl", "Zp"]), min_size=1, max_size=40))
def test_a_value_comes_out_of_the_line_as_it_went_in(value: str) -> None:
    named = split(with_values("", [("why", value.strip())]), frozenset(["why"])).named
    assert named.get("why", "") == value.strip()


@pytest.mark.parametrize(
    "value", ["a ＂b＂ \\ ＼ c", "＂x", "＇x＇", "x＝y", "‘x’", "“说”", "第一\n第二"]
)
def test_full_width_signs_end_no_value(value: str) -> None:
    assert split(with_values("log R-1", [("why", value)]), frozenset(["why"])).named["why"] == value


def test_a_plain_word_is_not_quoted() -> None:
    assert [quoted(word) for word in ("R-42", "2026-12-01", "华为", "a b", "a=b", "")] == [
        *("R-42", "2026-12-01", "华为", '"a b"', '"a=b"', '""'),
    ]


def test_a_selection_completes_its_key() -> None:
    picked = [("reason", ["price"]), ("kind", []), ("until", [UNPICKED])]
    assert line_of_selection("lost R-42", picked) == "lost R-42 reason=price"
