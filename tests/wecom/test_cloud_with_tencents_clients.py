"""Tencent's own clients against the loopback cloud: what works for them works for us.

`@wecom/aibot-node-sdk` is the long connection's client, `@wecom/crypto` the callbacks' encryption.
"""

from __future__ import annotations

import base64

import pytest

from bot.loopback.wecom.envelope import (
    Envelope,
    Sealed,
    encrypted,
    new_aes_key,
    new_file_key,
)
from tests.fakes.wecom import Fault, Faults
from tests.wecom.clouds import BUTTONS, CLAIMED, CORP, markdown, running
from tests.wecom.node_peer import client_of, crypto

pytestmark = pytest.mark.needs("node")

GROUP = "group:wrFakeChat0001"
BOT, SECRET = "aibFakeBot0001", "FAKESECRET"


async def test_it_subscribes_hears_answers_by_stream_and_pushes() -> None:
    async with running() as desk, client_of(desk.cloud.ws_url, BOT, SECRET) as client:
        await client.until("authenticated")
        assert (await client.act("send", chatid="wrFakeChat0001", body=markdown("x")))[
            "code"
        ] == 846607

        await desk.cloud.people.say("ZhangSan", GROUP, "@续约助手 续约 到期")
        message = await client.until("message")
        assert message["frame"]["body"]["text"]["content"] == "@续约助手 续约 到期"
        assert message["frame"]["body"]["from"]["userid"] == "ZhangSan"
        number = message["number"]
        await client.act("stream", number=number, id="S1", content="正在查询…", finish=False)
        assert desk.cloud.words(GROUP) == ["正在查询…"]
        await client.act("stream", number=number, id="S1", content="**3** 份", finish=True)
        await client.act("send", chatid="wrFakeChat0001", body=markdown("**华为** 到期"))
        assert desk.cloud.words(GROUP) == ["**3** 份", "**华为** 到期"]
        late = await client.act("stream", number=number, id="S1", content="x", finish=True)
        assert late["code"] == 846608


async def test_it_welcomes_and_updates_the_card_that_was_tapped() -> None:
    async with running() as desk, client_of(desk.cloud.ws_url, BOT, SECRET) as client:
        await client.until("authenticated")
        await desk.cloud.people.enter("lisi", "bot:lisi")
        entered = await client.until("event")
        hello = {"msgtype": "text", "text": {"content": "您好"}}
        await client.act("welcome", number=entered["number"], body=hello)

        await desk.cloud.people.say("lisi", "bot:lisi", "到期")
        number = (await client.until("message"))["number"]
        await client.act("card", number=number, card=BUTTONS)
        second = {**BUTTONS, "task_id": "task-2"}
        await client.act("both", number=number, id="S1", content="**3** 份", card=second)
        assert desk.cloud.words("bot:lisi") == ["您好", "华为 续约", "**3** 份", "华为 续约"]

        shown = desk.newest("bot:lisi")
        await desk.cloud.people.tap("lisi", "bot:lisi", shown.id, "claim 42")
        tapped = await client.until("event")
        told = tapped["frame"]["body"]["event"]["template_card_event"]
        assert (told["event_key"], told["task_id"]) == ("claim 42", "task-2")
        claimed = {**CLAIMED, "task_id": "task-2"}
        await client.act("update", number=tapped["number"], card=claimed)
        assert desk.cloud.words("bot:lisi")[-1] == "已认领"
        again = await client.act("update", number=number, card=claimed)
        assert again["code"] == 846605


async def test_it_uploads_in_parts_and_reads_an_encrypted_file() -> None:
    content = "客户,到期日\n华为,2027-01-31\n".encode()
    async with running() as desk, client_of(desk.cloud.ws_url, BOT, SECRET) as client:
        await client.until("authenticated")
        desk.cloud.break_the_ice([GROUP])
        size = (512 << 10) + 10
        sent = await client.act("upload", filename="到期.xlsx", size=size, chatid="wrFakeChat0001")
        assert sent["errcode"] == 0
        file = desk.cloud.file_of(desk.newest(GROUP).id)
        assert file is not None
        assert (file[0], len(file[1])) == ("到期.xlsx", size)

        await desk.cloud.people.give_file("lisi", "bot:lisi", "合同.csv", content)
        number = (await client.until("message"))["number"]
        read = await client.act("download", number=number)
        assert read["filename"] == "合同.csv"
        assert base64.b64decode(read["content"]) == content


async def test_a_wrong_secret_is_noticed_and_given_up() -> None:
    async with running() as desk, client_of(desk.cloud.ws_url, BOT, "wrong") as client:
        first = await client.until("error")
        assert "853000" in first["message"]
        while "code" not in first:
            first = await client.until("error")
        assert first["code"] == "WS_AUTH_FAILURE_EXHAUSTED"
        assert desk.cloud.ledger.codes("aibot_subscribe") == [853000, 853000]


async def test_kicked_by_another_it_stays_away() -> None:
    async with running() as desk, client_of(desk.cloud.ws_url, BOT, SECRET) as old:
        await old.until("authenticated")
        async with client_of(desk.cloud.ws_url, BOT, SECRET) as new:
            await new.until("authenticated")
            event = await old.until("event")
            assert event["frame"]["body"]["event"]["eventtype"] == "disconnected_event"
            await desk.cloud.people.say("lisi", "bot:lisi", "到期")
            await new.until("message")
            assert desk.cloud.ledger.codes("aibot_subscribe") == [0, 0]


@pytest.mark.parametrize("fault", [Fault.CLOSE_1000, Fault.CLOSE_1011, Fault.ABORT])
async def test_cut_off_it_comes_back_and_hears_again(fault: Fault) -> None:
    faults = Faults()
    async with (
        running(hook=faults) as desk,
        client_of(desk.cloud.ws_url, BOT, SECRET) as client,
    ):
        await client.until("authenticated")
        # It pings every 50 ms; the next ping is its last on this line.
        faults.script("ping", fault)
        await client.until("reconnecting")
        await client.until("authenticated")
        await desk.cloud.people.say("lisi", "bot:lisi", "到期")
        await client.until("message")


async def test_a_line_that_died_silently_is_noticed_by_its_pings() -> None:
    faults = Faults()
    async with (
        running(hook=faults) as desk,
        client_of(desk.cloud.ws_url, BOT, SECRET) as client,
    ):
        await client.until("authenticated")
        faults.half_open = True
        await client.until("disconnected")
        faults.calm()
        await client.until("authenticated")


@pytest.mark.parametrize("receiveid", [CORP, ""])
async def test_its_crypto_opens_what_we_seal_and_we_open_what_it_seals(receiveid: str) -> None:
    texts = ["x", "到期 ]]> <b>", "续" * 1_000, "🧾" * 33, ""]
    envelope = Envelope("token", new_aes_key(), receiveid)
    common = {"key": envelope.aes_key, "token": "token", "timestamp": "1", "nonce": "n"}
    sealed = [envelope.seal(text, 1, nonce="n") for text in texts]
    opened = await crypto([{"act": "open", **common, "encrypted": each.encrypt} for each in sealed])
    assert [each["message"] for each in opened] == texts
    assert {each["id"] for each in opened} == {receiveid}
    assert [each["signature"] for each in opened] == [each.signature for each in sealed]

    theirs = await crypto(
        [{"act": "seal", **common, "message": text, "id": receiveid} for text in texts]
    )
    again = [
        envelope.open(Sealed(each["encrypted"], each["signature"], "1", "n")) for each in theirs
    ]
    assert again == texts


@pytest.mark.parametrize("size", [1, 15, 16, 31, 32, 33, 100_000])
async def test_its_client_decrypts_our_files(size: int) -> None:
    content, key = bytes(range(256)) * (size // 256 + 1), new_file_key()
    locked = base64.b64encode(encrypted(content[:size], base64.b64decode(key))).decode()
    (answer,) = await crypto([{"act": "file", "key": key, "content": locked}])
    assert base64.b64decode(answer["content"]) == content[:size]
