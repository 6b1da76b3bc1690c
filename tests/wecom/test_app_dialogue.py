"""Lines typed to the app, over real HTTP, sealed as WeCom seals them."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from bot.delivery.steady import steady_time
from bot.exchanges import AT_ONCE_FOR_ONE
from bot.wecom.heard import Chat, ContactChanged
from bot.wecom.replies import Patience
from messages.i18n import Phrasebook
from messages.limits import WECOM_PERSON_PER_MINUTE
from scoring.errors import (
    BadCredentials,
    OutcomeUnknown,
    PlatformDown,
    RateLimited,
    StoreUnavailable,
)
from scoring.model import Locale, Platform
from storage.posts import NewPost
from storage.store import Store
from tests.logged import logged, only
from tests.sample_book import MONDAY, SampleBook
from tests.wecom import forging
from tests.wecom.calling import HURRIED, house, settled
from tests.wecom.dialogues import claimed_by, renewal, slow, ticked_book
from tests.wecom.ways import FakeWay


@pytest.fixture
async def book(store: Store) -> SampleBook:
    """The sample book with every renewal opened."""
    return await ticked_book(store)


async def lead_on_wecom(store: Store, book: SampleBook) -> None:
    async with store.begin() as tx:
        await tx.people.link(book.people["Ada Park"], Platform.WECOM, "ada", expect=None)


async def test_a_short_answer_comes_with_the_callback(store: Store, book: SampleBook) -> None:
    async with house(store) as home:
        assert await home.app_hears(home.text("绑定账号")) == "您已绑定为李雷，无需重复绑定。"
        assert home.app.sent == []


async def test_a_card_is_sent_before_the_callback_is_answered_empty(
    store: Store, book: SampleBook
) -> None:
    async with house(store) as home:
        assert await home.app_hears(home.text("客户 华为")) == ""
    assert "华为" in home.app.texts("user:lilei")[0]
    assert {place for place, _, _ in home.app.sent} == {"user:lilei"}


async def test_a_stranger_is_told_how_to_become_known(store: Store, book: SampleBook) -> None:
    async with house(store) as home:
        await home.app_hears(home.text("到期", sender="Nobody"))
        answer = await home.app_hears(home.text("绑定账号", sender="Nobody"))
    assert "绑定码是" in "".join(home.app.texts("user:nobody")) + answer


async def test_user_ids_have_no_case(store: Store, book: SampleBook) -> None:
    async with house(store) as home:
        answer = await home.app_hears(home.text("绑定账号", sender="LiLei"))
    assert "李雷" in answer


async def test_a_claim_acts_once_however_often_it_is_told(store: Store, book: SampleBook) -> None:
    async with house(store) as home:
        line = home.text(f"认领 {(await renewal(store, book)).code}")
        answers = [await home.app_hears(line) for _ in range(3)]
    assert len(set(answers)) == 1
    assert len(home.app.sent) == 1
    assert await claimed_by(store, book) == "李雷"


async def test_three_deliveries_at_once_are_one_question(store: Store, book: SampleBook) -> None:
    gate = asyncio.Event()
    async with house(store, commands=slow(gate)) as home:
        line = home.text("到期")
        asked = [asyncio.create_task(home.app_hears(line)) for _ in range(3)]
        await settled()
        gate.set()
        assert [await one for one in asked] == ["到期清单 1"] * 3


async def test_the_same_line_typed_twice_is_answered_twice(store: Store, book: SampleBook) -> None:
    gate = asyncio.Event()
    gate.set()
    async with house(store, commands=slow(gate)) as home:
        answers = [await home.app_hears(home.text("到期")) for _ in range(2)]
    assert answers == ["到期清单 1", "到期清单 2"]


async def test_a_slow_answer_gets_a_sign_of_life_and_follows(
    store: Store, book: SampleBook
) -> None:
    gate = asyncio.Event()
    async with house(store, commands=slow(gate), patience=HURRIED) as home:
        line = home.text("到期")
        assert await home.app_hears(line) == "查询中，请稍候…"
        assert await home.app_hears(line) == "查询中，请稍候…"
        gate.set()
        await home.reception.drain()
        assert home.app.texts() == ["到期清单 1"]


async def test_a_slow_tap_gets_a_word_as_a_message(store: Store, book: SampleBook) -> None:
    gate = asyncio.Event()
    async with house(store, commands=slow(gate), patience=HURRIED) as home:
        assert await home.app_hears(home.tap("到期", "task-1")) == ""
        await settled()
        gate.set()
        await home.reception.drain()
        assert home.app.texts() == ["查询中，请稍候…", "到期清单 1"]


async def test_a_slow_claim_is_done_all_the_same(store: Store, book: SampleBook) -> None:
    way = FakeWay()
    way.gate.clear()
    patience = Patience(sign_s=5.0, end_s=0.3)
    async with house(store, app=way, patience=patience) as home:
        assert await home.app_hears(home.text(f"认领 {(await renewal(store, book)).code}")) == ""
        assert await claimed_by(store, book) == "李雷"
        way.gate.set()
        await home.reception.drain()
        assert "已由您认领" in home.app.texts()[0]


async def test_after_a_crash_before_the_answer_the_repeat_gets_the_reply_that_was_kept(
    store: Store, book: SampleBook
) -> None:
    async with house(store) as home:
        line = home.text(f"认领 {(await renewal(store, book)).code}")
        await home.app_hears(line)
    async with house(store) as another:  # nothing is left in memory
        await another.app_hears(line)
    assert home.app.texts() == another.app.texts()
    assert [key for _, _, key in home.app.sent] == [key for _, _, key in another.app.sent]
    assert await claimed_by(store, book) == "李雷"


async def test_two_taps_in_one_second_both_count(store: Store, book: SampleBook) -> None:
    codes = [(await renewal(store, book, number)).code for number in ("HT-2", "HT-3")]
    async with house(store) as home:
        taps = [home.tap(f"claim {code}", f"task-{code}") for code in codes]
        assert [await home.app_hears(tap) for tap in (taps[1], taps[0], taps[1])] == ["", "", ""]
    assert await claimed_by(store, book, "HT-2") == "李雷"
    assert await claimed_by(store, book, "HT-3") == "李雷"
    assert len(home.app.sent) == 2


async def test_a_picked_option_completes_the_line(store: Store, book: SampleBook) -> None:
    code = (await renewal(store, book)).code
    item = (
        "<SelectedItem><QuestionKey>to</QuestionKey>"
        "<OptionIds><OptionId>proposal</OptionId></OptionIds></SelectedItem>"
    )
    async with house(store) as home:
        await home.app_hears(home.text(f"认领 {code}"))
        tap = home.tap(f"stage {code}", "form-1").replace(
            "<AgentID>", f"<SelectedItems>{item}</SelectedItems><AgentID>"
        )
        await home.app_hears(tap)
    assert (await renewal(store, book)).stage == "proposal"


async def test_a_tap_renews_the_code_of_its_card_before_anything_is_repainted(
    store: Store, book: SampleBook
) -> None:
    code = (await renewal(store, book)).code
    async with store.begin() as tx:
        await tx.posts.add(
            NewPost(
                "wecom",
                "user:lilei",
                "card-1",
                "milestone",
                MONDAY,
                contract_id=book.contracts["HT-2"],
                opportunity_id=int(code.removeprefix("R-")),
                response_code="spent",
                editable_until=MONDAY - timedelta(hours=1),
            )
        )
    async with house(store) as home:
        await home.app_hears(home.tap(f"claim {code}", "card-1", code="fresh"))
    async with store.read() as tx:
        post = await tx.posts.at("wecom", "user:lilei", "card-1")
        repaints = [row for row in await tx.outbox.rows() if row.kind == "repaint"]
    assert post is not None
    assert post.response_code == "fresh"
    assert post.editable_until == MONDAY + timedelta(hours=72)
    assert [row.facts["post"] for row in repaints] == [post.id]


async def test_a_menu_entry_is_a_line_too(store: Store, book: SampleBook) -> None:
    async with house(store) as home:
        event = home.event("click", EventKey="绑定账号")
        assert await home.app_hears(event) == "您已绑定为李雷，无需重复绑定。"


async def test_who_subscribes_is_welcomed_once_and_who_looks_in_is_left_alone(
    store: Store, book: SampleBook
) -> None:
    async with house(store) as home:
        welcome = home.event("subscribe", EventKey="")
        first = await home.app_hears(welcome)
        assert first.startswith("我是续约助手")
        assert first.count("\n") == 4
        assert "到期" in first
        assert await home.app_hears(welcome) == first
        assert await home.app_hears(home.event("enter_agent", EventKey="")) == ""
        stranger = await home.app_hears(home.event("subscribe", "Nobody", EventKey=""))
        assert "绑定账号" in stranger
        assert home.app.sent == []


async def test_what_cannot_be_read_is_answered_with_one_sentence(
    store: Store, book: SampleBook
) -> None:
    async with house(store) as home:
        for kind in ("image", "voice", "location", "video", "link"):
            message = home.text("").replace("<MsgType>text", f"<MsgType>{kind}")
            assert await home.app_hears(message) == "目前只能识别文字和表格文件，请直接输入文字。"


async def test_a_change_of_the_directory_is_passed_on(store: Store, book: SampleBook) -> None:
    heard: list[ContactChanged] = []

    async def note(changed: ContactChanged) -> None:
        heard.append(changed)

    async with house(store, on_contact_change=note) as home:
        event = home.event("change_contact", "sys", ChangeType="delete_user", UserID="LiLei")
        assert await home.app_hears(event) == ""
    assert [(one.change, one.userid) for one in heard] == [("delete_user", "lilei")]


async def test_a_change_that_cannot_be_taken_in_is_to_be_told_again(
    store: Store, book: SampleBook
) -> None:
    async def locked(changed: ContactChanged) -> None:
        raise StoreUnavailable("locked")

    async with house(store, on_contact_change=locked) as home:
        event = home.event("change_contact", "sys", ChangeType="delete_user", UserID="LiLei")
        sealed = forging.encrypted(forging.packed(event.encode()))
        body = f"<xml><Encrypt>{sealed}</Encrypt></xml>".encode()
        await home.call("/wecom/callback", body, home.signed(sealed))
    assert home.statuses == [503]


async def test_a_tap_while_the_book_cannot_be_read_gets_the_usual_sentence(
    store: Store, book: SampleBook, capsys: pytest.CaptureFixture[str]
) -> None:
    code = (await renewal(store, book)).code
    async with house(store, name_of_unknown=locked) as home:
        typed = await home.app_hears(home.text("绑定账号"))
        assert await home.app_hears(home.tap(f"claim {code}", "card-1", code="fresh")) == ""
    words = Phrasebook(Locale.ZH).t("error.store.locked")
    assert (typed, home.app.texts("user:lilei")) == (words, [words])
    assert "Traceback" not in capsys.readouterr().out


async def locked(_userid: str) -> str:
    """What the book says while another program keeps it."""
    raise StoreUnavailable("locked")


async def test_encrypted_ids_are_converted_before_anybody_is_looked_up(
    store: Store, book: SampleBook
) -> None:
    async def known(chat: Chat) -> str:
        return "hanmeimei" if chat.as_given == "woAB" else chat.userid

    async def nobody(chat: Chat) -> str:
        raise PlatformDown("not now")

    async with house(store, identify=known) as home:
        assert "韩梅梅" in await home.app_hears(home.text("绑定账号", sender="woAB"))
    async with house(store, identify=nobody) as home:
        assert "李雷" in await home.app_hears(home.text("绑定账号"))


@pytest.mark.parametrize(
    "fault",
    [
        BadCredentials("not allowed", code="60020"),
        PlatformDown("no"),
        RateLimited("", retry_after_s=9),
    ],
)
async def test_where_the_api_does_not_work_the_answer_comes_as_text(
    store: Store, book: SampleBook, fault: Exception
) -> None:
    way = FakeWay()
    way.faults.append(fault)  # type: ignore[arg-type]
    async with house(store, app=way) as home:
        answer = await home.app_hears(home.text("客户 华为"))
    assert "华为" in answer
    assert len(answer.encode()) <= 2_048
    assert home.app.sent == []


async def test_an_answer_nobody_knows_the_outcome_of_is_repeated_since_wecom_drops_repeats(
    store: Store, book: SampleBook
) -> None:
    way = FakeWay()
    way.faults.extend([OutcomeUnknown("lost"), PlatformDown("no"), OutcomeUnknown("lost"), None])
    async with house(store, app=way) as home:
        assert await home.app_hears(home.text("客户 华为")) == ""
    assert len(home.app.sent) == 1


async def test_a_late_answer_waits_until_it_can_be_sent(store: Store, book: SampleBook) -> None:
    gate = asyncio.Event()
    way = FakeWay()
    way.faults.extend([PlatformDown("no"), RateLimited("", retry_after_s=70), None])
    async with house(store, commands=slow(gate), app=way, patience=HURRIED) as home:
        await home.app_hears(home.text("到期"))
        gate.set()
        await home.reception.drain()
        assert home.app.texts() == ["到期清单 1"]


async def test_an_export_comes_as_a_file(store: Store, book: SampleBook) -> None:
    async with house(store) as home:
        await lead_on_wecom(store, book)
        answer = await home.app_hears(home.text("导出", sender="ada"))
        await home.reception.drain()
    assert "合同" in answer
    assert home.app.given == [("user:ada", "renewals-2026-11-23.xlsx")]


async def test_a_file_that_could_not_be_given_is_told_of(store: Store, book: SampleBook) -> None:
    way = FakeWay()
    way.give_faults.append(BadCredentials("no", code="60020"))
    async with house(store, app=way) as home:
        await lead_on_wecom(store, book)
        await home.app_hears(home.text("导出", sender="ada"))
        await home.reception.drain()
    assert "renewals-2026-11-23.xlsx 没有发送成功" in home.app.texts()[0]


async def test_a_bug_around_a_line_becomes_a_reference_number(
    store: Store, book: SampleBook
) -> None:
    async def broken(chat: Chat) -> str:
        raise KeyError(chat.userid)

    async with house(store, identify=broken) as home:
        with logged() as events:
            answer = await home.app_hears(home.text("到期"))
    assert only(events, "a line could not be answered")["origin"] in answer
    assert home.statuses == [200]


async def test_too_much_at_once_is_said(store: Store, book: SampleBook) -> None:
    gate, all_run = asyncio.Event(), asyncio.Event()
    async with house(store, commands=slow(gate, all_run, runs=AT_ONCE_FOR_ONE)) as home:
        lines = [home.text("到期") for _ in range(AT_ONCE_FOR_ONE)]
        asked = [asyncio.create_task(home.app_hears(line)) for line in lines]
        await all_run.wait()
        assert "请稍等" in await home.app_hears(home.text("到期"))
        other = await home.app_hears(home.text("绑定账号", sender="hanmeimei"))
        assert "韩梅梅" in other
        gate.set()
        await asyncio.gather(*asked)


async def test_answers_that_were_sent_count_against_the_pace(
    store: Store, book: SampleBook
) -> None:
    async with house(store) as home:
        await home.app_hears(home.text("客户 华为"))
        await home.app_hears(home.text("绑定账号"))
    posts = len(home.app.sent)
    assert posts
    (limit,) = [pace for pace in home.app.pace("user:lilei") if not pace.wide]
    async with store.begin() as tx:
        steady = await steady_time(tx)
        taken = 0
        while not await tx.pacing.reserve("wecom", [limit], steady=steady):
            taken += 1
    assert taken == WECOM_PERSON_PER_MINUTE - posts


async def test_sign_of_life_in_the_language_of_the_last_answer(
    store: Store, book: SampleBook
) -> None:
    gate = asyncio.Event()
    async with house(store, commands=slow(gate), patience=HURRIED) as home:
        for line in ("language en", "link"):
            await home.app_hears(home.text(line))
            await home.reception.drain()
        assert await home.app_hears(home.text("due")) == "Looking it up, one moment…"
        gate.set()
