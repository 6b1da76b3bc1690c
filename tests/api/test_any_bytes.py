"""Whatever bytes a body has: a list of objects within the bound, or a refusal; never anything else."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.paces import MOST_KEPT, Paces
from bot.refused import BAD_REQUEST, TOO_LARGE, Refused
from bot.web.api.rows import rows_in

MOST = 5
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


def taken(body: bytes) -> list[dict[str, object]] | None:
    try:
        return rows_in(body, MOST)
    except Refused as refusal:
        return {BAD_REQUEST: None, TOO_LARGE: None}[refusal.status]


@given(
    st.binary() | st.text().map(str.encode) | _JSON.map(lambda value: json.dumps(value).encode())
)
def test_any_bytes_are_rows_or_refused(body: bytes) -> None:
    rows = taken(body)
    assert rows is None or (len(rows) <= MOST and all(isinstance(row, dict) for row in rows))


@given(st.lists(st.dictionaries(st.text(), st.integers() | st.text()), min_size=1, max_size=MOST))
def test_rows_are_the_same_however_they_are_written(rows: list[dict[str, object]]) -> None:
    assert taken(json.dumps(rows).encode()) == rows
    assert taken(json.dumps({"rows": rows}).encode()) == rows
    if set(rows[0]) != {"rows"}:
        lines = "\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
        assert taken(lines.encode("utf-8")) == rows


@pytest.mark.parametrize(("count", "fits"), [(MOST, True), (MOST + 1, False)])
def test_the_bound_is_exact(count: int, fits: bool) -> None:
    for body in (json.dumps([{}] * count), json.dumps({"rows": [{}] * count}), "{}\n" * count):
        assert (taken(body.encode()) is not None) == fits, body


def test_a_pace_is_a_burst_and_then_one_after_the_other() -> None:
    at = [0.0]
    paces = Paces(3, 10.0, lambda: at[0])
    assert [paces.wait_s("a") for _ in range(4)] == [0, 0, 0, 10]
    assert paces.wait_s("b") == 0
    at[0] = 9.0
    assert paces.wait_s("a") == 1
    at[0] = 10.0
    assert [paces.wait_s("a") for _ in range(2)] == [0, 10]
    at[0] = 1_000.0
    assert [paces.wait_s("a") for _ in range(4)] == [0, 0, 0, 10]


def test_only_so_many_names_are_remembered() -> None:
    paces = Paces(1, 1_000.0, lambda: 0.0)
    for name in range(MOST_KEPT + 1):
        assert paces.wait_s(str(name)) == 0
    assert paces.wait_s(str(MOST_KEPT)) > 0
    assert paces.wait_s("0") == 0
