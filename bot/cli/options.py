"""The options every command takes."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

AsJson = Annotated[bool, typer.Option("--json", help="One JSON value on stdout.")]
Database = Annotated[
    str | None,
    typer.Option("--db", metavar="URL", help="Database address; the configuration's by default."),
]
ConfigFile = Annotated[
    Path | None, typer.Option("--config", metavar="FILE", help="Configuration file.")
]
Now = Annotated[
    str | None,
    typer.Option(
        "--now", metavar="ISO", help="See another instant, such as 2026-03-02T09:07+08:00."
    ),
]


EARLIEST, LATEST = 1990, 2150
"""Years in which the calendar, the holidays and every sum of dates still work."""


def read_instant(text: str, zone: ZoneInfo) -> datetime:
    """An instant of `--now`; without an offset it is local time of the organisation's zone."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(
            f"{text!r} is not an instant; write one such as 2026-03-02T09:07:00+08:00",
            param_hint="--now",
        ) from None
    if not EARLIEST <= found.year <= LATEST:
        raise typer.BadParameter(
            f"write an instant between {EARLIEST} and {LATEST}", param_hint="--now"
        )
    if found.tzinfo is None:
        found = found.replace(tzinfo=zone)
    return found.astimezone(UTC)


By = Annotated[str, typer.Option("--by", help="Who decided it, for the audit.")]
LONGEST_NAME = 100


def read_name(by: str) -> str:
    """A name for the audit: one printable line."""
    who = by.strip()
    if not who or len(who) > LONGEST_NAME or not who.isprintable():
        raise typer.BadParameter("write a name", param_hint="--by")
    return who


def read_date(text: str, *, hint: str) -> date:
    """A day of an option, in ISO form; the option's name goes into what is said when it is none."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        found = date.min
    if not EARLIEST <= found.year <= LATEST:
        raise typer.BadParameter(
            f"{text!r} is not a day; write one such as 2026-03-02", param_hint=hint
        )
    return found
