"""WeCom's HTTP API for one app: every call with a token, none of them twice by accident.

Posts are made once; only a refused token, after which nothing can have happened, is replaced and
the post repeated. What merely asks (GET) is tried three times within its time-out.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any, TypeVar
from urllib.parse import urlencode

import aiohttp
from pydantic import SecretStr

from bot.adapters.wecom_errors import TOKEN_REFUSED, raise_for_code
from bot.adapters.wecom_media import check_size, media_id_in
from bot.adapters.wire import (
    Fetched,
    get_file,
    get_json,
    json_object,
    open_session,
    post_file,
    post_json,
)
from bot.delivery.steady import SteadyClock, steady_time
from bot.outside_time.clocks import Dated, undated
from bot.sealing import Seal
from bot.wecom.tokens import FETCH_S, AccessToken, AccessTokens, Grant
from messages.limits import WECOM_MEDIA_DAYS
from scoring.errors import BadCredentials, OutcomeUnknown, PlatformDown, StoreUnavailable
from storage.store import Store

log = logging.getLogger(__name__)

T = TypeVar("T")
Query = Mapping[str, str | int]
Ask = Callable[[str, float], Awaitable[dict[str, Any]]]
"""One request to an address, with the seconds it may take."""

CALL_MOST_S = 23.0
"""A post ends in this time together with all that its tokens take: sooner than delivery gives it up
(half its lease, 30 s), since a failure that is certain would be taken for a doubt then.

The HTTP library rounds a time-out of more than 5 s up to the next full second.
"""

_ROOM_S = 5.0
"""What a post with a replaced token has at least; else it is not made."""

ANSWER_MOST = 1_048_576
"""Lists of members are the longest answers; no honest one has more bytes than this."""

_PAUSES_S = (0.2, 0.6)
_FILE_TIMES = 3
_MARGIN = timedelta(hours=2)


class WecomApi:
    """The calls of one app; `path` is what follows `/cgi-bin/`.

    All raise the DeliveryError tree, and nothing they raise or log shows a token or the secret.
    `store` keeps the token and what was uploaded. No transaction may be open during a call.
    """

    def __init__(
        self,
        store: Store,
        *,
        api_url: str,
        corp_id: str,
        secret: SecretStr,
        clock: Callable[[], datetime],
        timeout_s: float = 10.0,
        most_s: float = CALL_MOST_S,
        steady: SteadyClock = steady_time,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        dated: Dated = undated,
    ) -> None:
        self._store = store
        self._dated = dated
        self._base = f"{api_url.rstrip('/')}/cgi-bin"
        self._corp_id = corp_id
        self._secret = secret
        self._clock = clock
        self._timeout_s = timeout_s
        self._most_s = most_s
        self._sleep = sleep
        self._seal = Seal(corp_id, secret)
        self._tokens = AccessTokens(store, self._seal, self._grant, steady=steady, sleep=sleep)
        self._opened: aiohttp.ClientSession | None = None

    async def post(
        self, path: str, body: dict[str, Any], *, query: Query | None = None
    ) -> dict[str, Any]:
        """Post once. OutcomeUnknown when nobody knows whether it was taken."""

        async def ask(url: str, within_s: float) -> dict[str, Any]:
            return await post_json(self._session(), url, body, most=ANSWER_MOST, timeout_s=within_s)

        return await self._call(path, query, ask)

    async def get(self, path: str, query: Query | None = None) -> dict[str, Any]:
        """Ask for something; PlatformDown when there is no answer after three tries."""

        async def ask(url: str, _within_s: float) -> dict[str, Any]:
            return await get_json(self._session(), url, most=ANSWER_MOST)

        async def call() -> dict[str, Any]:
            return await self._call(path, query, ask)

        return await self._patiently(call, self._timeout_s)

    async def upload(self, kind: str, name: str, content: bytes) -> str:
        """The media id of a file (`file`, or `image`: JPG or PNG), uploaded unless it is there.

        It is good for three days in messages of this app alone (90253). Rejected for a size that
        WeCom does not take.
        """
        check_size(kind, content)
        digest = digest_of(kind, name, content)
        if (media_id := await self._kept(digest)) is not None:
            return media_id

        async def ask(url: str, within_s: float) -> dict[str, Any]:
            timeout_s = _FILE_TIMES * within_s
            return await post_file(
                self._session(), url, "media", name, content, timeout_s=timeout_s
            )

        try:
            answer = await self._call("media/upload", {"type": kind}, ask)
        except OutcomeUnknown as fault:
            # A file that nobody has the id of troubles nobody.
            raise PlatformDown(fault.detail, code=fault.code) from None
        media_id = media_id_in(answer)
        await self._keep(digest, media_id)
        return media_id

    async def forget_upload(self, media_id: str) -> None:
        """A media id was refused: let the next upload of that file go there again."""
        async with self._store.begin() as tx:
            await tx.uploads.forget(self._seal.name, media_id)

    async def download(self, media_id: str, *, most: int) -> tuple[str, bytes]:
        """Name and content of a file somebody sent; Rejected when it has more than `most` bytes."""

        async def ask(url: str, within_s: float) -> dict[str, Any]:
            timeout_s = _FILE_TIMES * within_s
            fetched = await get_file(self._session(), url, most=most, timeout_s=timeout_s)
            return _said_or_file(fetched)

        try:
            answer = await self._call("media/get", {"media_id": media_id}, ask)
        except OutcomeUnknown as fault:
            raise PlatformDown(fault.detail, code=fault.code) from None
        fetched: Fetched = answer["file"]
        return fetched.name or "file", fetched.content

    async def close(self) -> None:
        """End the connections."""
        if self._opened is not None:
            await self._opened.close()
            self._opened = None

    def _session(self) -> aiohttp.ClientSession:
        if self._opened is None:
            self._opened = open_session(timeout_s=self._timeout_s, dated=self._dated)
        return self._opened

    async def _call(self, path: str, query: Query | None, ask: Ask) -> dict[str, Any]:
        """Ask with a token; once more with a fresh one when it is refused and there is time.

        What another replica keeps instead may be old as well: after that, a fresh one.
        """
        ends_at = _loop_time() + self._most_s
        room_s = min(self._timeout_s, self._most_s / 2)
        token = await _in_time(self._tokens.current, ends_at - room_s)
        for tries_left in (2, 1, 0):
            try:
                answer = await self._once(path, query, token.value, ask, ends_at)
            except BadCredentials as fault:
                if fault.code not in TOKEN_REFUSED:
                    raise
                if tries_left == 0 or (tries_left == 1 and token.fresh):
                    self._tokens.refused_again(fault)
                    raise
            else:
                self._tokens.worked()
                return answer
            instead = partial(self._tokens.instead_of, token)
            token = await _in_time(instead, ends_at - min(_ROOM_S, room_s))
        raise AssertionError("unreachable")

    async def _once(
        self,
        path: str,
        query: Query | None,
        token: str,
        ask: Ask,
        ends_at: float,
    ) -> dict[str, Any]:
        parameters = urlencode({"access_token": token, **(query or {})})
        within_s = min(self._timeout_s, ends_at - _loop_time())
        answer = await ask(f"{self._base}/{path}?{parameters}", within_s)
        raise_for_code(answer, api=path, hide=(token, self._secret.get_secret_value()))
        return answer

    async def _grant(self) -> Grant:
        """Ask for a token: the only call without one."""
        secret = self._secret.get_secret_value()
        parameters = urlencode({"corpid": self._corp_id, "corpsecret": secret})
        url = f"{self._base}/gettoken?{parameters}"

        async def ask() -> Grant:
            answer = await get_json(self._session(), url)
            raise_for_code(answer, api="gettoken", hide=(secret,))
            value, life_s = answer.get("access_token"), answer.get("expires_in")
            if not isinstance(value, str) or not value or not isinstance(life_s, int):
                raise PlatformDown("the answer holds no access token")
            return Grant(value, float(life_s))

        return await self._patiently(ask, min(FETCH_S, self._timeout_s))

    async def _patiently(self, ask: Callable[[], Awaitable[T]], within_s: float) -> T:
        """What an answer that changes nothing says, after up to three tries in that time."""
        try:
            async with asyncio.timeout(within_s):
                for pause_s in _PAUSES_S:
                    try:
                        return await ask()
                    except (PlatformDown, OutcomeUnknown):
                        await self._sleep(pause_s)
                return await ask()
        except TimeoutError:
            raise PlatformDown("no answer in time") from None
        except OutcomeUnknown as fault:
            raise PlatformDown(fault.detail, code=fault.code) from None

    async def _kept(self, digest: str) -> str | None:
        try:
            async with self._store.read() as tx:
                return await tx.uploads.find(self._seal.name, digest, now=self._clock())
        except StoreUnavailable as fault:
            log.warning("earlier uploads cannot be read: %s", fault.reason)
            return None

    async def _keep(self, digest: str, media_id: str) -> None:
        now = self._clock()
        expires_at = now + timedelta(days=WECOM_MEDIA_DAYS) - _MARGIN
        try:
            async with self._store.begin() as tx:
                await tx.uploads.keep(
                    self._seal.name, digest, media_id, expires_at=expires_at, now=now
                )
        except StoreUnavailable as fault:
            log.warning("an upload was not kept: %s", fault.reason)


def _loop_time() -> float:
    return asyncio.get_running_loop().time()


async def _in_time(wanted: Callable[[], Awaitable[AccessToken]], until: float) -> AccessToken:
    """A token by then, on the loop's clock; else PlatformDown, for nothing was sent yet."""
    late = "there was no access token in time"
    if _loop_time() >= until:
        raise PlatformDown(late)
    try:
        async with asyncio.timeout_at(until):
            return await wanted()
    except TimeoutError:
        raise PlatformDown(late) from None


def digest_of(kind: str, name: str, content: bytes) -> str:
    """What tells a file from others: its name is shown, so it counts."""
    digest = hashlib.sha256(f"{kind}\n{name}\n".encode(errors="replace"))
    digest.update(content)
    return digest.hexdigest()


def _said_or_file(fetched: Fetched) -> dict[str, Any]:
    """An answer in the form of all others: WeCom's own where it refuses, else one with the file."""
    said = None if fetched.name else json_object(fetched.content)
    return said if said is not None and "errcode" in said else {"errcode": 0, "file": fetched}
