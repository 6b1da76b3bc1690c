"""The faults of the scripts happen as they say, and no input makes the cloud itself fall over."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import aiohttp
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.loopback.wecom.limits import UNLIMITED
from tests.fakes.wecom import EVERY_CODE, HTTP_UNKNOWN, Fault, Faults
from tests.wecom.clouds import AGENT, CloudDesk, codes, running, text

Json = dict[str, Any]


async def post(desk: CloudDesk, *, timeout_s: float = 5.0) -> tuple[int, bytes]:
    """A robot's message: status and body; status 0 when there was no answer."""
    try:
        async with desk.session.post(
            f"{desk.cloud.api_url}/cgi-bin/webhook/send",
            params={"key": "robot-key"},
            json=text("hello"),
            timeout=aiohttp.ClientTimeout(total=timeout_s),
        ) as response:
            return response.status, await response.read()
    except (aiohttp.ClientError, TimeoutError):
        return 0, b""


def says_what_happened(status: int, body: bytes) -> bool:
    """Whether an answer can be relied on."""
    try:
        return status == 200 and "errcode" in json.loads(body)
    except ValueError:
        return False


@pytest.mark.parametrize("fault", HTTP_UNKNOWN)
async def test_each_fault_leaves_the_message_where_its_name_says(fault: Fault) -> None:
    faults = Faults()
    async with running(hook=faults) as desk:
        faults.script("webhook/send", fault)
        never = fault in (Fault.HANG, Fault.TAKEN_HANG, Fault.TAKEN_DRIP)
        status, body = await post(desk, timeout_s=0.05 if never else 5.0)
        taken = fault.name.startswith("TAKEN_")
        assert desk.cloud.words("robot:sales") == (["hello"] if taken else [])
        assert not says_what_happened(status, body)
        assert (await post(desk))[0] == 200


async def test_a_limit_by_http_names_when_to_come_back() -> None:
    faults = Faults()
    faults.retry_after = "7"
    async with running(hook=faults) as desk:
        faults.script("webhook/send", Fault.LIMIT_429)
        assert (await post(desk))[0] == 429
        faults.script("webhook/send", Fault.SLOW)
        assert (await post(desk))[0] == 200


@pytest.mark.parametrize("code", EVERY_CODE)
async def test_every_code_of_the_table_can_be_answered(code: int) -> None:
    faults = Faults()
    async with running(hook=faults) as desk:
        token = await desk.token()
        faults.script("message/send", code)
        body = {"touser": "lisi", "agentid": AGENT, **text("hello")}
        assert codes(await desk.post("message/send", body, access_token=token)) == [code]
        assert not desk.cloud.ledger.sent
        assert codes(await desk.post("message/send", body, access_token=token)) == [0]


async def test_a_token_can_be_revoked_between_two_requests() -> None:
    faults = Faults()
    async with running(hook=faults) as desk:
        faults.revoke = desk.cloud.revoke_tokens
        token = await desk.token()
        faults.script("getcallbackip", Fault.REVOKED)
        assert codes(await desk.ask("getcallbackip", access_token=token)) == [40014]
        assert codes(await desk.ask("getcallbackip")) == [0]


async def test_faults_at_random_are_the_same_for_a_seed() -> None:
    drawn: list[list[int]] = []
    for _ in range(2):
        faults = Faults()
        async with running(hook=faults, limits=UNLIMITED) as desk:
            faults.shuffle(7, (Fault.ERROR_500, 45009), rate=0.5)
            drawn.append([(await post(desk))[0] for _ in range(20)])
            faults.calm()
            assert (await post(desk))[0] == 200
    assert drawn[0] == drawn[1]
    assert {200, 500} == set(drawn[0])


ANYTHING: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner),
    max_leaves=8,
)
FIELDS = (
    *("touser", "agentid", "msgtype", "text", "markdown", "template_card", "file", "image"),
    *("chatid", "chat_type", "userlist", "name", "owner", "response_code", "userids", "button"),
    *("open_userid_list", "limit", "cursor", "stream", "response_type", "bot_id", "secret"),
    *("upload_id", "chunk_index", "base64_data", "type", "filename", "total_size", "total_chunks"),
)
BODIES = st.dictionaries(
    st.sampled_from(FIELDS),
    st.sampled_from(
        ["lisi", "text", "markdown", "template_card", "file", "image", "stream", AGENT, 1, {}]
    )
    | ANYTHING,
    max_size=8,
)
ADDRESSES = (
    *("message/send", "message/update_template_card", "appchat/create", "appchat/send"),
    *("user/list_id", "batch/openuserid_to_userid", "menu/create", "aibot/response"),
)
COMMANDS = (
    *("aibot_subscribe", "aibot_respond_msg", "aibot_respond_welcome_msg", "aibot_send_msg"),
    *("aibot_respond_update_msg", "aibot_upload_media_init", "aibot_upload_media_chunk"),
    *("aibot_upload_media_finish", "ping", "other"),
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(bodies=st.lists(st.tuples(st.sampled_from(ADDRESSES), BODIES), min_size=5, max_size=15))
def test_no_body_makes_an_address_fall_over(bodies: list[tuple[str, Json]]) -> None:
    async def ask_all() -> None:
        async with running(limits=UNLIMITED) as desk:
            token = await desk.token()
            for path, body in bodies:
                query = {"access_token": token, "key": "robot-key", "agentid": str(AGENT)}
                for address in (path, "webhook/send"):
                    answer = await desk.post(address, body, **query)
                    assert isinstance(answer["errcode"], int)

    asyncio.run(ask_all())


@settings(max_examples=40)
@given(bodies=st.lists(st.tuples(st.sampled_from(COMMANDS), BODIES), min_size=5, max_size=15))
def test_no_frame_makes_a_line_fall_over(bodies: list[tuple[str, Json]]) -> None:
    async def ask_all() -> None:
        async with running(limits=UNLIMITED) as desk:
            desk.cloud.break_the_ice(["bot:lisi"])
            async with desk.session.ws_connect(desk.cloud.ws_url) as socket:
                login = {"bot_id": "aibFakeBot0001", "secret": "FAKESECRET"}
                await socket.send_json({"cmd": "aibot_subscribe", "headers": {}, "body": login})
                await socket.receive_json(timeout=5)
                for cmd, body in bodies:
                    frame = {"cmd": cmd, "headers": {"req_id": "r"}, "body": body}
                    await socket.send_json(frame)
                    answer = await socket.receive_json(timeout=5)
                    assert isinstance(answer["errcode"], int)

    asyncio.run(ask_all())
