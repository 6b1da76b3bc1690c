"""What every command does around its own work: configuration, database, output, exit codes.

Exit codes: 0 done, 1 failed or refused, 2 usage or configuration, 3 input refused.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import sys
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import typer

from bot.cli.options import read_instant
from scoring.errors import ConfigError, ImportRefused, StoreUnavailable, UserError

if TYPE_CHECKING:
    from bot.config import Config
    from handlers.rules import Rules
    from messages.i18n import Phrasebook
    from storage.store import Store

FAILED, USAGE, REFUSED = 1, 2, 3

T = TypeVar("T")


@dataclass(slots=True)
class Shell:
    """A command's surroundings."""

    config: Config
    rules: Rules
    phrases: Phrasebook
    now: datetime
    as_json: bool

    def show(self, value: Any, text: str | None = None) -> None:
        """Print the result: as one JSON value, or `text` (a table of the value by default)."""
        if self.as_json:
            typer.echo(json.dumps(value, ensure_ascii=False, default=_plain))
        else:
            if text is None:
                text = self.phrases.t("cli.nothing") if value == [] else table(value)
            typer.echo(text)

    def sentence(self, fault: UserError) -> str:
        """What is wrong, in the operator's language, with the file that it is about."""
        said = self.phrases.t(fault.key, **fault.params)
        return f"{fault.about}: {said}" if fault.about else said

    def say(self, key: str, **params: object) -> None:
        """Tell the operator something on stderr, in their language."""
        typer.echo(self.phrases.t(key, **params), err=True)


def run(
    work: Callable[[Shell, Store], Awaitable[T]],
    *,
    as_json: bool = False,
    db: str | None = None,
    config: Path | None = None,
    now: str | None = None,
) -> T:
    """Run a command's work with an open, up-to-date store; faults become sentences."""
    shell = prepare(as_json=as_json, db=db, config=config, now=now)

    async def with_store() -> T:
        from bot.origins import Begun, beginning, command_origin
        from storage.engine import parse_url
        from storage.schema import upgrade
        from storage.store import Store

        url = parse_url(shell.config.database_url)
        book = Path(url.database or "") if url.get_backend_name() == "sqlite" else None
        known = book is None or book.exists()
        await upgrade(shell.config.database_url)
        if not known:  # in the wrong folder an empty book looks as if all were well
            shell.say("cli.new_book", book=book)
        store = Store.open(shell.config.database_url)
        try:
            with beginning(Begun.CLI, former=command_origin()):
                return await work(shell, store)
        finally:
            await store.close()

    return guarded(shell, with_store)


def prepare(
    *,
    as_json: bool = False,
    db: str | None = None,
    config: Path | None = None,
    now: str | None = None,
) -> Shell:
    """Read the configuration; exits with 2 and all its faults when it is not right."""
    try:
        return configured(as_json=as_json, db=db, config=config, now=now)
    except ConfigError as fault:
        fail(fault.faults, USAGE)


def configured(
    *,
    as_json: bool = False,
    db: str | None = None,
    config: Path | None = None,
    now: str | None = None,
) -> Shell:
    """Like `prepare`, but raises ConfigError."""
    from bot.config import load_config
    from bot.logs import set_up_logs
    from bot.rules import rules_of
    from messages.i18n import Phrasebook
    from scoring.model import Locale

    if db is not None and not db.strip():
        raise typer.BadParameter("write a database address", param_hint="--db")
    loaded = load_config(config, database_url=db)
    moment = datetime.now(UTC)
    rules = rules_of(loaded, moment)
    if now is not None:
        moment = read_instant(now, rules.zone)
        rules = rules_of(loaded, moment)
    set_up_logs(loaded, level=logging.WARNING)
    spoken = os.environ.get("LC_ALL") or os.environ.get("LANG")
    locale = Locale.of(spoken, rules.locale)
    return Shell(loaded, rules, Phrasebook(locale, rules.zone), moment, as_json)


def guarded(shell: Shell, work: Callable[[], Awaitable[T]]) -> T:
    """Run `work` in an event loop; what the product raises on purpose becomes a sentence."""
    try:
        return asyncio.run(_awaited(work))
    except ConfigError as fault:
        fail(fault.faults, USAGE)
    except ImportRefused as fault:
        fail([str(fault)], REFUSED)
    except UserError as fault:
        fail([shell.sentence(fault)], FAILED)
    except StoreUnavailable as fault:
        fail([shell.phrases.t(f"error.store.{fault.reason}"), *_says(shell, fault)], FAILED)
    except KeyboardInterrupt:
        raise typer.Exit(130) from None


def _says(shell: Shell, fault: StoreUnavailable) -> Iterator[str]:
    """What the driver said of a book that is gone: its first line names host, database or user."""
    cause = getattr(fault.__cause__, "orig", fault.__cause__)
    words = str(cause or "").strip().partition("\n")[0]
    if fault.reason == "gone" and words:
        yield shell.phrases.t("error.store.says", words=words)


async def _awaited(work: Callable[[], Awaitable[T]]) -> T:
    return await work()


def fail(sentences: Sequence[str], code: int) -> NoReturn:
    """Say what is wrong on stderr and exit with `code`."""
    for sentence in sentences:
        typer.echo(sentence, err=True)
    raise typer.Exit(code)


def table(value: Any) -> str:
    """Rows as aligned columns, a mapping as lines, for people at a terminal."""
    from messages.limits import pad, width
    from messages.render.text import aligned

    if isinstance(value, Mapping):
        names = max((width(str(key)) for key in value), default=0)
        return "\n".join(f"{pad(str(key), names)}  {_cell(item)}" for key, item in value.items())
    if isinstance(value, Sequence) and not isinstance(value, str):
        rows = [item for item in value if isinstance(item, Mapping)]
        if not rows:
            return "\n".join(str(item) for item in value) or "-"
        header = list(rows[0])
        return "\n".join(aligned(header, [[_cell(row.get(n)) for n in header] for row in rows]))
    return str(value)


def _cell(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, default=_plain)
    return str(_plain(value)) if isinstance(value, date | datetime | Decimal) else str(value)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return float(value) if value % 1 else int(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")


def utf8_output() -> None:
    """Print Chinese whatever the terminal's locale says (a bare container says C)."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
