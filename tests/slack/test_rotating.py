"""A client secret that is rotated: no workspace has to install the app once more."""

from __future__ import annotations

import asyncio

import pytest
from pydantic import SecretStr

from bot.config import Slack
from bot.slack.grants import Grant, Tokens
from bot.slack.many_workspaces import ManyWorkspaces
from bot.slack.resealing import reseal, resealing, seal_of
from scoring.errors import BadCredentials, PlatformDown
from storage.store import Store
from tests.logged import logged
from tests.sample_book import MONDAY

TEAMS = ("T1", "T2")


def secrets(present: str, former: str = "") -> Slack:
    return Slack(
        client_id="1.2",
        client_secret=SecretStr(present),
        former_client_secret=SecretStr(former),
        signing_secret=SecretStr("s" * 32),
    )


def workspaces(store: Store, config: Slack) -> ManyWorkspaces:
    async def renew(_refresh: SecretStr) -> Tokens:
        raise PlatformDown("never asked")

    return ManyWorkspaces(store, seal_of(config), renew, lambda: MONDAY)


async def token(store: Store, config: Slack, team: str) -> str:
    found = await workspaces(store, config).of(team)
    assert found is not None
    return found.token.get_secret_value()


async def installed(store: Store, config: Slack) -> None:
    for team in TEAMS:
        tokens = Tokens(SecretStr(f"xoxb-of-{team}"))
        await workspaces(store, config).install(Grant(team, team, "A1", "UBOT", tokens))


async def test_with_both_secrets_every_token_is_opened(store: Store) -> None:
    await installed(store, secrets("first"))
    assert await token(store, secrets("second", "first"), "T1") == "xoxb-of-T1"
    with pytest.raises(BadCredentials):
        await token(store, secrets("second"), "T1")


async def test_sealed_anew_they_need_the_former_one_no_more(store: Store) -> None:
    await installed(store, secrets("first"))
    both = seal_of(secrets("second", "first"))
    assert await reseal(store, both) == len(TEAMS)
    assert await reseal(store, both) == 0
    for team in TEAMS:
        assert await token(store, secrets("second"), team) == f"xoxb-of-{team}"


async def test_what_neither_has_sealed_stays_as_it_is(store: Store) -> None:
    await installed(store, secrets("of another app"))
    assert await reseal(store, seal_of(secrets("second", "first"))) == 0
    assert await token(store, secrets("of another app"), "T2") == "xoxb-of-T2"


async def test_a_book_that_is_away_at_that_moment_is_waited_for(store: Store) -> None:
    async def rename(before: str, after: str) -> None:
        async with store.begin() as tx:
            await tx.connection.exec_driver_sql(f"ALTER TABLE {before} RENAME TO {after}")

    await installed(store, secrets("first"))
    await rename("slack_installations", "away")
    with logged() as events:
        async with (
            asyncio.timeout(20),
            resealing(store, seal_of(secrets("second", "first")), after_s=0.01),
        ):
            while not any("still sealed" in each["event"] for each in events):  # noqa: ASYNC110 - a log tells nobody
                await asyncio.sleep(0.01)
            await rename("away", "slack_installations")
            while not any("present secret" in each["event"] for each in events):  # noqa: ASYNC110 - a log tells nobody
                await asyncio.sleep(0.01)
    assert await token(store, secrets("second"), "T1") == "xoxb-of-T1"
