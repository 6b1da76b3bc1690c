"""The whole service in a workspace: people work in the loopback Slack, alerts go out, cards change."""

from __future__ import annotations

from collections.abc import AsyncIterator

import aiohttp
import pytest

from bot.app import running
from bot.clock import Clock
from bot.config import Config
from bot.delivery.rounds import deliver_all
from bot.loopback.board import Board
from bot.loopback.slack.cloud import LoopbackSlackCloud
from bot.loopback.slack.workspace import App
from storage.store import Store
from tests.sample_book import EAST as TEAM_EAST
from tests.sample_book import MONDAY, fill
from tests.slack.answered import taps_of, words_in
from tests.slack.house import ADA, EAST, HMM, LILEI, VERA
from tests.slack.office import PUBLIC, TEAM, Office, office, slack_section, workspace
from tests.slack.test_dialogues_on_cloud import button
from tests.wecom.dialogues import claimed_by, renewal

SHEET = b"account,contract_no,ends_on\nNew Co,HT-99,2027-05-31\n"


@pytest.fixture(params=["http", "socket"])
async def work(request: pytest.FixtureRequest, store: Store) -> AsyncIterator[Office]:
    """An office, over each transport and on each database."""
    async with office(store, by_http=request.param == "http") as made:
        yield made


async def test_an_alert_is_claimed_and_every_card_and_thread_says_so(work: Office) -> None:
    people = work.cloud.people
    card = await work.alert("HT-1")
    assert f"<@{LILEI}>" in words_in(card.payload)
    assert "<!" not in words_in(card.payload)
    await work.over(await people.tap(HMM, EAST, card.ts, button(card, "认领")))
    assert await claimed_by(work.store, work.book, "HT-1") == "韩梅梅"
    assert "已由您认领" in work.words(EAST, HMM)[-1]
    await work.deliver()
    card = work.now(card)
    assert "韩梅梅" in words_in(card.payload)
    assert "认领" not in taps_of(card.payload)
    assert "韩梅梅 已认领" in work.below(card)[0]
    late = await work.over(await people.slash(LILEI, EAST, "claim 华为"))
    assert late.posted is not None
    assert "已由韩梅梅认领" in words_in(late.posted.payload)


async def test_a_morning_of_work_on_one_card(work: Office) -> None:
    """Log, snooze and win from its buttons and forms: one card, its history below it."""
    people = work.cloud.people
    card = await work.alert("HT-1")
    form = await work.over(await people.tap(LILEI, EAST, card.ts, button(card, "记跟进")))
    assert form.view is not None
    done = await work.over(await people.submit(LILEI, {"text": "和王总电话聊了，下周三跟进"}))
    assert (done.complaint, done.view) == ("", None)
    assert "已记录" in work.words(EAST, LILEI)[-1]
    await work.deliver()
    card = work.now(card)
    await work.over(await people.tap(LILEI, EAST, card.ts, button(card, "暂缓提醒")))
    wrong = await people.submit(LILEI, {"until": "2028-12-01", "reason": "客户出差"})
    assert wrong.view is not None
    assert "最迟须在2026年12月31日前处理" in wrong.view.errors["until"]
    await work.over(await people.submit(LILEI, {"until": "2026-12-01"}))
    assert "已暂缓至2026年12月1日" in work.words(EAST, LILEI)[-1]
    await work.deliver()
    card = work.now(card)
    assert "暂缓至12月1日" in words_in(card.payload)
    won = await work.over(await people.tap(LILEI, EAST, card.ts, button(card, "赢单")))
    if won.view is not None:
        await work.over(await people.submit(LILEI))
    assert "续约成功" in work.words(EAST, LILEI)[-1]
    await work.deliver()
    card = work.now(card)
    assert "已续约" in card.text
    logged, snoozed, decided = work.below(card)
    assert "记录了跟进（电话）" in logged
    assert "已暂缓至2026年12月1日" in snoozed
    assert "已登记为赢单" in decided
    assert len([each for each in work.said(EAST) if not each.thread]) == 1


async def test_a_loss_has_a_reason_and_the_channel_reads_no_more_than_it_may(work: Office) -> None:
    people = work.cloud.people
    asked = await work.over(await people.slash(LILEI, EAST, "lost 蓝海"))
    assert asked.view is not None
    done = await work.over(await people.submit(LILEI, {"reason": "price"}))
    assert (done.complaint, done.view) == ("", None)
    assert "已登记为丢单，原因：价格" in work.words(EAST, LILEI)[-1]
    denied = await work.over(await people.slash(VERA, EAST, "lost 华为 价格"))
    assert denied.posted is not None
    assert (await renewal(work.store, work.book, "HT-1")).decided_at is None
    shown = await people.slash(ADA, EAST, "show 华为")
    assert shown.posted is not None
    assert "120万" in words_in(shown.posted.payload)
    await work.over(await people.tap(ADA, EAST, shown.posted.ts, button(shown.posted, "分享")))
    shared = work.words(EAST, VERA)[-1]
    assert "华为" in shared
    assert "120万" not in shared


async def test_home_shows_what_is_true_after_a_change(work: Office) -> None:
    people = work.cloud.people
    await work.over(await people.open_home(LILEI))
    home = work.cloud.home(LILEI)
    assert home is not None
    assert "华为" in words_in(home.blocks)
    before = home.hash
    claim = next(each for each in taps_of(home.body).items() if each[0] == "认领")[1]
    await work.over(await people.tap_home(LILEI, claim["action_id"]))
    work.clock.later(seconds=31)
    await work.service.homes.refresh()
    after = work.cloud.home(LILEI)
    assert after is not None
    assert after.hash != before
    assert len(work.cloud.ledger.calls("views.publish")) == 2
    await work.service.homes.refresh()
    assert len(work.cloud.ledger.calls("views.publish")) == 2


async def test_a_sheet_dropped_in_the_own_conversation_is_imported_once_confirmed(
    work: Office,
) -> None:
    people = work.cloud.people
    await work.over(await people.drop(ADA, ADA, "sheet.csv", SHEET))
    preview = work.said(ADA, ADA)[-1]
    assert "sheet.csv 导入预览" in words_in(preview.payload)
    await work.over(await people.tap(ADA, ADA, preview.ts, button(preview, "确认导入")))
    await work.over(await people.say(ADA, ADA, "New Co"))
    assert "HT-99" in work.words(ADA, ADA)[-1]
    await work.over(await people.say(ADA, ADA, "导出"))
    found = [work.cloud.file_of(each.shown_id) for each in work.said(ADA, ADA)]
    assert [each[0] for each in found if each] == ["renewals-2026-11-23.xlsx"]


async def test_messages_are_filed_by_shortcut_and_by_pin(work: Office) -> None:
    people = work.cloud.people
    first = await people.say(HMM, EAST, "和华为的王总电话聊了，预算Q3定")
    second = await people.say(HMM, EAST, "星河科技的续约下周三再谈")
    third = await people.say(HMM, EAST, "这家客户下周再谈")
    assert first.posted is not None
    assert second.posted is not None
    assert third.posted is not None
    await work.over(await people.message_shortcut(LILEI, EAST, first.posted.ts, "log_as_touch"))
    await work.over(await people.react(LILEI, EAST, second.posted.ts, "pushpin"))
    asked = await people.message_shortcut(LILEI, EAST, third.posted.ts, "log_as_touch")
    assert asked.view is not None
    await people.search(LILEI, "search:customer", "云帆")
    done = await work.over(await people.submit(LILEI, {"customer": "A#3"}))
    assert (done.complaint, done.view) == ("", None)
    for name, words in zip(("华为", "星河", "云帆"), work.words(EAST, LILEI), strict=True):
        assert f"已记录 {name}" in words
    assert work.words(EAST, ADA) == []


async def test_a_link_to_a_customer_is_previewed_by_the_rights_of_who_shares_it(
    work: Office,
) -> None:
    link = f"{PUBLIC}/c/A-1"
    shared = await work.over(await work.cloud.people.say(LILEI, EAST, f"请看 {link}"))
    assert shared.posted is not None
    assert "华为" in words_in(shared.posted.unfurls[link])
    assert "120万" not in words_in(shared.posted.unfurls[link])
    foreign = await work.over(await work.cloud.people.say(LILEI, EAST, f"{PUBLIC}/c/A-7"))
    assert foreign.posted is not None
    assert foreign.posted.unfurls == {}


async def test_settings_change_the_language_of_everything_that_follows(work: Office) -> None:
    people = work.cloud.people
    shown = await people.slash(LILEI, EAST, "设置")
    assert shown.posted is not None
    await work.over(await people.tap(LILEI, EAST, shown.posted.ts, button(shown.posted, "English")))
    answer = await people.slash(LILEI, EAST, "华为")
    assert answer.posted is not None
    assert "38 days left" in words_in(answer.posted.payload)


async def test_who_is_mentioned_or_says_a_name_gets_an_answer_that_nobody_else_sees(
    work: Office,
) -> None:
    people = work.cloud.people
    await work.over(await people.mention(HMM, EAST, "到期"))
    assert "蓝海" not in "".join(work.words(EAST, ADA))
    assert "到期" in work.words(EAST, HMM)[-1]
    await work.over(await people.say(HMM, HMM, "华为"))
    assert "王建国" in work.words(HMM, HMM)[-1]
    assert work.cloud.ledger.unknown_arguments() == []


@pytest.mark.parametrize("by_http", [True, False])
async def test_ids_of_an_organisation_are_those_of_its_workspace(
    store: Store, by_http: bool
) -> None:
    async with office(store, by_http=by_http, enterprise="E0ORG") as work:
        card = await work.alert("HT-1")
        await work.over(await work.cloud.people.tap(LILEI, EAST, card.ts, button(card, "认领")))
        assert await claimed_by(store, work.book, "HT-1") == "李雷"
        await work.over(await work.cloud.people.say(LILEI, LILEI, "华为"))
        assert "华为" in work.words(LILEI, LILEI)[-1]


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
async def test_slack_that_is_down_at_the_start_is_waited_for(
    store: Store, database_url: str
) -> None:
    """As `renewals run` runs it: /readyz says what is the matter until Slack is back."""
    await fill(store)
    clock = Clock(MONDAY)
    cloud = LoopbackSlackCloud(App(), [workspace()], Board(), clock.now)
    token = cloud.install(TEAM).bot_token
    cloud.invite_bot(TEAM, EAST)
    await cloud.start()
    port = int(cloud.origin.rpartition(":")[2])
    config = Config.model_validate(
        {
            "database_url": database_url,
            "slack": slack_section(cloud, token, by_http=False),
            "http": {"port": 0},
            "teams": {TEAM_EAST: {"places": ["slack:#renewals-east"]}},
        }
    )
    await cloud.stop()
    async with running(config, clock) as bot, aiohttp.ClientSession() as http:

        async def slack_is() -> str:
            async with http.get(f"{bot.address}/readyz") as response:
                said = await response.json()
            assert (response.status == 200) == (said["parts"]["slack"] == "ok")
            return str(said["parts"]["slack"])

        down = await slack_is()
        assert down != "ok"
        assert token not in down
        await cloud.start(port)
        await cloud.lines.until_connected()
        shown = await cloud.people.slash(LILEI, EAST, "show 华为")
        assert shown.posted is not None
        assert await slack_is() == "ok"
        await cloud.until(lambda: cloud.words("#renewals-east"), timeout_s=20.0)
    await cloud.stop()


@pytest.mark.parametrize("by_http", [True, False])
async def test_what_waited_for_an_invitation_goes_out_with_it(store: Store, by_http: bool) -> None:
    async with office(store, by_http=by_http) as work:
        await work.over(await work.cloud.people.remove(ADA, EAST))
        contract = work.book.contracts["HT-1"]
        async with store.begin() as tx:
            await tx.connection.exec_driver_sql(
                f"DELETE FROM deliveries WHERE contract_id <> {contract} "  # noqa: S608
                "OR place <> '#renewals-east'"
            )
        await deliver_all(work.courier)
        assert work.said(EAST) == []
        await work.over(await work.cloud.people.invite(ADA, EAST))
        work.clock.later(seconds=1.1)
        await deliver_all(work.courier)
        assert "华为" in work.words(EAST)[-1]
