"""The Web API's one door: reading arguments, knowing the token, counting, answering."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from bot.loopback.slack.codes import Refusal
from bot.loopback.slack.ledger import Asked
from bot.loopback.slack.methods import Method, methods
from bot.loopback.slack.workspace import Channel, Installation, User, Workspace
from bot.loopback.slack.world import World

Json = dict[str, Any]

_ANY_SCOPE = ("conversations.", "users.conversations")
"""Methods whose scope depends on what kind of channel is asked for."""


@dataclass(frozen=True, slots=True)
class Asking:
    """A call with a valid token. `token` is empty for those that need none; `basic` is HTTP's."""

    world: World
    method: Method
    arguments: Json
    token: str
    installation: Installation | None = None
    basic: str = ""

    @property
    def installed(self) -> Installation:
        """The app in the workspace whose token this is."""
        if self.installation is None:
            raise Refusal("not_authed")
        return self.installation

    def text(self, name: str) -> str:
        """A text, empty when none was given."""
        return str(self.arguments.get(name) or "")

    @property
    def workspace(self) -> Workspace:
        """The workspace spoken of: `team_id`, else the token's, else the organisation's first."""
        reach = self.world.reach(self.installed)
        wanted = self.text("team_id")
        found = next((each for each in reach if wanted in ("", each.id)), None)
        if found is None:
            raise Refusal(
                "team_not_found"
                if self.method.may_answer("team_not_found")
                else "invalid_arguments"
            )
        return found

    def channel(
        self,
        wanted: str,
        *,
        scope: str = "",
        names: bool = False,
        error: str = "channel_not_found",
    ) -> tuple[Workspace, Channel]:
        """A channel the bot can see by id, in any workspace of the token; with `names` by name.

        With `scope` ("read", "history") the token must have the one of that kind of channel.
        """
        for workspace in self.world.reach(self.installed):
            found = workspace.channels.get(wanted)
            if found is None and names:
                found = workspace.named(wanted)
            if found is None:
                continue
            if found.private and self.installed.bot_user not in found.members:
                break
            if scope:
                self.need(f"{found.scope}:{scope}")
            return workspace, found
        raise Refusal(error)

    def user(self, wanted: str, error: str = "user_not_found") -> tuple[Workspace, User]:
        """Somebody in any workspace of the token."""
        for workspace in self.world.reach(self.installed):
            if wanted in workspace.users:
                return workspace, workspace.users[wanted]
        raise Refusal(error)

    def need(self, *scopes: str) -> None:
        """Refusal unless the token has one of these."""
        if scopes and not set(scopes) & set(self.installed.scopes):
            provided = ",".join(self.installed.scopes)
            raise Refusal("missing_scope", needed=scopes[0], provided=provided)


Endpoint = Callable[[Asking], Json]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

APP_TOKEN = frozenset({"apps.connections.open"})
NO_TOKEN = frozenset({"oauth.v2.access"})


class Door:
    """`/api/{method}`."""

    def __init__(self, world: World, endpoints: Mapping[str, Endpoint]) -> None:
        self._world = world
        self._endpoints = endpoints

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Answer one call, and note it."""
        name = request.match_info["method"]
        headers: dict[str, str] = {}
        noted: Json = {}
        try:
            body = await self._answered(request, name, headers, noted)
        except Refusal as refusal:
            self._note(name, noted, refusal)
            return web.json_response(refusal.body(), status=refusal.status, headers=headers)
        self._note(name, noted)
        return web.json_response({"ok": True, **body}, headers=headers)

    async def _answered(
        self, request: web.Request, name: str, headers: dict[str, str], noted: Json
    ) -> Json:
        method, act = methods().get(name), self._endpoints.get(name)
        if method is None or act is None:
            raise Refusal("unknown_method")
        given = await _given(request, method)
        token, basic = _token(request, given)
        installation = None
        if name not in APP_TOKEN | NO_TOKEN:
            installation = self._installation(token)
            noted["team"] = installation.team or installation.enterprise
            headers["X-OAuth-Scopes"] = ",".join(installation.scopes)
            headers["X-Accepted-OAuth-Scopes"] = ",".join(method.scopes)
        noted["given"] = given
        try:
            arguments, noted["unknown"] = method.understood(given)
        except Refusal as refusal:
            raise _documented(method, refusal) from None
        noted["given"] = arguments
        asking = Asking(self._world, method, arguments, token, installation, basic)
        if installation is not None and not name.startswith(_ANY_SCOPE):
            asking.need(*method.scopes)
        self._count(asking, noted, headers)
        try:
            return act(asking)
        except Refusal as refusal:
            raise _documented(method, refusal) from None

    def _installation(self, token: str) -> Installation:
        if not token:
            raise Refusal("not_authed")
        if token.startswith("xapp-"):
            raise Refusal("not_allowed_token_type")
        return self._world.of_token(token)

    def _count(self, asking: Asking, noted: Json, headers: dict[str, str]) -> None:
        world, name = self._world, asking.method.name
        team = str(noted.get("team", ""))
        limits = world.limits
        wait_s = 0
        if name == "chat.postMessage":
            wait_s = world.counting.wait_s(limits.channel, name, team, asking.text("channel"))
            wait_s = wait_s or world.counting.wait_s(limits.workspace, name, team)
        else:
            wait_s = world.counting.wait_s(limits.tiers.get(asking.method.tier, ()), name, team)
        if wait_s:
            headers["Retry-After"] = str(wait_s)
            raise Refusal("ratelimited", status=429)

    def _note(self, name: str, noted: Json, refusal: Refusal | None = None) -> None:
        error, messages = ("", ()) if refusal is None else (refusal.error, refusal.messages)
        self._world.ledger.asked.append(
            Asked(
                self._world.clock(),
                name,
                error,
                str(noted.get("team", "")),
                dict(noted.get("given", {})),
                tuple(noted.get("unknown", ())),
                tuple(messages),
            )
        )


def _documented(method: Method, refusal: Refusal) -> Refusal:
    """The refusal as this method's page has it: not all of them tell the reasons apart."""
    if method.may_answer(refusal.error):
        return refusal
    blocks = "blocks" in refusal.error and method.may_answer("invalid_blocks")
    error = "invalid_blocks" if blocks else "invalid_arguments"
    return Refusal(error, *(refusal.messages or (f"[ERROR] {refusal.error}",)))


async def _given(request: web.Request, method: Method) -> Json:
    """The arguments: of the address, of a form, or of JSON where the method reads it."""
    given: Json = dict(request.query)
    if request.method != "POST":
        return given
    kind = request.content_type
    if kind == "application/json":
        body = await _json(request)
        if method.json:
            given |= body
    elif kind in ("application/x-www-form-urlencoded", "multipart/form-data"):
        form = await request.post()
        given |= {name: value for name, value in form.items() if isinstance(value, str)}
    elif request.can_read_body:
        raise Refusal("invalid_post_type")
    return given


async def _json(request: web.Request) -> Json:
    try:
        body = json.loads(await request.read() or b"{}")
    except (ValueError, RecursionError):
        raise Refusal("invalid_json") from None
    if not isinstance(body, dict):
        raise Refusal("json_not_object")
    return body


def _token(request: web.Request, given: Json) -> tuple[str, str]:
    """The bearer token, else the argument `token`; and what HTTP's basic authentication has."""
    argument = str(given.pop("token", "") or "")
    kind, _, bearer = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() == "basic":
        return argument, bearer.strip()
    return bearer.strip() or argument, ""


def page(asking: Asking, items: list[Any], name: str, most: int, default: int = 100) -> Json:
    """A page of a list, with the cursor of the next one; Refusal for a cursor that is none."""
    cursor = asking.text("cursor")
    limit = asking.arguments.get("limit", default) or default
    if not 1 <= limit <= most:
        limit = most
    try:
        begin = int(cursor.removeprefix("at:")) if cursor else 0
    except ValueError:
        raise Refusal("invalid_cursor") from None
    rest = begin + limit < len(items)
    return {
        name: items[begin : begin + limit],
        "has_more": rest,
        "response_metadata": {"next_cursor": f"at:{begin + limit}" if rest else ""},
    }
