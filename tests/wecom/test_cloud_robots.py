from __future__ import annotations

import base64
import hashlib
from typing import Any

import pytest

from bot.loopback.wecom.company import GroupRobot
from messages.limits import WECOM_ROBOT_MARKDOWN_BYTES
from tests.wecom.clouds import BUTTONS, CLAIMED, codes, company, markdown, running, text

PNG = b"\x89PNG" + bytes(20)


async def test_a_robot_speaks_in_its_group() -> None:
    async with running() as desk:
        assert codes(await desk.robot(markdown("**华为** 到期 <@lisi>"))) == [0]
        assert desk.cloud.words("robot:sales") == ["**华为** 到期 <@lisi>"]
        assert codes(await desk.robot(text("hello"), key="removed")) == [93000]


async def test_twenty_a_minute_and_the_next_is_told_so() -> None:
    made = company()
    made.set_up(GroupRobot("other-key", "east"))
    async with running(made) as desk:
        answers = [await desk.robot(text(str(number))) for number in range(21)]
        assert codes(*answers) == [0] * 20 + [45009]
        assert codes(await desk.robot(text("other"), key="other-key")) == [0]
        assert len(desk.cloud.words("robot:sales")) == 20
        desk.time.pass_by(seconds=60)
        assert codes(await desk.robot(text("again"))) == [0]


@pytest.mark.parametrize(
    ("message", "code", "words"),
    [
        (markdown("a" * (WECOM_ROBOT_MARKDOWN_BYTES + 1)), 40058, "exceed max length 4096"),
        (text("好" * 683), 40058, "text.content exceed max length 2048"),
        (text(""), 44004, "empty content"),
        ({"msgtype": "markdown_v2", "markdown_v2": {"content": "<@lisi>"}}, 40058, "mention"),
        ({"msgtype": "template_card", "template_card": BUTTONS}, 40058, "button_interaction"),
        ({"msgtype": "video", "video": {"media_id": "x"}}, 40008, "message type"),
        ({"msgtype": "image", "image": {"base64": "!"}}, 40058, "base64"),
    ],
)
async def test_what_robots_cannot_say(message: dict[str, Any], code: int, words: str) -> None:
    async with running() as desk:
        answer = await desk.robot(message)
        assert codes(answer) == [code]
        assert words in answer["errmsg"]


async def test_robots_show_notices_pictures_and_their_own_files() -> None:
    made = company()
    made.set_up(GroupRobot("other-key", "east"))
    async with running(made) as desk:
        notice = {"msgtype": "template_card", "template_card": CLAIMED}
        image = {
            "base64": base64.b64encode(PNG).decode(),
            "md5": hashlib.md5(PNG, usedforsecurity=False).hexdigest(),
        }
        uploaded = await desk.upload(
            "webhook/upload_media", "到期.csv", b"a,b,c,d", "file", key="robot-key"
        )
        file = {"msgtype": "file", "file": {"media_id": uploaded["media_id"]}}
        answers = [
            await desk.robot(notice),
            await desk.robot({"msgtype": "image", "image": image}),
            await desk.robot({"msgtype": "image", "image": {**image, "md5": "other"}}),
            await desk.robot(file),
            await desk.robot(file, key="other-key"),
        ]
        assert codes(*answers) == [0, 0, 40058, 0, 40007]
        assert desk.newest("robot:sales").file == "到期.csv"
        wrong = await desk.upload("webhook/upload_media", "a", b"123456", "file", key="none")
        assert codes(wrong) == [93000]


async def test_nothing_typed_in_a_robots_group_is_heard() -> None:
    async with running() as desk:
        done = await desk.cloud.people.say("lisi", "robot:sales", "@续约助手 到期")
        assert done.told.attempts == 0
        assert desk.newest("robot:sales").text == "@续约助手 到期"
