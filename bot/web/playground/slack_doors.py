"""The doors that only Slack's side has: what is picked, forms, the Home tab, shortcuts, reactions."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from bot.loopback.slack_client import SlackClient, Spot
from bot.loopback.spoken import Spoken
from bot.web.playground.asking import Asking, answered, refused, text
from bot.web.playground.state import View
from scoring.model import Platform

Tell = Callable[[View, str], None]


@dataclass(slots=True)
class SlackDoors:
    """Open to people whom the stand-in Slack knows. `tell` gives one person a short notice."""

    asking: Asking
    slack: SlackClient
    tell: Tell

    def add_to(self, app: web.Application) -> None:
        """Open them."""
        for name, door in (
            ("act", self.act),
            ("seek", self.seek),
            ("submit", self.submit),
            ("close", self.close),
            ("home", self.home),
            ("shortcut", self.shortcut),
            ("react", self.react),
        ):
            app.router.add_post(f"/playground/slack/{name}", door)

    async def act(self, request: web.Request) -> web.Response:
        """Something was tapped or picked."""
        view, asked = await self._asked(request)
        state = _mapping(asked, "state")
        return await self._done(view, self.slack.act(view.person, _spot(view, asked), state))

    async def seek(self, request: web.Request) -> web.Response:
        """Something was typed into a select that searches."""
        view, asked = await self._asked(request)
        found = await self.slack.seek(view.person, _spot(view, asked), text(asked, "text"))
        return answered({"options": found})

    async def submit(self, request: web.Request) -> web.Response:
        """A modal is handed in."""
        view, asked = await self._asked(request)
        values = {
            block: {action: _mapping(states, action) for action in states}
            for block, states in _mappings(asked, "values")
        }
        return await self._done(view, self.slack.submit(view.person, text(asked, "view"), values))

    async def close(self, request: web.Request) -> web.Response:
        """A modal is closed, or all of them."""
        view, asked = await self._asked(request)
        closing = self.slack.close(view.person, text(asked, "view"), every=asked.get("all") is True)
        return await self._done(view, closing)

    async def home(self, request: web.Request) -> web.Response:
        """Somebody looks at the Home tab."""
        view, _ = await self._asked(request)
        return await self._done(view, self.slack.home(view.person))

    async def shortcut(self, request: web.Request) -> web.Response:
        """A shortcut, on a message or anywhere."""
        view, asked = await self._asked(request)
        name, room = text(asked, "name"), view.room(text(asked, "place"))
        using = self.slack.shortcut(view.person, name, room, text(asked, "post"))
        return await self._done(view, using)

    async def react(self, request: web.Request) -> web.Response:
        """An emoji under a message."""
        view, asked = await self._asked(request)
        room = view.room(text(asked, "place"))
        if room is None:
            raise web.HTTPNotFound
        reacting = self.slack.react(view.person, room, text(asked, "post"), text(asked, "emoji"))
        return await self._done(view, reacting)

    async def _asked(self, request: web.Request) -> tuple[View, dict[str, Any]]:
        asked = await self.asking.body(request)
        view = await self.asking.view(request, text(asked, "person"))
        if not self.slack.serves(view.person):
            raise web.HTTPNotFound
        return view, asked

    async def _done(self, view: View, act: Awaitable[Spoken]) -> web.Response:
        spoken = await act
        if spoken.refusal:
            return refused(spoken.refusal)
        if spoken.notice:
            name = view.bot_name(Platform.SLACK)
            self.tell(view, view.phrases.t(spoken.notice, bot=name))
        return answered({"errors": dict(spoken.errors)} if spoken.errors else {})


def _spot(view: View, asked: Mapping[str, Any]) -> Spot:
    """Where it was; a place that the person does not see is none."""
    place = text(asked, "place")
    room = view.room(place) if place else None
    if place and room is None:
        raise web.HTTPNotFound
    return Spot(
        room, text(asked, "post"), text(asked, "view"), text(asked, "block"), text(asked, "action")
    )


def _mappings(asked: Mapping[str, Any], name: str) -> Iterator[tuple[str, dict[str, Any]]]:
    whole = _mapping(asked, name)
    return ((key, _mapping(whole, key)) for key in whole)


def _mapping(asked: Mapping[str, Any], name: str) -> dict[str, Any]:
    value = asked.get(name, {})
    if not isinstance(value, dict):
        raise web.HTTPBadRequest
    return value
