from __future__ import annotations

from typing import Any

import pytest

from bot.loopback.wecom.company import Member, SelfBuiltApp
from bot.loopback.wecom.limits import Limits, Rate
from tests.wecom.clouds import AGENT, card, codes, company, running, text

GROUP = {"name": "华东续约", "userlist": ["ZhangSan", "lisi"], "chatid": "east1"}


async def test_an_app_makes_a_group_and_writes_to_it() -> None:
    async with running() as desk:
        assert (await desk.ask("appchat/create", GROUP))["chatid"] == "east1"
        assert codes(await desk.ask("appchat/send", {"chatid": "east1", **text("到期")})) == [0]
        assert desk.cloud.words("appchat:east1") == ["到期"]
        about = await desk.ask("appchat/get", chatid="east1")
        assert about["chat_info"]["userlist"] == ["ZhangSan", "lisi"]
        assert codes(await desk.ask("appchat/send", {"chatid": "east1", **card()})) == [40008]
        done = await desk.cloud.people.say("lisi", "appchat:east1", "收到")
        assert done.told.attempts == 0


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"chatid": "no-dash"}, 40050),
        ({"chatid": "x" * 33}, 40050),
        ({"userlist": ["lisi"]}, 40058),
        ({"userlist": ["lisi", "LiSi"]}, 40058),
        ({"userlist": ["lisi", "nobody"]}, 60111),
        ({"userlist": "lisi"}, 40058),
        ({"owner": "wangwu"}, 40058),
        ({"name": "名" * 51}, 40058),
    ],
)
async def test_groups_that_cannot_be_made(change: dict[str, Any], code: int) -> None:
    async with running() as desk:
        assert codes(await desk.ask("appchat/create", {**GROUP, **change})) == [code]


async def test_a_group_belongs_to_its_app_and_needs_the_whole_company() -> None:
    made = company()
    made.set_up(SelfBuiltApp(1000003, "other", whole_company=False))
    async with running(made) as desk:
        await desk.ask("appchat/create", GROUP)
        other = await desk.token("other")
        said = {"chatid": "east1", **text("hello")}
        answers = [
            await desk.ask("appchat/create", GROUP),
            await desk.ask("appchat/create", {**GROUP, "chatid": "x"}, access_token=other),
            await desk.ask("appchat/send", said, access_token=other),
            await desk.ask("appchat/send", {**said, "chatid": "gone"}),
        ]
        assert codes(*answers) == [86215, 48002, 86001, 86003]


async def test_too_much_in_a_group_vanishes_without_a_word() -> None:
    async with running(limits=Limits(appchat=(Rate(2, 60.0),))) as desk:
        await desk.ask("appchat/create", GROUP)
        said = [{"chatid": "east1", **text(str(number))} for number in range(3)]
        assert codes(*[await desk.ask("appchat/send", each) for each in said]) == [0, 0, 0]
        assert desk.cloud.words("appchat:east1") == ["0", "1"]


async def test_people_are_looked_up() -> None:
    made = company()
    made.hire(Member("hidden", visible=False))
    async with running(made) as desk:
        found = await desk.ask("user/get", userid="zhangsan")
        assert (found["userid"], found["name"]) == ("ZhangSan", "张三")
        missing = await desk.ask("user/get", userid="nobody")
        hidden = await desk.ask("user/get", userid="hidden")
        assert codes(missing, hidden) == [60111, 60011]
        everybody = await desk.ask("user/simplelist", department_id="1")
        assert [one["userid"] for one in everybody["userlist"]] == ["ZhangSan", "lisi", "wangwu"]
        first = await desk.ask("user/list_id", {"limit": 2})
        rest = await desk.ask("user/list_id", {"limit": 2, "cursor": first["next_cursor"]})
        ids = [one["userid"] for one in (*first["dept_user"], *rest["dept_user"])]
        assert (ids, rest["next_cursor"]) == (["ZhangSan", "lisi", "wangwu"], "")


async def test_ids_of_an_ai_bot_are_converted_and_plain_ones_come_back_as_invalid() -> None:
    async with running() as desk:
        hidden = desk.cloud.company.members["lisi"].open_userid
        asked = {"open_userid_list": [hidden, "ZhangSan"]}
        answer = await desk.ask("batch/openuserid_to_userid", asked)
        assert answer["userid_list"] == [{"open_userid": hidden, "userid": "lisi"}]
        assert answer["invalid_open_userid_list"] == ["ZhangSan"]
        empty = await desk.ask("batch/openuserid_to_userid", {"open_userid_list": []})
        assert codes(empty) == [40058]


async def test_an_app_tells_of_itself_and_takes_a_menu() -> None:
    async with running() as desk:
        about = await desk.ask("agent/get", agentid=str(AGENT))
        assert about["allow_partys"] == {"partyid": [1]}
        menu = {"button": [{"type": "click", "name": "到期", "key": "due"}]}
        answers = [
            await desk.ask("menu/create", menu, agentid=str(AGENT)),
            await desk.ask("menu/create", {"button": []}, agentid=str(AGENT)),
            await desk.ask("menu/create", menu, agentid="1"),
            await desk.ask("menu/create", menu),
        ]
        assert codes(*answers) == [0, 40058, 301002, 41011]
        assert desk.cloud.company.menus[AGENT] == menu["button"]
        assert (await desk.ask("getcallbackip"))["ip_list"] == ["127.0.0.1"]
