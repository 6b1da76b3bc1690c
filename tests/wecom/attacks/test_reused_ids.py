"""A user id that now means somebody else: nothing that was known of the former holder speaks."""

from __future__ import annotations

import asyncio

import pytest

from bot.wecom.contacts import take_in
from bot.wecom.heard import Chat, ContactChanged, Way
from bot.wecom.identity import Identity, addressed
from scoring.model import Platform, Role
from storage.store import Store
from tests.sample_book import EAST, MONDAY, RULES, fill
from tests.wecom.calling import House, house

OPEN = "woAJ2GCAAAXtWyujaWJHDDGi0mACAAAA"
GONE = ContactChanged("e1", "delete_user", "zhangsan")
MOVED = ContactChanged("e1", "update_user", "zhangsan", "zhangsan2")


class Directory:
    """What WeCom's API says of one encrypted id and of one member, as long as it is so."""

    def __init__(self) -> None:
        self.plain = "ZhangSan"
        self.name = "张三"

    async def post(self, path: str, body: dict[str, object]) -> dict[str, object]:
        return {"userid_list": [{"open_userid": OPEN, "userid": self.plain}]}

    async def get(self, path: str, query: dict[str, str | int]) -> dict[str, object]:
        return {"userid": query["userid"], "name": self.name}


def speaker() -> Chat:
    return Chat(Way.AIBOT, OPEN.lower(), as_given=OPEN)


async def add(store: Store, name: str, **values: object) -> None:
    async with store.begin() as tx:
        person = {"name": name, "role": Role.REP, "team": EAST, "linked": False, **values}
        await tx.people.add(person, now=MONDAY)


async def notices(home: House) -> int:
    async with home.store.read() as tx:
        return len(await tx.outbox.rows())


@pytest.mark.parametrize("change", [GONE, MOVED], ids=["left", "moved"])
async def test_an_encrypted_id_does_not_speak_for_who_has_the_plain_one_next(
    store: Store, change: ContactChanged
) -> None:
    directory = Directory()
    identity = Identity(store, directory, lambda: MONDAY)
    assert await identity.identify(speaker()) == "zhangsan"
    await take_in(store, RULES, change, MONDAY)
    directory.plain = "ZhangSan2"
    assert await identity.identify(speaker()) == "zhangsan2"
    async with store.read() as tx:
        assert await addressed(tx, "zhangsan") == "zhangsan"


async def test_a_new_colleague_is_not_taken_for_the_one_whose_id_they_got(store: Store) -> None:
    await fill(store)
    await add(store, "张三")
    directory = Directory()
    identity = Identity(store, directory, lambda: MONDAY)
    async with house(store, name_of_unknown=identity.name_of_unknown) as home:
        assert "张三" in await home.app_hears(home.text("到期", sender="ZhangSan"))
        assert await notices(home) == 1
        for number, change in enumerate(("delete_user", "update_user", "create_user")):
            directory.name = f"李四{number}"
            event = ContactChanged(f"e{number}", change, "zhangsan", fields={"Name": "李四"})
            await take_in(store, RULES, event, MONDAY)
            assert "张三" not in await home.app_hears(home.text("到期", sender="ZhangSan"))
        assert await notices(home) == 1


async def test_a_code_asked_for_by_who_left_links_nobody(store: Store) -> None:
    book = await fill(store)
    await add(store, "张三")
    async with store.begin() as tx:
        await tx.people.link(book.people["Ada Park"], Platform.WECOM, "ada", expect=None)
    async with house(store) as home:
        asked = await home.app_hears(home.text("link", sender="ZhangSan"))
        async with store.read() as tx:
            (key,) = await tx.settings.under("link.code:")
        code = key.removeprefix("link.code:")
        assert code in asked
        await take_in(store, RULES, GONE, MONDAY)
        await home.app_hears(home.text(f"link {code} 张三", sender="ada"))
    async with store.read() as tx:
        assert await tx.people.by_sender(Platform.WECOM, "zhangsan") is None
        assert await tx.settings.under("link.") == {}


async def test_of_two_who_are_given_one_id_at_once_one_gets_it(store: Store) -> None:
    await fill(store)
    for number in range(5):
        ended = await asyncio.gather(
            *(
                take_in(
                    store,
                    RULES,
                    ContactChanged(f"{number}{userid}", "update_user", userid, f"new{number}"),
                    MONDAY,
                )
                for userid in ("lilei", "hanmeimei")
            )
        )
        assert sorted(ended) == [False, True]
        winner = "lilei" if ended[0] else "hanmeimei"
        back = ContactChanged(f"back{number}", "update_user", f"new{number}", winner)
        assert await take_in(store, RULES, back, MONDAY)
