"""People in Slack as the service meets them: signed commands, taps of buttons, forms handed in."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import aiohttp

from benchmarks.answers import WITHIN_S, Unanswered, awaited
from benchmarks.mailbox import words_of
from benchmarks.platforms import TEAM, Platforms
from benchmarks.slashes import signed
from bot.slack.doors import PATH

Json = dict[str, Any]


@dataclass(slots=True)
class SlackPeople:
    """Everybody in their own conversation with the bot.

    `clock` is the service's, in seconds. All raise `Unanswered` unless the answer says `says`.
    """

    address: str
    session: aiohttp.ClientSession
    clock: Callable[[], float]
    slack: Platforms
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    async def command(self, user: str, line: str, says: Sequence[str]) -> None:
        """`/renewals line`: the acknowledgement is the answer, or what follows it."""
        number = next(self._numbers)
        form = {
            "command": "/renewals", "text": line, "user_id": user, "user_name": "rep",
            "team_id": TEAM, "team_domain": "acme", "channel_id": _conversation(user),
            "channel_name": "directmessage", "api_app_id": "A1",
            "trigger_id": f"{number}.1.command", "response_url": self._late_url(number),
        }  # fmt: skip
        with self.slack.mail.watched(f"/late/{number}") as late:
            await awaited(await self._called(form), says, late)

    async def tap(self, user: str, line: str, says: Sequence[str]) -> None:
        """A button of an alert in their own conversation: the answer is a post there."""
        number = next(self._numbers)
        with self.slack.mail.watched(_conversation(user)) as posted:
            await awaited(await self._tapped(number, user, line, "line:0"), says, posted)

    async def form(self, user: str, line: str) -> Json:
        """A button that opens a form; what is opened, at once or in the place of an empty one."""
        number = next(self._numbers)
        name = f"V{number}.1.tap"
        with self.slack.mail.watched(name) as shown:
            acknowledged = await self._tapped(number, user, line, "form:0")
            view: Json = {}
            try:
                async with asyncio.timeout(WITHIN_S):
                    while not any(each.get("type") == "input" for each in view.get("blocks", ())):
                        view = (await shown.get())["view"]
            except TimeoutError:
                raise Unanswered(f"no form: {acknowledged} {words_of(view)[:600]}") from None
        return view | {"id": name, "hash": f"h{number}"}

    async def hand_in(
        self, user: str, view: Json, filled: dict[str, str], says: Sequence[str]
    ) -> None:
        """The form that was opened, filled in; answered where it was opened, or in its own place."""
        number = next(self._numbers)
        values: Json = {}
        for block in view["blocks"]:
            if block.get("type") == "input" and block["block_id"] in filled:
                state = _state(block["element"], filled[block["block_id"]])
                values[block["block_id"]] = {block["element"]["action_id"]: state}
        whole = {**view, "team_id": TEAM, "state": {"values": values}}
        told = {
            "type": "view_submission", "team": {"id": TEAM}, "user": {"id": user},
            "api_app_id": "A1", "trigger_id": f"{number}.1.form", "view": whole,
        }  # fmt: skip
        origin = json.loads(json.loads(view["private_metadata"])["origin"])
        with self.slack.mail.watched(origin["c"], view["id"]) as shown:
            await awaited(await self._called({"payload": json.dumps(told)}), says, shown)

    async def _tapped(self, number: int, user: str, line: str, action: str) -> str:
        at = f"1764000000.{number:06}"
        told = {
            "type": "block_actions", "user": {"id": user, "team_id": TEAM}, "api_app_id": "A1",
            "container": {"type": "message", "message_ts": at, "channel_id": _conversation(user)},
            "trigger_id": f"{number}.1.tap", "team": {"id": TEAM, "domain": "acme"},
            "channel": {"id": _conversation(user), "name": "directmessage"},
            "response_url": self._late_url(number), "message": {"ts": at, "text": "…"},
            "actions": [{"action_id": action, "block_id": "b", "type": "button",
                         "value": line, "action_ts": at}],
        }  # fmt: skip
        return await self._called({"payload": json.dumps(told)})

    async def _called(self, form: dict[str, str]) -> str:
        body = urlencode(form).encode()
        headers = signed(body, int(self.clock()))
        async with self.session.post(f"{self.address}{PATH}", data=body, headers=headers) as got:
            said = await got.text()
        if got.status != 200:
            raise Unanswered(f"{got.status} {said}")
        return words_of(json.loads(said)) if said.startswith("{") else said

    def _late_url(self, number: int) -> str:
        return f"{self.slack.address}/late/{number}"


def _conversation(user: str) -> str:
    return f"D{user}"


def _state(element: Json, value: str) -> Json:
    kind = element["type"]
    if kind == "datepicker":
        return {"type": kind, "selected_date": value}
    return {"type": kind, "value": value}
