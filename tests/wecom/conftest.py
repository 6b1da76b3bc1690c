"""What the tests of WeCom share."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.fakes.aibot_peer import AibotPeer


@pytest.fixture
async def peer() -> AsyncIterator[AibotPeer]:
    """WeCom's end of the long connection, on loopback."""
    fake = AibotPeer()
    await fake.start()
    try:
        yield fake
    finally:
        await fake.stop()
