"""WeCom's API on loopback, and ours against it on each database."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import SecretStr

from bot.wecom.api import WecomApi
from storage.store import Store
from tests.fakes.wecom_api import CORP, SECRET, FakeApi

START = datetime(2026, 11, 23, 1, 7, tzinfo=UTC)


class Clock:
    """Business time, moved by hand."""

    def __init__(self) -> None:
        self.now = START

    def read(self) -> datetime:
        """The business's time."""
        return self.now

    def move(self, **by: float) -> None:
        """Let time pass."""
        self.now += timedelta(**by)


@pytest.fixture
def clock() -> Clock:
    """A clock that stands still."""
    return Clock()


@pytest.fixture
async def wecom() -> AsyncIterator[FakeApi]:
    """WeCom's API with one app."""
    fake = FakeApi()
    await fake.start()
    try:
        yield fake
    finally:
        await fake.stop()


OpenApi = Callable[..., WecomApi]


@pytest.fixture
async def open_api(store: Store, wecom: FakeApi, clock: Clock) -> AsyncIterator[OpenApi]:
    """Makes clients of the app, closed at the end; options are those of WecomApi."""
    async with AsyncExitStack() as stack:

        def made(book: Store = store, *, secret: str = SECRET, **options: Any) -> WecomApi:
            settings: dict[str, Any] = {
                "api_url": wecom.url,
                "corp_id": CORP,
                "secret": SecretStr(secret),
                "clock": clock.read,
                # Far longer than a busy machine takes; what waits for it to pass says less.
                "timeout_s": 10.0,
                "sleep": _at_once,
            }
            api = WecomApi(book, **(settings | options))
            stack.push_async_callback(api.close)
            return api

        yield made


async def _at_once(_seconds: float) -> None:
    return None
