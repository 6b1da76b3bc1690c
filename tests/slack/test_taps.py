"""Buttons, lists and forms: what is opened, what takes whose place, what is wrong at which field."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from bot.exchanges import Exchanges
from bot.slack.replies import Reply
from handlers.commands import COMMANDS
from handlers.commands.due import due
from handlers.commands.snooze import snooze
from handlers.context import Context
from messages.i18n import Phrasebook
from messages.model import Heading, Message
from messages.render.slack_check import check_slack
from messages.render.slack_form import origin_of
from scoring.errors import Refused
from scoring.model import Locale
from storage.store import Store
from tests.sample_book import SampleBook
from tests.slack.answered import Json, taps_of, words_in
from tests.slack.house import ADA, EAST, HMM, HURRIED, LILEI, House, button, house
from tests.wecom.dialogues import claimed_by, renewal, slow, ticked_book


@pytest.fixture
async def book(store: Store) -> SampleBook:
    """The sample book with every renewal opened."""
    return await ticked_book(store)


def tap(line: str, action: str = "line:0") -> Json:
    """A button as an alert carries it."""
    return {"action_id": action, "value": line}


async def test_a_claim_on_an_alert_is_told_to_who_tapped(store: Store, book: SampleBook) -> None:
    async with house(store) as home:
        line = f"claim {(await renewal(store, book)).code}"
        assert await home.hear(home.tap(tap(line), ephemeral=False)) is None
        ((name, body),) = home.slack.responses
        assert (name, body["response_type"], body["replace_original"]) == (
            "tap",
            "ephemeral",
            False,
        )
        assert "已由您认领" in words_in(body)
    assert await claimed_by(store, book) == "李雷"


async def test_a_tap_told_again_acts_and_is_answered_once(store: Store, book: SampleBook) -> None:
    async with house(store) as home, house(store, slack=home.slack) as replica:
        tapped = home.tap(tap(f"claim {(await renewal(store, book)).code}"), ephemeral=False)
        await asyncio.gather(home.hear(tapped), replica.hear(tapped), home.hear(tapped))
        assert len(home.slack.responses) == 1
    assert await claimed_by(store, book) == "李雷"


async def test_two_people_who_tap_are_both_answered(store: Store, book: SampleBook) -> None:
    async with house(store) as home:
        element = tap(f"claim {(await renewal(store, book)).code}")
        await asyncio.gather(
            home.hear(home.tap(element, LILEI, ephemeral=False)),
            home.hear(home.tap(element, HMM, ephemeral=False)),
        )
        assert len(home.slack.responses) == 2


async def test_a_list_is_paged_in_place(store: Store, book: SampleBook) -> None:
    async with house(store) as home:
        answer = await home.answer("due 365d")
        element = button(answer, "只看我的")
        await home.hear(home.tap(element))
        ((_, body),) = home.slack.responses
        assert body["replace_original"] is True
        assert "华为" in words_in(body)


async def test_what_a_list_leads_to_leaves_the_list(store: Store, book: SampleBook) -> None:
    async with house(store) as home:
        element = button(await home.answer("due 365d"), "认领")
        await home.hear(home.tap(element))
        ((_, body),) = home.slack.responses
        assert body["replace_original"] is False


async def test_a_list_in_a_direct_conversation_is_paged_in_place(
    store: Store, book: SampleBook
) -> None:
    async with house(store) as home:
        await home.hear(home.line("due 365d"))
        (said,) = home.slack.asked("chat.postMessage")
        await home.hear(home.tap(button(said, "只看我的"), channel="D1"))
        (changed,) = home.slack.asked("chat.update")
        assert (changed["channel"], changed["ts"]) == ("D1", "1795300000.000001")
        assert "华为" in words_in(changed)


async def test_one_of_several_takes_the_place_of_the_question(
    store: Store, book: SampleBook
) -> None:
    async with house(store) as home:
        answer = await home.answer("show 有限公司")
        several = taps_of(answer)
        assert len(several) > 1
        await home.hear(home.tap(next(iter(several.values()))))
        ((_, body),) = home.slack.responses
        assert body["replace_original"] is True


async def test_a_slow_tap_gets_a_sign_of_life(store: Store, book: SampleBook) -> None:
    gate = asyncio.Event()
    async with house(store, commands=slow(gate), patience=HURRIED) as home:
        hearing = asyncio.create_task(home.hear(home.tap(tap("due"), ephemeral=False)))
        await home.slack.until("response")
        gate.set()
        await hearing
        await home.settled()
        assert [words_in(body)[:4] for _, body in home.slack.responses] == ["查询中，", "到期清单"]


async def test_a_form_button_opens_its_form(store: Store, book: SampleBook) -> None:
    async with house(store) as home:
        code = (await renewal(store, book)).code
        view = await home.form(tap(f"snooze {code}", "form:1"))
        assert {"until", "reason"} <= {b.get("block_id") for b in view["blocks"]}


async def test_a_modal_that_takes_long_opens_empty_and_is_filled(
    store: Store, book: SampleBook
) -> None:
    gate = asyncio.Event()
    async with house(store, commands=slow(gate), form_patience=HURRIED) as home:
        tapped = home.tap(tap("due"), surface="home", channel="")
        hearing = asyncio.create_task(home.hear(tapped))
        await home.slack.until("views.open")
        gate.set()
        await hearing
        await home.settled()
        (opened,) = home.slack.asked("views.open")
        (updated,) = home.slack.asked("views.update")
        assert opened["trigger_id"] == tapped.trigger
        assert (updated["view_id"][:1], updated["hash"][:1]) == ("V", "h")


async def test_a_form_that_cannot_be_opened_in_time_is_offered_again(
    store: Store, book: SampleBook
) -> None:
    async with house(store) as home:
        home.slack.refuse("views.open", "expired_trigger_id")
        code = (await renewal(store, book)).code
        await home.hear(home.tap(tap(f"snooze {code}", "form:1"), ephemeral=False))
        ((_, body),) = home.slack.responses
        assert any(t["action_id"].startswith("form:") for t in taps_of(body).values())


async def submitted(
    home: House, book: SampleBook, values: dict[str, Any], **tapped: Any
) -> tuple[Json | None, Json]:
    code = (await renewal(home.store, book)).code
    view = await home.form(tap(f"snooze {code}", "form:1"), **tapped)
    return await home.hear(home.submit(view, values)), view


async def test_a_form_is_closed_and_answered_where_it_was_asked_for(
    store: Store, book: SampleBook
) -> None:
    async with house(store) as home:
        values = {"until": "2026-12-01", "reason": "客户出差"}
        ack, _ = await submitted(home, book, values, ephemeral=False)
        assert ack == {"response_action": "clear"}
        await home.settled()
        ((name, body),) = home.slack.responses
        assert (name, body["response_type"]) == ("tap", "ephemeral")
        assert "星河" in words_in(body)


async def test_a_form_of_a_direct_conversation_is_answered_with_a_message(
    store: Store, book: SampleBook
) -> None:
    async with house(store) as home:
        values = {"until": "2026-12-01", "reason": "客户出差"}
        ack, _ = await submitted(home, book, values, channel="D1")
        assert ack == {"response_action": "clear"}
        await home.settled()
        assert [said["channel"] for said in home.slack.asked("chat.postMessage")] == ["D1"]


async def test_a_form_of_the_home_tab_shows_its_answer_itself(
    store: Store, book: SampleBook
) -> None:
    async with house(store) as home:
        values = {"until": "2026-12-01", "reason": "客户出差"}
        ack, view = await submitted(home, book, values, channel="", surface="home")
        assert origin_of(view) == ""
        assert ack is not None
        assert ack["response_action"] == "update"
        assert "星河" in words_in(ack["view"]["blocks"])


async def test_what_is_wrong_is_said_at_its_field(store: Store, book: SampleBook) -> None:
    async with house(store) as home:
        values = {"until": "2028-12-01", "reason": "客户出差"}
        ack, _ = await submitted(home, book, values, ephemeral=False)
        assert ack is not None
        assert ack["response_action"] == "errors"
        assert list(ack["errors"]) == ["until"]
        assert home.slack.responses == []


async def test_what_no_field_can_mend_is_said_in_the_place_of_the_form(
    store: Store, book: SampleBook
) -> None:
    async with house(store) as home:
        code = (await renewal(store, book)).code
        view = await home.form(tap(f"snooze {code}", "form:1"), ephemeral=False)
        values = {"until": "2026-12-01", "reason": "客户出差"}
        ack = await home.hear(home.submit(view, values, "U4VERA"))
        assert ack is not None
        assert ack["response_action"] == "update"
        assert not any(block["type"] == "input" for block in ack["view"]["blocks"])


async def test_what_is_nobodys_fault_leaves_what_was_filled_in(
    store: Store, book: SampleBook
) -> None:
    crowded: Exchanges[Reply] = Exchanges(at_once=0)
    async with (
        house(store) as home,
        house(store, slack=home.slack, exchanges=crowded) as busy,
    ):
        code = (await renewal(store, book)).code
        view = await home.form(tap(f"snooze {code}", "form:1"), ephemeral=False)
        values = {"until": "2026-12-01", "reason": "客户出差"}
        ack = await busy.hear(busy.submit(view, values))
        assert ack is not None
        assert ack["response_action"] == "errors"
        again = await home.hear(home.submit(view, values))
        assert again == {"response_action": "clear"}


async def test_a_list_too_long_for_a_modal_says_that_it_goes_on(
    store: Store, book: SampleBook
) -> None:
    async def much(_ctx: Context, **_values: Any) -> Message:
        return Message("much", tuple(Heading(f"no {n}") for n in range(150)))

    commands = [replace(due, run=much) if one is due else one for one in COMMANDS]
    async with house(store, commands=commands) as home:
        await home.hear(home.tap(tap("due"), channel="", surface="home"))
        (opened,) = home.slack.asked("views.open")
        assert len(opened["view"]["blocks"]) == 100
        assert Phrasebook(Locale.ZH).t("render.shortened") in words_in(opened["view"])


async def test_a_slow_form_shows_that_it_works_and_then_what_came_of_it(
    store: Store, book: SampleBook
) -> None:
    gate = asyncio.Event()
    async with house(store, commands=slow(gate), patience=HURRIED) as home:
        view = {"private_metadata": '{"line":"due","origin":""}', "blocks": []}
        ack = await home.hear(home.submit(view, {}))
        assert ack is not None
        assert ack["response_action"] == "update"
        gate.set()
        await home.settled()
        (updated,) = home.slack.asked("views.update")
        assert updated["view_id"] == "V9"
        assert "hash" not in updated
        assert "到期清单 1" in words_in(updated["view"])


async def test_what_was_filled_in_stands_there_again_when_a_slow_form_is_refused(
    store: Store, book: SampleBook
) -> None:
    gate = asyncio.Event()

    async def refused(_ctx: Context, **_values: Any) -> Message:
        await gate.wait()
        raise Refused("fix.nothing")

    commands = [replace(snooze, run=refused) if one is snooze else one for one in COMMANDS]
    async with house(store, commands=commands, patience=HURRIED) as home:
        code = (await renewal(store, book)).code
        view = await home.form(tap(f"snooze {code}", "form:1"), ephemeral=False)
        values = {"until": "2026-12-01", "reason": "客户出差"}
        ack = await home.hear(home.submit(view, values))
        assert ack is not None
        assert ack["response_action"] == "update"
        gate.set()
        await home.settled()
        again = home.slack.asked("views.update")[-1]["view"]
        assert check_slack(again) == []
        inputs = {b["block_id"]: b["element"] for b in again["blocks"] if b["type"] == "input"}
        assert inputs["until"]["initial_date"] == "2026-12-01"
        assert inputs["reason"]["initial_value"] == "客户出差"
        assert again["private_metadata"] == view["private_metadata"]


async def test_a_form_handed_in_twice_acts_once(store: Store, book: SampleBook) -> None:
    async with house(store) as home, house(store, slack=home.slack) as replica:
        code = (await renewal(store, book)).code
        view = await home.form(tap(f"log {code}", "form:1"), ephemeral=False)
        handed = home.submit(view, {"text": "电话聊了"})
        acks = [await one.hear(handed) for one in (home, home, replica)]
        assert acks == [{"response_action": "clear"}] * 3
        await home.settled()
        assert len(home.slack.responses) == 1


async def test_a_tap_on_the_home_tab_is_answered_in_a_modal(store: Store, book: SampleBook) -> None:
    async with house(store) as home:
        await home.hear(home.tap(tap("show 华为"), channel="", surface="home"))
        (opened,) = home.slack.asked("views.open")
        assert "华为技术" in words_in(opened["view"])
        shown = {**opened["view"], "id": "V7", "hash": "h7"}
        more = home.tap(tap("due"), channel="", surface="view", view=shown)
        await home.hear(more)
        (updated,) = home.slack.asked("views.update")
        assert (updated["view_id"], updated["hash"]) == ("V7", "h7")


async def test_a_form_out_of_a_modal_comes_on_top_of_it(store: Store, book: SampleBook) -> None:
    async with house(store) as home:
        code = (await renewal(store, book)).code
        shown: Json = {"id": "V7", "hash": "h7", "blocks": []}
        element = tap(f"snooze {code}", "form:1")
        await home.hear(home.tap(element, channel="", surface="view", view=shown))
        assert home.slack.methods() == ["views.push"]


async def test_a_modal_that_was_closed_meanwhile_is_left(store: Store, book: SampleBook) -> None:
    async with house(store) as home:
        home.slack.refuse("views.update", "not_found")
        shown: Json = {"id": "V7", "hash": "h7", "blocks": []}
        await home.hear(home.tap(tap("due"), channel="", surface="view", view=shown))
        assert home.slack.methods() == ["views.update"]


async def test_a_bug_is_a_sentence_with_a_reference(store: Store, book: SampleBook) -> None:
    async def fail(_ctx: Context, **_values: Any) -> Any:
        raise KeyError("here")

    commands = [replace(due, run=fail) if one is due else one for one in COMMANDS]
    async with house(store, commands=commands) as home:
        assert words_in(await home.answer("到期"))


@pytest.mark.parametrize("user", [LILEI, ADA])
async def test_a_field_that_is_filled_in_is_no_line(
    store: Store, book: SampleBook, user: str
) -> None:
    async with house(store) as home:
        element = {"action_id": "search:customer", "value": ""}
        assert await home.hear(home.tap(element, user, EAST)) is None
        assert home.slack.calls == []
