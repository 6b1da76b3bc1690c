"""Whose token speaks: workspaces that have the app, and the one of the configuration."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from pydantic import SecretStr

from bot.slack.turns import Turns
from bot.slack.wire import Answer, SlackWire
from scoring.errors import OutcomeUnknown, PlatformDown


@dataclass(frozen=True, slots=True)
class Workspace:
    """A workspace and the bot's token there. `enterprise` is the organisation it belongs to.

    `scopes` are what the token may do; empty where Slack did not say. `bot_id` is empty for a token
    that is not a bot's.
    """

    team: str
    bot_user: str
    bot_id: str
    token: SecretStr
    scopes: frozenset[str] = frozenset()
    enterprise: str = ""
    name: str = ""


class Workspaces(Protocol):
    """The workspaces that can be spoken to.

    All of them raise the DeliveryError that fits where it takes Slack to know and it cannot be
    asked: PlatformDown, RateLimited or BadCredentials.
    """

    async def of(self, team: str, enterprise: str = "") -> Workspace | None:
        """The one an event came from; None when it is none of ours."""

    async def for_place(self, place: str) -> Workspace | None:
        """The one in which a place is; None when nobody knows the place."""

    async def all(self) -> Sequence[Workspace]:
        """Every one there is."""

    def bot_user(self, team: str) -> str:
        """The bot's user id there, as far as it is known without asking; empty: not known."""

    def forget(self, team: str) -> None:
        """Its token was refused: look it up afresh the next time."""


class OneWorkspace:
    """The workspace of the configured token. Slack is asked who that is when it is first needed."""

    def __init__(self, token: SecretStr, *, api_url: str, timeout_s: float = 5.0) -> None:
        self._token = token
        self._api_url = api_url
        self._timeout_s = timeout_s
        self._known: Workspace | None = None
        self._sisters: set[str] = set()
        self._turns = Turns()

    async def of(self, team: str, enterprise: str = "") -> Workspace | None:
        """The one, when the event came from it or from anywhere in its organisation.

        A workspace that was once named with the organisation is known by itself from then on.
        """
        known = await self._one()
        if enterprise and enterprise == known.enterprise:
            self._sisters.add(team)
        if team in ("", known.team) or team in self._sisters:
            return known
        return None

    async def for_place(self, place: str) -> Workspace | None:
        """The one, whatever the place."""
        return await self._one()

    async def all(self) -> Sequence[Workspace]:
        """The one."""
        return (await self._one(),)

    def bot_user(self, team: str) -> str:
        """The one's, once Slack was asked."""
        return "" if self._known is None else self._known.bot_user

    def forget(self, team: str) -> None:
        """Ask again who that is; the token stays what the configuration says."""
        self._known = None

    async def _one(self) -> Workspace:
        if self._known is None:
            async with self._turns.taken():
                if self._known is None:
                    self._known = await self._asked()
        return self._known

    async def _asked(self) -> Workspace:
        wire = SlackWire(self._api_url, timeout_s=self._timeout_s)
        try:
            answer = await wire.ask(self._token, "auth.test", {})
            return workspace_in(answer, self._token)
        except OutcomeUnknown as fault:
            # Asking changes nothing.
            raise PlatformDown(fault.detail, code=fault.code) from None
        finally:
            await wire.close()


def workspace_in(answer: Answer, token: SecretStr) -> Workspace:
    """The workspace that `auth.test` told of; PlatformDown when it told of none."""
    told = {name: value for name, value in answer.body.items() if isinstance(value, str)}
    if not told.get("team_id"):
        raise PlatformDown("the answer does not say whose token that is")
    return Workspace(
        team=told["team_id"],
        bot_user=told.get("user_id", ""),
        bot_id=told.get("bot_id", ""),
        token=token,
        scopes=answer.scopes,
        enterprise=told.get("enterprise_id", ""),
        name=told.get("team", ""),
    )
