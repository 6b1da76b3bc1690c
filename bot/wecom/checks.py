"""Live checks of the three ways into WeCom: what each can do, what is missing, and the fix.

Nothing here disturbs a running service: tokens are shared with it, no message is sent, and no
connection of the AI bot is opened, since that would end the live one.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from urllib.parse import quote

from pydantic import SecretStr

from bot.adapters.wecom_errors import hidden
from bot.adapters.wire import open_session, post_json
from bot.config import Config
from bot.findings import Finding
from bot.reachable import unreachable
from bot.wecom.api import WecomApi
from bot.wecom.checks_aibot import examine_aibot
from bot.wecom.heard import Way
from bot.wecom.marks import last_heard
from messages.i18n import catalogue
from scoring.errors import DeliveryError
from scoring.model import Locale, Person
from storage.store import Store

ANSWER_S = 5.0
"""How long one call may take."""

MEMBERS_S = 15.0
"""How long the members are gone through."""

MOST_MEMBERS = 200
AT_ONCE = 5
MOST_ROBOTS = 20
NAMED = 5

CALLBACK = "/wecom/callback"

_BAD_KEY = frozenset({93000, 93004})
_NOT_THERE = frozenset({"60111", "46004", "40003"})
_NOT_SEEN = frozenset({"60011", "60021", "92000"})


async def examine_wecom(
    store: Store, config: Config, people: Sequence[Person], now: datetime
) -> list[Finding]:
    """Every way that is set up; one finding when none is."""
    wecom = config.wecom
    ways = (wecom.robots, wecom.app.set_up, wecom.aibot.by_connection or wecom.aibot.by_callback)
    if not any(ways):
        # Whoever works in Slack alone lacks nothing.
        return [] if config.slack.set_up else [Finding("wecom", False, "doctor.no_wecom")]
    found: list[Finding] = []
    if wecom.app.agent_id and not wecom.app.set_up:
        # No fault of the configuration: the example in the documentation says as much.
        found.append(Finding("wecom app", False, "doctor.app_no_secret"))
    if wecom.robots or wecom.app.set_up:
        fault = await unreachable("wecom", wecom.api_url)
        if fault is not None:
            return [*found, fault, *await examine_aibot(store, config, people, now)]
    if wecom.robots:
        found += await _robots(config)
    if wecom.app.set_up:
        found += await _app(store, config, people, now)
    return found + await examine_aibot(store, config, people, now)


async def _robots(config: Config) -> list[Finding]:
    """Each key is tried by an upload without a file, which no group ever sees (99110)."""
    robots = list(config.wecom.robots.items())[:MOST_ROBOTS]
    checked = [_key_is_bad(config.wecom.api_url, robot.key) for _, robot in robots]
    verdicts = await asyncio.gather(*checked)
    bad = [name for (name, _), is_bad in zip(robots, verdicts, strict=True) if is_bad]
    if bad:
        names = {"names": ", ".join(bad)}
        return [Finding("wecom robots", False, "doctor.robot_refused", names)]
    n = {"n": len(config.wecom.robots)}
    return [Finding("wecom robots", True, "doctor.robots", n)]


async def _key_is_bad(api_url: str, key: SecretStr) -> bool:
    secret = quote(key.get_secret_value(), safe="")
    url = f"{api_url.rstrip('/')}/cgi-bin/webhook/upload_media?key={secret}&type=file"
    session = open_session(timeout_s=ANSWER_S)
    try:
        answer = await post_json(session, url, {})
    except DeliveryError:  # nothing is known then, and delivery tells of it
        return False
    finally:
        await session.close()
    return answer.get("errcode") in _BAD_KEY


async def _app(
    store: Store, config: Config, people: Sequence[Person], now: datetime
) -> list[Finding]:
    name = "wecom app"
    async with opened(store, config, now) as api:
        try:
            about = await api.get("agent/get", {"agentid": config.wecom.app.agent_id})
        except DeliveryError as fault:
            return [refused(name, fault, config)]
        title = hidden(str(about.get("name", "")))
        found = [Finding(name, True, "doctor.app", {"name": title})]
        found += await _members(api, people)
    if not config.wecom.app.hears:
        # The AI bot hears for both where it is set up.
        bot = config.wecom.aibot
        heard_elsewhere = bot.by_connection or bot.by_callback
        found.append(Finding(name, heard_elsewhere, "doctor.app_deaf", {"path": CALLBACK}))
        return found
    async with store.read() as tx:
        at = await last_heard(tx, Way.APP)
    found.append(
        Finding(name, False, "doctor.app_never_called", {"path": CALLBACK})
        if at is None
        else Finding(name, True, "doctor.app_called", {"at": at})
    )
    return found


@asynccontextmanager
async def opened(store: Store, config: Config, now: datetime) -> AsyncIterator[WecomApi]:
    """The app's API, for short answers."""
    api = WecomApi(
        store,
        api_url=config.wecom.api_url,
        corp_id=config.wecom.corp_id,
        secret=config.wecom.app.secret,
        clock=lambda: now,
        timeout_s=ANSWER_S,
    )
    try:
        yield api
    finally:
        await api.close()


def refused(name: str, fault: DeliveryError, config: Config) -> Finding:
    """What WeCom said no to, with what to do about that code."""
    detail = hidden(fault.detail, [config.wecom.app.secret.get_secret_value()])
    told = {"code": fault.code or type(fault).__name__, "detail": detail}
    return Finding(name, False, "doctor.app_refused", told, fix=fix_of(fault))


def fix_of(fault: DeliveryError) -> str:
    """The key of what to do about a code; empty where nothing more is known."""
    key = f"delivery.code.{fault.code}"
    return key if key in catalogue(Locale.EN) else ""


async def _members(api: WecomApi, people: Sequence[Person]) -> list[Finding]:
    """People of the book whom the app cannot reach."""
    members = [person for person in people if person.wecom_id][:MOST_MEMBERS]
    absent: list[str] = []
    unseen: list[str] = []
    room = asyncio.Semaphore(AT_ONCE)

    async def look(person: Person) -> None:
        async with room:
            try:
                await api.get("user/get", {"userid": person.wecom_id or ""})
            except DeliveryError as fault:
                if fault.code in _NOT_THERE:
                    absent.append(person.name)
                elif fault.code in _NOT_SEEN:
                    unseen.append(person.name)

    looking = [asyncio.ensure_future(look(person)) for person in members]
    if looking:
        _, late = await asyncio.wait(looking, timeout=MEMBERS_S)
        for task in late:
            task.cancel()
        await asyncio.gather(*looking, return_exceptions=True)
    found = []
    if absent:
        found.append(Finding("wecom app", False, "doctor.app_absent", named(absent)))
    if unseen:
        found.append(Finding("wecom app", False, "doctor.app_unseen", named(unseen)))
    if members and not found:
        found.append(Finding("wecom app", True, "doctor.app_sees", {"n": len(members)}))
    return found


def named(names: Iterable[str]) -> dict[str, object]:
    """How many, and the first few by name."""
    everybody = sorted(names)
    return {"n": len(everybody), "names": ", ".join(everybody[:NAMED])}
