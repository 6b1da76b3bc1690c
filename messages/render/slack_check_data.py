"""What Slack would refuse of tables and charts. Numbers: docs.slack.dev, the smaller of two."""

from __future__ import annotations

from typing import Any

from messages import limits
from messages.limits import units
from messages.render.slack_check_text import Faults, keys, length, listed, of, rich_text, within

_ALIGNED = ("left", "center", "right")
_DATA_ROWS = 101  # with the header; newer libraries say 201
_DATA_TEXT = 20_000
_PAGE_ROWS = 100
_CHART_TITLE = 50
_PARTS = 6  # segments or series; later documents say 12
_POINTS = 20
_CHART_LABEL = 20
_AXIS_LABEL = 50


def table(block: dict[str, Any]) -> Faults:
    """A table block."""
    rows = listed(block, "rows")
    yield from within("rows", rows, 1, limits.SLACK_TABLE_ROWS)
    yield from _rows(rows)
    settings = listed(block, "column_settings")
    yield from within("column_settings", settings, 0, limits.SLACK_TABLE_COLUMNS)
    for one in settings:
        if one is None:
            continue
        yield from keys("column_settings", one, (), ("align", "is_wrapped"))
        if (of(one, "align") or "left") not in _ALIGNED:
            yield f"align {of(one, 'align')}"


def data_table(block: dict[str, Any]) -> Faults:
    """A data_table block."""
    rows = listed(block, "rows")
    yield from within("rows", rows, 2, _DATA_ROWS)
    yield from _rows(rows)
    yield from length("caption", block.get("caption"), limits.SLACK_FIELD)
    yield from within("page_size", block.get("page_size", 5), 1, _PAGE_ROWS)
    header = rows[0] if rows and isinstance(rows[0], list) else []
    yield from within(
        "row_header_column_index",
        block.get("row_header_column_index", 0),
        0,
        max(len(header) - 1, 0),
    )
    if any(of(cell, "type") == "rich_text" for cell in header):
        yield "rich_text in the header"
    if (size := _size(rows)) > _DATA_TEXT:
        yield f"{size} characters in the cells"


def _rows(rows: list[Any]) -> Faults:
    if len({len(row) if isinstance(row, list | tuple) else -1 for row in rows}) > 1:
        yield "rows of different length"
    for row in rows:
        if not isinstance(row, list | tuple):
            yield "a row that is no list"
            continue
        yield from within("columns", row, 1, limits.SLACK_TABLE_COLUMNS)
        for cell in row:
            yield from _cell(cell)


def _cell(cell: Any) -> Faults:
    match of(cell, "type"):
        case "rich_text":
            yield from rich_text("cell", cell)
        case "raw_text":
            yield from keys("cell", cell, ("type", "text"), ())
            yield from length("cell", cell.get("text"), limits.SLACK_SECTION)
        case "raw_number":
            yield from keys("cell", cell, ("type", "value"), ("text",))
            yield from within("cell", cell.get("value"), float("-inf"), float("inf"))
            if "text" in cell:
                yield from length("cell", cell["text"], limits.SLACK_SECTION)
        case kind:
            yield f"a cell of {kind}"


def _size(value: Any) -> int:
    match value:
        case {"text": str(text)}:
            return units(text)
        case dict():
            return sum(map(_size, value.values()))
        case list() | tuple():
            return sum(map(_size, value))
    return 0


def data_visualization(block: dict[str, Any]) -> Faults:
    """A chart."""
    yield from length("title", block.get("title"), _CHART_TITLE)
    chart = block.get("chart")
    match of(chart, "type"):
        case "pie":
            yield from keys("chart", chart, ("type", "segments"), ())
            segments = listed(chart, "segments")
            yield from within("segments", segments, 1, _PARTS)
            yield from _points(segments, above=0)
            if _twice([of(one, "label") for one in segments]):
                yield "a segment twice"
        case "bar" | "area" | "line":
            yield from keys("chart", chart, ("type", "series", "axis_config"), ())
            yield from _series(chart)
        case kind:
            yield f"a chart of {kind}"


def _series(chart: Any) -> Faults:
    axis = of(chart, "axis_config")
    yield from keys("axis_config", axis, ("categories",), ("x_label", "y_label"))
    for name in ("x_label", "y_label"):
        if of(axis, name) is not None:
            yield from length(name, of(axis, name), _AXIS_LABEL)
    categories = listed(axis, "categories")
    yield from within("categories", categories, 1, _POINTS)
    for category in categories:
        yield from length("category", category, _CHART_LABEL)
    if _twice(categories):
        yield "a category twice"
    series = listed(chart, "series")
    yield from within("series", series, 1, _PARTS)
    for one in series:
        yield from keys("series", one, ("name", "data"), ())
        yield from length("name", of(one, "name"), _CHART_LABEL)
        points = listed(one, "data")
        yield from _points(points)
        if [of(point, "label") for point in points] != categories:
            yield "a series without exactly one point of each category"
    if _twice([of(one, "name") for one in series]):
        yield "a series twice"


def _points(points: list[Any], above: float = float("-inf")) -> Faults:
    for point in points:
        yield from keys("point", point, ("label", "value"), ())
        yield from length("label", of(point, "label"), _CHART_LABEL)
        value = of(point, "value")
        yield from within("value", value, float("-inf"), float("inf"))
        if isinstance(value, int | float) and value <= above:
            yield f"value {value}"


def _twice(names: list[Any]) -> bool:
    said = [str(name) for name in names]
    return len(set(said)) < len(said)
