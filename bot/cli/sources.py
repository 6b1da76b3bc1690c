"""`source`: who may bring facts by HTTP, each with a token of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.options import AsJson, ConfigFile, Database, Now

if TYPE_CHECKING:
    from bot.cli.shell import Shell
    from storage.store import Store

Name = Annotated[str, typer.Argument(metavar="NAME", help="What the source is called.")]


def add_to(app: typer.Typer) -> None:
    """Register the commands of this file."""
    group = typer.Typer(
        help="Who may bring facts by HTTP (/api/v1).", no_args_is_help=True, rich_markup_mode=None
    )
    group.command("add")(add)
    group.command("list")(list_sources)
    group.command("revoke")(revoke)
    app.add_typer(group, name="source")


def add(
    name: Name,
    kinds: Annotated[
        str, typer.Option("--kinds", help="What it may bring, separated by commas; else all.")
    ] = "",
    now: Now = None,
    as_json: AsJson = False,
    db: Database = None,
    config: ConfigFile = None,
) -> None:
    """Let a source in. Its token is printed this once and kept nowhere."""
    from bot.cli.shell import run
    from handlers.api_sources import API_KINDS, add_source

    wanted = [word.strip() for word in kinds.split(",") if word.strip()] or list(API_KINDS)

    async def work(shell: Shell, store: Store) -> None:
        token = await add_source(store, name, wanted, shell.now, actor="operator")
        document = {"name": name.strip(), "kinds": sorted(set(wanted)), "token": token}
        shell.show(document, shell.phrases.t("api.source.added", name=name.strip(), token=token))

    run(work, as_json=as_json, db=db, config=config, now=now)


def list_sources(
    as_json: AsJson = False, db: Database = None, config: ConfigFile = None, now: Now = None
) -> None:
    """List every source that was ever let in, what it may bring and when it last did."""
    from bot.cli.shell import run

    async def work(shell: Shell, store: Store) -> None:
        async with store.read() as tx:
            sources = await tx.api_sources.every()
        shell.show(
            [
                {
                    "name": source.name,
                    "kinds": list(source.kinds),
                    "created_at": source.created_at,
                    "used_at": source.used_at,
                    "revoked_at": source.revoked_at,
                }
                for source in sources
            ]
        )

    run(work, as_json=as_json, db=db, config=config, now=now)


def revoke(
    name: Name,
    now: Now = None,
    as_json: AsJson = False,
    db: Database = None,
    config: ConfigFile = None,
) -> None:
    """Let a source in no longer, from now on. What it brought stays."""
    from bot.cli.shell import run
    from handlers.api_sources import revoke_source

    async def work(shell: Shell, store: Store) -> None:
        await revoke_source(store, name, shell.now, actor="operator")
        shell.show({"name": name.strip()}, shell.phrases.t("api.source.revoked", name=name.strip()))

    run(work, as_json=as_json, db=db, config=config, now=now)
