"""Addresses that come along with commands: only Slack's are followed, and what they answer counts."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from bot.slack.response_urls import ResponseUrls
from scoring.errors import (
    DeliveryError,
    OutcomeUnknown,
    PlatformDown,
    RateLimited,
    RecipientGone,
    Rejected,
)
from tests.slack.answered import SlackHeard, slack_on_loopback


@pytest.fixture
async def slack() -> AsyncIterator[SlackHeard]:
    """Slack's end."""
    async with slack_on_loopback() as heard:
        yield heard


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.slack.com/commands/T1/1",
        "https://hooks.slack.com.evil.example/commands",
        "https://hooks.slack.com:8443/commands",
        "https://evil.example/hooks.slack.com",
        "https://user@evil.example/",
        "http://127.0.0.1:1/respond",
        "http://[",
        "file:///etc/passwd",
        "",
    ],
)
@pytest.mark.parametrize("api_url", ["https://slack.com/api/", "http://127.0.0.1:9/api/"])
async def test_other_hosts_are_not_followed(url: str, api_url: str) -> None:
    urls = ResponseUrls(api_url)
    with pytest.raises(Rejected):
        await urls.post(url, {"text": "x"})
    await urls.close()


@pytest.mark.parametrize(
    ("told", "fault"),
    [
        (404, RecipientGone),
        (503, OutcomeUnknown),
        (302, Rejected),
        (429, RateLimited),
        ({"ok": False, "error": "used_url"}, RecipientGone),
        ({"ok": False, "error": "invalid_blocks"}, Rejected),
        ({"ok": False, "error": "ratelimited"}, RateLimited),
        ({"ok": False, "error": "internal_error"}, OutcomeUnknown),
        ({"ok": False, "error": "fatal_error"}, OutcomeUnknown),
    ],
)
async def test_what_slack_says_counts(
    slack: SlackHeard, told: int | dict[str, object], fault: type[DeliveryError]
) -> None:
    slack.scripts["response"].append(told)
    urls = ResponseUrls(slack.api_url)
    with pytest.raises(fault):
        await urls.post(f"{slack.url}/respond/a", {"text": "x"})
    await urls.post(f"{slack.url}/respond/a", {"text": "x"})
    await urls.close()


async def test_no_answer_in_time_is_no_answer(slack: SlackHeard) -> None:
    slack.gates["response"] = asyncio.Event()
    urls = ResponseUrls(slack.api_url, timeout_s=0.2)
    with pytest.raises(OutcomeUnknown):
        await urls.post(f"{slack.url}/respond/a", {"text": "x"})
    await urls.close()


async def test_nobody_there_means_that_nothing_arrived() -> None:
    urls = ResponseUrls("http://127.0.0.1:9/api/", timeout_s=0.5)
    with pytest.raises(PlatformDown):
        await urls.post("http://127.0.0.1:9/respond/a", {"text": "x"})
    await urls.close()
