"""`wecom group` and the menu behind `manifest wecom`: what the operator sets up in WeCom once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.options import AsJson, ConfigFile, Database, Now

if TYPE_CHECKING:
    from bot.cli.shell import Shell
    from bot.wecom.api import WecomApi
    from storage.store import Store


def add_to(app: typer.Typer) -> None:
    """Register the commands of this file."""
    wecom = typer.Typer(help="Set-up in WeCom.", no_args_is_help=True)
    wecom.callback()(_group_of_commands)
    wecom.command("group")(group)
    app.add_typer(wecom, name="wecom")


def _group_of_commands() -> None:
    """A callback keeps a typer of one command from becoming that command."""


def group(
    team: Annotated[str, typer.Option("--team", help="The team as the book calls it.")],
    name: Annotated[str, typer.Option("--name", help="What the group is called.")] = "",
    now: Now = None,
    as_json: AsJson = False,
    db: Database = None,
    config: ConfigFile = None,
) -> None:
    """Make a WeCom group of a team's people with the app, and let it hear the team's alerts."""
    from dataclasses import asdict

    from bot.cli.shell import run
    from bot.wecom.groups import make_group

    async def work(shell: Shell, store: Store) -> None:
        async with _api(shell, store) as api:
            made = await make_group(store, api, shell.phrases, team, name, shell.now)
        key = "wecom_group.made" if made.made else "wecom_group.completed"
        sentences = [
            shell.phrases.t(
                key,
                name=made.name,
                n=made.members,
                joined=made.joined,
                place=f"wecom:{made.place}",
                team=team,
            )
        ]
        if made.without:
            without = shell.phrases.join(made.without)
            sentences.append(shell.phrases.t("wecom_group.without", names=without))
        shell.show({"team": team, **asdict(made)}, "\n".join(sentences))

    run(work, as_json=as_json, db=db, config=config, now=now)


def menu(
    apply: Annotated[bool, typer.Option("--apply", help="Give the app this menu.")] = False,
    as_json: AsJson = False,
    db: Database = None,
    config: ConfigFile = None,
) -> None:
    """Show the menu of the WeCom app that the commands make, or give it to the app."""
    import json

    from bot.cli.shell import prepare, run
    from bot.wecom.menu import menu_of
    from handlers.commands import COMMANDS
    from messages.i18n import Phrasebook

    if not apply:
        shell = prepare(as_json=as_json, db=db, config=config)
        made = menu_of(COMMANDS, Phrasebook(shell.rules.locale))
        shell.show(made, json.dumps(made, ensure_ascii=False, indent=2))
        return

    async def work(shell: Shell, store: Store) -> None:
        made = menu_of(COMMANDS, Phrasebook(shell.rules.locale))
        async with _api(shell, store) as api:
            agent_id = shell.config.wecom.app.agent_id
            await api.post("menu/create", made, query={"agentid": agent_id})
        n = sum(len(top["sub_button"]) for top in made["button"])
        shell.show({"applied": True, **made}, shell.phrases.t("menu.applied", n=n))

    run(work, as_json=as_json, db=db, config=config)


@asynccontextmanager
async def _api(shell: Shell, store: Store) -> AsyncIterator[WecomApi]:
    """The app's API; what it refuses becomes a sentence with the fix and the exit code 1."""
    from bot.cli.shell import FAILED, fail
    from bot.wecom.checks import fix_of, opened, refused
    from scoring.errors import ConfigError, DeliveryError, OutcomeUnknown

    if not shell.config.wecom.app.set_up:
        raise ConfigError([shell.phrases.t("wecom_group.no_app")])
    try:
        async with opened(store, shell.config, shell.now) as api:
            yield api
    except OutcomeUnknown:
        fail([shell.phrases.t("wecom_group.unknown")], FAILED)
    except DeliveryError as fault:
        finding = refused("wecom app", fault, shell.config)
        sentences = [shell.phrases.t(finding.key, **finding.params)]
        if fix := fix_of(fault):
            sentences.append(shell.phrases.t(fix))
        fail(sentences, FAILED)
