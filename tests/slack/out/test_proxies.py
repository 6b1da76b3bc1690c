"""Behind a company's proxy: Slack is asked through it, this machine is not."""

from __future__ import annotations

import pytest
from aiohttp import web
from pydantic import SecretStr

from bot.proxies import proxy_for
from bot.slack.wire import SlackWire
from tests.slack.out.web_api import TEAM, TOKEN, WebApi

PROXY = "http://proxy.example:3128"


@pytest.mark.parametrize(
    ("environment", "address", "proxy"),
    [
        ({"HTTPS_PROXY": PROXY}, "https://slack.com/api/", PROXY),
        ({"https_proxy": PROXY}, "wss://wss-primary.slack.com/link/?ticket=1", PROXY),
        ({"HTTPS_PROXY": PROXY}, "http://slack.example/api/", None),
        ({"HTTPS_PROXY": PROXY, "NO_PROXY": ".slack.com"}, "https://files.slack.com/x", None),
        ({"HTTPS_PROXY": PROXY, "HTTP_PROXY": PROXY}, "http://127.0.0.1:8080/api/", None),
        ({"HTTPS_PROXY": PROXY, "HTTP_PROXY": PROXY}, "ws://localhost:1/link", None),
        ({"HTTPS_PROXY": ""}, "https://slack.com/api/", None),
        ({}, "https://slack.com/api/", None),
        ({"HTTPS_PROXY": PROXY}, "https://[", None),
    ],
)
def test_the_proxy_is_that_of_the_environment(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], address: str, proxy: str | None
) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert proxy_for(address) == proxy


async def test_a_slack_on_this_machine_is_not_asked_through_it(
    slack: WebApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    wire = SlackWire(slack.api_url, timeout_s=1)
    answer = await wire.ask(SecretStr(TOKEN), "auth.test", {})
    await wire.close()
    assert answer.body["team_id"] == TEAM


async def test_another_one_is(monkeypatch: pytest.MonkeyPatch) -> None:
    async def passed_on(request: web.BaseRequest) -> web.Response:
        return web.json_response({"ok": True, "team_id": request.headers["Host"]})

    runner = web.ServerRunner(web.Server(passed_on))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    monkeypatch.setenv("HTTP_PROXY", f"http://{host}:{port}")
    monkeypatch.setenv("NO_PROXY", "")
    wire = SlackWire("http://slack.example/api/", timeout_s=1)
    answer = await wire.ask(SecretStr(TOKEN), "auth.test", {})
    await wire.close()
    await runner.cleanup()
    assert answer.body["team_id"] == "slack.example"
