"""Who speaks: encrypted ids are converted once each, names asked of whom the book does not know."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from pydantic import SecretStr

from bot.adapters.wecom_aibot import WecomAibot
from bot.wecom.api import WecomApi
from bot.wecom.heard import Chat, Way
from bot.wecom.identity import Identity, addressed, addresses, encrypted_ids
from storage.store import Store
from tests.fakes.wecom_api import CORP, SECRET, FakeApi
from tests.sample_book import MONDAY, fill
from tests.wecom.clouds import Time
from tests.wecom.ways import FakeConnection

OPEN = "woAJ2GCAAAXtWyujaWJHDDGi0mACAAAA"


@dataclass
class Desk:
    """A directory on loopback, and ours asking it."""

    fake: FakeApi
    api: WecomApi
    store: Store
    time: Time

    def identity(self) -> Identity:
        return Identity(self.store, self.api, self.time)

    @property
    def conversions(self) -> int:
        return self.fake.calls("batch/openuserid_to_userid")


@pytest.fixture
async def desk(store: Store) -> AsyncIterator[Desk]:
    fake, time = FakeApi(), Time()
    await fake.start()
    secret = SecretStr(SECRET)
    api = WecomApi(store, api_url=fake.url, corp_id=CORP, secret=secret, clock=time, timeout_s=1)
    try:
        yield Desk(fake, api, store, time)
    finally:
        await api.close()
        await fake.stop()


def heard(given: str, way: Way = Way.AIBOT) -> Chat:
    return Chat(way, given.lower(), as_given=given)


def plain(userid: str, given: str = OPEN) -> dict[str, object]:
    return {
        "errcode": 0,
        "userid_list": [{"open_userid": given, "userid": userid}],
        "invalid_open_userid_list": [],
    }


def invalid(given: str) -> dict[str, object]:
    return {"errcode": 0, "userid_list": [], "invalid_open_userid_list": [given]}


async def test_an_encrypted_id_is_converted_once_for_all_replicas(desk: Desk) -> None:
    desk.fake.script("batch/openuserid_to_userid", plain("ZhangWei"))
    for _ in range(3):
        assert await desk.identity().identify(heard(OPEN)) == "zhangwei"
    assert desk.fake.bodies("batch/openuserid_to_userid") == [{"open_userid_list": [OPEN]}]
    async with desk.store.read() as tx:
        assert await addressed(tx, "zhangwei") == OPEN
        assert await encrypted_ids(tx) == (1, 0)


async def test_an_id_that_was_plain_already_is_asked_about_once(desk: Desk) -> None:
    desk.fake.script("batch/openuserid_to_userid", invalid("ZhangWei"))
    for _ in range(3):
        assert await desk.identity().identify(heard("ZhangWei")) == "zhangwei"
    assert desk.conversions == 1
    async with desk.store.read() as tx:
        assert await addressed(tx, "zhangwei") == "zhangwei"
        assert await encrypted_ids(tx) == (0, 0)


async def test_who_is_in_the_book_is_never_asked_about(desk: Desk) -> None:
    await fill(desk.store)
    assert await desk.identity().identify(heard("LiLei")) == "lilei"
    assert desk.conversions == 0


async def test_the_app_knows_only_plain_ids(desk: Desk) -> None:
    assert await desk.identity().identify(heard("ZhangWei", Way.APP)) == "zhangwei"
    assert not desk.fake.asked


async def test_many_lines_at_once_ask_once(desk: Desk) -> None:
    desk.fake.script("batch/openuserid_to_userid", plain("zhangwei"))
    identity = desk.identity()
    ids = await asyncio.gather(*(identity.identify(heard(OPEN)) for _ in range(8)))
    assert set(ids) == {"zhangwei"}
    assert desk.conversions == 1


async def test_after_a_fault_nobody_waits_for_the_directory_for_a_while(desk: Desk) -> None:
    desk.fake.script("batch/openuserid_to_userid", 60020, plain("zhangwei"))
    identity = desk.identity()
    for _ in range(3):
        assert await identity.identify(heard(OPEN)) == OPEN.lower()
    assert desk.conversions == 1
    desk.time.pass_by(minutes=11)
    assert await identity.identify(heard(OPEN)) == "zhangwei"


async def test_an_encrypted_id_nobody_could_convert_is_tried_again_the_next_day(desk: Desk) -> None:
    desk.fake.script("batch/openuserid_to_userid", invalid(OPEN), plain("zhangwei"))
    for _ in range(2):
        assert await desk.identity().identify(heard(OPEN)) == OPEN.lower()
    async with desk.store.read() as tx:
        assert await encrypted_ids(tx) == (0, 1)
    desk.time.pass_by(days=1, minutes=1)
    assert await desk.identity().identify(heard(OPEN)) == "zhangwei"
    assert desk.conversions == 2


async def test_without_an_app_an_id_stays_and_is_converted_once_there_is_one(desk: Desk) -> None:
    without = Identity(desk.store, None, desk.time)
    assert await without.identify(heard(OPEN)) == OPEN.lower()
    async with desk.store.read() as tx:
        assert await encrypted_ids(tx) == (0, 1)
        assert await addressed(tx, OPEN.lower()) == OPEN
    desk.fake.script("batch/openuserid_to_userid", plain("zhangwei"))
    assert await desk.identity().identify(heard(OPEN)) == "zhangwei"


async def test_a_thousand_ids_go_into_one_call(desk: Desk) -> None:
    desk.fake.script("batch/openuserid_to_userid", {"errcode": 0}, {"errcode": 0})
    await desk.identity().convert([f"wo{number}" for number in range(1_001)])
    sizes = [
        len(body["open_userid_list"]) for body in desk.fake.bodies("batch/openuserid_to_userid")
    ]
    assert sizes == [1_000, 1]


@pytest.mark.parametrize("answer", [{"errcode": 0, "userid_list": "x"}, {"errcode": 0}])
async def test_an_answer_that_makes_no_sense_changes_nothing(
    desk: Desk, answer: dict[str, object]
) -> None:
    desk.fake.script("batch/openuserid_to_userid", answer)
    assert await desk.identity().identify(heard(OPEN)) == OPEN.lower()


async def test_the_name_of_somebody_unknown_is_asked_once_and_of_others_never(desk: Desk) -> None:
    await fill(desk.store)
    desk.fake.script("user/get", {"errcode": 0, "userid": "zhangwei", "name": "张伟"})
    for _ in range(3):
        assert await desk.identity().name_of_unknown("zhangwei") == "张伟"
    assert await desk.identity().name_of_unknown("lilei") == ""
    assert desk.fake.calls("user/get") == 1


@pytest.mark.parametrize("code", [60111, 60011])
async def test_a_name_nobody_may_tell_is_asked_again_after_a_day(desk: Desk, code: int) -> None:
    desk.fake.script("user/get", code, {"errcode": 0, "name": "张伟"})
    for _ in range(2):
        assert await desk.identity().name_of_unknown("zhangwei") == ""
    desk.time.pass_by(days=1, minutes=1)
    assert await desk.identity().name_of_unknown("zhangwei") == "张伟"


async def test_an_id_given_for_a_name_is_no_name(desk: Desk) -> None:
    desk.fake.script("user/get", {"errcode": 0, "name": "ZhangWei"})
    assert await desk.identity().name_of_unknown("zhangwei") == ""


async def test_without_a_directory_nobody_has_a_name(store: Store) -> None:
    assert await Identity(store, None, lambda: MONDAY).name_of_unknown("zhangwei") == ""


async def test_a_person_is_written_to_by_the_id_the_bot_knows(desk: Desk) -> None:
    desk.fake.script("batch/openuserid_to_userid", plain("zhangwei"))
    await desk.identity().identify(heard(OPEN))
    connection = FakeConnection()
    bot = WecomAibot(connection, addressed=addresses(desk.store))
    for place in ("bot:zhangwei", "bot:lilei", "group:wrG1"):
        await bot.send(place, {"msgtype": "markdown", "markdown": {"content": "x"}}, "k")
    sent = [(body["chatid"], body["chat_type"]) for _, body, _ in connection.requests]
    assert sent == [(OPEN, 1), ("lilei", 1), ("wrG1", 2)]
