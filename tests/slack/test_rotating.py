"""A client secret that is rotated: no workspace has to install the app once more."""

from __future__ import annotations

import pytest
from pydantic import SecretStr

from bot.config import Slack
from bot.slack.grants import Grant, Tokens
from bot.slack.many_workspaces import ManyWorkspaces
from bot.slack.resealing import reseal, seal_of
from scoring.errors import BadCredentials, PlatformDown
from storage.store import Store
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
