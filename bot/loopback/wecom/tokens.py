"""Access tokens: one per app, the same for as long as it is valid (91039)."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.loopback.bounded import trim
from bot.loopback.wecom.codes import Code, Refusal
from bot.loopback.wecom.company import Company, SelfBuiltApp


@dataclass(slots=True)
class _Token:
    text: str
    agent_id: int
    until: datetime
    revoked: bool = False


class Tokens:
    """What was handed out. Real tokens are long: these are as long as the page warns of."""

    def __init__(self, company: Company, clock: Callable[[], datetime], valid_s: float) -> None:
        self._company = company
        self._clock = clock
        self._valid = timedelta(seconds=valid_s)
        self._tokens: dict[str, _Token] = {}

    def issue(self, corp_id: str, secret: str) -> tuple[str, int]:
        """The token of an app and the seconds it still has."""
        if not corp_id:
            raise Refusal(Code.NO_CORP)
        if not secret:
            raise Refusal(Code.NO_SECRET)
        if corp_id != self._company.corp_id:
            raise Refusal(Code.BAD_CORP)
        app = next((app for app in self._company.apps.values() if app.secret == secret), None)
        if app is None:
            raise Refusal(Code.BAD_SECRET)
        now = self._clock()
        token = self._valid_of(app, now)
        if token is None:
            text = secrets.token_urlsafe(160)
            token = self._tokens[text] = _Token(text, app.agent_id, now + self._valid)
            trim(self._tokens)
        return token.text, int((token.until - now).total_seconds())

    def app_of(self, text: str) -> SelfBuiltApp:
        """Whose token it is."""
        if not text:
            raise Refusal(Code.NO_TOKEN)
        token = self._tokens.get(text)
        app = self._company.apps.get(token.agent_id) if token is not None else None
        if token is None or token.revoked or app is None:
            raise Refusal(Code.BAD_TOKEN)
        if self._clock() >= token.until:
            raise Refusal(Code.TOKEN_EXPIRED)
        return app

    def revoke(self) -> None:
        """Every token so far is void from now on, as the platform reserves the right to."""
        for token in self._tokens.values():
            token.revoked = True

    def _valid_of(self, app: SelfBuiltApp, now: datetime) -> _Token | None:
        for token in self._tokens.values():
            if token.agent_id == app.agent_id and not token.revoked and now < token.until:
                return token
        return None
