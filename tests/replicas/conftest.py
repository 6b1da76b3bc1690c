"""What tests of whole services share."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.replicas.service import SlowRobots


@pytest.fixture
async def robots() -> AsyncIterator[SlowRobots]:
    """Fake robots that answer once they are let go."""
    fake = SlowRobots()
    await fake.start()
    yield fake
    await fake.stop()
