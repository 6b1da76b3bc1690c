"""Somebody in a workspace of the organisation that has the app as a whole is one of us there, too."""

from __future__ import annotations

from typing import Any

from pydantic import SecretStr

from bot.slack.heard import Commanded, Heard, Where
from bot.slack.organisations import placing
from bot.slack.workspaces import OneWorkspace
from tests.slack.cloud_desk import OTHER_TEAM, TEAM, running


def command(team: str, enterprise: str = "") -> Commanded:
    return Commanded("1", Where(team, "U1", "C1", enterprise=enterprise), "/renewals", "", "")


async def test_what_comes_later_knows_the_workspace_alone() -> None:
    async with running(enterprise="E0ORG") as desk:
        one = OneWorkspace(SecretStr(desk.client.token or ""), api_url=desk.cloud.api_url)
        told: list[bool] = []

        async def hear(heard: Heard) -> dict[str, Any] | None:
            assert isinstance(heard, Commanded)
            told.append(await one.of(heard.where.team) is not None)
            return None

        there = placing(hear, one)
        await there(command(TEAM))
        await there(command(OTHER_TEAM))
        await there(command(OTHER_TEAM, "E0STRANGER"))
        await there(command(OTHER_TEAM, "E0ORG"))
        await there(command(OTHER_TEAM))
        assert told == [True, False, False, True, True]


async def test_while_slack_is_down_it_is_heard_all_the_same() -> None:
    heard: list[Heard] = []

    async def hear(each: Heard) -> dict[str, Any] | None:
        heard.append(each)
        return None

    one = OneWorkspace(SecretStr("xoxb-1"), api_url="http://127.0.0.1:9/api/")
    await placing(hear, one)(command(TEAM, "E0ORG"))
    assert len(heard) == 1
