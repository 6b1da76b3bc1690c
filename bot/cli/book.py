"""`import`, `export`: spreadsheets in and out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.cli.options import AsJson, ConfigFile, Database, Now
from bot.cli.targets import put, writable

if TYPE_CHECKING:
    from bot.cli.shell import Shell
    from storage.store import Store


_WRONGLY_CALLED = frozenset({"import.file.absent", "import.kind_unknown", "mapping.absent"})
"""Whole-file refusals that are about the command line, not about what is in the file."""


def add_to(app: typer.Typer) -> None:
    """Register the commands of this file."""
    app.command("import")(import_files)
    app.command("export")(export)


def import_files(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE…", help="xlsx, xls, ods, csv, tsv, jsonl")
    ],
    kind: Annotated[str | None, typer.Option("--kind", help="What the table holds.")] = None,
    mapping: Annotated[
        Path | None,
        typer.Option("--mapping", metavar="MAP.toml", help="What becomes of which column."),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Preview; write nothing.")] = False,
    skip_refused: Annotated[
        bool, typer.Option("--skip-refused", help="Write the good rows, report the others.")
    ] = False,
    annotate: Annotated[
        Path | None, typer.Option("--annotate", metavar="OUT.xlsx", help="A copy with the reasons.")
    ] = None,
    date_order: Annotated[
        str | None, typer.Option("--date-order", help="How 03/04/2026 reads: ymd, mdy or dmy.")
    ] = None,
    now: Now = None,
    as_json: AsJson = False,
    db: Database = None,
    config: ConfigFile = None,
) -> None:
    """Import spreadsheets into the book: all or nothing, unless --skip-refused."""
    from bot.cli.shell import REFUSED, USAGE, run
    from handlers.importing.bringing import FileToBring, bring, sentences, summary
    from handlers.importing.dates import DateOrder
    from handlers.importing.mapping import mapping_in
    from handlers.importing.plan import Author
    from scoring.errors import MappingRefused, UserError

    if date_order is not None and date_order not in list(DateOrder):
        raise typer.BadParameter("write ymd, mdy or dmy", param_hint="--date-order")

    if annotate is not None:
        writable(annotate, hint="--annotate")
    if mapping is not None and kind is not None:
        raise typer.BadParameter("a mapping says the kinds itself", param_hint="--kind")

    async def work(shell: Shell, store: Store) -> int:
        try:
            columns = None if mapping is None else mapping_in(mapping)
            brought = await bring(
                store,
                [FileToBring(path.name, path, kind, columns) for path in files],
                shell.rules,
                shell.now,
                author=Author(None, "operator", "cli"),
                write=not dry_run,
                skip_refused=skip_refused,
                date_order=None if date_order is None else DateOrder(date_order),
            )
        except UserError as fault:
            sentence = shell.sentence(fault)
            if isinstance(fault, MappingRefused):
                # Each fault on its own line, so that all of them can be mended at once.
                sentence = "\n".join(shell.phrases.t(one.key, **one.params) for one in fault.faults)
            if as_json:
                counts = dict.fromkeys(("new", "changed", "unchanged", "refused"), 0)
                shell.show({**counts, "rows": [], "error": sentence})
            typer.echo(sentence, err=True)
            return USAGE if fault.key in _WRONGLY_CALLED else REFUSED
        plan = brought.plan
        if annotate is not None and plan.refused:
            put(annotate, brought.annotated(FileToBring(files[0].name, files[0]), shell.phrases))
        document: dict[str, Any] = summary(plan, shell.phrases)
        shell.show(document, "\n".join(sentences(plan, shell.phrases)))
        return REFUSED if plan.refused and not skip_refused else 0

    code = run(work, as_json=as_json, db=db, config=config, now=now)
    raise typer.Exit(code)


def export(
    file: Annotated[Path, typer.Argument(metavar="FILE.xlsx")],
    now: Now = None,
    as_json: AsJson = False,
    db: Database = None,
    config: ConfigFile = None,
) -> None:
    """Write the book to a spreadsheet that `import` reads back."""
    from bot.cli.shell import run
    from handlers.answering import OPERATOR
    from handlers.exporting import export_book

    writable(file, hint="FILE.xlsx")

    async def work(shell: Shell, store: Store) -> None:
        async with store.read() as tx:
            content, counts = await export_book(tx, OPERATOR, shell.phrases, operator=True)
        put(file, content)
        shell.show({"file": str(file), **counts})

    run(work, as_json=as_json, db=db, config=config, now=now)
