"""A page that a person keeps open and comes back to, as a value: Slack's Home tab.

Like a message it holds customers' words only as plain text; unlike one, every line has its tap.
"""

from __future__ import annotations

from dataclasses import dataclass

from messages.model import Block, Button, Line


@dataclass(frozen=True, slots=True)
class Row:
    """One thing with what is known of it and the tap beside it; `title` is plain text."""

    title: str
    line: Line = ()
    tap: Button | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a page under its heading: what to read, rows, taps, small print."""

    heading: str
    blocks: tuple[Block, ...] = ()
    rows: tuple[Row, ...] = ()
    buttons: tuple[Button, ...] = ()
    note: Line = ()


@dataclass(frozen=True, slots=True)
class Page:
    """Parts from top to bottom."""

    parts: tuple[Part, ...]
