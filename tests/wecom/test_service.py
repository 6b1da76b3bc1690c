"""The whole service in a company: people talk in the loopback WeCom, alerts go out, cards change."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from pydantic import SecretStr

from bot.adapters.base import Adapters
from bot.config import Wecom, WecomAibot, WecomApp
from bot.delivery.courier import Courier
from bot.delivery.rounds import deliver_all
from bot.dispatcher import Dispatcher
from bot.loopback.board import Board, Shown
from bot.loopback.wecom.cloud import LoopbackCloud
from bot.loopback.wecom.company import AiBot, CallbackUrl, Company, Member, SelfBuiltApp
from bot.sending import composer
from bot.web.server import serving, web_app
from bot.wecom.service import WecomService
from bot.wecom.ways import wecom_ways
from handlers.commands import COMMANDS
from handlers.rules import Rules, TeamPlaces
from scoring.model import Platform
from storage.store import Store
from tests.sample_book import EAST, NORTH, ZONE, SampleBook
from tests.wecom import forging
from tests.wecom.calling import Clock, settled
from tests.wecom.dialogues import claimed_by, renewal, ticked_book

GROUP = "group:wrEast"
RULES = Rules(
    zone=ZONE,
    teams=(TeamPlaces(EAST, (("wecom", GROUP),), "Ada Park"), TeamPlaces(NORTH)),
)


@dataclass
class Office:
    """A company at work with the bot in it."""

    store: Store
    book: SampleBook
    cloud: LoopbackCloud
    board: Board
    service: WecomService
    courier: Courier
    clock: Clock

    async def say(self, userid: str, place: str, line: str) -> None:
        """Somebody types a line, and everything that follows from it is done."""
        await self.cloud.people.say(userid, place, line)
        await self.over()

    async def tap(self, userid: str, place: str, card: Shown, key: str) -> None:
        """Somebody taps a button."""
        await self.cloud.people.tap(userid, place, card.id, key)
        await self.over()

    async def alert(self, contract_no: str, *, place: str = GROUP) -> None:
        """The alert of one renewal alone, so that it is a card and no list."""
        contract_id = self.book.contracts[contract_no]
        async with self.store.begin() as tx:
            await tx.connection.exec_driver_sql(
                f"DELETE FROM deliveries WHERE contract_id <> {contract_id} "  # noqa: S608
                f"OR place <> '{place}'"
            )
        await self.deliver()

    async def deliver(self) -> None:
        """Everything that is due goes out."""
        await deliver_all(self.courier)

    async def over(self) -> None:
        """Until nothing is under way."""
        await settled()
        await self.service.reception.drain()
        await self.cloud.settled()

    def words(self, place: str) -> str:
        """What the bot's messages in a place say now."""
        return "\n".join(self.cloud.words(place))

    def card(self, place: str) -> Shown:
        """The last card in a place that has buttons."""
        shown = self.board.seen_by(1, [f"wecom:{place}"])
        cards = [one for one in shown if _buttons(one)]
        return cards[-1]


def _buttons(shown: Shown) -> list[str]:
    card = (shown.payload or {}).get("template_card", {})
    return [button["key"] for button in card.get("button_list", ())]


@asynccontextmanager
async def office(
    store: Store, *, by_callback: bool = False, super_admin: bool = True
) -> AsyncIterator[Office]:
    """A cloud, a service that talks to it, and the sample book with every renewal opened."""
    book = await ticked_book(store, RULES)
    clock, board = Clock(), Board()
    made = Company(forging.CORP)
    made.hire(
        Member("LiLei", "李雷", 1), Member("HanMeimei", "韩梅梅", 2), Member("Ada", "Ada Park", 3)
    )
    made.set_up(
        SelfBuiltApp(1000002, "app-secret"),
        AiBot("aib1", "" if by_callback else "bot-secret", super_admin=super_admin),
    )
    made.gather("wrEast", ["lilei", "hanmeimei", "ada"])
    async with store.begin() as tx:
        await tx.people.link(book.people["Ada Park"], Platform.WECOM, "ada", expect=None)
    cloud = LoopbackCloud(made, board, clock)
    async with AsyncExitStack() as stack:
        await cloud.start()
        stack.push_async_callback(cloud.stop)
        keys = {"token": SecretStr(forging.TOKEN), "encoding_aes_key": SecretStr(forging.AES_KEY)}
        bot = keys if by_callback else {"bot_id": "aib1", "secret": SecretStr("bot-secret")}
        config = Wecom(
            api_url=cloud.api_url,
            corp_id=forging.CORP,
            app=WecomApp(agent_id=1000002, secret=SecretStr("app-secret"), **keys),
            aibot=WecomAibot(name="续约助手", ws_url=cloud.ws_url, **bot),
        )
        ways = await stack.enter_async_context(wecom_ways(config, store, clock))
        courier = Courier(store, Adapters(ways.adapters), composer(RULES), clock)
        dispatcher = Dispatcher(store, COMMANDS, RULES)
        service = WecomService(config, ways, store, dispatcher, RULES, clock, courier, lambda: None)
        await stack.enter_async_context(service.listening())
        site = await stack.enter_async_context(serving(web_app(service.doors), "127.0.0.1", 0))
        app = CallbackUrl(f"{site}/wecom/callback", forging.TOKEN, forging.AES_KEY)
        aibot = CallbackUrl(f"{site}/wecom/aibot", forging.TOKEN, forging.AES_KEY)
        cloud.callback_to(app=app, aibot=aibot if by_callback else None)
        assert not any((await cloud.verify()).values())
        if ways.connection is not None:
            await _until(lambda: cloud.lines.connected)
        cloud.break_the_ice([GROUP])
        yield Office(store, book, cloud, board, service, courier, clock)


async def _until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not true():
            await settled()


async def test_people_talk_to_the_app(store: Store) -> None:
    async with office(store) as work:
        await work.say("LiLei", "user:lilei", "绑定账号")
        assert "您已绑定为李雷" in work.words("user:lilei")
        await work.say("LiLei", "user:lilei", "客户 华为")
        assert "华为" in work.words("user:lilei")


async def test_people_talk_to_the_ai_bot_in_a_group(store: Store) -> None:
    async with office(store) as work:
        await work.say("HanMeimei", GROUP, "@续约助手 到期")
        assert "蓝海物流" in work.words(GROUP)
        assert "¥" not in work.words(GROUP)
        await work.say("HanMeimei", GROUP, "随便聊聊")
        assert len(work.cloud.words(GROUP)) == 2


async def test_an_alert_in_a_group_is_claimed_and_its_card_changes_for_everybody(
    store: Store,
) -> None:
    async with office(store) as work:
        await work.alert("HT-2")
        card = work.card(GROUP)
        claim = next(key for key in _buttons(card) if key.startswith("claim"))
        await work.tap("LiLei", GROUP, card, claim)
        assert await claimed_by(store, work.book) == "李雷"
        assert "已由您认领" in work.words(GROUP)
        face = work.board.get(Platform.WECOM, GROUP, card.id)
        assert face is not None
        assert face.revision == 1
        assert not any(key.startswith("claim") for key in _buttons(face))


async def test_a_card_of_something_decided_says_so_when_it_is_tapped(store: Store) -> None:
    async with office(store) as work:
        await work.alert("HT-2")
        card = work.card(GROUP)
        claim = next(key for key in _buttons(card) if key.startswith("claim"))
        code = (await renewal(store, work.book)).code
        await work.say("LiLei", "user:lilei", f"认领 {code}")
        await work.say("LiLei", "user:lilei", f"lost {code} 价格")
        await work.tap("HanMeimei", GROUP, card, claim)
        face = work.board.get(Platform.WECOM, GROUP, card.id)
    assert face is not None
    shown = (face.payload or {})["template_card"]
    assert shown["main_title"]["title"].endswith("已流失")
    assert not any(key.startswith("claim") for key in _buttons(face))


async def test_a_card_of_the_app_is_repainted_with_the_code_of_the_tap(store: Store) -> None:
    async with office(store) as work:
        await work.alert("HT-3", place="user:hanmeimei")
        card = work.card("user:hanmeimei")
        claim = next(key for key in _buttons(card) if key.startswith("claim"))
        await work.tap("HanMeimei", "user:hanmeimei", card, claim)
        assert await claimed_by(store, work.book, "HT-3") == "韩梅梅"
        await work.deliver()
        face = work.board.get(Platform.WECOM, "user:hanmeimei", card.id)
    assert face is not None
    assert face.revision == 1
    assert not any(key.startswith("claim") for key in _buttons(face))


async def test_the_ai_bot_answers_as_a_callback(store: Store) -> None:
    async with office(store, by_callback=True) as work:
        await work.say("HanMeimei", GROUP, "@续约助手 到期")
        assert "蓝海物流" in work.words(GROUP)
        card = work.card(GROUP)
        claim = next(key for key in _buttons(card) if key.startswith("claim"))
        await work.tap("LiLei", GROUP, card, claim)
        assert "已由您认领" in str(work.board.get(Platform.WECOM, GROUP, card.id))


async def test_an_export_arrives_as_a_file_on_both_ways(store: Store) -> None:
    async with office(store) as work:
        for place in ("user:ada", "bot:ada"):
            await work.say("Ada", place, "导出")
            files = [one.file for one in work.board.seen_by(3, [f"wecom:{place}"]) if one.file]
            assert files == ["renewals-2026-11-23.xlsx"]


async def test_a_sheet_dropped_on_either_way_is_previewed(store: Store) -> None:
    sheet = "account,contract_no,ends_on\n新客户,HT-99,2027-05-31\n".encode()
    async with office(store) as work:
        for place in ("user:ada", "bot:ada"):
            await work.cloud.people.give_file("Ada", place, "sheet.csv", sheet)
            await work.over()
            assert "sheet.csv 导入预览" in work.words(place)


async def test_who_opens_a_chat_is_welcomed(store: Store) -> None:
    async with office(store) as work:
        for place in ("user:lilei", "bot:lilei"):
            await work.cloud.people.enter("LiLei", place)
            await work.over()
            assert "我是续约助手" in work.words(place)


async def test_encrypted_ids_of_the_ai_bot_are_people_all_the_same(store: Store) -> None:
    async with office(store, super_admin=False) as work:
        await work.say("LiLei", "bot:lilei", "绑定账号")
        assert "您已绑定为李雷" in work.words("bot:lilei")
