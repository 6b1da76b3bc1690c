"""The one late post that an AI bot's callback allows: to the `response_url` that came with it."""

from __future__ import annotations

from typing import Any
from urllib.parse import SplitResult, urlsplit

import aiohttp

from bot.adapters.wecom_errors import raise_for_code
from bot.adapters.wire import open_session, post_json
from scoring.errors import Rejected

HOST = "qyapi.weixin.qq.com"


class LatePosts:
    """Posts to addresses of WeCom's API, of the one that is configured or the one it names."""

    def __init__(self, api_url: str, *, timeout_s: float = 10.0) -> None:
        self._api = _origin(urlsplit(api_url))
        self._timeout_s = timeout_s
        self._opened: aiohttp.ClientSession | None = None

    async def post(self, url: str, body: dict[str, Any]) -> None:
        """Post once; Rejected for an address that is not WeCom's, else the DeliveryError tree."""
        try:
            origin = _origin(urlsplit(url))
        except ValueError:
            raise Rejected("the response_url is no address") from None
        if origin not in (self._api, ("https", HOST, None)):
            raise Rejected("the response_url is not WeCom's")
        if self._opened is None:
            self._opened = open_session(timeout_s=self._timeout_s)
        raise_for_code(await post_json(self._opened, url, body))

    async def close(self) -> None:
        """End the connections."""
        if self._opened is not None:
            await self._opened.close()
            self._opened = None


def _origin(parts: SplitResult) -> tuple[str, str | None, int | None]:
    return parts.scheme, parts.hostname, parts.port
