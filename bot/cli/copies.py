"""`backup`, `restore`, `migrate-data`: whole books into a file, back from it, and elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.options import AsJson, ConfigFile, Database, Now

if TYPE_CHECKING:
    from storage.copying.proof import Proof


def add_to(app: typer.Typer) -> None:
    """Register the commands of this file."""
    app.command()(backup)
    app.command()(restore)
    app.command("migrate-data")(migrate_data)


def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Where the copy goes.")],
    force: Annotated[bool, typer.Option("--force", help="Replace FILE when it exists.")] = False,
    now: Now = None,
    as_json: AsJson = False,
    db: Database = None,
    config: ConfigFile = None,
) -> None:
    """Copy the whole book to FILE, also while the bot runs."""
    from bot.cli.shell import guarded, prepare
    from storage.copying.backup import back_up

    shell = prepare(as_json=as_json, db=db, config=config, now=now)

    async def work() -> None:
        made = await back_up(shell.config.database_url, file, shell.now, over=force)
        told = {
            "file": str(file),
            "taken_at": made.stamp.taken_at,
            "schema": made.stamp.schema,
            "rows": made.stamp.rows,
            "bytes": made.size,
            "tables": _tables(made.stamp.proof),
        }
        size = f"{made.size / 1_000_000:,.1f}"
        shell.show(
            told, shell.phrases.t("copying.backed_up", file=file, n=made.stamp.rows, size=size)
        )

    guarded(shell, work)


def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A copy that `backup` wrote.")],
    force: Annotated[
        bool, typer.Option("--force", help="Also when the book there goes on after the copy.")
    ] = False,
    now: Now = None,
    as_json: AsJson = False,
    db: Database = None,
    config: ConfigFile = None,
) -> None:
    """Put the book of a backup in the place of the one that is there, which is kept aside."""
    from bot.cli.shell import guarded, prepare
    from handlers.coming_back import restore_book

    shell = prepare(as_json=as_json, db=db, config=config, now=now)

    async def work() -> None:
        done = await restore_book(
            shell.config.database_url, file, shell.rules, shell.now, force=force
        )
        told = {
            "file": str(file),
            "taken_at": done.taken_at,
            "rows": done.rows,
            "proven": done.proven,
            "as_laid": done.as_laid,
            "aside": done.aside,
            "put": done.epoch.put,
            "suspect": done.epoch.suspect,
            "places": done.epoch.places,
        }
        t = shell.phrases.t
        lines = [t("copying.restored", taken=done.taken_at, n=done.rows)]
        if not done.proven:
            lines.append(t("copying.restored_unproven"))
        if not done.as_laid:
            lines.append(t("copying.restored_rows_alone"))
        if done.aside is not None:
            lines.append(t("copying.restored_aside", aside=done.aside))
        if done.epoch.suspect:
            lines.append(
                t("copying.restored_doubt", n=done.epoch.suspect, places=done.epoch.places)
            )
        lines.append(t("copying.restored_next"))
        shell.show(told, "\n".join(lines))

    guarded(shell, work)


def migrate_data(
    to: Annotated[str, typer.Option("--to", metavar="URL", help="An empty database.")],
    force: Annotated[
        bool, typer.Option("--force", help="Also while the bot runs, as a rehearsal.")
    ] = False,
    now: Now = None,
    as_json: AsJson = False,
    db: Database = None,
    config: ConfigFile = None,
) -> None:
    """Copy the whole book to an empty database and prove that nothing changed."""
    from bot.cli.shell import guarded, prepare
    from storage.copying.moving import move_book

    if not to.strip():
        raise typer.BadParameter("write a database address", param_hint="--to")
    shell = prepare(as_json=as_json, db=db, config=config, now=now)

    async def work() -> None:
        proof = await move_book(shell.config.database_url, to, shell.now, running=force)
        tables = _tables(proof)
        rows = sum(table.rows for table in proof.values())
        lines = [
            f"{name:<20} {one['rows']:>12,}  {str(one['digest'])[:16]}"
            for name, one in tables.items()
            if one["rows"]
        ]
        lines.append(shell.phrases.t("copying.moved", n=rows, tables=len(tables)))
        shell.show({"same": True, "rows": rows, "tables": tables}, "\n".join(lines))

    guarded(shell, work)


def _tables(proof: Proof) -> dict[str, dict[str, int | str]]:
    return {
        name: {"rows": proof[name].rows, "digest": proof[name].digest} for name in sorted(proof)
    }
