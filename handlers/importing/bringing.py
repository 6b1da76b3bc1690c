"""Bringing files into the book, from the command line or from chat: read, plan, write, tell."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from handlers.importing.dates import DateOrder
from handlers.importing.intake import read_file
from handlers.importing.mapping import ColumnMapping
from handlers.importing.parsed import FileNotice, ParsedFile
from handlers.importing.plan import Author, Plan, apply, preview
from handlers.rules import Rules
from messages.i18n import Phrasebook
from scoring.errors import ImportRefused, RowProblem, UserError
from storage.store import Store
from storage.transaction import Tx

SHOWN = 20
"""Refused rows and warnings told one by one; the annotated copy has them all."""


@dataclass(frozen=True, slots=True)
class FileToBring:
    """A file by path or content; `kind` None lets its headers decide, or its `mapping`."""

    name: str
    source: Path | bytes
    kind: str | None = None
    mapping: ColumnMapping | None = None


@dataclass(frozen=True, slots=True)
class Brought:
    """What became of files brought together."""

    plan: Plan
    files: tuple[ParsedFile, ...]

    def annotated(self, file: FileToBring, phrases: Phrasebook, *, at: int = 0) -> bytes:
        """A copy of a file with the reason beside every row that is refused or doubtful.

        `at` is the file's place among those brought. Blocks: call it in a thread.
        """
        from handlers.importing.annotate import annotate

        parsed = self.files[at]
        told = set(map(id, parsed.problems))
        return annotate(
            file.source,
            file.name,
            parsed,
            lambda problem: sentence_of(problem, phrases),
            title=phrases.t("import.annotate.title"),
            more_problems=[p for p in self._problems(at) if id(p) not in told],
        )

    def refused(self, at: int) -> bool:
        """Whether a row of that file is refused."""
        return bool(self._problems(at))

    def _problems(self, at: int) -> list[RowProblem]:
        first = sum(len(parsed.tables) for parsed in self.files[:at])
        mine = self.plan.tallies[first : first + len(self.files[at].tables)]
        return [problem for tally in mine for problem in tally.problems]


async def bring(
    store: Store,
    files: Sequence[FileToBring],
    rules: Rules,
    now: datetime,
    *,
    author: Author,
    write: bool,
    skip_refused: bool = False,
    date_order: DateOrder | None = None,
    first: Callable[[Tx], Awaitable[None]] | None = None,
    last: Callable[[Tx, Plan], Awaitable[None]] | None = None,
) -> Brought:
    """Import files together, or only preview. All or nothing unless `skip_refused`.

    The plan comes back also when rows were refused; then nothing was written. Files are read
    before any transaction begins; `first` and `last` run at both ends of the one that writes.
    """
    parsed = [await _read(file, rules, date_order, one_of=len(files)) for file in files]
    return await bring_parsed(
        store,
        parsed,
        rules,
        now,
        author=author,
        write=write,
        skip_refused=skip_refused,
        first=first,
        last=last,
    )


async def bring_parsed(
    store: Store,
    parsed: Sequence[ParsedFile],
    rules: Rules,
    now: datetime,
    *,
    author: Author,
    write: bool,
    skip_refused: bool = False,
    first: Callable[[Tx], Awaitable[None]] | None = None,
    last: Callable[[Tx, Plan], Awaitable[None]] | None = None,
) -> Brought:
    """Like `bring`, with what was read already."""
    whole = ParsedFile(
        tuple(table for one in parsed for table in one.tables),
        tuple(notice for one in parsed for notice in one.notices),
        parsed[0].format if parsed else "",
    )
    if write:
        # Most files are taken as they are, so they are planned once, where they are written.
        with suppress(ImportRefused):
            async with store.begin() as tx:
                if first is not None:
                    await first(tx)
                plan = await apply(tx, whole, rules, now, author=author, skip_refused=skip_refused)
                if last is not None:
                    await last(tx, plan)
            return Brought(plan, tuple(parsed))
    async with store.read() as tx:
        plan = await preview(tx, whole, rules, now, author=author)
    return Brought(plan, tuple(parsed))


async def _read(
    file: FileToBring, rules: Rules, date_order: DateOrder | None, *, one_of: int
) -> ParsedFile:
    try:
        return await asyncio.to_thread(
            read_file,
            file.source,
            file.name,
            kind=file.kind,
            mapping=file.mapping,
            date_order=date_order,
            default_currency=rules.base_currency,
        )
    except UserError as fault:
        fault.about = file.name if one_of > 1 else ""
        raise


def sentence_of(problem: RowProblem | FileNotice, phrases: Phrasebook) -> str:
    """What is wrong with a row, in the reader's language."""
    return phrases.t(problem.key, **problem.params)


def summary(plan: Plan, phrases: Phrasebook) -> dict[str, Any]:
    """The form of `import --json`."""
    return {
        "new": plan.new,
        "changed": plan.changed,
        "unchanged": plan.unchanged,
        "refused": plan.refused,
        "rows": [_row(problem, phrases) for problem in plan.problems],
        "warnings": [_row(problem, phrases) for problem in plan.warnings],
        "notices": [sentence_of(notice, phrases) for notice in plan.notices],
    }


def _row(problem: RowProblem, phrases: Phrasebook) -> dict[str, Any]:
    row: dict[str, Any] = {
        "row": problem.row,
        "problem": sentence_of(problem, phrases),
        "column": problem.column,
    }
    return {**row, "sheet": problem.sheet} if problem.sheet else row


def sentences(plan: Plan, phrases: Phrasebook) -> list[str]:
    """The preview or result as lines to read: counts per table, then what to look at."""
    lines = [
        phrases.t(
            "import.counts",
            kind=phrases.t(f"import.kind.{tally.kind}"),
            new=tally.new,
            changed=tally.changed,
            unchanged=tally.unchanged,
            refused=tally.refused,
        )
        for tally in plan.tallies
    ]
    lines += [sentence_of(notice, phrases) for notice in plan.notices]
    lines += _listed(plan.problems, "import.refused_rows", plan.refused, phrases)
    lines += _listed(plan.warnings, "import.warned_rows", len(plan.warnings), phrases)
    return lines


def _listed(
    problems: Sequence[RowProblem], heading: str, count: int, phrases: Phrasebook
) -> list[str]:
    if not problems:
        return []
    lines = [phrases.t(heading, n=count)]
    lines += [
        phrases.t(
            "import.row_line",
            where=_where(problem),
            column=problem.column,
            problem=sentence_of(problem, phrases),
        )
        for problem in problems[:SHOWN]
    ]
    if len(problems) > SHOWN:
        lines.append(phrases.t("import.and_more", n=len(problems) - SHOWN))
    return lines


def _where(problem: RowProblem) -> str:
    return f"{problem.sheet} {problem.row}" if problem.sheet else str(problem.row)
