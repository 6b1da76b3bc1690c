"""Tokens that expire: renewed in time, by one for all, and never lost on the way."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import web
from pydantic import SecretStr

from bot.sealing import Seal
from bot.slack.grants import Grant, Grants, Tokens
from bot.slack.many_workspaces import EARLY_S, ManyWorkspaces
from bot.web.server import serving
from scoring.errors import PlatformDown, Rejected
from storage.store import Store
from storage.transaction import Tx
from tests.sample_book import MONDAY

SEAL = Seal("1.2", SecretStr("secret"), platform="slack")
LIFE_S = 43_200.0


class Slack:
    """Renews by refresh tokens, each good for one use. `fault` is raised instead."""

    def __init__(self) -> None:
        self.good = "refresh-0"
        self.renewed = 0
        self.fault: PlatformDown | None = None

    async def renew(self, refresh: SecretStr) -> Tokens:
        await asyncio.sleep(0)
        if self.fault is not None:
            raise self.fault
        if refresh.get_secret_value() != self.good:
            raise Rejected("spent", code="invalid_refresh_token")
        self.renewed += 1
        self.good = f"refresh-{self.renewed}"
        return Tokens(SecretStr(f"xoxb-{self.renewed}"), SecretStr(self.good), LIFE_S)


class Steady:
    """Steady time and the monotonic clock of every replica, moved by hand."""

    def __init__(self) -> None:
        self.now_s = 1_000.0

    async def read(self, _tx: Tx) -> datetime:
        return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=self.now_s)

    def monotonic(self) -> float:
        return self.now_s

    async def sleep(self, seconds: float) -> None:
        self.now_s += seconds
        await asyncio.sleep(0)


def replica(store: Store, slack: Slack, time: Steady) -> ManyWorkspaces:
    return ManyWorkspaces(
        store,
        SEAL,
        slack.renew,
        lambda: MONDAY,
        steady=time.read,
        monotonic=time.monotonic,
        sleep=time.sleep,
    )


async def installed(at: ManyWorkspaces) -> None:
    tokens = Tokens(SecretStr("xoxb-0"), SecretStr("refresh-0"), LIFE_S)
    await at.install(Grant("T1", "One", "A1", "UBOT", tokens), bot="B1")


async def token(at: ManyWorkspaces) -> str:
    found = await at.of("T1")
    assert found is not None
    return found.token.get_secret_value()


async def test_a_token_is_renewed_before_its_end_and_not_sooner(store: Store) -> None:
    slack, time = Slack(), Steady()
    at = replica(store, slack, time)
    await installed(at)
    time.now_s += LIFE_S - EARLY_S - 60
    assert await token(at) == "xoxb-0"
    time.now_s += 61
    assert await token(at) == "xoxb-1"
    assert await token(at) == "xoxb-1"
    assert slack.renewed == 1


async def test_many_lines_on_many_replicas_spend_one_refresh_token(store: Store) -> None:
    slack, time = Slack(), Steady()
    replicas = [replica(store, slack, time) for _ in range(4)]
    await installed(replicas[0])
    time.now_s += LIFE_S + 1
    found = await asyncio.gather(*(token(at) for at in replicas for _ in range(3)))
    assert set(found) == {"xoxb-1"}
    assert slack.renewed == 1


async def test_a_refused_token_is_renewed_once_although_it_should_live(store: Store) -> None:
    slack, time = Slack(), Steady()
    here, there = replica(store, slack, time), replica(store, slack, time)
    await installed(here)
    assert await token(here) == await token(there) == "xoxb-0"
    here.forget("T1")
    there.forget("T1")
    assert await token(here) == "xoxb-1"
    assert await token(there) == "xoxb-1"
    assert slack.renewed == 1


async def test_while_slack_is_down_a_token_is_used_to_its_end(store: Store) -> None:
    slack, time = Slack(), Steady()
    at = replica(store, slack, time)
    await installed(at)
    slack.fault = PlatformDown("down")
    time.now_s += LIFE_S - 60
    assert await token(at) == "xoxb-0"
    time.now_s += 61
    with pytest.raises(PlatformDown):
        await at.of("T1")
    slack.fault = None
    assert await token(at) == "xoxb-1"


async def test_who_dies_while_renewing_holds_up_nobody_for_long(store: Store) -> None:
    slack, time = Slack(), Steady()
    at = replica(store, slack, time)
    await installed(at)
    time.now_s += LIFE_S + 1
    async with store.begin() as tx:
        steady = await time.read(tx)
        assert await tx.slack_installations.take_turn(
            "T1", "dead", version=1, steady=steady, turn_s=10
        )
    assert await token(at) == "xoxb-1"


async def test_a_token_that_does_not_expire_is_left_alone(store: Store) -> None:
    slack, time = Slack(), Steady()
    at = replica(store, slack, time)
    await at.install(Grant("T1", "One", "A1", "UBOT", Tokens(SecretStr("xoxb-9"))), bot="B1")
    time.now_s += 10 * LIFE_S
    at.forget("T1")
    assert await token(at) == "xoxb-9"
    assert slack.renewed == 0


async def test_an_installation_from_before_a_restart_is_renewed(store: Store) -> None:
    """The steady clock of one machine begins anew with it."""
    slack, time = Slack(), Steady()
    time.now_s = 100 * LIFE_S
    await installed(replica(store, slack, time))
    time.now_s = 10.0
    assert await token(replica(store, slack, time)) == "xoxb-1"


async def test_what_is_asked_of_slack_to_renew_and_what_is_read() -> None:
    asked: list[dict[str, str]] = []
    answer = {"ok": True, "access_token": "xoxe.xoxb-1", "refresh_token": "xoxe-2"}

    async def access(request: web.Request) -> web.Response:
        asked.append({key: str(value) for key, value in (await request.post()).items()})
        assert "Authorization" not in request.headers
        return web.json_response({**answer, "expires_in": 43_200})

    app = web.Application()
    app.router.add_post("/api/oauth.v2.access", access)
    async with serving(app, "127.0.0.1", 0) as address:
        grants = Grants(f"{address}/api/", "1.2", SecretStr("secret"))
        try:
            tokens = await grants.renew(SecretStr("xoxe-1"))
        finally:
            await grants.close()
    assert (tokens.token.get_secret_value(), tokens.life_s) == ("xoxe.xoxb-1", 43_200)
    assert Tokens.read(tokens.spelled()).refresh.get_secret_value() == "xoxe-2"
    (given,) = asked
    assert given == {
        "client_id": "1.2",
        "client_secret": "secret",
        "grant_type": "refresh_token",
        "refresh_token": "xoxe-1",
    }
