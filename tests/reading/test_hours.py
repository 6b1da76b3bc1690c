"""Hours in which somebody may be disturbed, as people write them."""

from __future__ import annotations

from datetime import time

import pytest

from handlers.reading.hours import OwnHours, read_hours
from scoring.workdays import QuietHours


def hours(first: str, last: str) -> OwnHours:
    return OwnHours(QuietHours(time.fromisoformat(first), time.fromisoformat(last)))


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("9-18", hours("09:00", "18:00")),
        ("09:30-18:30", hours("09:30", "18:30")),
        ("9:30 - 18:30", hours("09:30", "18:30")),
        ("9:30–18:30", hours("09:30", "18:30")),
        ("9:30 to 18:30", hours("09:30", "18:30")),
        ("9am-6pm", hours("09:00", "18:00")),
        ("9 am to 6:30 pm", hours("09:00", "18:30")),
        ("12pm-8pm", hours("12:00", "20:00")),
        ("9点到18点", hours("09:00", "18:00")),
        ("9点半到18点", hours("09:30", "18:00")),
        ("上午9点至下午6点半", hours("09:00", "18:30")),
        ("９：３０～１８：３０", hours("09:30", "18:30")),
        ("8-24", hours("08:00", "23:59")),
        ("default", OwnHours(None)),
        ("默认", OwnHours(None)),
    ],
)
def test_hours_are_read(text: str, meant: OwnHours) -> None:
    assert read_hours(text) == meant


@pytest.mark.parametrize(
    "text", ["", "9", "18-9", "9-9", "25-26", "9:75-18", "tomorrow", "9-18-20", "-", "九-十八"]
)
def test_what_says_no_hours_is_not_read(text: str) -> None:
    assert read_hours(text) is None


@pytest.mark.parametrize("said", [hours("09:30", "18:30"), OwnHours(None)])
def test_what_is_written_is_read_again(said: OwnHours) -> None:
    assert read_hours(str(said)) == said
