"""`noise`: which alerts were acted on, and which only made noise."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.options import AsJson, ConfigFile, Database, Now

if TYPE_CHECKING:
    from bot.cli.shell import Shell
    from storage.store import Store


def add_to(app: typer.Typer) -> None:
    """Register the commands of this file."""
    app.command()(noise)


def noise(
    days: Annotated[int, typer.Option("--days", min=1, max=730, help="How far back.")] = 30,
    now: Now = None,
    as_json: AsJson = False,
    db: Database = None,
    config: ConfigFile = None,
) -> None:
    """Count the alerts that were sent, acted on and ignored, by kind and reason."""
    from dataclasses import asdict

    from bot.cli.shell import run
    from handlers.noise import noise_of

    async def work(shell: Shell, store: Store) -> None:
        async with store.read() as tx:
            lines = await noise_of(tx, shell.rules, shell.now, days=days)
        shell.show([asdict(line) for line in lines])

    run(work, as_json=as_json, db=db, config=config, now=now)
