"""Fetching what people drop into a chat: from WeCom alone, within bounds, never from inside.

An app's file is asked for by its id; an AI bot's comes as an address and, mostly, encrypted. Only
https addresses on the public internet are followed, and those of the API that is configured.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from urllib.parse import SplitResult, urlsplit

import aiohttp
import structlog
from aiohttp.abc import AbstractResolver, ResolveResult

from bot import refused
from bot.adapters.wire import get_file
from bot.wecom.api import WecomApi
from bot.wecom.heard import RemoteFile
from bot.wecom.media_crypto import decrypted_file
from handlers.importing.limits import DEFAULT_LIMITS, MIB
from messages.incoming import InFile
from scoring.errors import DeliveryError, Refused, Rejected

log = structlog.get_logger()

FETCH_S = 60.0
"""Seconds for a whole file; nobody waits for it but the one who sent it."""

AT_ONCE = 4
"""Files fetched at a time: each is held in memory until it is read."""

_PADDING = 32

_TRANSLATED = ipaddress.IPv6Network("64:ff9b::/96")  # RFC 6052
_COMPATIBLE = ipaddress.IPv6Network(
    "::/96"
)  # RFC 4291, 2.5.5.1; the loopback address is there, too


class Files:
    """The way to files people sent. `aes_key` opens what came without a key of its own."""

    def __init__(
        self,
        api: WecomApi | None,
        *,
        api_url: str,
        aes_key: str = "",
        most: int = DEFAULT_LIMITS.file_bytes,
        timeout_s: float = FETCH_S,
    ) -> None:
        self._api = api
        self._trusted = _origin(urlsplit(api_url))
        self._aes_key = aes_key
        self._most = most
        self._timeout_s = timeout_s
        self._room = asyncio.Semaphore(AT_ONCE)
        self._opened: aiohttp.ClientSession | None = None

    async def fetch(self, file: RemoteFile) -> InFile:
        """The file; a UserError says why it was not fetched."""
        try:
            async with self._room:
                name, content = await self._fetched(file)
        except DeliveryError as fault:
            log.warning("a file was not fetched", fault=type(fault).__name__, code=fault.code)
            if isinstance(fault, Rejected) and fault.code == "too_long":
                raise Refused("wecom.file_too_large", most=self._most // MIB) from None
            raise Refused("wecom.file_not_fetched") from None
        except refused.Refused as fault:
            log.warning("a file could not be opened", reason=fault.reason)
            if fault.status == refused.TOO_LARGE:
                raise Refused("wecom.file_too_large", most=self._most // MIB) from None
            raise Refused("wecom.file_not_fetched") from None
        return InFile(file.name or name, content)

    async def close(self) -> None:
        """End the connections."""
        if self._opened is not None:
            await self._opened.close()
            self._opened = None

    async def _fetched(self, file: RemoteFile) -> tuple[str, bytes]:
        if not file.url:
            if self._api is None:
                raise Rejected("files of an app need its secret")
            return await self._api.download(file.media_id, most=self._most)
        if not self._allowed(file.url):
            raise Rejected("the address is not one of WeCom's")
        found = await get_file(
            self._session(), file.url, most=self._most + _PADDING, timeout_s=self._timeout_s
        )
        key = file.aes_key or self._aes_key
        if not key:
            return found.name, found.content
        return found.name, await asyncio.to_thread(decrypted_file, found.content, key)

    def _allowed(self, url: str) -> bool:
        try:
            parts = urlsplit(url)
            origin = _origin(parts)
        except ValueError:
            return False
        if origin == self._trusted:
            return True
        host = parts.hostname or ""
        # What is not ASCII is made ASCII on its way: `127。0。0。1` too.
        plain = bool(host) and host.isascii() and "%" not in host
        return parts.scheme == "https" and plain and host != self._trusted[1] and _public(host)

    def _session(self) -> aiohttp.ClientSession:
        if self._opened is None:
            trusted = self._trusted[1]
            connector = aiohttp.TCPConnector(
                resolver=PublicHosts(trusted), force_close=True, limit=8
            )
            self._opened = aiohttp.ClientSession(
                connector=connector, cookie_jar=aiohttp.DummyCookieJar(), trust_env=False
            )
        return self._opened


class PublicHosts(AbstractResolver):
    """Finds hosts by name as long as they are on the public internet; `trusted` may be anywhere."""

    def __init__(self, trusted: str) -> None:
        self._trusted = trusted
        self._resolver = aiohttp.ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """The addresses of a host that may be asked; OSError when there is none."""
        found = await self._resolver.resolve(host, port, family)
        if host == self._trusted:
            return found
        public = [each for each in found if _public(each["host"])]
        if not public:
            raise OSError(None, "not on the public internet")
        return public

    async def close(self) -> None:
        """Nothing is held."""
        await self._resolver.close()


def _public(host: str) -> bool:
    """Whether a host may be asked, so far as it is an address; names are looked at when found."""
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return True
    return _reached(address).is_global


def _reached(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """Where an address leads: some of IPv6 lead to one of IPv4."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in _TRANSLATED or address in _COMPATIBLE:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address


def _origin(parts: SplitResult) -> tuple[str, str, int]:
    usual = 443 if parts.scheme == "https" else 80
    return parts.scheme, parts.hostname or "", parts.port or usual
