"""Live checks of Slack: tokens, permissions, what was heard, channels, people, the clock.

Nothing here disturbs a running service: no message is sent and no connection is opened that
Slack would send events to.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from pydantic import SecretStr

from bot.config import Config
from bot.findings import Finding
from bot.outside_time.clocks import machine_time
from bot.proxies import proxy_for
from bot.reachable import ANSWER_S, their_time, unreachable
from bot.slack.checks_places import examine_channels, examine_people
from bot.slack.grants import Tokens
from bot.slack.manifest import needed_scopes
from bot.slack.marks import Kind, last_heard
from bot.slack.resealing import seal_of
from bot.slack.surface import EVENTS_PATH, INSTALL_PATH
from bot.slack.wire import SlackWire
from bot.slack.workspaces import Workspace, workspace_in
from messages.i18n import catalogue
from scoring.errors import DeliveryError
from scoring.model import Locale, Person
from storage.store import Store

SKEW_MOST_S = 60.0
"""Slack's signatures and ours are void after 300 s; half of that is near the edge already."""


async def examine_slack(
    store: Store,
    config: Config,
    people: Sequence[Person],
    places: Sequence[str],
    *,
    machine: Callable[[], datetime] = machine_time,
) -> list[Finding]:
    """Everything that is set up; nothing when Slack is not. `places` are those of teams."""
    slack = config.slack
    if not slack.set_up:
        return []
    fault = await unreachable("slack", proxy_for(slack.api_url) or slack.api_url)
    if fault is not None:
        return [fault]
    wire = SlackWire(slack.api_url, timeout_s=ANSWER_S)
    try:
        found = await _clock(slack.api_url, machine)
        tokens, faults = await _tokens(store, config)
        found += faults
        good: list[Workspace] = []
        for name, token in tokens:
            workspace, findings = await _workspace(wire, config, name, token)
            found += findings
            good += [workspace] if workspace is not None else []
        if slack.by_socket:
            found.append(await _app_token(wire, slack.app_token))
        found += await _heard(store, config)
        found += await examine_channels(store, wire, good, places)
        found += await examine_people(wire, good, people)
    finally:
        await wire.close()
    return found


async def _clock(address: str, machine: Callable[[], datetime]) -> list[Finding]:
    theirs = await their_time(address, proxy=proxy_for(address))
    if theirs is None:
        return []
    off_s = (machine() - theirs).total_seconds()
    if abs(off_s) > SKEW_MOST_S:
        return [Finding("clock", False, "doctor.clock_off", {"seconds": round(off_s)})]
    return [Finding("clock", True, "doctor.clock")]


async def _tokens(
    store: Store, config: Config
) -> tuple[list[tuple[str, SecretStr]], list[Finding]]:
    """Tokens by what to call them, and what is wrong with those that cannot be had."""
    slack = config.slack
    if slack.one_workspace:
        return [("", slack.bot_token)], []
    async with store.read() as tx:
        present = await tx.slack_installations.present()
    if not present:
        told = {"address": f"{config.http.public_url}{INSTALL_PATH}"}
        return [], [Finding("slack", False, "doctor.slack_nobody", told)]
    seal = seal_of(slack)
    tokens, closed = [], []
    for each in present:
        opened = seal.open(each.sealed or "")
        if opened is None:
            closed.append(each.name or each.team)
        else:
            tokens.append((each.name or each.team, Tokens.read(opened).token))
    told = {"names": ", ".join(closed)}
    return tokens, [Finding("slack", False, "doctor.slack_sealed", told)] if closed else []


async def _workspace(
    wire: SlackWire, config: Config, name: str, token: SecretStr
) -> tuple[Workspace | None, list[Finding]]:
    """Whose token it is, if it is good, and whether it is good for everything."""
    try:
        answer = await wire.ask(token, "auth.test", {})
        workspace = workspace_in(answer, token)
    except DeliveryError as fault:
        told = {"code": fault.code or type(fault).__name__, "name": name}
        key = "doctor.slack_refused_in" if name else "doctor.slack_refused"
        return None, [Finding("slack", False, key, told, fix=fix_of(fault.code))]
    called = workspace.name or workspace.team
    found = [Finding("slack", True, "doctor.slack", {"name": called})]
    missing = [scope for scope in needed_scopes(config) if scope not in workspace.scopes]
    # A stand-in that does not say what a token may do proves nothing.
    if missing and workspace.scopes:
        told = {"name": called, "scopes": ", ".join(missing)}
        found.append(Finding("slack", False, "doctor.slack_scopes", told))
    return workspace, found


async def _app_token(wire: SlackWire, token: SecretStr) -> Finding:
    """It is asked for an address to connect to, which lapses unused."""
    name = "slack app token"
    try:
        await wire.ask(token, "apps.connections.open", {})
    except DeliveryError as fault:
        # What to do about a code is told for the bot's token; this one's is in the sentence.
        told = {"code": fault.code or type(fault).__name__}
        return Finding(name, False, "doctor.slack_app_token_refused", told)
    return Finding(name, True, "doctor.slack_app_token")


async def _heard(store: Store, config: Config) -> list[Finding]:
    name, slack = "slack events", config.slack
    if not slack.by_socket and not slack.by_http:
        return [Finding(name, False, "doctor.slack_deaf")]
    async with store.read() as tx:
        marks = await last_heard(tx)
    forged = marks.pop(Kind.FORGED, None)
    address = {"address": f"{config.http.public_url or 'https://YOUR.HOST'}{EVENTS_PATH}"}
    if forged is not None and all(forged > at for at in marks.values()) and slack.by_http:
        return [Finding(name, False, "doctor.slack_forged", {"at": forged})]
    if not marks:
        if slack.by_socket:
            return [Finding(name, False, "doctor.slack_never_socket")]
        return [Finding(name, False, "doctor.slack_never_http", address)]
    if Kind.EVENT not in marks:
        return [Finding(name, False, "doctor.slack_no_events")]
    return [Finding(name, True, "doctor.slack_heard", {"at": max(marks.values())})]


def fix_of(code: str) -> str:
    """The key of what to do about a code of Slack's; empty where nothing more is known."""
    key = f"doctor.slack_fix.{code}"
    return key if key in catalogue(Locale.EN) else ""
