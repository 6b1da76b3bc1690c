"""Alerts as WeCom's cards: all that can be done is tapped, and what is told stands on one card."""

from __future__ import annotations

from typing import Any

import pytest

from handlers.announcing import compose
from messages.abilities import PlaceKind
from messages.i18n import Phrasebook
from messages.render.check import check_wecom
from messages.render.wecom import render_wecom
from scoring.model import Locale
from tests.chatting import Chat


async def cards(chat: Chat, contract_no: str, place: PlaceKind) -> list[dict[str, Any]]:
    """What a place gets of the alert about a contract, as WeCom's payloads."""
    contract_id = chat.book.contracts[contract_no]
    rows = [row for row in await chat.outbox("milestone") if row.contract_id == contract_id]
    async with chat.store.read() as tx:
        composed = await compose(tx, rows[:1], chat.now, chat.rules)
    assert composed.message is not None
    phrases = Phrasebook(composed.locale, chat.rules.zone)
    payloads = list(render_wecom(composed.message, place, phrases))
    assert [fault for each in payloads for fault in check_wecom(each, place)] == []
    return payloads


@pytest.mark.parametrize("place", [PlaceKind.WECOM_APP, PlaceKind.WECOM_AIBOT_DM])
@pytest.mark.parametrize("locale", list(Locale))
@pytest.mark.parametrize("contract_no", ["HT-1", "HT-3", "HT-4", "HT-5"])
async def test_an_alert_is_one_card_with_all_that_can_be_done(
    chat: Chat, place: PlaceKind, locale: Locale, contract_no: str
) -> None:
    await chat.tick()
    for name in chat.book.people:
        await chat(f"language {locale.value}", as_=name)
    payload = (await cards(chat, contract_no, place))[-1]
    card = payload["template_card"]
    code = await chat.code(contract_no)
    assert [button["key"] for button in card["button_list"]] == [
        f"claim {code}",
        f"log {code}",
        f"snooze {code}",
        f"show {code}",
        f"won {code} ?",
        f"lost {code}",
    ]
    phrases = Phrasebook(locale)
    said = str(await cards(chat, contract_no, place))
    for part in ("alert.why", "alert.now", "alert.changed", "alert.step", "card.ends_on"):
        assert phrases.t(part).rstrip(" ：:") in said


async def test_every_button_of_an_alert_works_by_taps_and_one_note(chat: Chat) -> None:
    await chat.tick()
    payload = (await cards(chat, "HT-1", PlaceKind.WECOM_APP))[0]
    keys = [button["key"] for button in payload["template_card"]["button_list"]]
    claim, log, snooze, show, won, lost = keys
    for key in (claim, show):
        assert not (await chat(key, place="wecom")).refused
    await chat(log, place="wecom")
    assert not (await chat("电话聊了预算", place="wecom")).refused
    day = await chat(snooze, place="wecom")
    await chat(day.tap("两周后"), place="wecom")
    assert not (await chat("等预算", place="wecom")).refused
    reason = await chat(lost, place="wecom")
    assert reason.message.form is not None
    sure = await chat(won, place="wecom")
    assert "HT-1-R1" in await chat(sure.tap("确认"), place="wecom")


async def test_a_button_under_a_reply_asks_before_it_records_a_renewal(chat: Chat) -> None:
    reply = await chat("stage HT-1 committed", place="wecom")
    asked = await chat(reply.line("won"), place="wecom")
    assert "HT-1-R1" not in asked
    assert "HT-1-R1" in await chat(asked.tap("确认"), place="wecom")
