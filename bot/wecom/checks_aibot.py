"""Checks of the AI bot by what the running service wrote down; it is never connected to."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.config import Config
from bot.delivery.steady import steady_time
from bot.findings import Finding
from bot.wecom.heard import Way
from bot.wecom.holding import connection_name
from bot.wecom.identity import encrypted_ids
from bot.wecom.marks import last_heard, never_spoken
from scoring.model import Person
from storage.connections import ConnectionState
from storage.store import Store
from storage.transaction import Tx

NAME = "wecom aibot"
CALLBACK = "/wecom/aibot"
NAMED = 5

_TROUBLES = {
    ConnectionState.REFUSED: "doctor.aibot_refused",
    ConnectionState.KICKED: "doctor.aibot_kicked",
    ConnectionState.LIMITED: "doctor.aibot_limited",
}


async def examine_aibot(
    store: Store, config: Config, people: Sequence[Person], now: datetime
) -> list[Finding]:
    """The AI bot's findings; none when it is not set up."""
    bot = config.wecom.aibot
    if not (bot.by_connection or bot.by_callback):
        return []
    async with store.read() as tx:
        if bot.by_connection:
            found = [await _connection(tx, bot.bot_id)]
            if config.wecom.only_aibot:
                found += await _spoken(tx, people)
            found += await _silent_groups(tx)
        else:
            found = await _callback(tx, config)
        found += await _ids(tx, has_app=config.wecom.app.set_up)
    return found


async def _connection(tx: Tx, bot_id: str) -> Finding:
    standing = await tx.connections.look(connection_name(bot_id))
    if standing is None:
        return Finding(NAME, False, "doctor.aibot_never")
    fault = {"fault": standing.facts.fault or "-", "at": standing.changed_at}
    if standing.held(await steady_time(tx)) and standing.state is ConnectionState.CONNECTED:
        return Finding(NAME, True, "doctor.aibot_connected", {"at": standing.facts.connected_at})
    if standing.state in _TROUBLES:
        return Finding(NAME, False, _TROUBLES[standing.state], fault)
    if standing.state in (ConnectionState.CLOSED, ConnectionState.CONNECTED):
        return Finding(NAME, False, "doctor.aibot_stopped", fault)
    return Finding(NAME, False, "doctor.aibot_down", fault)


async def _spoken(tx: Tx, people: Sequence[Person]) -> list[Finding]:
    """Whom the AI bot may not write to yet, where nothing else could."""
    names = {person.wecom_id: person.name for person in people if person.wecom_id}
    silent = sorted(names[userid] for userid in await never_spoken(tx, list(names)))
    if not silent:
        return []
    told = {"n": len(silent), "names": ", ".join(silent[:NAMED])}
    return [Finding(NAME, False, "doctor.aibot_not_spoken_to", told)]


async def _silent_groups(tx: Tx) -> list[Finding]:
    """Groups where something waits for a first word to the AI bot (846607)."""
    resting = await tx.pacing.unspoken(steady=await steady_time(tx))
    groups = [pause.place for pause in resting if pause.place.startswith("group:")]
    if not groups:
        return []
    told = {"n": len(groups), "places": ", ".join(groups[:NAMED])}
    return [Finding(NAME, False, "doctor.aibot_groups_silent", told)]


async def _callback(tx: Tx, config: Config) -> list[Finding]:
    at = await last_heard(tx, Way.AIBOT)
    pushes = bool(config.wecom.robots) or config.wecom.app.set_up
    return [
        Finding(NAME, False, "doctor.aibot_never_called", {"path": CALLBACK})
        if at is None
        else Finding(NAME, True, "doctor.aibot_called", {"at": at}),
        Finding(NAME, pushes, "doctor.aibot_only_answers"),
    ]


async def _ids(tx: Tx, *, has_app: bool) -> list[Finding]:
    converted, unknown = await encrypted_ids(tx)
    found = []
    if unknown:
        key = "doctor.aibot_ids_unseen" if has_app else "doctor.aibot_ids_encrypted"
        found.append(Finding(NAME, False, key, {"n": unknown}))
    if converted:
        found.append(Finding(NAME, True, "doctor.aibot_ids_converted", {"n": converted}))
    return found
