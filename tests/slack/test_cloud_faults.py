"""Every way in which the loopback Slack can fail shows in slack_sdk's client as it should."""

from __future__ import annotations

from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from tests.fakes.slack import Fault, Faults
from tests.slack.cloud_desk import EAST, TEAM, Desk, error, running

Json = dict[str, Any]


async def post(desk: Desk, *, timeout_s: float = 5.0) -> str:
    """Post once: "" when it is done, an error, or the name of what was raised."""
    timeout = aiohttp.ClientTimeout(total=timeout_s)
    async with aiohttp.ClientSession(timeout=timeout) as session:
        client = AsyncWebClient(
            desk.client.token, base_url=desk.cloud.api_url, retry_handlers=[], session=session
        )
        try:
            await client.chat_postMessage(channel=EAST, text="x")
        except SlackApiError as refused:
            # What is no JSON comes with aiohttp's response instead of the SDK's own.
            said = getattr(refused.response, "data", None)
            return str(said.get("error") if isinstance(said, dict) else "unreadable")
        except (aiohttp.ClientError, TimeoutError) as fault:
            return type(fault).__name__
    return ""


CASES = [
    (Fault.NONE, "", 1),
    (Fault.ERROR_503, "service_unavailable", 0),
    (Fault.LIMIT_429, "ratelimited", 0),
    (Fault.SLOW, "", 1),
    (Fault.TWICE, "", 2),
    ("invalid_blocks", "invalid_blocks", 0),
]


@pytest.mark.parametrize(("fault", "expected", "arrived"), CASES)
async def test_a_scripted_fault_happens_once(
    fault: Fault | str, expected: str, arrived: int
) -> None:
    faults = Faults()
    async with running(hook=faults) as desk:
        faults.script("chat.postMessage", fault)
        assert await post(desk) == expected
        assert len(desk.cloud.words(EAST)) == arrived
        assert await post(desk) == ""


BROKEN = [
    (Fault.ERROR_500, 0),
    (Fault.TAKEN_500, 1),
    (Fault.RESET, 0),
    (Fault.TAKEN_RESET, 1),
    (Fault.GARBAGE, 0),
    (Fault.TAKEN_GARBAGE, 1),
    (Fault.TAKEN_HALF_JSON, 1),
    (Fault.HANG, 0),
    (Fault.TAKEN_HANG, 1),
    (Fault.TAKEN_DRIP, 1),
]


@pytest.mark.parametrize(("fault", "arrived"), BROKEN)
async def test_an_unknown_outcome_is_unknown(fault: Fault, arrived: int) -> None:
    faults = Faults()
    async with running(hook=faults) as desk:
        faults.script("chat.postMessage", fault)
        assert await post(desk, timeout_s=0.3) != ""
        assert len(desk.cloud.words(EAST)) == arrived


async def test_a_token_can_be_revoked_in_the_middle() -> None:
    faults = Faults()
    async with running(hook=faults) as desk:
        faults.revoke = lambda: desk.cloud.revoke(TEAM)
        faults.script("chat.postMessage", Fault.REVOKED)
        assert await post(desk) == "token_revoked"


async def test_a_seed_goes_wrong_the_same_way_twice() -> None:
    async def run() -> list[str]:
        faults = Faults()
        async with running(hook=faults) as desk:
            faults.shuffle(7, (Fault.ERROR_503, "fatal_error"), rate=0.5)
            told = [await error(desk.client.auth_test()) for _ in range(20)]
            faults.calm()
            assert await error(desk.client.auth_test()) == ""
        return told

    first = await run()
    assert first == await run()
    assert {"", "fatal_error", "service_unavailable"} == set(first)
