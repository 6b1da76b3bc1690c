"""People through the callbacks: who is unknown, who speaks encrypted, who leaves."""

from __future__ import annotations

from bot.wecom.contacts import following
from bot.wecom.heard import Chat, Way
from bot.wecom.identity import Identity
from bot.wecom.marks import Marks, last_heard, never_spoken
from scoring.model import Role
from storage.store import Store
from tests.sample_book import EAST, MONDAY, RULES, fill
from tests.wecom.calling import House, house
from tests.wecom.ways import words_of

OPEN = "woAJ2GCAAAXtWyujaWJHDDGi0mACAAAA"


class Directory:
    """What WeCom's API would say, in memory."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def post(self, path: str, body: dict[str, object]) -> dict[str, object]:
        self.asked.append(path)
        return {"userid_list": [{"open_userid": OPEN, "userid": "ZhangWei"}]}

    async def get(self, path: str, query: dict[str, str | int]) -> dict[str, object]:
        self.asked.append(path)
        return {"userid": query["userid"], "name": "张伟"}


async def add_zhang_wei(store: Store) -> None:
    async with store.begin() as tx:
        await tx.people.add(
            {"name": "张伟", "role": Role.REP, "team": EAST, "linked": False}, now=MONDAY
        )


async def waiting(at: House) -> list[tuple[str, str]]:
    async with at.store.read() as tx:
        return [(row.kind, row.place) for row in await tx.outbox.rows()]


async def test_a_stranger_of_the_app_is_asked_about_by_the_directorys_name(store: Store) -> None:
    await fill(store)
    await add_zhang_wei(store)
    directory = Directory()
    identity = Identity(store, directory, lambda: MONDAY)
    async with house(store, name_of_unknown=identity.name_of_unknown) as at:
        said = await at.app_hears(at.text("到期", sender="ZhangWei"))
        assert "张伟" in said
        assert "Ada Park" in said
        assert await waiting(at) == [("notice", "U3ADA")]
        await at.app_hears(at.text("到期", sender="lilei"))
    assert directory.asked == ["user/get"]


async def test_an_encrypted_id_of_the_ai_bot_is_the_person_behind_it(store: Store) -> None:
    book = await fill(store)
    async with store.begin() as tx:
        await tx.people.change(book.people["韩梅梅"], {"wecom_id": "zhangwei"})
    directory = Directory()
    identity = Identity(store, directory, lambda: MONDAY)
    async with house(store, identify=identity.identify) as at:
        for _ in range(2):
            answer = await at.bot_hears(at.mention("我的", sender=OPEN, group=None))
            assert "长江电力" in words_of(answer) or "云帆" in words_of(answer)
    assert directory.asked == ["batch/openuserid_to_userid"]


async def test_a_leaver_event_tells_the_lead_once(store: Store) -> None:
    await fill(store)
    async with house(store, on_contact_change=following(store, RULES, lambda: MONDAY)) as at:
        event = at.event("change_contact", sender="sys", ChangeType="delete_user", UserID="LiLei")
        for _ in range(3):
            await at.app_hears(event)
        assert await waiting(at) == [("notice", "U3ADA")]
        assert at.statuses == [200, 200, 200]
        await at.app_hears(at.text("到期"))
        assert "我还不认识您" in at.app.texts("user:lilei")[-1]


async def test_a_new_user_id_is_the_same_person(store: Store) -> None:
    await fill(store)
    async with house(store, on_contact_change=following(store, RULES, lambda: MONDAY)) as at:
        await at.app_hears(
            at.event(
                "change_contact",
                sender="sys",
                ChangeType="update_user",
                UserID="LiLei",
                NewUserID="Lei",
            )
        )
        assert "您已绑定为李雷" in await at.app_hears(at.text("绑定账号", sender="Lei"))


async def test_it_is_noted_which_way_was_heard_and_who_may_be_written_to(store: Store) -> None:
    await fill(store)
    async with house(store, met=Marks(store, lambda: MONDAY).met) as at:
        await at.app_hears(at.text("帮助"))
        await at.bot_hears(at.mention("帮助", sender="HanMeiMei", group=None))
        await at.bot_hears(at.mention("帮助", sender="WangBei"))
    async with store.read() as tx:
        assert await last_heard(tx, Way.APP) == MONDAY
        assert await last_heard(tx, Way.AIBOT) == MONDAY
        assert await never_spoken(tx, ["lilei", "hanmeimei", "wangbei"]) == ["lilei", "wangbei"]


async def test_marks_are_written_rarely(store: Store) -> None:
    now = [MONDAY]
    marks = Marks(store, lambda: now[0])
    for _ in range(3):
        await marks.met(Chat(Way.APP, "lilei"), "lilei")
    async with store.begin() as tx:
        await tx.settings.forget("wecom.heard:app")
    await marks.met(Chat(Way.APP, "lilei"), "lilei")
    async with store.read() as tx:
        assert await last_heard(tx, Way.APP) is None
