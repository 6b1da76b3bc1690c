"""The loopback WeCom as a whole: one port, and everybody who works in the company.

cloud = LoopbackCloud(company, board, clock)
await cloud.start()
… point the product's wecom.api_url at cloud.api_url and wecom.aibot.ws_url at cloud.ws_url …
cloud.callback_to(app=CallbackUrl(f"{site}/wecom/callback", token, aes_key))
await cloud.people.say("zhangsan", "user:zhangsan", "续约 到期")
await cloud.stop()
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from aiohttp import web

from bot.loopback.board import Board
from bot.loopback.errands import Errands
from bot.loopback.hook import NothingBetween
from bot.loopback.wecom import api_company, api_groups, api_media, api_messages, robots
from bot.loopback.wecom.aibot import AiBotDesk
from bot.loopback.wecom.api import Endpoint, endpoint, token_door
from bot.loopback.wecom.company import AiBot, CallbackUrl, Company
from bot.loopback.wecom.hook import Hook
from bot.loopback.wecom.ledger import Ledger
from bot.loopback.wecom.limits import Limits, Timing
from bot.loopback.wecom.lines import Lines
from bot.loopback.wecom.people import People
from bot.loopback.wecom.reporting import Reporting
from bot.loopback.wecom.telling import Telling
from bot.loopback.wecom.world import World

BODY_MOST = 64 << 20
"""Bytes of a request: the largest file with what is around it."""

SHUTDOWN_S = 0.1
LINE = "/aibot"


class LoopbackCloud:
    """A WeCom of our own. `hook` comes between where tests want faults."""

    def __init__(
        self,
        company: Company,
        board: Board,
        clock: Callable[[], datetime],
        *,
        limits: Limits | None = None,
        timing: Timing | None = None,
        hook: Hook | None = None,
    ) -> None:
        self._world = World(company, board, clock, limits or Limits(), timing or Timing())
        self._hook = hook or NothingBetween()
        self._errands = Errands()
        self._desk = AiBotDesk(self._world)
        self._reporting = Reporting(self._world, self._hook)
        self._runner: web.AppRunner | None = None
        self.lines = Lines(self._world, self._desk, self._hook, self._errands)
        self._telling = Telling(self._world, self._desk, self.lines, self._reporting, self._errands)
        self.people = People(self._world, self._desk, self._telling)

    @property
    def company(self) -> Company:
        """Who works there; may be changed at any time."""
        return self._world.company

    @property
    def ledger(self) -> Ledger:
        """What was asked and what became of it."""
        return self._world.ledger

    @property
    def api_url(self) -> str:
        """What `wecom.api_url` is to be."""
        return self._world.api_url

    @property
    def ws_url(self) -> str:
        """What `wecom.aibot.ws_url` is to be."""
        return self._world.api_url.replace("http://", "ws://", 1) + LINE

    async def start(self, port: int = 0) -> None:
        """Listen on loopback, on a free port when none is given."""
        self._runner = web.AppRunner(
            self._app(), access_log=None, shutdown_timeout=SHUTDOWN_S, handler_cancellation=True
        )
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", port)
        await site.start()
        host, taken = self._runner.addresses[0][:2]
        self._world.api_url = f"http://{host}:{taken}"

    async def stop(self) -> None:
        """Hang up and be gone."""
        await self._errands.stop()
        await self.lines.stop()
        await self._reporting.close()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    def callback_to(
        self, *, app: CallbackUrl | None = None, aibot: CallbackUrl | None = None
    ) -> None:
        """Where the first app and the AI bot report to from now on; None leaves it as it is."""
        company = self.company
        if app is not None:
            first = next(iter(company.apps.values()))
            company.set_up(replace(first, callback=app))
        if aibot is not None:
            company.set_up(replace(self._bot(), callback=aibot))

    async def verify(self) -> dict[str, str]:
        """Try each address as saving it would; `app` and `aibot` with what is wrong, "" when fine."""
        company = self.company
        found: dict[str, str] = {}
        for app in company.apps.values():
            if app.callback is not None:
                found["app"] = await self._reporting.verify(app.callback, company.corp_id)
        if company.aibot is not None and company.aibot.callback is not None:
            found["aibot"] = await self._reporting.verify(company.aibot.callback, "")
        return found

    def break_the_ice(self, places: Iterable[str]) -> None:
        """Let the AI bot begin in these places, as if somebody had spoken to it there."""
        for place in places:
            self._world.chats.speak_in(place)

    def revoke_tokens(self) -> None:
        """Every access token is void from now on."""
        self._world.tokens.revoke()

    def file_of(self, message_id: str) -> tuple[str, bytes] | None:
        """Name and content of a file that the product sent."""
        return self._world.chats.file(message_id)

    def words(self, place: str) -> list[str]:
        """What the product's messages in a place say now: their text, or the title of their card."""
        sent = self.ledger.shown(place)
        found = [self._world.chats.get(place, one.shown_id) for one in sent]
        return [_words(shown.payload or {}) for shown in found if shown is not None]

    async def settled(self) -> None:
        """Wait until nothing is under way by itself: polls of streams, kicks."""
        await self._errands.done()

    def _bot(self) -> AiBot:
        if self.company.aibot is None:
            raise LookupError("the company has no AI bot")
        return self.company.aibot

    def _app(self) -> web.Application:
        app = web.Application(client_max_size=BODY_MOST, middlewares=[self._between])
        world = self._world
        messages = api_messages.Messages()
        answered: dict[str, tuple[str, Endpoint]] = {
            "message/send": ("POST", messages.send),
            "message/update_template_card": ("POST", api_messages.update_card),
            "appchat/create": ("POST", api_groups.create),
            "appchat/send": ("POST", api_groups.send),
            "appchat/get": ("GET", api_groups.get),
            "user/get": ("GET", api_company.user_get),
            "user/simplelist": ("GET", api_company.user_simplelist),
            "user/list_id": ("POST", api_company.user_list_id),
            "batch/openuserid_to_userid": ("POST", api_company.openuserid_to_userid),
            "agent/get": ("GET", api_company.agent_get),
            "menu/create": ("POST", api_company.menu_create),
            "getcallbackip": ("GET", api_company.callback_ips),
        }
        doors = {path: endpoint(world, path, *how) for path, how in answered.items()}
        doors["gettoken"] = token_door(world)
        doors["media/upload"] = api_media.upload_door(world)
        doors["media/get"] = api_media.get_door(world)
        doors["webhook/send"] = robots.send_door(world)
        doors["webhook/upload_media"] = api_media.robot_upload_door(world)
        doors["aibot/response"] = self._telling.late_door()
        for path, handler in doors.items():
            app.router.add_route("*", f"/cgi-bin/{path}", handler)
        app.router.add_get(f"{api_media.FILES}{{file}}", api_media.given_file_door(world))
        app.router.add_get(LINE, self.lines.serve)
        return app

    @web.middleware
    async def _between(self, request: web.Request, handler: Any) -> web.StreamResponse:
        async def answer() -> web.StreamResponse:
            response: web.StreamResponse = await handler(request)
            return response

        if request.path == LINE:
            return await answer()
        return await self._hook.request(request, answer)


def _words(payload: dict[str, Any]) -> str:
    body = payload.get(payload.get("msgtype", ""), {})
    return str(body.get("content", "") or body.get("main_title", {}).get("title", ""))
