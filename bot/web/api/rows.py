"""Bodies with rows: a JSON array of objects, `{"rows": […]}`, or one object a line."""

from __future__ import annotations

import json
from typing import Any

from bot.refused import BAD_REQUEST, TOO_LARGE, Refused

Row = dict[str, object]


def rows_in(body: bytes, most: int) -> list[Row]:
    """The objects in `body`, in their order; Refused for anything else or more than `most`.

    Stricter than json.loads: UTF-8 only, no name twice in an object. NaN and Infinity, which are
    not JSON but come from careless writers, become their names, so that their row is refused.
    """
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Refused(BAD_REQUEST, "utf-8") from None
    objects = _Objects(most)
    try:
        lines = text.lstrip()
        if not lines.startswith(("[", "{")):
            raise Refused(BAD_REQUEST, "json")
        try:
            value = objects.read(text)
        except json.JSONDecodeError as wrong:
            # Valid up to a line's end, then more: one object a line.
            if not lines.startswith("{") or wrong.msg != "Extra data":
                raise
            objects = _Objects(most)
            value = [objects.read(line) for line in text.split("\n") if line.strip()]
    except (ValueError, RecursionError):
        raise Refused(BAD_REQUEST, "json") from None
    if isinstance(value, dict):
        value = value["rows"] if set(value) == {"rows"} else [value]
    if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
        raise Refused(BAD_REQUEST, "rows")
    if len(value) > most:
        raise Refused(TOO_LARGE, "rows")
    return value


class _Objects:
    """A reader that counts, so that a small body cannot become very many objects."""

    def __init__(self, most: int) -> None:
        self._left = most + 1  # the one around the rows
        self._decoder = json.JSONDecoder(
            object_pairs_hook=self._object, parse_constant=lambda name: name
        )

    def read(self, text: str) -> Any:
        """The value in `text`; ValueError when it is none."""
        return self._decoder.decode(text)

    def _object(self, pairs: list[tuple[str, object]]) -> Row:
        self._left -= 1
        if self._left < 0:
            raise Refused(TOO_LARGE, "rows")
        row = dict(pairs)
        if len(row) != len(pairs):
            raise Refused(BAD_REQUEST, "name twice")
        return row
