"""What Tencent's own client said over a long connection, said again by ours."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from pydantic import SecretStr

from bot.adapters.wecom_aibot import WecomAibot
from bot.wecom.connection import Login, Tempo
from bot.wecom.frames import RESPOND, SEND, UPDATE
from messages.model import Attachment
from scoring.errors import BadCredentials
from storage.store import Store
from tests.fakes.aibot_peer import AibotPeer, code, told
from tests.wecom.replicas import Steady, answered, replica
from tests.wecom.vectors import FRAMES

SAID = {frame["cmd"]: frame for frame in FRAMES if frame["dir"] == "C>S"}
HEARD = [frame for frame in FRAMES if frame["dir"] == "S>C" and "cmd" in frame]
ANSWERS = [frame for frame in FRAMES if frame.get("cmd") in (RESPOND, UPDATE)]
LOGIN = Login(
    SAID["aibot_subscribe"]["body"]["bot_id"],
    SecretStr(SAID["aibot_subscribe"]["body"]["secret"]),
)


@pytest.fixture
def dialect() -> str:
    """Nothing here depends on the database."""
    return "sqlite"


def without_direction(frame: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in frame.items() if name != "dir"}


async def test_our_frames_are_shaped_like_those_of_tencents_client(
    store: Store, peer: AibotPeer
) -> None:
    peer.secret = LOGIN.secret.get_secret_value()
    heard: list[dict[str, Any]] = []
    everything = asyncio.Event()

    async def listen(frame: dict[str, Any]) -> None:
        heard.append(frame)
        if len(heard) == len(HEARD):
            everything.set()

    tempo = Tempo(ping_s=0.05, close_s=0.1)
    async with replica(store, peer, Steady(), on_frame=listen, login=LOGIN, tempo=tempo) as one:
        session = await peer.subscribed()
        await answered(one.connection)
        for frame in HEARD:
            await session.say(without_direction(frame))
        await asyncio.wait_for(everything.wait(), 20)
        for frame in ANSWERS:
            req_id = frame["headers"]["req_id"]
            await one.connection.request(frame["cmd"], frame["body"], req_id=req_id)
        bot = WecomAibot(one.connection)
        peer.script(SEND, code(846607))
        with pytest.raises(BadCredentials) as unspoken:
            await bot.send(
                "group:wrNever", {"msgtype": "markdown", "markdown": {"content": "x"}}, "k"
            )
        peer.script("aibot_upload_media_init", told(upload_id="UP1"))
        peer.script("aibot_upload_media_finish", told(type="file", media_id="M1"))
        size = SAID["aibot_upload_media_init"]["body"]["total_size"]
        await bot.give("group:wrNever", Attachment("due.csv", "text/csv", bytes(size)))
        await peer.received("ping")

    assert heard == [without_direction(frame) for frame in HEARD]
    assert unspoken.value.code == "846607"
    ours = {frame["cmd"]: frame for frame in peer.frames if frame["cmd"] not in (SEND, "probe")}
    assert set(ours) == set(SAID) - {SEND}
    for cmd, frame in ours.items():
        assert set(frame) == set(without_direction(SAID[cmd]))
        assert set(frame["headers"]) == {"req_id"}
        assert set(frame.get("body", ())) == set(SAID[cmd].get("body", ()))
    said = [frame for frame in peer.frames if frame["cmd"] in (RESPOND, UPDATE)]
    assert said == [without_direction(frame) for frame in ANSWERS]
    assert peer.bodies("aibot_subscribe") == [SAID["aibot_subscribe"]["body"]]
    # Tencent's client leaves the kind of chat to be guessed; ours names it.
    assert peer.bodies(SEND)[0] == {**SAID[SEND]["body"], "chat_type": 2}
    begun = peer.bodies("aibot_upload_media_init")[0]
    assert {**begun, "md5": ""} == {**SAID["aibot_upload_media_init"]["body"], "md5": ""}
    assert [chunk["chunk_index"] for chunk in peer.bodies("aibot_upload_media_chunk")] == [0, 1]
