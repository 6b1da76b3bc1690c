"""Installing: the page where somebody allows the app, and the exchange of its code for a token."""

from __future__ import annotations

import base64
import binascii
import html
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from bot.loopback.bounded import trim
from bot.loopback.slack.api import Asking
from bot.loopback.slack.codes import Refusal
from bot.loopback.slack.workspace import Workspace
from bot.loopback.slack.world import World

AUTHORIZE = "/oauth/v2/authorize"
Json = dict[str, Any]


@dataclass(slots=True)
class Code:
    """What was allowed. It can be exchanged once."""

    team: str
    user: str
    scopes: tuple[str, ...]
    redirect_uri: str
    until: datetime


class Consent:
    """Slack's side of OAuth v2."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._codes: dict[str, Code] = {}

    def allow(self, query: dict[str, str], team: str, user: str) -> str:
        """Press "Allow": the address the browser is sent to. LookupError for a wrong request."""
        redirect_uri = self._redirect(query)
        workspace = self._world.workspaces[team]
        scopes = tuple(filter(None, query.get("scope", "").replace(" ", ",").split(",")))
        if not scopes:
            raise LookupError("no scopes requested")
        code = f"{secrets.randbelow(10**12)}.{secrets.token_hex(24)}"
        until = self._world.clock() + timedelta(seconds=self._world.timing.code_s)
        self._codes[code] = Code(workspace.id, user, scopes, query.get("redirect_uri", ""), until)
        trim(self._codes)
        return _with(redirect_uri, {"code": code, "state": query.get("state", "")})

    def cancel(self, query: dict[str, str]) -> str:
        """Press "Cancel"."""
        answer = {"error": "access_denied", "state": query.get("state", "")}
        return _with(self._redirect(query), answer)

    async def page(self, request: web.Request) -> web.StreamResponse:
        """The page: a link for each workspace. With `allow` (and `as`) it is pressed already."""
        query = dict(request.query)
        team, user = query.pop("allow", ""), query.pop("as", "")
        try:
            if team:
                users = self._world.workspaces[team].users
                user = user or next(iter(users), "")
                raise web.HTTPFound(self.allow(query, team, user))
            self._redirect(query)
        except LookupError as wrong:
            return web.Response(status=400, text=str(wrong))
        links = "".join(_link(query, each) for each in self._world.workspaces.values())
        body = f"<!doctype html><title>Slack</title><h1>{html.escape(self._world.app.name)}</h1>"
        return web.Response(text=f"{body}<ul>{links}</ul>", content_type="text/html")

    def access(self, asking: Asking) -> Json:
        """oauth.v2.access."""
        client_id, client_secret = _credentials(asking)
        app = self._world.app
        if client_id != app.client_id:
            raise Refusal("invalid_client_id")
        if not secrets.compare_digest(client_secret.encode(), app.client_secret.encode()):
            raise Refusal("bad_client_secret")
        if asking.text("grant_type") not in ("", "authorization_code"):
            raise Refusal("invalid_grant_type")
        code = self._codes.pop(asking.text("code"), None)
        if code is None or self._world.clock() > code.until:
            raise Refusal("invalid_code")
        if asking.text("redirect_uri") != code.redirect_uri:
            raise Refusal("bad_redirect_uri")
        workspace = self._world.workspaces[code.team]
        installed = self._world.install(code.team, code.scopes)
        wide = not installed.team
        team = None if wide else {"id": workspace.id, "name": workspace.name}
        organisation = {"id": workspace.enterprise, "name": "Organisation"}
        return {
            "app_id": app.id,
            "authed_user": {"id": code.user},
            "scope": ",".join(installed.scopes),
            "token_type": "bot",
            "access_token": installed.bot_token,
            "bot_user_id": installed.bot_user,
            "team": team,
            "enterprise": organisation if workspace.enterprise else None,
            "is_enterprise_install": wide,
        }

    def _redirect(self, query: dict[str, str]) -> str:
        """Where to send the browser; only addresses below a registered one are good."""
        app = self._world.app
        if query.get("client_id") != app.client_id:
            raise LookupError("invalid_client_id")
        wanted = query.get("redirect_uri") or next(iter(app.redirect_urls), "")
        if not any(wanted.startswith(known) for known in app.redirect_urls):
            raise LookupError("bad_redirect_uri")
        return wanted


def _credentials(asking: Asking) -> tuple[str, str]:
    basic = asking.basic
    if basic:
        try:
            client_id, _, client_secret = base64.b64decode(basic).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            raise Refusal("invalid_client_id") from None
        return client_id, client_secret
    return asking.text("client_id"), asking.text("client_secret")


def _link(query: dict[str, str], workspace: Workspace) -> str:
    address = f"{AUTHORIZE}?{urlencode({**query, 'allow': workspace.id})}"
    return f'<li><a href="{html.escape(address)}">{html.escape(workspace.name)}</a></li>'


def _with(address: str, more: dict[str, str]) -> str:
    return f"{address}{'&' if '?' in address else '?'}{urlencode(more)}"
