"""Figures, and what is wrong with which part, can be kept to an address of their own."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import aiohttp
import pytest
from pydantic import ValidationError

from bot.config import Http
from bot.web.health import Figures, Health
from bot.web.listening import Listener, listening
from bot.web.server import serving, web_app
from scoring.errors import ConfigError
from storage.store import Store


async def sick() -> str:
    return "the whole story"


@pytest.fixture
def listener() -> Iterator[Listener]:
    with listening("127.0.0.1", 0, monitoring=("127.0.0.1", 0)) as both:
        yield both


async def test_the_public_port_names_parts_alone_and_has_no_figures(
    store: Store, listener: Listener
) -> None:
    health = Health(store, Figures.new(), {"slack": sick}, monitoring=True)
    public, private = listener.address, listener.monitoring
    async with (
        serving(web_app([health]), "", 0, listener=listener),
        aiohttp.ClientSession() as client,
    ):
        async with client.get(f"{public}/readyz") as answer:
            assert (answer.status, await answer.json()) == (
                503,
                {"ready": False, "failing": ["slack"]},
            )
        async with client.get(f"{private}/readyz") as answer:
            assert (await answer.json())["parts"]["slack"] == "the whole story"
        for address, status in ((public, 404), (private, 200)):
            async with client.get(f"{address}/metrics") as answer:
                assert answer.status == status
            async with client.get(f"{address}/healthz") as answer:
                assert answer.status == 200


def test_an_address_that_is_taken_is_named() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        with (
            pytest.raises(ConfigError, match=f"http.monitoring: 127.0.0.1:{port}"),
            listening("127.0.0.1", 0, monitoring=("127.0.0.1", port)),
        ):
            raise AssertionError("not reached")


@pytest.mark.parametrize("text", ["127.0.0.1:9090", "[::1]:9090", ":9090", "0.0.0.0:1"])
def test_an_address_for_monitoring_is_taken(text: str) -> None:
    assert Http(monitoring=text).monitoring_at is not None


@pytest.mark.parametrize("text", ["9090", "127.0.0.1", "127.0.0.1:0", "a:b", "127.0.0.1:8080"])
def test_what_is_no_second_address_is_refused(text: str) -> None:
    with pytest.raises(ValidationError, match=r"127\.0\.0\.1:9090"):
        Http(monitoring=text)
