"""What Slack gives an app that is installed, or that renews its tokens: `oauth.v2.access`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import SecretStr

from bot.slack.wire import SlackWire
from scoring.errors import OutcomeUnknown, PlatformDown

NO_TOKEN = SecretStr("")


@dataclass(frozen=True, slots=True)
class Tokens:
    """A bot's token, and what renews it; `life_s` None: it does not expire."""

    token: SecretStr
    refresh: SecretStr = NO_TOKEN
    life_s: float | None = None

    def spelled(self) -> str:
        """As a text, to be sealed."""
        return json.dumps(
            {"token": self.token.get_secret_value(), "refresh": self.refresh.get_secret_value()}
        )

    @classmethod
    def read(cls, text: str) -> Tokens:
        """Back from a text."""
        document = json.loads(text)
        return cls(SecretStr(document["token"]), SecretStr(document["refresh"]))


@dataclass(frozen=True, slots=True)
class Grant:
    """The app was installed: where, by whom, with which permissions.

    `team` is the organisation's id where the whole of it has the app.
    """

    team: str
    name: str
    app: str
    bot_user: str
    tokens: Tokens = field(repr=False)
    enterprise: str = ""
    installed_by: str = ""
    scopes: frozenset[str] = frozenset()


class Grants:
    """Asks Slack with the app's own credentials; each call is made once."""

    def __init__(
        self, api_url: str, client_id: str, client_secret: SecretStr, *, timeout_s: float = 8.0
    ) -> None:
        self._wire = SlackWire(api_url, timeout_s=timeout_s)
        self._client = {
            "client_id": client_id,
            "client_secret": client_secret.get_secret_value(),
        }

    async def exchange(self, code: str, redirect_uri: str) -> Grant:
        """What somebody granted who came back with a code; raises the DeliveryError tree."""
        return granted(await self._ask(code=code, redirect_uri=redirect_uri))

    async def renew(self, refresh: SecretStr) -> Tokens:
        """New tokens for a refresh token, which is spent by that; raises the DeliveryError tree."""
        spent = refresh.get_secret_value()
        return _tokens(await self._ask(grant_type="refresh_token", refresh_token=spent))

    async def close(self) -> None:
        """End the connections."""
        await self._wire.close()

    async def _ask(self, **arguments: str) -> Mapping[str, Any]:
        given = {**self._client, **arguments}
        try:
            return (await self._wire.ask(NO_TOKEN, "oauth.v2.access", given)).body
        except OutcomeUnknown as fault:
            # The code or refresh token may be spent: whoever asks again hears so.
            raise PlatformDown(fault.detail, code=fault.code) from None


def granted(answer: Mapping[str, Any]) -> Grant:
    """What an answer of `oauth.v2.access` grants; PlatformDown when it grants a bot nothing."""
    team, enterprise = _part(answer, "team"), _part(answer, "enterprise")
    whole = bool(answer.get("is_enterprise_install"))
    place = enterprise if whole or not team.get("id") else team
    tokens = _tokens(answer)
    if not place.get("id") or not answer.get("bot_user_id"):
        raise PlatformDown("the answer does not say where the app was installed")
    scopes = str(answer.get("scope") or "").split(",")
    return Grant(
        team=str(place["id"]),
        name=str(place.get("name") or ""),
        app=str(answer.get("app_id") or ""),
        bot_user=str(answer["bot_user_id"]),
        tokens=tokens,
        enterprise=str(enterprise.get("id") or ""),
        installed_by=str(_part(answer, "authed_user").get("id") or ""),
        scopes=frozenset(filter(None, (scope.strip() for scope in scopes))),
    )


def _tokens(answer: Mapping[str, Any]) -> Tokens:
    token = answer.get("access_token")
    if not isinstance(token, str) or not token:
        raise PlatformDown("the answer has no token of a bot")
    life = answer.get("expires_in")
    refresh = answer.get("refresh_token")
    return Tokens(
        SecretStr(token),
        SecretStr(refresh if isinstance(refresh, str) else ""),
        float(life) if isinstance(life, int) and life > 0 and refresh else None,
    )


def _part(answer: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    part = answer.get(key)
    return part if isinstance(part, Mapping) else {}
