"""One measured figure, its floor and its goal; and the table of them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

_RATE = "rows/s"


@dataclass(frozen=True, slots=True)
class Figure:
    """`value` in `unit`; `goal` bounds the ratio to `floor`, or the value where there is none.

    Rates are better the higher they are, everything else the lower.
    """

    benchmark: str
    database: str
    what: str
    value: float
    unit: str
    goal: float | None = None
    floor: float | None = None
    floor_is: str = ""
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """How many times the floor; above 1 is slower than the floor."""
        if self.floor is None or not self.floor or not self.value:
            return None
        return self.floor / self.value if self.unit == _RATE else self.value / self.floor

    @property
    def met(self) -> bool | None:
        """Whether the goal is met; None where there is none."""
        if self.goal is None:
            return None
        if self.floor is not None:
            return self.ratio is not None and self.ratio <= self.goal
        return self.value >= self.goal if self.unit == _RATE else self.value <= self.goal


_HEADINGS = ("benchmark", "database", "what", "value", "floor", "ratio", "goal", "", "note")


def table(figures: Sequence[Figure]) -> str:
    """The figures as a Markdown table, aligned for a terminal too."""
    rows = [_HEADINGS, *(_cells(figure) for figure in figures)]
    widths = [max(len(row[at]) for row in rows) for at in range(len(_HEADINGS))]
    lines = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |"
        for row in rows
    ]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines)


def _cells(figure: Figure) -> tuple[str, ...]:
    ratio, goal = figure.ratio, figure.goal
    bound = "≥" if figure.unit == _RATE and figure.floor is None else "≤"
    wanted = "" if goal is None else f"{bound} {goal:g}×" if figure.floor is not None else ""
    if goal is not None and figure.floor is None:
        wanted = f"{bound} {_shown(goal, figure.unit)}"
    return (
        figure.benchmark,
        figure.database,
        figure.what,
        _shown(figure.value, figure.unit),
        "" if figure.floor is None else _shown(figure.floor, figure.unit),
        "" if ratio is None else f"{ratio:.2f}×",
        wanted,
        {None: "", True: "✓", False: "✗"}[figure.met],
        "; ".join(
            part for part in (figure.floor_is and f"floor: {figure.floor_is}", figure.note) if part
        ),
    )


def _shown(value: float, unit: str) -> str:
    if unit == "s" and value < 1:
        return f"{value * 1000:.3g} ms"
    if unit == _RATE or value >= 1000:
        return f"{value:,.0f} {unit}"
    return f"{value:.3g} {unit}"


def write(figures: Sequence[Figure], path: Path) -> None:
    """The figures as JSON, for whoever compares runs.

    What the file has of other benchmarks, or of another database, stays: not all are run at once.
    """
    measured = {(f.benchmark, f.database) for f in figures}
    before = json.loads(path.read_text(encoding="utf-8")) if path.exists() else []
    found = [one for one in before if (one["benchmark"], one["database"]) not in measured]
    found += [asdict(f) | {"ratio": f.ratio, "met": f.met} for f in figures]
    path.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
