"""Files that were dropped are fetched from Slack's own hosts, and the token goes nowhere else."""

from __future__ import annotations

import pytest

from bot.slack.api import SlackApi
from bot.slack.heard import RemoteFile
from bot.slack.transfers import may_have
from scoring.errors import BadCredentials, DeliveryError, PlatformDown, Rejected
from tests.slack.out.web_api import TOKEN, WebApi

REAL = "https://slack.com/api/"


@pytest.mark.parametrize(
    ("url", "api_url", "allowed"),
    [
        ("https://files.slack.com/files-pri/T1-F1/a.xlsx", REAL, True),
        ("https://files.slack.com:443/a", REAL, True),
        ("https://files.slack.com:8443/a", REAL, False),
        ("http://files.slack.com/a", REAL, False),
        ("https://files.slack.com.evil.example/a", REAL, False),
        ("https://files.slack.com@evil.example/a", REAL, False),
        ("https://user:pass@files.slack.com/a", REAL, False),
        ("https://evil.example/files.slack.com", REAL, False),
        ("https://slack.com/a", REAL, False),
        ("https://slack-files.com/a", REAL, False),
        ("http://127.0.0.1:99/a", REAL, False),
        ("http://127.0.0.1:99/a", "http://127.0.0.1:99/api/", True),
        ("http://127.0.0.1:98/a", "http://127.0.0.1:99/api/", False),
        ("https://127.0.0.1:99/a", "http://127.0.0.1:99/api/", False),
        ("file:///etc/passwd", REAL, False),
        ("https://[::1", REAL, False),
        ("https://files.slack.com:x/a", REAL, False),
        ("", REAL, False),
        ("//files.slack.com/a", REAL, False),
    ],
)
def test_the_token_is_sent_to_slacks_hosts_alone(url: str, api_url: str, allowed: bool) -> None:
    assert may_have(url, api_url) is allowed


def dropped(slack: WebApi, name: str = "book.xlsx") -> RemoteFile:
    return RemoteFile("F1", f"../{name}", f"{slack.url}/files/{name}")


async def test_a_file_is_fetched_with_the_token_and_its_name_is_safe(
    slack: WebApi, api: SlackApi
) -> None:
    slack.files["book.xlsx"] = ("application/zip", b"PK")
    found = await api.download(dropped(slack), 10)
    assert (found.name, found.media_type, found.content) == ("book.xlsx", "application/zip", b"PK")
    assert slack.bearers == [f"Bearer {TOKEN}"]


async def test_a_file_is_looked_for_where_it_was_moved_to_on_the_same_host(
    slack: WebApi, api: SlackApi
) -> None:
    slack.files["book.xlsx"] = ("application/zip", b"PK")
    slack.redirects["old.xlsx"] = "/files/book.xlsx"
    assert (await api.download(dropped(slack, "old.xlsx"), 10)).content == b"PK"


@pytest.mark.parametrize(
    ("name", "error", "code"),
    [
        ("long.csv", Rejected, "too_long"),
        ("gone.csv", Rejected, "HTTP 404"),
        ("page.csv", BadCredentials, "missing_scope"),
        ("away.csv", Rejected, "foreign_host"),
        ("round.csv", Rejected, "redirects"),
    ],
)
async def test_what_cannot_be_had_is_said(
    slack: WebApi, api: SlackApi, name: str, error: type[DeliveryError], code: str
) -> None:
    slack.files["long.csv"] = ("text/csv", b"x" * 100_001)
    slack.files["page.csv"] = ("text/html", b"<html>sign in")
    slack.redirects["away.csv"] = "https://evil.example/a"
    slack.redirects["round.csv"] = "/files/round.csv"
    with pytest.raises(error) as told:
        await api.download(dropped(slack, name), 100_000)
    assert told.value.code == code


async def test_a_host_that_is_not_there_is_down(slack: WebApi, api: SlackApi) -> None:
    await api.workspace()
    await slack.stop()
    with pytest.raises(PlatformDown):
        await api.download(dropped(slack), 10)
