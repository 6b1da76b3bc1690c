"""A changed configuration comes into force while the service runs, and nobody notices."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
import pytest

from bot.clock import Clock
from bot.config import Config, load_config
from bot.shifts import serve
from scoring.errors import ConfigError
from tests.processes import Started, started
from tests.slack.payloads import signed

CONFIG = """
database_url = "sqlite+aiosqlite:///{folder}/book.db"
[http]
port = 0
[slack]
bot_token = "xoxb-of-a-workspace"
api_url = "http://127.0.0.1:9/"
"""
LINE = b"command=%2Frenewals&text=help&user_id=U1&team_id=T1&channel_id=D1&trigger_id=1"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A configuration, and the signing secret in a file of its own."""
    (tmp_path / "renewals.toml").write_text(CONFIG.format(folder=tmp_path))
    (tmp_path / "secrets").mkdir()
    rotate(tmp_path, "the-first-secret")
    return tmp_path


def rotate(home: Path, secret: str) -> None:
    """As Kubernetes does it: the file is exchanged as a whole."""
    fresh = home / "fresh"
    fresh.write_text(f"{secret}\n")
    fresh.rename(home / "secrets" / "RENEWALS_SLACK__SIGNING_SECRET")


def environment(home: Path) -> dict[str, str]:
    return {"RENEWALS_SECRETS_DIR": str(home / "secrets")}


async def ask(http: aiohttp.ClientSession, address: str, secret: str) -> int:
    """The status of a line from Slack that is signed with a secret."""
    headers = signed(LINE, datetime.now(UTC), secret=secret)
    async with http.post(f"{address}/slack/events", data=LINE, headers=headers) as response:
        await response.read()
        return response.status


async def until(service: Started, said: str, *, most_s: float = 20) -> None:
    """Wait for a line of its log."""
    begun = time.monotonic()
    while not any(said in line for line in service.errors):
        assert time.monotonic() - begun < most_s, service.errors
        await asyncio.sleep(0.02)


def changing(home: Path, work: Callable[[Started], object]) -> list[str]:
    """Run the service, do the work beside it, end it; what it logged."""
    with started(
        "run", "--config", str(home / "renewals.toml"), environment=environment(home), cwd=home
    ) as service:
        work(service)
        code, _ = service.stop()
        assert code == 0
    return service.errors


def test_a_rotated_secret_counts_at_once_and_no_request_is_lost(home: Path) -> None:
    seen: list[tuple[int, int]] = []

    async def work(service: Started) -> None:
        async with aiohttp.ClientSession() as http:
            assert await ask(http, service.address, "the-first-secret") == 200
            rotate(home, "the-second-secret")
            service.process.send_signal(signal.SIGHUP)
            waiting = asyncio.create_task(until(service, "is in force"))
            while not waiting.done():
                old = await ask(http, service.address, "the-first-secret")
                seen.append((old, await ask(http, service.address, "the-second-secret")))
            await waiting
            assert await ask(http, service.address, "the-second-secret") == 200
            assert await ask(http, service.address, "the-first-secret") == 401

    errors = changing(home, lambda service: asyncio.run(work(service)))
    # Every request was answered by one or the other: a refused connection would have raised.
    assert seen
    assert {status for pair in seen for status in pair} <= {200, 401}
    assert "the-second-secret" not in "".join(errors)
    # Whoever reads it at night: the service goes on; only at the end it is said to stop.
    events = [line for line in errors if "former configuration end" in line or "stopping" in line]
    assert len(events) == 2
    assert "the service goes on" in events[0]
    assert "stopping" in events[1]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[slack]\nbot_token = 7", "not taken up"),
        ('[slack]\nbot_token = "notatoken"', "not taken up"),
        ("[http]\nport = 1", "needs a restart"),
        ("nonsense", "not taken up"),
    ],
)
def test_what_is_not_right_changes_nothing(home: Path, text: str, said: str) -> None:
    async def work(service: Started) -> None:
        async with aiohttp.ClientSession() as http:
            before = (home / "renewals.toml").read_text()
            (home / "renewals.toml").write_text(
                before.replace("[http]\nport = 0\n", "") + text if "port" in text else text
            )
            service.process.send_signal(signal.SIGHUP)
            await until(service, said)
            assert await ask(http, service.address, "the-first-secret") == 200

    changing(home, lambda service: asyncio.run(work(service)))


@contextmanager
def locked(home: Path) -> Iterator[None]:
    """Nobody else can write into the book."""
    book = sqlite3.connect(home / "book.db", isolation_level=None)
    book.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        book.execute("ROLLBACK")
        book.close()


def test_a_secret_that_is_rotated_while_the_book_is_away_counts_when_it_is_back(home: Path) -> None:
    async def work(service: Started) -> None:
        async with aiohttp.ClientSession() as http:
            with locked(home):
                rotate(home, "the-second-secret")
                service.process.send_signal(signal.SIGHUP)
                await until(service, "is not taken up")
            await until(service, "is in force")
            assert await ask(http, service.address, "the-second-secret") == 200

    changing(home, lambda service: asyncio.run(work(service)))


def test_what_could_not_be_taken_up_changes_no_log_either(home: Path) -> None:
    async def work(service: Started) -> None:
        text = (home / "renewals.toml").read_text()
        with locked(home):
            (home / "renewals.toml").write_text(f'log_format = "json"\n{text}')
            service.process.send_signal(signal.SIGHUP)
            await until(service, "is not taken up")
            (home / "renewals.toml").write_text(text)
            service.process.send_signal(signal.SIGHUP)
            await until(service, "is what it was")

    errors = changing(home, lambda service: asyncio.run(work(service)))
    assert [line for line in errors if line.startswith("{")] == []


def test_a_service_that_is_told_to_stop_while_it_takes_over_ends_in_time(home: Path) -> None:
    config = home / "renewals.toml"
    config.write_text(f"stop_within_s = 2\n{config.read_text()}")
    with started("run", "--config", str(config), environment=environment(home), cwd=home) as one:
        with locked(home):
            rotate(home, "the-second-secret")
            one.process.send_signal(signal.SIGHUP)
            asyncio.run(until(one, "taking up"))
            code, seconds = one.stop()
        assert (code, seconds < 4) == (1, True), (code, seconds)


async def test_what_changes_while_the_service_starts_is_noticed_afterwards(home: Path) -> None:
    path, looked_at = home / "renewals.toml", asyncio.Event()
    config = load_config(path)

    async def change(*_book: object) -> None:
        path.write_text(f"undo_minutes = 9\n{path.read_text()}")

    def load() -> Config:
        looked_at.set()
        raise ConfigError(["seen"])

    work = serve(
        config,
        Clock(),
        lambda _address: None,
        prepare=change,
        load=load,
        files=(path,),
        look_every_s=0.05,
    )
    serving = asyncio.create_task(work)
    await asyncio.wait_for(looked_at.wait(), 20)
    os.kill(os.getpid(), signal.SIGTERM)
    await serving
