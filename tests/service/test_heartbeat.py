"""A monitor outside hears of the service while all is well, and nobody else does."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, timedelta

import pytest
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult
from pydantic import SecretStr, ValidationError

from bot.config_monitoring import Monitoring
from bot.heartbeat import BeatWhenWell, Heartbeat
from bot.public_hosts import is_address, is_public
from handlers.jobs.tick import tick_once
from storage.store import Store
from tests.chat.conftest import book
from tests.sample_book import MONDAY, RULES

__all__ = ["book"]

NOW = MONDAY.astimezone(UTC)


@dataclass
class Monitor:
    """A monitor on loopback that counts what it is asked."""

    port: int = 0
    status: int = 200
    heard: list[str] = field(default_factory=list)

    async def answer(self, request: web.Request) -> web.Response:
        self.heard.append(request.path)
        elsewhere = {"Location": "/elsewhere"} if 300 <= self.status < 400 else {}
        return web.Response(status=self.status, headers=elsewhere)

    def config(self, host: str = "127.0.0.1", *, private: bool = True) -> Monitoring:
        url = SecretStr(f"http://{host}:{self.port}/ping/a-secret")
        return Monitoring.model_construct(
            heartbeat_url=url, heartbeat_private=private, audit_every_minutes=60
        )


@dataclass
class Names(AbstractResolver):
    """Says what a name leads to, another thing each time it is asked."""

    answers: list[list[str]]

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        return [
            ResolveResult(hostname=host, host=one, port=port, family=family, proto=0, flags=0)
            for one in self.answers.pop(0)
        ]

    async def close(self) -> None:
        return None


@pytest.fixture
async def monitor() -> AsyncIterator[Monitor]:
    made = Monitor()
    app = web.Application()
    app.router.add_route("*", "/{any:.*}", made.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    made.port = runner.addresses[0][1]
    yield made
    await runner.cleanup()


async def test_a_beat_arrives_once(monitor: Monitor) -> None:
    assert await Heartbeat(monitor.config()).beat() == ""
    assert monitor.heard == ["/ping/a-secret"]


@pytest.mark.parametrize("status", [302, 307, 404, 500])
async def test_a_refusal_is_told_and_no_redirect_is_followed(monitor: Monitor, status: int) -> None:
    monitor.status = status
    assert await Heartbeat(monitor.config()).beat() == f"HTTP {status}"
    assert len(monitor.heard) == 1


SPELLED = ["①②⑦.⓪.⓪.①", "１２７.0.0.1", "127。0。0。1"]


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.1", "0x7f000001", "2130706433", "[::1]", *SPELLED]
)
async def test_a_private_address_is_not_asked(monitor: Monitor, host: str) -> None:
    assert "private network" in await Heartbeat(monitor.config(host, private=False)).beat()
    assert monitor.heard == []


@pytest.mark.parametrize("answers", [["127.0.0.1"], ["93.184.216.34", "127.0.0.1"], ["::1"]])
async def test_a_name_that_leads_into_the_private_network_is_not_asked(
    monitor: Monitor, answers: list[str]
) -> None:
    config = monitor.config("monitor.example", private=False)
    assert await Heartbeat(config, lookup=Names([answers])).beat() != ""
    assert monitor.heard == []


async def test_a_name_is_looked_up_once_so_that_it_cannot_change(monitor: Monitor) -> None:
    config = monitor.config("monitor.example")
    names = Names([["127.0.0.1"], ["192.0.2.1"]])
    assert await Heartbeat(config, lookup=names).beat() == ""
    assert names.answers == [["192.0.2.1"]]


async def test_what_goes_wrong_is_told_without_the_address(monitor: Monitor) -> None:
    monitor.port = 1
    fault = await Heartbeat(monitor.config(), timeout_s=2).beat()
    assert fault != ""
    assert "secret" not in fault
    assert "127" not in fault


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1::1", True),
        ("10.0.0.1", False),
        ("100.64.0.1", False),
        ("169.254.169.254", False),
        ("192.168.1.1", False),
        ("224.0.0.1", False),
        ("::ffff:10.0.0.1", False),
        ("64:ff9b::a00:1", False),
        ("2002:a00:1::", False),
        ("fe80::1%eth0", False),
        ("fd00::1", False),
        ("fec0::1", False),
        ("::7f00:1", False),
        ("::ffff:0:7f00:1", False),
        ("64:ff9b:1::7f00:1", False),
        ("0.0.0.0", False),  # noqa: S104 - nothing is bound
        ("no address", False),
    ],
)
def test_an_address_is_public_or_not(address: str, public: bool) -> None:
    assert is_public(address) is public


def test_a_name_is_no_address() -> None:
    assert not is_address("monitor.example")


@pytest.mark.parametrize(
    ("url", "private"),
    [("https://hc.example/a", False), ("http://hc.example/a", True), ("", False)],
)
def test_an_address_to_beat_to_is_taken(url: str, private: bool) -> None:
    taken = Monitoring(heartbeat_url=SecretStr(url), heartbeat_private=private)
    assert taken.heartbeat_url.get_secret_value() == url


@pytest.mark.parametrize(
    ("url", "private"),
    [
        ("http://hc.example/a", False),
        ("https://user:word@hc.example/a", False),
        ("https:///a", False),
        ("https://hc.example:port/a", False),
        ("file:///etc/passwd", True),
    ],
)
def test_what_is_no_address_to_beat_to_is_refused(url: str, private: bool) -> None:
    with pytest.raises(ValidationError, match="https://HOST/PATH") as refused:
        Monitoring(heartbeat_url=SecretStr(url), heartbeat_private=private)
    assert "word" not in str(refused.value)


async def test_the_heartbeat_stays_away_from_a_loss_until_a_clean_audit(
    store: Store, book: object, monitor: Monitor
) -> None:
    now = NOW
    beat = BeatWhenWell(store, RULES, lambda: now, Heartbeat(monitor.config()))

    async def beats() -> bool:
        monitor.heard.clear()
        await beat()
        return bool(monitor.heard)

    assert not await beats()  # nothing was audited yet
    await tick_once(store, RULES, now)
    assert await beats()
    now += timedelta(hours=3)
    assert not await beats()  # no audit for too long
    async with store.begin() as tx:
        await tx.connection.exec_driver_sql("UPDATE deliveries SET state = 'superseded'")
    await tick_once(store, RULES, now)
    assert not await beats()  # alerts that nobody will hear
    now += timedelta(hours=1)
    await tick_once(store, RULES, now)
    assert await beats()  # they were told of and put again
    async with store.begin() as tx:
        await tx.connection.exec_driver_sql("DELETE FROM ledger")
    await tick_once(store, RULES, now, only="audit")
    assert not await beats()
