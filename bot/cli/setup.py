"""`migrate`, `init`, `config check`, `doctor`, `docs`: before and around running."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.options import AsJson, ConfigFile, Database, Now
from bot.cli.targets import put, writable

if TYPE_CHECKING:
    from bot.cli.shell import Shell
    from storage.store import Store


def add_to(app: typer.Typer) -> None:
    """Register the commands of this file."""
    app.command()(migrate)
    app.command()(init)
    app.command()(doctor)
    app.command()(docs)
    config = typer.Typer(help="The configuration.", no_args_is_help=True)
    config.command("check")(check)
    app.add_typer(config, name="config")


def migrate(as_json: AsJson = False, db: Database = None, config: ConfigFile = None) -> None:
    """Bring the database to this version's schema."""
    from bot.cli.shell import guarded, prepare
    from storage.migrations import HEAD
    from storage.schema import upgrade

    shell = prepare(as_json=as_json, db=db, config=config)

    async def work() -> None:
        found = await upgrade(shell.config.database_url)
        shell.show({"found": found.value, "schema": HEAD})

    guarded(shell, work)


def check(as_json: AsJson = False, db: Database = None, config: ConfigFile = None) -> None:
    """Read the configuration and tell all its faults at once."""
    import json

    from bot.cli.shell import USAGE, configured, fail
    from bot.config import unknown_robots
    from scoring.errors import ConfigError

    try:
        shell = configured(as_json=as_json, db=db, config=config)
        if unknown := unknown_robots(shell.config):
            raise ConfigError(unknown)
    except ConfigError as fault:
        if as_json:
            typer.echo(json.dumps({"faults": fault.faults}, ensure_ascii=False))
        fail(fault.faults, USAGE)
    shell.show({"faults": []}, shell.phrases.t("cli.config_good"))


def init(
    file: Annotated[Path, typer.Argument(metavar="FILE")] = Path("renewals.toml"),
    as_json: AsJson = False,
    db: Database = None,
    config: ConfigFile = None,
) -> None:
    """Write a first configuration by asking a few questions."""
    from bot.cli.shell import FAILED, USAGE, fail, prepare
    from bot.config import load_config
    from bot.first_config import ask, written
    from scoring.errors import ConfigError

    shell = prepare(as_json=as_json, db=db, config=config)
    if file.exists():
        fail([shell.phrases.t("cli.init_exists", file=file)], FAILED)
    writable(file, hint="FILE")

    def prompted(question: str, default: str) -> str:
        return str(typer.prompt(question, default, err=True, show_default=bool(default)))

    def optional(question: str, default: str) -> str:
        try:
            return prompted(question, default)
        except typer.Abort:
            if sys.stdin.isatty():
                raise
            return default  # a script that gives fewer answers leaves the rest out

    try:
        answers = ask(shell.phrases, prompted, optional)
    except typer.Abort:
        typer.echo(err=True)  # the question stands on the line
        fail([shell.phrases.t("cli.init_no_answer")], FAILED)
    try:
        file.touch(mode=0o600)  # secrets are in it
    except OSError as fault:
        fail([f"{file}: {fault.strerror}"], FAILED)
    put(file, written(answers).encode())
    try:
        load_config(file)
    except ConfigError as told:
        fail([shell.phrases.t("cli.init_faults", file=file), *told.faults], USAGE)
    shell.show({"file": str(file)}, shell.phrases.t("cli.init_done", file=file))


def doctor(
    now: Now = None, as_json: AsJson = False, db: Database = None, config: ConfigFile = None
) -> None:
    """Check live what a running bot needs, each with ✓ or ✗ and the fix."""
    from bot.cli.shell import FAILED, run
    from bot.config import files_of
    from bot.doctor import examine

    async def work(shell: Shell, store: Store) -> bool:
        findings = await examine(store, shell.config, shell.rules, shell.now, files_of(config))
        rows = [
            {
                "check": finding.name,
                "ok": finding.ok,
                "detail": " ".join(
                    [
                        shell.phrases.t(finding.key, **finding.params),
                        *([shell.phrases.t(finding.fix)] if finding.fix else []),
                    ]
                ),
            }
            for finding in findings
        ]
        lines = [f"{'✓' if row['ok'] else '✗'} {row['check']}: {row['detail']}" for row in rows]
        shell.show(rows, "\n".join(lines))
        return all(finding.ok for finding in findings)

    if not run(work, as_json=as_json, db=db, config=config, now=now):
        raise typer.Exit(FAILED)


def docs(
    file: Annotated[Path | None, typer.Argument(metavar="FILE")] = None,
    as_json: AsJson = False,
    db: Database = None,
    config: ConfigFile = None,
) -> None:
    """Write docs/commands.md from the commands themselves."""
    from bot.cli.shell import prepare
    from bot.commands_page import commands_page
    from handlers.commands import COMMANDS

    if file is not None:
        writable(file, hint="FILE")
    shell = prepare(as_json=as_json, db=db, config=config)
    page = commands_page(COMMANDS)
    if file is not None:
        put(file, page.encode())
    shell.show({"page": page}, "" if file is not None else page)
