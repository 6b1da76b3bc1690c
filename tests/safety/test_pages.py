"""No answer of the service runs a script that is not ours, wherever it is asked."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import aiohttp

from bot.app import running
from bot.clock import Clock
from bot.demo import demo

NOW = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)


def _filled(path: str) -> str:
    """An address of a route, with something in each of its gaps."""
    return re.sub(r"\{code[^/]*\}", "A-1", re.sub(r"\{(?!code)[^/]*\}", "x", path))


async def test_every_route_has_a_strict_policy_and_no_inline_script() -> None:
    with demo(host="127.0.0.1", port=0) as chosen:
        async with running(chosen.config, Clock(NOW)) as bot, aiohttp.ClientSession() as browser:
            paths = {
                route.resource.canonical
                for route in bot.app.router.routes()
                if route.resource is not None
            }
            assert {"/metrics", "/readyz", "/playground", "/"} & paths
            pages = 0
            for path in sorted(paths):
                for method in ("GET", "POST", "PUT"):
                    asked = browser.request(
                        method, bot.address + _filled(path), allow_redirects=False
                    )
                    async with asked as answer:
                        headers = answer.headers
                        policy = headers.get("Content-Security-Policy", "")
                        assert "default-src 'none'" in policy or "default-src 'self'" in policy, (
                            path,
                            policy,
                        )
                        scripts = re.search(r"script-src ([^;]*)", policy)
                        assert scripts is None or "unsafe" not in scripts[1], path
                        assert headers["X-Content-Type-Options"] == "nosniff", path
                        assert headers["Referrer-Policy"] == "no-referrer", path
                        if answer.content_type == "text/html":
                            pages += 1
                            text = await answer.text()
                            assert not re.search(r"<script(?![^>]*\bsrc=)", text), path
                            assert not re.search(r"\son[a-z]+\s*=\s*[\"']", text), path
            assert pages >= 1
