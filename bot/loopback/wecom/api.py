"""The HTTP API: addresses, tokens, and the one form in which everything is answered.

Every answer is HTTP 200 with `errcode` in it, as the real one's are.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from bot.loopback.wecom.codes import Code, Refusal, refused, told
from bot.loopback.wecom.company import SelfBuiltApp
from bot.loopback.wecom.world import World

Answer = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Asking:
    """A request with a valid token: whose it is, and what it says."""

    app: SelfBuiltApp
    query: Mapping[str, str]
    body: Mapping[str, Any]

    def text(self, name: str) -> str:
        """A text of the body, empty when there is none."""
        value = self.body.get(name, "")
        if not isinstance(value, str):
            raise Refusal(Code.BAD_PARAMETER, f"{name} is not a text")
        return value

    def texts(self, name: str) -> list[str]:
        """A list of texts of the body, empty when there is none."""
        value = self.body.get(name) or []
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            raise Refusal(Code.BAD_PARAMETER, f"{name} is not a list of texts")
        return value

    def check_agent(self, given: object) -> None:
        """Refusal when the request speaks for another app than its token."""
        if given in (None, ""):
            raise Refusal(Code.NO_AGENT)
        if str(given) != str(self.app.agent_id):
            raise Refusal(Code.OTHER_AGENT)


Endpoint = Callable[[World, Asking], Answer]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def door(world: World, path: str, act: Callable[[web.Request], Awaitable[Answer]]) -> Handler:
    """A handler that answers refusals as the platform does, and notes each request."""

    async def handle(request: web.Request) -> web.StreamResponse:
        try:
            answer = await act(request)
        except Refusal as refusal:
            world.note(path, refusal)
            return web.json_response(refused(refusal))
        world.note(path)
        return web.json_response({**told(0), **answer})

    return handle


def endpoint(world: World, path: str, method: str, act: Endpoint) -> Handler:
    """The handler of an address that needs a token; `act` never waits."""

    async def with_token(request: web.Request) -> Answer:
        if request.method != method:
            raise Refusal(Code.WRONG_METHOD)
        app = admitted(world, request, path)
        body = await json_of(request) if method == "POST" else {}
        return act(world, Asking(app, request.query, body))

    return door(world, path, with_token)


def admitted(world: World, request: web.Request, path: str) -> SelfBuiltApp:
    """The app whose token a request carries; counted against the corporation's limit."""
    app = world.tokens.app_of(request.query.get("access_token", ""))
    if not world.counting.admits(world.limits.api, "api", path):
        raise Refusal(Code.TOO_OFTEN)
    return app


async def json_of(request: web.Request) -> dict[str, Any]:
    """The object that a request's body is."""
    try:
        body = json.loads(await request.read())
    except (ValueError, RecursionError):
        raise Refusal(Code.NOT_JSON) from None
    if not isinstance(body, dict):
        raise Refusal(Code.NOT_JSON)
    return body


def token_door(world: World) -> Handler:
    """`gettoken`: the token of an app for its secret."""

    async def issue(request: web.Request) -> Answer:
        query = request.query
        token, left = world.tokens.issue(query.get("corpid", ""), query.get("corpsecret", ""))
        return {"access_token": token, "expires_in": left}

    return door(world, "gettoken", issue)
