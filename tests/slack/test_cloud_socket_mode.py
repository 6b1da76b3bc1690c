"""The loopback Slack over Socket Mode, as slack_sdk's own aiohttp client sees it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse

from bot.loopback.slack.limits import Limits, Timing
from tests.fakes.slack import Fault, Faults
from tests.slack.cloud_desk import ANN, EAST, Desk, error, field, modal, running

Json = dict[str, Any]
Answer = Callable[[SocketModeRequest], Json | None]


class Listener:
    """The product's end: keeps what it heard, acknowledges with what `answer` gives."""

    def __init__(self, client: SocketModeClient) -> None:
        self.client = client
        self.heard: list[SocketModeRequest] = []
        self.answer: Answer = lambda _: None
        self.acknowledges = True
        client.socket_mode_request_listeners.append(self._hear)

    async def _hear(self, client: AsyncBaseSocketModeClient, request: SocketModeRequest) -> None:
        self.heard.append(request)
        if self.acknowledges:
            payload = self.answer(request)
            response = SocketModeResponse(envelope_id=request.envelope_id, payload=payload)
            await client.send_socket_mode_response(response)


@asynccontextmanager
async def listening(desk: Desk) -> AsyncIterator[Listener]:
    """slack_sdk's client, connected."""
    client = SocketModeClient(
        app_token=desk.cloud.app.app_token, web_client=desk.client, ping_interval=1
    )
    await client.connect()  # type: ignore[no-untyped-call]
    try:
        await desk.cloud.lines.until_connected()
        yield Listener(client)
    finally:
        await client.close()  # type: ignore[no-untyped-call]


async def test_a_command_is_answered_in_its_acknowledgement() -> None:
    async with running() as desk, listening(desk) as there:
        there.answer = lambda request: {"text": f"you said {request.payload['text']}"}
        done = await desk.cloud.people.slash(ANN, EAST, "show A & B")
        assert done.told.delivered
        assert there.heard[0].type == "slash_commands"
        assert there.heard[0].accepts_response_payload
        assert there.heard[0].payload["text"] == "show A &amp; B"
        assert desk.cloud.words(EAST, user=ANN) == ["you said show A &amp; B"]
        assert desk.cloud.words(EAST) == []


async def test_a_mention_is_an_event_and_any_other_line_is_not() -> None:
    async with running() as desk, listening(desk) as there:
        await desk.cloud.people.say(ANN, EAST, "just talking")
        await desk.cloud.people.mention(ANN, EAST, "show Acme")
        await desk.cloud.people.say(ANN, ANN, "directly")
        kinds = [request.payload["event"]["type"] for request in there.heard]
        assert kinds == ["app_mention", "message"]
        direct = there.heard[1].payload["event"]
        assert (direct["channel_type"], direct["text"]) == ("im", "directly")


async def test_an_event_that_is_not_acknowledged_comes_again() -> None:
    quick = Timing(ack_s=0.05, retries_s=(0.0, 0.0, 0.0))
    async with running(timing=quick) as desk, listening(desk) as there:
        there.acknowledges = False
        done = await desk.cloud.people.mention(ANN, EAST, "anybody?")
        assert not done.told.delivered
        await desk.cloud.settled()
        assert [request.retry_attempt for request in there.heard] == [0, 1, 2, 3]
        assert len({request.payload["event_id"] for request in there.heard}) == 1


async def test_a_form_is_opened_filled_in_and_refused_at_a_field() -> None:
    async with running() as desk, listening(desk) as there:
        people = desk.cloud.people
        await people.slash(ANN, EAST)
        trigger = there.heard[-1].payload["trigger_id"]
        body = modal(field("note"), field("who", optional=True))
        await desk.client.views_open(trigger_id=trigger, view=body)

        assert (await people.submit(ANN)).complaint == "note_in: please fill this in"
        there.answer = lambda _: {"response_action": "errors", "errors": {"note": "too short"}}
        done = await people.submit(ANN, {"note": "hi"})
        assert done.view is not None
        assert done.view.errors == {"note": "too short"}
        told = there.heard[-1].payload["view"]["state"]["values"]
        assert told["note"]["note_in"] == {"type": "plain_text_input", "value": "hi"}

        there.answer = lambda _: None
        assert (await people.submit(ANN, {"note": "hello there"})).view is None


async def test_a_trigger_is_good_once_and_for_three_seconds() -> None:
    async with running() as desk, listening(desk) as there:
        await desk.cloud.people.slash(ANN, EAST)
        await desk.cloud.people.slash(ANN, EAST)
        first, second = (request.payload["trigger_id"] for request in there.heard)
        view = modal(field("note"))
        assert await error(desk.client.views_open(trigger_id=first, view=view)) == ""
        again = desk.client.views_open(trigger_id=first, view=view)
        assert await error(again) == "exchanged_trigger_id"
        desk.time.pass_(3.1)
        late = desk.client.views_open(trigger_id=second, view=view)
        assert await error(late) == "expired_trigger_id"
        none = desk.client.views_open(trigger_id="1.2.3", view=view)
        assert await error(none) == "invalid_trigger_id"


async def test_the_client_comes_back_when_it_is_sent_away_or_cut_off() -> None:
    async with running() as desk, listening(desk) as there:
        for cut in (desk.cloud.lines.disconnect, _abort(desk)):
            before = list(desk.cloud.lines.open)
            await cut()
            await desk.cloud.lines.until_connected(before)
            await desk.cloud.people.slash(ANN, EAST, "still there?")
        assert len(there.heard) == 2


async def test_one_connection_too_many_is_sent_away() -> None:
    async with running(limits=Limits(connections=1)) as desk, listening(desk):
        answer = await desk.client.apps_connections_open(app_token=desk.cloud.app.app_token)
        async with aiohttp.ClientSession() as session, session.ws_connect(answer["url"]) as socket:
            assert (await socket.receive_json(timeout=5))["reason"] == "too_many_websockets"


@pytest.mark.parametrize(("token", "expected"), [("xoxb-1", "not_allowed_token_type")])
async def test_connections_are_opened_with_the_apps_own_token(token: str, expected: str) -> None:
    async with running() as desk:
        opening = desk.client_of(token).apps_connections_open(app_token=token)
        assert await error(opening) == expected


async def test_a_ticket_is_good_for_one_connection() -> None:
    async with running() as desk, listening(desk):
        answer = await desk.client.apps_connections_open(app_token=desk.cloud.app.app_token)
        async with aiohttp.ClientSession() as session:
            async with session.ws_connect(answer["url"]) as socket:
                hello = await socket.receive_json(timeout=5)
                assert (hello["type"], hello["num_connections"]) == ("hello", 2)
            with pytest.raises(aiohttp.WSServerHandshakeError):
                await session.ws_connect(answer["url"])


def _abort(desk: Desk) -> Callable[[], Any]:
    async def cut() -> None:
        for line in desk.cloud.lines.open:
            line.abort()

    return cut


async def test_envelopes_get_lost_doubled_and_held() -> None:
    faults = Faults()
    async with running(hook=faults, timing=Timing(ack_s=0.2)) as desk, listening(desk) as there:
        faults.script("slash_commands", Fault.TWICE, Fault.LOST, Fault.TAKEN_LOST)
        told = [(await desk.cloud.people.slash(ANN, EAST)).told.delivered for _ in range(3)]
        assert (told, len(there.heard)) == ([True, False, False], 3)
        faults.script("slash_commands", Fault.HELD)
        assert not (await desk.cloud.people.slash(ANN, EAST)).told.delivered
        await faults.release()
        await desk.cloud.people.slash(ANN, EAST)
        assert len(there.heard) == 5


async def test_a_connection_that_is_cut_before_an_envelope_is_replaced() -> None:
    faults = Faults()
    async with running(hook=faults, timing=Timing(ack_s=0.2)) as desk, listening(desk) as there:
        for fault in (Fault.ABORT, Fault.REFRESH):
            before = list(desk.cloud.lines.open)
            faults.script("slash_commands", fault)
            assert not (await desk.cloud.people.slash(ANN, EAST)).told.delivered
            await desk.cloud.lines.until_connected(before)
            assert (await desk.cloud.people.slash(ANN, EAST)).told.delivered
        assert len(there.heard) == 2
