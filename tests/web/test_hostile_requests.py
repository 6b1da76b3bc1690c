"""Requests that no page of ours would make: refused as such, and nobody else notices."""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import urlsplit

import pytest

from bot.config import Config, Http, Playground
from bot.web.playground.reach import Reach, reach_of
from scoring.errors import ConfigError
from tests.web.pages import Page, place
from tests.web.test_playground_server import page

__all__ = ["page"]

EVERYWHERE = "0.0.0.0"  # noqa: S104 - compared, not bound


async def _raw(page: Page, door: str, headers: dict[str, bytes], body: bytes = b"{}") -> int:
    """The status of a request written by hand; `headers` may be any bytes."""
    where = urlsplit(page.address)
    reader, writer = await asyncio.open_connection(where.hostname, where.port)
    whole = {
        "Host": b"127.0.0.1",
        "Connection": b"close",
        "Content-Length": str(len(body)).encode(),
        "X-CSRF-Token": page.csrf.encode(),
        **headers,
    }
    head = b"".join(name.encode() + b": " + value + b"\r\n" for name, value in whole.items())
    writer.write(f"POST /playground/{door} HTTP/1.1\r\n".encode() + head + b"\r\n" + body)
    answer = await reader.read()
    writer.close()
    return int(answer.split()[1])


_FORM = b"multipart/form-data; boundary=x"
_LATIN = b'--x\r\nContent-Disposition: form-data; name="person"\r\n\r\n\xff\xfe\r\n--x--\r\n'
_HALF = b'--x\r\nContent-Disposition: form-data; name="person"\r\n\r\n1'


@pytest.mark.parametrize(
    ("door", "headers", "body"),
    [
        ("say", {"X-CSRF-Token": b"\xff\xfe"}, b"{}"),
        ("say", {"Content-Type": b"application/json; charset=nope"}, b"{}"),
        ("say", {"Content-Type": b"application/json; charset=rot13"}, b"{}"),
        ("say", {"Content-Encoding": b"gzip"}, b"garbage"),
        ("say", {}, b"\xff\xfe{"),
        ("say", {}, b"[1]"),
        ("say", {"X-Long": b"x" * 20_000}, b"{}"),
        ("file", {"Content-Type": b"application/json"}, b"{}"),
        ("file", {"Content-Type": b"multipart/form-data"}, b"{}"),
        ("file", {"Content-Type": b"multipart/mixed; boundary=x"}, b"--x\r\n"),
        ("file", {"Content-Type": _FORM}, b"nothing of the kind"),
        ("file", {"Content-Type": _FORM}, _HALF),
        ("file", {"Content-Type": _FORM}, _LATIN),
        ("file", {"Content-Type": _FORM, "Content-Encoding": b"gzip"}, _LATIN),
    ],
)
async def test_a_bad_request_is_refused_as_one(
    page: Page,
    caplog: pytest.LogCaptureFixture,
    door: str,
    headers: dict[str, bytes],
    body: bytes,
) -> None:
    assert 400 <= await _raw(page, door, headers, body) < 500
    assert not [record for record in caplog.records if record.exc_info]


async def test_half_a_character_breaks_nobodys_page(page: Page) -> None:
    state = await page.state()
    me, channel = state["person"], place(state, "slack:#")
    for line in ("\ud83d", "hello \ud83d there", "/renewals show \ud83d", "@bot log \x00 \ud83d"):
        await page.say(me, channel, line)
    body: dict[str, Any] = {"person": me, "place": channel, "line": "/renewals log"}
    await page.post("submit", **body, values={"customer": "\ud83d", "text": "\udc00"})
    assert "hello  there" in str((await page.state())["posts"])


@pytest.mark.parametrize(
    ("host", "asked", "allowed"),
    [
        ("127.0.0.1", "127.0.0.1:8080", True),
        ("127.0.0.1", "LOCALHOST", True),
        ("127.0.0.1", "[::1]:8080", True),
        ("127.0.0.1", "evil.example", False),
        ("127.0.0.1", "192.0.2.7", False),
        ("127.0.0.1", "", False),
        ("book.example", "book.example:8080", True),
        ("book.example", "127.0.0.1", True),
        ("book.example", "evil.example", False),
        (EVERYWHERE, "192.0.2.7:8080", True),
        (EVERYWHERE, "[2001:db8::1]:8080", True),
        (EVERYWHERE, "evil.example", False),
        ("", "evil.example", False),
        ("", "", False),
    ],
)
def test_pages_ask_by_a_name_that_is_ours(host: str, asked: str, allowed: bool) -> None:
    assert Reach(host).allows(asked) is allowed


@pytest.mark.parametrize("host", [EVERYWHERE, "", "::", "192.0.2.7", "book.example"])
def test_others_reach_the_playground_only_where_somebody_said_so(host: str) -> None:
    def config(**playground: bool) -> Config:
        return Config.model_construct(
            http=Http(host=host), playground=Playground(enabled=True, **playground)
        )

    with pytest.raises(ConfigError, match="allow_remote"):
        reach_of(config())
    assert reach_of(config(allow_remote=True)) == Reach(host)
