"""`run`, `demo`: the service itself."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.options import AsJson, ConfigFile, Database, Now

if TYPE_CHECKING:
    from bot.app import Prepare
    from bot.cli.shell import Shell
    from bot.clock import Clock
    from bot.shifts import Load


def add_to(app: typer.Typer) -> None:
    """Register the commands of this file."""
    app.command()(demo)
    app.command()(run)


def run(
    now: Now = None, as_json: AsJson = False, db: Database = None, config: ConfigFile = None
) -> None:
    """Run the bot by configuration: chat, clock, delivery, web. --now starts its clock there."""
    from bot.cli.shell import prepare
    from bot.clock import Clock
    from bot.config import files_of, load_config

    shell = prepare(as_json=as_json, db=db, config=config, now=now)
    _serve(
        shell,
        Clock(None if now is None else shell.now),
        load=lambda: load_config(config, database_url=db),
        files=files_of(config),
    )


def demo(
    port: Annotated[
        int, typer.Option("--port", envvar="PORT", min=0, max=65535, help="Where to listen.")
    ] = 8080,
    host: Annotated[
        str, typer.Option("--host", help="Other than this machine alone.")
    ] = "127.0.0.1",
    as_json: AsJson = False,
) -> None:
    """Try everything in the browser, on a fresh sample book with a clock that can be moved."""
    from bot.cli.shell import Shell
    from bot.demo import demo as a_demo
    from bot.demo import fill
    from bot.rules import rules_of
    from messages.i18n import Phrasebook

    with a_demo(host=host, port=port) as chosen:
        at = chosen.clock.now()
        rules = rules_of(chosen.config, at)
        shell = Shell(chosen.config, rules, Phrasebook(rules.locale, rules.zone), at, as_json)
        _serve(shell, chosen.clock, prepare=fill, quiet=True)


def _serve(
    shell: Shell,
    clock: Clock,
    *,
    prepare: Prepare | None = None,
    quiet: bool = False,
    load: Load | None = None,
    files: tuple[Path, ...] = (),
) -> None:
    import json
    import logging

    from bot.cli.shell import guarded
    from bot.logs import set_up_logs
    from bot.memory import keep_for_good, keep_one_heap
    from bot.shifts import serve

    keep_one_heap()
    keep_for_good()
    set_up_logs(shell.config, level=logging.WARNING if quiet else logging.INFO)

    def ready(address: str) -> None:
        line = json.dumps({"ready": address}) if shell.as_json else f"renewals: ready {address}"
        typer.echo(line)

    guarded(
        shell, lambda: serve(shell.config, clock, ready, prepare=prepare, load=load, files=files)
    )
