"""Every benchmark still runs; what it measures is for `make bench` to say."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.__main__ import NAMES, main
from benchmarks.figures import Figure, write

COUNTS = ("rows", "errors")
"""Of these there may be none."""


@pytest.mark.parametrize("name", NAMES)
def test_each_benchmark_measures_something_on_a_tiny_book(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    results = tmp_path / "results.json"
    main(["--size", "600", "--runs", "1", "--only", name, "--database", "sqlite",
          "--results", str(results)])  # fmt: skip
    figures = json.loads(results.read_text(encoding="utf-8"))
    assert figures
    assert all(figure["value"] > 0 for figure in figures if figure["unit"] not in COUNTS)
    assert [
        figure["note"] for figure in figures if figure["what"] == "errors" and figure["value"]
    ] == []
    assert figures[0]["what"] in capsys.readouterr().out


@pytest.mark.parametrize(
    ("figure", "met"),
    [
        (Figure("b", "", "w", 3.0, "s", goal=2, floor=2.0), True),
        (Figure("b", "", "w", 5.0, "s", goal=2, floor=2.0), False),
        (Figure("b", "", "w", 0.3, "s", goal=0.4), True),
        (Figure("b", "", "w", 7_000, "rows/s", goal=8_000), False),
        (Figure("b", "", "w", 7_000, "rows/s"), None),
    ],
)
def test_a_goal_bounds_the_ratio_where_there_is_a_floor(figure: Figure, met: bool | None) -> None:
    assert figure.met is met


def test_results_of_other_runs_stay(tmp_path: Path) -> None:
    results = tmp_path / "results.json"
    write([Figure("b", "sqlite", "w", 3.0, "s"), Figure("b", "sqlite", "v", 4.0, "s")], results)
    write([Figure("b", "postgresql", "w", 5.0, "s")], results)
    write([Figure("b", "sqlite", "w", 6.0, "s")], results)
    figures = json.loads(results.read_text(encoding="utf-8"))
    assert [(each["database"], each["value"]) for each in figures] == [
        ("postgresql", 5.0),
        ("sqlite", 6.0),
    ]
