"""`proof`, `simulate`, `reconcile`: is everything told, what will be told, what is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.options import AsJson, ConfigFile, Database, Now

if TYPE_CHECKING:
    from bot.cli.shell import Shell
    from storage.store import Store


def add_to(app: typer.Typer) -> None:
    """Register the commands of this file."""
    app.command()(proof)
    app.command()(simulate)
    app.command()(reconcile)


def proof(
    now: Now = None, as_json: AsJson = False, db: Database = None, config: ConfigFile = None
) -> None:
    """Show that every contract of the horizon has an owner and was announced; list exceptions."""
    from dataclasses import asdict

    from bot.cli.shell import run
    from handlers.proof import prove

    async def work(shell: Shell, store: Store) -> None:
        async with store.read() as tx:
            shell.show(asdict(await prove(tx, shell.rules, shell.now)))

    run(work, as_json=as_json, db=db, config=config, now=now)


def simulate(
    days: Annotated[int, typer.Option("--days", min=1, max=730, help="How far ahead.")] = 90,
    now: Now = None,
    as_json: AsJson = False,
    db: Database = None,
    config: ConfigFile = None,
) -> None:
    """List the alerts of the next days under the current rules; nothing is written or sent."""
    from dataclasses import asdict

    from bot.cli.shell import run
    from handlers.simulate import simulate as foresee

    async def work(shell: Shell, store: Store) -> None:
        async with store.read() as tx:
            alerts = await foresee(tx, shell.rules, shell.now, days=days)
        shell.show([asdict(alert) for alert in alerts])

    run(work, as_json=as_json, db=db, config=config, now=now)


def reconcile(
    now: Now = None, as_json: AsJson = False, db: Database = None, config: ConfigFile = None
) -> None:
    """List what is missing or contradictory in the book."""
    from dataclasses import asdict

    from bot.cli.shell import run
    from handlers.reconcile import reconcile as compare

    async def work(shell: Shell, store: Store) -> None:
        async with store.read() as tx:
            findings = await compare(tx, shell.rules, shell.now)
        shell.show([asdict(finding) for finding in findings])

    run(work, as_json=as_json, db=db, config=config, now=now)
