"""`health`: ask a running service whether it is ready, for containers and init systems."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.cli.options import AsJson, ConfigFile

if TYPE_CHECKING:
    from messages.i18n import Phrasebook

ANSWER_MOST = 64 * 1024


def add_to(app: typer.Typer) -> None:
    """Register the command of this file."""
    app.command()(health)


def health(
    at: Annotated[
        str | None,
        typer.Option(
            "--at", metavar="HOST:PORT", help="Where it listens; the configuration's by default."
        ),
    ] = None,
    alive: Annotated[
        bool, typer.Option("--alive", help="Only whether the process answers (/healthz).")
    ] = False,
    within: Annotated[
        float, typer.Option("--within", min=0.1, max=60, help="Seconds to wait for the answer.")
    ] = 5.0,
    as_json: AsJson = False,
    config: ConfigFile = None,
) -> None:
    """Ask the service on this machine whether it is ready: 0 yes; 1 no, and which part is not."""
    from bot.cli.shell import FAILED, fail

    phrases, (host, port), sound = _surroundings(config)
    if at:
        host, port = _place(at)
    elif not sound:
        # It says nothing of what runs, which took up the one before.
        told = phrases.t("cli.health.faulty_configuration", host=_near(host), port=port)
        typer.echo(told, err=True)
    if port == 0:
        raise typer.BadParameter("the port is chosen at the start; name it", param_hint="--at")
    try:
        status, body = _ask(_near(host), port, "/healthz" if alive else "/readyz", within)
    except OSError as fault:
        why = fault.strerror or type(fault).__name__
        fail([phrases.t("cli.health.silent", host=_near(host), port=port, why=why)], FAILED)
    parts = {str(name): str(said) for name, said in dict(body.get("parts", {})).items()}
    if as_json:
        ready = {"ready": status == 200, "failing": body.get("failing", []), "parts": parts}
        typer.echo(json.dumps(ready, ensure_ascii=False))
    elif status == 200:
        typer.echo(phrases.t("cli.health.ready"))
    else:
        for name in body.get("failing", []) or ["service"]:
            said = parts.get(name, str(status))
            typer.echo(phrases.t("cli.health.failing", part=name, why=said), err=True)
    if status != 200:
        raise typer.Exit(FAILED)


def _surroundings(config: Path | None) -> tuple[Phrasebook, tuple[str, int], bool]:
    """Whose words to say it in, where to ask, and whether the configuration is right."""
    from bot.cli.shell import configured
    from bot.config import where_it_listens
    from messages.i18n import Phrasebook
    from scoring.errors import ConfigError
    from scoring.model import Locale

    try:
        shell = configured(config=config)
    except ConfigError:
        spoken = os.environ.get("LC_ALL") or os.environ.get("LANG")
        return Phrasebook(Locale.of(spoken)), where_it_listens(config), False
    return shell.phrases, (shell.config.http.host, shell.config.http.port), True


def _ask(host: str, port: int, path: str, within_s: float) -> tuple[int, dict[str, Any]]:
    """Status and JSON of an address; plain sockets, because no proxy is between us and ourselves."""
    from http.client import HTTPConnection, HTTPException

    connection = HTTPConnection(host, port, timeout=within_s)
    try:
        connection.request("GET", path, headers={"Connection": "close"})
        answer = connection.getresponse()
        text = answer.read(ANSWER_MOST)
    except HTTPException as fault:
        raise OSError(0, type(fault).__name__) from fault
    finally:
        connection.close()
    try:
        body = json.loads(text)
    except ValueError:
        body = {}
    return answer.status, body if isinstance(body, dict) else {}


def _place(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if not host or not port.isdecimal() or not 0 < int(port) < 65536:
        raise typer.BadParameter("write one such as 127.0.0.1:8080", param_hint="--at")
    return host.strip("[]"), int(port)


def _near(host: str) -> str:
    """Where a service that listens on every address is reached from the same machine."""
    if host == "::":
        return "::1"
    return "127.0.0.1" if host in ("0.0.0.0", "") else host  # noqa: S104 - compared, not bound
