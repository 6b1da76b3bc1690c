"""`manifest slack`, `manifest wecom`: what a platform is told of the commands, once."""

from __future__ import annotations

from typing import Annotated

import typer

from bot.cli import wecom
from bot.cli.options import AsJson, ConfigFile, Database


def add_to(app: typer.Typer) -> None:
    """Register the commands of this file."""
    manifest = typer.Typer(help="What a platform is told of the commands.", no_args_is_help=True)
    manifest.command("slack")(slack)
    manifest.command("wecom")(wecom.menu)
    app.add_typer(manifest, name="manifest")


def slack(
    reasons: Annotated[
        bool, typer.Option("--reasons", help="Say of each permission what it is for.")
    ] = False,
    as_json: AsJson = False,
    db: Database = None,
    config: ConfigFile = None,
) -> None:
    """Show the manifest that a Slack app is created from, for the transport of the configuration."""
    import json

    from bot.cli.shell import USAGE, fail, prepare
    from bot.slack.manifest import manifest_of, needed_scopes
    from bot.slack.scopes import reason_key
    from handlers.commands import COMMANDS
    from messages.i18n import Phrasebook
    from scoring.errors import ConfigError

    shell = prepare(as_json=as_json, db=db, config=config)
    phrases = Phrasebook(shell.rules.locale)
    if reasons:
        told = {scope: phrases.t(reason_key(scope)) for scope in needed_scopes(shell.config)}
        shell.show(told, "\n".join(f"{scope}: {reason}" for scope, reason in told.items()))
        return
    try:
        made = manifest_of(COMMANDS, shell.config, phrases)
    except ConfigError as fault:
        fail(fault.faults, USAGE)
    shell.show(made, json.dumps(made, ensure_ascii=False, indent=2))
