"""The playground's WeCom: a cloud of its own for what is not configured, and for nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pydantic import SecretStr

from bot.clock import Clock
from bot.config import Config, Http, Playground, Team, Wecom, WecomAibot, WecomApp, WecomRobot
from bot.loopback.board import Board, Shown
from bot.loopback.wecom.cloud import LoopbackCloud
from bot.loopback.wecom.company import AiBot, CallbackUrl, Company, GroupRobot, Member, SelfBuiltApp
from bot.loopback.wecom.limits import UNLIMITED
from bot.loopback.wecom_stand_in import wecom_stand_in
from bot.web.playground.drawing import Drawing
from handlers.rules import Rules
from messages.abilities import PlaceKind
from scoring.model import Person, Platform, Role
from storage.store import Store
from tests.sample_book import EAST, MONDAY, RULES, fill
from tests.web.pages import Page, lines, next_of, opened
from tests.wecom import forging

PLACES = ["wecom:group:wrEast", "wecom:robot:east"]
DESK = "wecom:user:lilei"


@asynccontextmanager
async def playing(
    folder: Path, real: Wecom | None = None, *, locale: str = "zh_CN"
) -> AsyncIterator[Page]:
    """A playground over the small sample book, with what is configured for real."""
    config = Config.model_construct(
        database_url=f"sqlite+aiosqlite:///{folder / 'book.db'}",
        http=Http(port=0),
        locale=locale,
        playground=Playground(enabled=True),
        teams={EAST: Team(places=PLACES, lead="Ada Park")},
        wecom=real or Wecom(),
    )

    async def prepare(store: Store, _rules: Rules, now: datetime) -> None:
        await fill(store, now)

    async with opened(config, Clock(MONDAY, movable=True), prepare=prepare) as page:
        yield page


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Another WeCom, which counts as the real one, and the whole configuration for it."""

    wecom: Wecom
    cloud: LoopbackCloud
    board: Board

    async def arrived(self, where: str) -> None:
        """Until something has come there."""
        came = asyncio.Event()
        self.board.listen(lambda shown: came.set() if shown.place == where else None)
        if not self.cloud.ledger.shown(where):
            await came.wait()

    @property
    def places(self) -> set[str]:
        """Where anything was sent to."""
        return {sent.place for sent in self.cloud.ledger.sent}


@asynccontextmanager
async def elsewhere() -> AsyncIterator[Elsewhere]:
    """A cloud with everything set up."""
    company = Company(forging.CORP)
    company.hire(Member("LiLei", "李雷"), Member("HanMeimei", "韩梅梅"), Member("WangBei", "王北"))
    callback = CallbackUrl("http://127.0.0.1:1/", forging.TOKEN, forging.AES_KEY)
    company.set_up(
        SelfBuiltApp(1000002, "app-secret", callback=callback),
        GroupRobot("robot-key", "east"),
        AiBot("aib1", "bot-secret", "真助手"),
    )
    company.gather("wrEast", ["lilei"])
    board = Board()
    cloud = LoopbackCloud(company, board, lambda: MONDAY, limits=UNLIMITED)
    await cloud.start()
    cloud.break_the_ice(["group:wrEast", "bot:lilei", "bot:hanmeimei", "bot:wangbei"])
    secret, ws_url = SecretStr("bot-secret"), cloud.ws_url
    wecom = Wecom(
        api_url=cloud.api_url,
        corp_id=forging.CORP,
        app=WecomApp(
            agent_id=1000002,
            secret=SecretStr("app-secret"),
            token=SecretStr(forging.TOKEN),
            encoding_aes_key=SecretStr(forging.AES_KEY),
        ),
        robots={"east": WecomRobot(key=SecretStr("robot-key"))},
        aibot=WecomAibot(name="真助手", bot_id="aib1", secret=secret, ws_url=ws_url),
    )
    try:
        yield Elsewhere(wecom, cloud, board)
    finally:
        await cloud.stop()


async def person(page: Page, name: str) -> str:
    return next(str(p["id"]) for p in (await page.state())["persons"] if p["name"] == name)


def wecom_places(state: dict[str, Any]) -> set[str]:
    return {str(p["id"]) for p in state["places"] if p["platform"] == "wecom"}


async def test_with_nothing_configured_all_of_it_is_stood_in_for(tmp_path: Path) -> None:
    async with playing(tmp_path) as page:
        lilei = await person(page, "李雷")
        state = await page.state(lilei)
        assert wecom_places(state) == {
            "wecom:group:wrEast",
            "wecom:robot:east",
            DESK,
        }
        for where in wecom_places(state):
            await page.until(lilei, lambda post, where=where: post["place"] == where)


async def test_a_line_in_a_direct_message_is_answered_through_the_cloud(tmp_path: Path) -> None:
    async with playing(tmp_path) as page:
        lilei = await person(page, "李雷")
        (mine,) = await page.say(lilei, DESK, "客户 华为")
        assert mine["author"]["person"] == lilei
        card = await page.until(lilei, lambda post: lines([post], "log ") and _in(DESK, post))
        assert card["payload"]["msgtype"] == "template_card"


async def test_a_button_pressed_twice_in_a_moment_acts_once(tmp_path: Path) -> None:
    async with playing(tmp_path) as page:
        lilei, group = await person(page, "李雷"), "wecom:group:wrEast"
        alert = await page.until(lilei, lambda post: lines([post], "claim ") and _in(group, post))
        line = lines([alert], "claim ")[0]
        press = {"person": lilei, "place": group, "post": alert["id"], "line": line}
        async with page.hearing(lilei) as events:
            await asyncio.gather(page.post("click", **press), page.post("click", **press))
            answers, edits = 0, 0
            async for name, post in events:
                if name == "post" and _in(group, post):
                    edits += post["id"] == alert["id"] and line not in lines([post], "claim ")
                    answers += "已由您认领" in post["html"]
                if answers and edits:
                    break
        state = await page.state(lilei)
        assert sum("已由您认领" in p["html"] and _in(group, p) for p in state["posts"]) == 1
        # The button is not there any more, and the page is told so.
        async with page.hearing(lilei) as events:
            await page.post("click", **{**press, "line": "claim R-999"})
            assert "卡片" in (await next_of("toast", events))["text"]


async def test_whom_wecom_does_not_know_is_heard_by_name(tmp_path: Path) -> None:
    async with playing(tmp_path) as page:
        ada = await person(page, "Ada Park")
        desk = next(iter(wecom_places(await page.state(ada)) - set(PLACES)))
        assert desk == f"wecom:user:local-{ada}"
        mine, *answers = await page.say(ada, desk, "客户 华为")
        assert mine["author"]["person"] == ada
        assert any("华为技术有限公司" in post["html"] for post in answers)
        _, answered, *_ = await page.say(ada, "wecom:group:wrEast", "@续约助手 帮助")
        assert answered["author"]["bot"]


async def test_somebody_who_comes_later_can_write_and_be_written_to(tmp_path: Path) -> None:
    async with playing(tmp_path) as page:
        root = await person(page, "Root Chen")
        desk = f"wecom:user:local-{root}"
        sheet = "姓名,角色,团队,wecom_id\n赵新,rep,华东,zhaoxin\n".encode()
        (_, preview, *_) = (await page.drop(root, desk, "people.csv", sheet))[1]["posts"]
        (confirm,) = lines([preview], "import confirm")
        await page.post("click", person=root, place=desk, post=preview["id"], line=confirm)
        new = await person(page, "赵新")
        await page.say(new, "wecom:user:zhaoxin", "帮助")
        assert await page.until(new, lambda post: post["author"]["bot"])


async def test_files_that_wecom_would_not_take_are_refused_as_there(tmp_path: Path) -> None:
    async with playing(tmp_path) as page:
        lilei = await person(page, "李雷")
        async with page.hearing(lilei) as events:
            status, answer = await page.drop(lilei, DESK, "tiny.csv", b"1")
            assert (status, answer["posts"]) == (200, [])
            assert "20 MB" in (await next_of("toast", events))["text"]


async def test_a_bot_has_one_name_in_wecom_whatever_people_read(tmp_path: Path) -> None:
    async with playing(tmp_path) as page:
        lilei = await person(page, "李雷")
        for locale, slack in (("en", "Renewals"), ("zh_CN", "续约助手")):
            await page.post("locale", person=lilei, locale=locale)
            state = await page.state(lilei)
            names = {p["id"]: p["name"] for p in state["places"] if p["kind"] == "dm"}
            assert names == {DESK: "续约助手", "slack:U1LILEI": slack}
            group = next(p for p in state["places"] if p["id"] == "wecom:group:wrEast")
            assert group["mention"] == "@续约助手 "
            await page.say(lilei, "wecom:group:wrEast", "@续约助手 help")
            asked = "What you can ask me" if locale == "en" else "可以这样问我"
            assert await page.until(lilei, lambda post, asked=asked: asked in post["html"])


# --- some of it real -------------------------------------------------------------------------------


async def test_a_real_robot_is_never_spoken_for(tmp_path: Path) -> None:
    async with elsewhere() as real:
        only_robots = Wecom(api_url=real.cloud.api_url, robots=real.wecom.robots)
        async with playing(tmp_path, only_robots) as page:
            lilei = await person(page, "李雷")
            assert wecom_places(await page.state(lilei)) == {"wecom:group:wrEast", DESK}
            await page.until(lilei, lambda post: _in("wecom:group:wrEast", post))
            await page.until(lilei, lambda post: _in(DESK, post))
            await real.arrived("robot:east")
        assert real.places == {"robot:east"}


async def test_a_real_app_leaves_groups_to_the_stand_in(tmp_path: Path) -> None:
    async with elsewhere() as real:
        only_app = real.wecom.model_copy(update={"robots": {}, "aibot": WecomAibot()})
        async with playing(tmp_path, only_app) as page:
            lilei, group = await person(page, "李雷"), "wecom:group:wrEast"
            assert wecom_places(await page.state(lilei)) == {group, "wecom:robot:east"}
            await page.say(lilei, group, "@续约助手 帮助")
            await page.until(
                lilei, lambda post: _in(group, post) and "可以这样问我" in post["html"]
            )
            await real.arrived("user:lilei")
        assert {place.partition(":")[0] for place in real.places} == {"user"}


async def test_a_real_ai_bot_also_reaches_people_so_nobody_stands_in_for_them(
    tmp_path: Path,
) -> None:
    async with elsewhere() as real:
        async with playing(tmp_path, Wecom(aibot=real.wecom.aibot)) as page:
            lilei = await person(page, "李雷")
            assert wecom_places(await page.state(lilei)) == {"wecom:robot:east"}
            await page.until(lilei, lambda post: _in("wecom:robot:east", post))
            await real.arrived("group:wrEast")
            await real.arrived("bot:lilei")
        assert not [place for place in real.places if place.startswith("robot:")]


async def test_with_everything_real_there_is_no_wecom_on_the_page(tmp_path: Path) -> None:
    async with elsewhere() as real, playing(tmp_path, real.wecom) as page:
        lilei = await person(page, "李雷")
        assert wecom_places(await page.state(lilei)) == set()
        for where in ("robot:east", "user:lilei", "group:wrEast"):
            await real.arrived(where)


async def test_the_cloud_listens_on_this_machine_alone_and_its_ways_have_no_pace(
    store: Store,
) -> None:
    async with wecom_stand_in(Wecom(), Board(), store, RULES, lambda: MONDAY) as stand_in:
        for url in (stand_in.config.api_url, stand_in.config.aibot.ws_url):
            assert urlsplit(url).hostname == "127.0.0.1"
        for adapter in stand_in.ways.adapters:
            assert not [pace for where in ("user:a", "group:g") for pace in adapter.pace(where)]
        other = await _secrets(store)
    assert not other & {stand_in.config.corp_id, stand_in.config.aibot.bot_id}


# --- drawing ---------------------------------------------------------------------------------------


def test_a_growing_text_is_not_an_edited_one_and_a_card_has_a_face_for_each() -> None:
    reader, other = (Person(n, f"P{n}", Role.REP) for n in (1, 2))
    card = {"card_type": "text_notice", "main_title": {"title": "open"}}
    mine = {**card, "main_title": {"title": "yours"}}
    post = Shown(
        "1",
        Platform.WECOM,
        "group:g",
        PlaceKind.WECOM_AIBOT_GROUP,
        MONDAY,
        payload={"msgtype": "template_card", "template_card": card},
        revision=1,
        faces={1: {"msgtype": "template_card", "template_card": mine}},
    )
    seen = [Drawing(one, (reader, other), lambda _: "bot").post(post) for one in (reader, other)]
    assert ["yours" in one["html"] for one in seen] == [True, False]
    assert [one["payload"]["template_card"] for one in seen] == [mine, card]
    assert all(one["edited"] for one in seen)
    words = {"msgtype": "markdown", "markdown": {"content": "查询中…"}}
    growing = Shown("2", post.platform, post.place, post.kind, MONDAY, payload=words, revision=3)
    drawn = Drawing(reader, (), lambda _: "bot").post(growing)
    assert (drawn["edited"], drawn["revision"]) == (False, 3)


def _in(room: str, post: dict[str, Any]) -> bool:
    return bool(post["place"] == room)


async def _secrets(store: Store) -> set[str]:
    async with wecom_stand_in(Wecom(), Board(), store, RULES, lambda: MONDAY) as another:
        return {another.config.corp_id, another.config.aibot.bot_id}
