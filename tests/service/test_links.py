"""The page behind a link to a customer says how to look and knows nothing of anybody."""

from __future__ import annotations

import aiohttp
import pytest

from bot.web.links import Links
from bot.web.server import serving, web_app


async def fetched(path: str, language: str = "en") -> tuple[int, str, dict[str, str]]:
    headers = {"Accept-Language": language}
    async with (
        serving(web_app([Links()]), "127.0.0.1", 0) as address,
        aiohttp.ClientSession(headers=headers) as client,
        client.get(f"{address}{path}") as answer,
    ):
        return answer.status, await answer.text(), dict(answer.headers)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en-GB,en;q=0.9", "Ask the renewal assistant in chat"),
        ("zh-CN,zh;q=0.9", "请在聊天中向续约助手发送"),
        ("fr", "Ask the renewal assistant in chat"),
        ("", "Ask the renewal assistant in chat"),
    ],
)
async def test_it_says_what_to_ask_in_the_browsers_language(language: str, said: str) -> None:
    status, text, headers = await fetched("/c/a-12", language)
    assert status == 200
    assert said in text
    assert "<code>show A-12</code>" in text
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Robots-Tag"] == "noindex"
    assert "default-src 'none'" in headers["Content-Security-Policy"]


@pytest.mark.parametrize("path", ["/c/", "/c/A-", "/c/<b>", "/c/A-1/x", "/c/C-1", "/c/A-1%00"])
async def test_anything_else_is_not_there(path: str) -> None:
    assert (await fetched(path))[0] == 404
