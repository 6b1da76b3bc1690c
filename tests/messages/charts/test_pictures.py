"""Charts say what they show, in both languages: a missing font would draw no word, silently."""

from __future__ import annotations

import xml.etree.ElementTree as Tree
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messages.charts.bars import MOST_BARS, Bar, bars_chart, bars_svg
from messages.charts.png import draws_words, font_file, png_of
from messages.charts.svg import label, picture
from messages.charts.trend import trend_chart, trend_svg
from messages.charts.widths import cut_to, width_of
from messages.i18n import Phrasebook, catalogue
from scoring.model import Locale
from tests.messages.charts.pixels import dark, drawable, pixels

TODAY = date(2026, 11, 23)
BOTH = [Locale.EN, Locale.ZH]
EDGES = (70.0, 55.0, 40.0)


def parsed(svg: str) -> Tree.Element:
    return Tree.fromstring(svg)  # noqa: S314 - we drew it


def course(*scores: float) -> list[tuple[date, float]]:
    first = TODAY - timedelta(days=7 * (len(scores) - 1))
    return [(first + timedelta(days=7 * week), score) for week, score in enumerate(scores)]


@pytest.mark.parametrize("words", ["Health of Northwind", "云帆科技的健康分", "喆垚堃昇珺"])
def test_words_leave_ink(words: str) -> None:
    """Also given names that GB2312 does not have."""

    def drawn(text: str) -> int:
        svg = picture(300, 40, [label(10, 28, text, size=20, fill="#1f2328")], background="#ffffff")
        return dark(pixels(png_of(svg)))

    assert drawn("") == 0
    assert drawn(words) > 40 * len(words)


def test_the_shipped_font_draws_every_character_of_our_texts() -> None:
    shown = {
        character
        for locale in BOTH
        for entry in catalogue(locale).values()
        for text in entry.texts
        for character in text
        if character.isprintable() and ord(character) < 0x1F000
    }
    missing = shown - drawable(Path(font_file()))
    assert {c for c in missing if c.isalnum()} == set()


def test_the_licence_travels_with_the_font() -> None:
    folder = Path(font_file()).parent
    assert "SIL OPEN FONT LICENSE Version 1.1" in (folder / "OFL.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("locale", BOTH)
def test_a_trend_shows_its_course_its_days_and_the_bands(locale: Locale) -> None:
    book = Phrasebook(locale)
    svg = trend_svg("云帆科技", course(78, 71, 62, 48.4), book, edges=EDGES)
    said = [element.text for element in parsed(svg).iter() if element.text]
    assert {"云帆科技", "48", "70", book.t("band.critical")} <= set(said)
    assert book.day_short(TODAY) in said


def test_a_falling_score_ends_lower_than_it_began() -> None:
    svg = trend_svg("A", course(90, 60, 20), Phrasebook(Locale.EN), edges=EDGES)
    line = parsed(svg).find("{http://www.w3.org/2000/svg}polyline")
    assert line is not None
    heights = [float(place.split(",")[1]) for place in line.attrib["points"].split()]
    assert heights == sorted(heights)  # the axis of pictures points down


def test_a_single_day_is_a_dot_and_no_line() -> None:
    svg = trend_svg("A", course(64), Phrasebook(Locale.EN), edges=EDGES)
    assert "polyline" not in svg
    assert "circle" in svg


@pytest.mark.parametrize("drawn", [trend_chart, trend_svg])
def test_nothing_is_no_chart(drawn: object) -> None:
    with pytest.raises(ValueError, match="no points"):
        drawn("A", [], Phrasebook(Locale.EN), edges=EDGES)  # type: ignore[operator]


@pytest.mark.parametrize("locale", BOTH)
@pytest.mark.parametrize("days", [1, 2, 30, 800])
def test_days_below_a_trend_never_meet(locale: Locale, days: int) -> None:
    points = [(TODAY - timedelta(days=days), 50.0), (TODAY, 60.0)]
    svg = trend_svg("A", points, Phrasebook(locale), edges=EDGES)
    labels = [
        (float(each.attrib["x"]), each.text or "")
        for each in parsed(svg).iter("{http://www.w3.org/2000/svg}text")
        if each.attrib["text-anchor"] == "middle" and not (each.text or "").isdigit()
    ]
    assert labels
    for (left, one), (right, other) in pairwise(labels):
        assert left + width_of(one, 12) / 2 < right - width_of(other, 12) / 2


def test_bars_go_both_ways_and_keep_their_order() -> None:
    bars = [
        Bar("Open tickets", -0.8, "−0.80", good=False, low=-1.2, high=-0.4),
        Bar("使用", 1.2, "+1.2"),
    ]
    svg = bars_svg("Factors", bars)
    said = [e.text for e in parsed(svg).iter("{http://www.w3.org/2000/svg}text")]
    assert said == ["Factors", "Open tickets", "−0.80", "使用", "+1.2"]
    assert dark(pixels(bars_chart("Factors", bars))) > 500


def test_no_more_bars_than_can_be_read() -> None:
    bars = [Bar(f"Reason {n}", n, str(n)) for n in range(40)]
    assert bars_svg("A", bars).count("<rect") == MOST_BARS + 1


@given(
    st.text(max_size=80),
    st.lists(st.floats(allow_nan=False, min_value=-1e6, max_value=1e6), min_size=1, max_size=15),
)
def test_whatever_somebody_wrote_stays_text(words: str, values: list[float]) -> None:
    bars = [Bar(words, value, words, low=value - 1, high=value + 1) for value in values]
    assert parsed(bars_svg(words, bars)).tag.endswith("svg")
    scores = course(*values)
    assert parsed(trend_svg(words, scores, Phrasebook(Locale.EN), edges=EDGES)).tag.endswith("svg")


@given(st.text(max_size=60), st.floats(min_value=20, max_value=400))
def test_what_is_cut_fits(words: str, most: float) -> None:
    assert width_of(cut_to(words, 13, most), 13) <= max(most, width_of("…", 13))


def test_doctor_sees_that_words_are_drawn() -> None:
    assert draws_words()
