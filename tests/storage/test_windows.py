"""Counting by sub-windows errs on the safe side alone, and keeps little."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.windows import AHEAD_S, EXACT_MOST, SUB_WINDOWS, Pace, Spent, Window

SECOND = 1_000_000
START = 1_790_000_000 * SECOND

MINUTE = Window(20, 61)
HOUR = Window(1_000, 3_601)
CORP = Window(10_000, 61)

windows = st.builds(
    Window,
    st.integers(1, 150),
    st.one_of(st.integers(1, 90).map(float), st.floats(0.5, 90, allow_nan=False)),
)
steps = st.lists(
    st.tuples(st.one_of(st.just(0), st.integers(0, 3 * SECOND), st.integers(0, 40 * SECOND)),
              st.integers(1, 12)),
    max_size=150,
)  # fmt: skip


def kept(json_row: tuple[list[float], dict[str, list[int]]]) -> Spent:
    posted, counted = json.loads(json.dumps(json_row))
    return Spent.from_json(posted, counted)


def most_within(window: Window, posts: Sequence[tuple[int, int]]) -> int:
    """The most that any window of that length holds; it is enough to look at those ending at one."""
    return max(
        sum(cost for at, cost in posts if end - window.length < at <= end) for end, _ in posts
    )


@given(limits=st.lists(windows, min_size=1, max_size=3), walk=steps)
def test_no_window_ever_holds_more_than_its_limit(
    limits: list[Window], walk: list[tuple[int, int]]
) -> None:
    now, spent = START, Spent()
    made: list[tuple[int, int]] = []
    least = min(window.posts for window in limits)
    for after, cost in walk:
        now += after
        pace = Pace("robot:x", tuple(limits), min(cost, least))
        if spent.wait_s(pace, now) == 0:
            spent = kept(spent.plus(pace, now).as_json())
            made.append((now, pace.cost))
    assert all(most_within(window, made) <= window.posts for window in limits if made)


@given(limit=windows, walk=steps, cost=st.integers(1, 200))
def test_after_the_wait_that_is_told_the_post_fits(
    limit: Window, walk: list[tuple[int, int]], cost: int
) -> None:
    now, spent = START, Spent()
    for after, each in walk:
        now += after
        pace = Pace("robot:x", (limit,), each)
        if spent.wait_s(pace, now) == 0:
            spent = spent.plus(pace, now)
    wanted = Pace("robot:x", (limit,), cost)
    wait_s = spent.wait_s(wanted, now)
    assert wait_s <= limit.seconds * (1 + 1 / SUB_WINDOWS) + 0.001
    assert spent.wait_s(wanted, now + round(wait_s * SECOND)) == 0
    assert wait_s == 0 or spent.wait_s(wanted, now + round(wait_s * SECOND) - 1) > 0


@pytest.mark.parametrize(
    ("window", "most_late"),
    [(MINUTE, 0.0), (Window(60, 61), 0.0), (HOUR, 61), (CORP, 1.1), (Window(61, 60), 1.1)],
)
def test_a_full_window_is_free_again_at_most_a_sixtieth_late(
    window: Window, most_late: float
) -> None:
    pace = Pace("x", (window,))
    spent = Spent().plus(Pace("x", (window,), window.posts), START + 777_777)
    wait_s = spent.wait_s(pace, START + 777_777)
    assert window.seconds <= wait_s <= window.seconds + most_late


def test_small_windows_keep_instants_and_large_ones_do_not() -> None:
    pace = Pace("*corp", (MINUTE, HOUR, CORP))
    spent, now = Spent(), START
    for _ in range(3_000):
        now += 300_000
        spent = spent.plus(pace, now)
    posted, counted = spent.as_json()
    assert len(posted) == MINUTE.posts
    assert [len(row) <= SUB_WINDOWS + 2 for row in counted.values()] == [True, True]
    assert len(json.dumps(spent.as_json())) < 1_500
    assert HOUR.posts > EXACT_MOST


def test_a_post_larger_than_a_window_goes_when_the_window_is_empty() -> None:
    pace = Pace("*appchats", (Window(100, 60),), cost=500)
    spent = Spent()
    assert spent.wait_s(pace, START) == 0
    spent = spent.plus(pace, START)
    assert 60 <= spent.wait_s(pace, START) <= 61.1
    assert spent.wait_s(pace, START + 62 * SECOND) == 0


def test_two_windows_of_one_length_count_a_post_once() -> None:
    spent = Spent().plus(Pace("x", (Window(100, 60), Window(200, 60))), START)
    assert [sum(row[1:]) for row in spent.as_json()[1].values()] == [1]


@pytest.mark.parametrize("window", [MINUTE, CORP])
def test_a_post_of_somebody_whose_clock_read_later_counts(window: Window) -> None:
    later = Spent().plus(Pace("x", (window,), window.posts), START + 2 * SECOND)
    assert later.wait_s(Pace("x", (window,)), START) > window.seconds
    assert not later.foreign(START)


@pytest.mark.parametrize("window", [MINUTE, CORP])
def test_posts_of_another_time_line_count_as_of_now(window: Window) -> None:
    """The machine was started again, and its steady clock with it."""
    pace = Pace("x", (window,))
    before = Spent().plus(Pace("x", (window,), window.posts), START)
    boot = 30 * SECOND
    assert before.foreign(boot)
    after = before.seen(pace, boot)
    assert not after.foreign(boot)
    assert window.seconds <= after.wait_s(pace, boot) <= window.seconds + AHEAD_S
    assert after.wait_s(pace, boot + 63 * SECOND) == 0
