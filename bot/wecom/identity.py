"""Who speaks: encrypted ids of an AI bot in plain, and what the directory calls somebody unknown.

An AI bot whose creator is no super administrator hears encrypted ids. Nothing in an id says which
it is, so each is asked about once, with the app's token, and either answer is kept (101521).
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any, Protocol

from bot.wecom.heard import Chat, Way
from messages.limits import WECOM_OPEN_USERIDS
from scoring.errors import DeliveryError, StoreUnavailable
from scoring.model import Platform
from storage.store import Store
from storage.transaction import Tx

log = logging.getLogger(__name__)

IDS = "wecom.id:"
"""Followed by an id as it came from an AI bot: what it is in plain, or that nobody could say."""

ALIAS = "wecom.alias:"
"""Followed by a user id as the book has it: the one by which an AI bot knows that person."""

NAMES = "wecom.name:"

NAME_KEPT = timedelta(days=30)
NOTHING_KEPT = timedelta(days=1)
"""How long that nobody could say is believed."""
PAUSE = timedelta(minutes=10)
"""How long nothing is asked after a call failed: every line would wait for it otherwise."""

# What encrypted ids look like, for advice alone: long, with capitals, the prefix of WeCom's own.
_LOOKS_ENCRYPTED = re.compile(r"w[a-z][A-Za-z0-9_-]{22,}")


class Directory(Protocol):
    """The calls of WeCom's API that tell who people are."""

    async def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """Post once."""

    async def get(self, path: str, query: dict[str, str | int]) -> dict[str, Any]:
        """Ask for something."""


class Identity:
    """Tells people apart. Without a directory (no app) ids stay as they are."""

    def __init__(
        self, store: Store, directory: Directory | None, clock: Callable[[], datetime]
    ) -> None:
        self._store = store
        self._directory = directory
        self._clock = clock
        self._not_before: datetime | None = None
        self._asking: dict[str, asyncio.Future[str]] = {}

    async def identify(self, chat: Chat) -> str:
        """The plain user id of who speaks, in lower case; the given one where nobody can say."""
        if chat.way is Way.APP:
            return chat.userid.lower()
        given = chat.as_given or chat.userid
        # Looked up and asked in one piece, so that of many lines at once one asks.
        asking = self._asking.get(given)
        if asking is None:
            asking = self._asking[given] = asyncio.ensure_future(self._plain(given))
            asking.add_done_callback(lambda _: self._asking.pop(given, None))
        return await asyncio.shield(asking)

    async def convert(self, given: list[str]) -> dict[str, str]:
        """The plain ids of several; those that were plain already are themselves."""
        found: dict[str, str] = {}
        if self._directory is None:
            return found
        for start in range(0, len(given), WECOM_OPEN_USERIDS):
            some = given[start : start + WECOM_OPEN_USERIDS]
            answer = await self._directory.post(
                "batch/openuserid_to_userid", {"open_userid_list": some}
            )
            found |= _converted(answer, some)
        return found

    async def name_of_unknown(self, userid: str) -> str:
        """What the directory calls somebody whom the book does not know; empty for all others.

        Asked rarely; no name when the directory does not answer or may not tell.
        """
        now = self._clock()
        try:
            async with self._store.read() as tx:
                if await tx.people.by_sender(Platform.WECOM, userid) is not None:
                    return ""
                kept = await tx.settings.get(f"{NAMES}{userid}")
            if kept is not None:
                name = str(kept["name"])
                if _age(kept, now) < (NAME_KEPT if name else NOTHING_KEPT):
                    return name
            return await self._ask_name(userid, now)
        except StoreUnavailable:
            return ""

    async def _plain(self, given: str) -> str:
        try:
            async with self._store.read() as tx:
                known = await self._known(tx, given)
        except StoreUnavailable:  # whoever reads the line next says so
            return given.lower()
        if known is not None:
            return known
        return given.lower() if self._rests() else await self._convert(given)

    async def _ask_name(self, userid: str, now: datetime) -> str:
        if self._directory is None or self._rests():
            return ""
        name = ""
        try:
            answer = await self._directory.get("user/get", {"userid": userid})
            name = str(answer.get("name") or "")[:100]
        except DeliveryError as fault:
            if not _certain(fault):
                self._rest(fault)
                return ""
        # Since 2022 the directory may give the id for the name.
        name = "" if name.lower() == userid else name
        async with self._store.begin() as tx:
            document = {"name": name, "at": now.isoformat()}
            await tx.settings.put(f"{NAMES}{userid}", document, at=now)
        return name

    async def _convert(self, given: str) -> str:
        """Ask once, and keep what came of it."""
        now = self._clock()
        plain = None
        if self._directory is not None:
            try:
                plain = (await self.convert([given])).get(given)
            except DeliveryError as fault:
                self._rest(fault)
                return given.lower()
        if plain == given.lower() and _LOOKS_ENCRYPTED.fullmatch(given):
            plain = None  # perhaps outside the app's visible range until somebody widens it
        document = {"userid": plain, "asked": self._directory is not None, "at": now.isoformat()}
        userid = plain or given.lower()
        # Encrypted ids have case: nobody is reached by one in lower case, as it stands in the book.
        is_alias = plain != given.lower() and given != userid
        try:
            async with self._store.begin() as tx:
                await tx.settings.put(f"{IDS}{given}", document, at=now)
                if is_alias:
                    await tx.settings.put(f"{ALIAS}{userid}", given, at=now)
        except StoreUnavailable as fault:
            log.info("a user id was not kept: %s", fault.reason)
        return userid

    async def _known(self, tx: Tx, given: str) -> str | None:
        """What the book or an earlier answer says; None: to be asked."""
        kept = await tx.settings.get(f"{IDS}{given}")
        if kept is not None:
            fresh = kept["asked"] and _age(kept, self._clock()) < NOTHING_KEPT
            if kept["userid"] or fresh or self._directory is None:
                return str(kept["userid"] or given.lower())
        person = await tx.people.by_sender(Platform.WECOM, given)
        return None if person is None else given.lower()

    def _rests(self) -> bool:
        return self._not_before is not None and self._clock() < self._not_before

    def _rest(self, fault: DeliveryError) -> None:
        self._not_before = self._clock() + PAUSE
        log.warning("the directory could not be asked: %s %s", fault.code, fault.detail)


async def addressed(tx: Tx, userid: str) -> str:
    """By which id an AI bot writes to a person: encrypted where it has only ever heard that one."""
    alias: str | None = await tx.settings.get(f"{ALIAS}{userid}")
    return alias or userid


async def forget(tx: Tx, userid: str, *, moved: bool) -> None:
    """The directory calls a plain id otherwise; `moved`: it means another person, or nobody."""
    await tx.settings.forget(f"{NAMES}{userid}")
    if not moved or await tx.settings.take(f"{ALIAS}{userid}") is None:
        return
    for key, kept in (await tx.settings.under(IDS)).items():
        if kept["userid"] == userid:
            await tx.settings.forget(key)


def addresses(store: Store) -> Callable[[str], Awaitable[str]]:
    """The same for whoever has no transaction; the plain id when the book cannot be read."""

    async def address(userid: str) -> str:
        try:
            async with store.read() as tx:
                return await addressed(tx, userid)
        except StoreUnavailable:
            return userid

    return address


async def encrypted_ids(tx: Tx) -> tuple[int, int]:
    """How many encrypted ids were heard and converted, and how many could not be."""
    converted = open_ones = 0
    for key, kept in (await tx.settings.under(IDS)).items():
        given, plain = key.removeprefix(IDS), kept["userid"]
        converted += bool(plain) and plain != given.lower()
        open_ones += not plain and _LOOKS_ENCRYPTED.fullmatch(given) is not None
    return converted, open_ones


def _converted(answer: dict[str, Any], asked: list[str]) -> dict[str, str]:
    found = {
        str(one["open_userid"]): str(one["userid"]).lower()
        for one in answer.get("userid_list") or ()
        if isinstance(one, dict) and one.get("open_userid") in asked and one.get("userid")
    }
    for one in answer.get("invalid_open_userid_list") or ():
        if one in asked:
            found[one] = str(one).lower()
    return found


def _age(kept: dict[str, Any], now: datetime) -> timedelta:
    return now - datetime.fromisoformat(kept["at"])


def _certain(fault: DeliveryError) -> bool:
    """Whether the directory knows nobody of that id, or may not tell of them."""
    return fault.code in ("60111", "60011", "46004", "40003")
