"""`model show|list|preview|activate`: the health model behind the scores, as a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.options import AsJson, By, ConfigFile, Database, Now, read_name

if TYPE_CHECKING:
    from bot.cli.shell import Shell
    from scoring.errors import ModelRefused
    from storage.store import Store

model = typer.Typer(help="The models behind health and renewal probability.", no_args_is_help=True)
"""What is learned from outcomes adds its own commands (`fit`, `backtest`)."""

ModelPath = Annotated[
    Path | None,
    typer.Argument(
        metavar="FILE", help="A model's TOML file; the model in force, measured again, without one."
    ),
]


def add_to(app: typer.Typer) -> None:
    """Register the commands of this file."""
    model.command("show")(show)
    model.command("list")(list_)
    model.command("preview")(preview)
    model.command("activate")(activate)
    app.add_typer(model, name="model")


def show(
    version: Annotated[
        int | None, typer.Argument(metavar="VERSION", help="An earlier one, by its number.")
    ] = None,
    as_json: AsJson = False,
    db: Database = None,
    config: ConfigFile = None,
) -> None:
    """Print a model as the file to start from: the one in force, or an earlier version."""
    from bot.cli.shell import FAILED, fail, run
    from handlers.models.in_force import NOT_STORED, default_document
    from handlers.models.telling import version_row

    async def work(shell: Shell, store: Store) -> None:
        async with store.read() as tx:
            if version is None:
                found = await tx.health_models.in_force()
                number = NOT_STORED if found is None else found[0]
            else:
                number = version
            stored = await tx.health_models.of(number)
        if stored is None and version is not None:
            fail([shell.phrases.t("model.no_version", id=version)], FAILED)
        document = default_document() if stored is None else stored.document
        shell.show({**version_row(stored), "document": document}, document.rstrip())

    run(work, as_json=as_json, db=db, config=config)


def list_(as_json: AsJson = False, db: Database = None, config: ConfigFile = None) -> None:
    """List the versions that are or were in force, the newest first."""
    from bot.cli.shell import run
    from handlers.models.telling import version_row

    async def work(shell: Shell, store: Store) -> None:
        async with store.read() as tx:
            versions = await tx.health_models.every()
        rows = [version_row(each) for each in versions]
        shell.show(rows, None if rows else shell.phrases.t("model.none_in_force"))

    run(work, as_json=as_json, db=db, config=config)


def preview(
    file: ModelPath = None,
    limit: Annotated[
        int, typer.Option("--limit", min=0, max=10_000, help="Customers listed.")
    ] = 20,
    now: Now = None,
    as_json: AsJson = False,
    db: Database = None,
    config: ConfigFile = None,
) -> None:
    """Show who would change band and how many warnings that means; nothing is written."""
    from bot.cli.shell import run
    from handlers.models.previewing import preview as foresee
    from handlers.models.reading import text_from
    from handlers.models.telling import preview_document, preview_lines
    from scoring.errors import ModelRefused

    content = _read(file)

    async def work(shell: Shell, store: Store) -> int:
        try:
            text = None if content is None else text_from(content)
            async with store.read() as tx:
                found = await foresee(tx, shell.rules, text, shell.now)
        except ModelRefused as refused:
            return _refuse(shell, refused)
        shell.show(preview_document(found), "\n".join(preview_lines(found, shell.phrases, limit)))
        return 0

    raise typer.Exit(run(work, as_json=as_json, db=db, config=config, now=now))


def activate(
    file: ModelPath = None,
    by: By = "operator",
    now: Now = None,
    as_json: AsJson = False,
    db: Database = None,
    config: ConfigFile = None,
) -> None:
    """Put a model in force and have everybody scored anew; earlier scores keep their version."""
    from dataclasses import asdict

    from bot.cli.shell import run
    from handlers.models.activating import activate as put_in_force
    from handlers.models.reading import text_from
    from handlers.models.telling import activated_line
    from scoring.errors import ModelRefused

    content = _read(file)
    who = read_name(by)

    async def work(shell: Shell, store: Store) -> int:
        try:
            text = None if content is None else text_from(content)
            done = await put_in_force(store, shell.rules, text, shell.now, by=who)
        except ModelRefused as refused:
            return _refuse(shell, refused)
        shell.show(asdict(done), activated_line(done, shell.phrases))
        return 0

    raise typer.Exit(run(work, as_json=as_json, db=db, config=config, now=now))


def _read(file: Path | None) -> bytes | None:
    if file is None:
        return None
    if not file.is_file():
        raise typer.BadParameter(f"there is no file {file}", param_hint="FILE")
    try:
        return file.read_bytes()
    except OSError as fault:
        raise typer.BadParameter(f"{file}: {fault.strerror}", param_hint="FILE") from None


def _refuse(shell: Shell, refused: ModelRefused) -> int:
    from bot.cli.shell import REFUSED
    from handlers.models.telling import fault_document, fault_lines

    if shell.as_json:
        shell.show(fault_document(refused, shell.phrases))
    for line in fault_lines(refused, shell.phrases):
        typer.echo(line, err=True)
    return REFUSED
