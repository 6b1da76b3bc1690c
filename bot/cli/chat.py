"""`say`: one chat line without any network, drawn as each platform would get it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.cli.options import AsJson, ConfigFile, Database, Now

if TYPE_CHECKING:
    from bot.cli.shell import Shell
    from messages.abilities import PlaceKind
    from messages.i18n import Phrasebook
    from messages.model import Message
    from storage.store import Store


def add_to(app: typer.Typer) -> None:
    """Register the commands of this file."""
    app.command()(say)


def say(
    line: Annotated[str, typer.Argument(metavar="LINE")],
    person: Annotated[str, typer.Option("--as", metavar="PERSON", help="Name or platform id.")],
    on: Annotated[str, typer.Option("--on", help="text, slack or wecom")] = "text",
    locale: Annotated[str | None, typer.Option("--locale", help="en or zh")] = None,
    place: Annotated[str, typer.Option("--place", help="dm or channel:NAME")] = "dm",
    now: Now = None,
    as_json: AsJson = False,
    db: Database = None,
    config: ConfigFile = None,
) -> None:
    """Say one chat line as somebody; prints the reply as that platform would get it."""
    from bot.cli.shell import FAILED, run
    from bot.dispatcher import Dispatcher
    from handlers.answering import OPERATOR
    from handlers.commands import COMMANDS
    from messages.i18n import Phrasebook
    from messages.incoming import Incoming, Place
    from messages.places import kind_of_place
    from messages.render.text import render_text
    from scoring.model import Locale, Platform
    from scoring.permissions import PlaceScope

    if on not in list(Platform):
        raise typer.BadParameter("write text, slack or wecom", param_hint="--on")
    if locale is not None and locale.split("_")[0].split("-")[0] not in ("en", "zh"):
        raise typer.BadParameter("write en or zh", param_hint="--locale")
    kind, _, name = place.partition(":")
    if kind not in ("dm", "channel") or (kind == "channel") != bool(name):
        raise typer.BadParameter("write dm or channel:NAME", param_hint="--place")
    platform = Platform(on)

    async def work(shell: Shell, store: Store) -> int:
        desk = Dispatcher(store, COMMANDS, shell.rules)
        drawn_for = {
            target: kind_of_place(target, _address(target, kind, name)) for target in Platform
        }
        incoming = Incoming(
            platform=Platform.TEXT,
            sender=person,
            text=line,
            place=Place(
                platform=platform,
                id=_address(platform, kind, name),
                scope=PlaceScope.DM if kind == "dm" else PlaceScope.SHARED,
                kind=drawn_for[platform],
                name=name,
            ),
            operator=person == OPERATOR.name,
            answer_in=None if locale is None else Locale.of(locale),
        )
        answer = await desk.dispatch(incoming, shell.now)
        phrases = Phrasebook(answer.locale, shell.rules.zone)
        document: dict[str, Any] = {
            "text": render_text(answer.message, phrases),
            "slack": None,
            "wecom": None,
            "lines": list(answer.message.lines()),
        }
        if platform is not Platform.TEXT:
            document[platform.value] = _payload(answer.message, drawn_for[platform], phrases)
        if answer.understood is not None:
            document["understood"] = answer.understood
        shown = document[platform.value]
        shell.show(document, shown if isinstance(shown, str) else _pretty(shown))
        return FAILED if answer.refused else 0

    raise typer.Exit(run(work, as_json=as_json, db=db, config=config, now=now))


def _address(platform: str, kind: str, name: str) -> str:
    match platform, kind:
        case "slack", "dm":
            return "D0"
        case "slack", _:
            return name if name.startswith("#") else f"#{name}"
        case "wecom", "dm":
            return "user:"
        case "wecom", _:
            return name if ":" in name else f"group:{name}"
    return name


def _payload(message: Message, kind: PlaceKind, phrases: Phrasebook) -> dict[str, Any]:
    """The platform's payload; what does not fit into one goes under `more`."""
    from messages.abilities import ABILITIES
    from messages.render.slack import render_slack
    from messages.render.slack_form import view_of
    from messages.render.wecom import render_wecom
    from scoring.model import Platform

    if ABILITIES[kind].platform is Platform.SLACK:
        first, *others = [part.payload() for part in render_slack(message, phrases)]
        if message.form is not None:
            first["view"] = view_of(message.form, phrases)
    else:
        first, *others = render_wecom(message, kind, phrases)
    return {**first, "more": others} if others else first


def _pretty(payload: Any) -> str:
    import json

    return json.dumps(payload, ensure_ascii=False, indent=2)
