"""Proof and delivery: was anything forgotten, and what became of every alert."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from bot.sending import composer
from handlers.jobs.tick import tick_once
from handlers.proof import Proof, prove
from scoring.model import Locale
from tests.chatting import Chat


async def proof_of(chat: Chat) -> tuple[Proof, set[tuple[str, str]]]:
    async with chat.store.read() as tx:
        found = await prove(tx, chat.rules, chat.now)
    return found, {(e.contract_no, e.problem) for e in found.exceptions}


async def set_states(chat: Chat, contract_no: str, state: str) -> None:
    async with chat.store.begin() as tx:
        await tx.connection.execute(
            text("UPDATE deliveries SET state = :state WHERE contract_id = :id"),
            {"state": state, "id": chat.book.contracts[contract_no]},
        )


async def all_sent(chat: Chat) -> None:
    async with chat.store.begin() as tx:
        await tx.connection.execute(text("UPDATE deliveries SET state = 'sent'"))


async def test_before_the_first_tick_nothing_was_told(chat: Chat) -> None:
    found, exceptions = await proof_of(chat)
    # HT-6 ends beyond the horizon, HT-8 never; the lapsed HT-5 still counts.
    assert (found.contracts, found.owned, found.told, found.delivered) == (7, 5, 0, 0)
    assert ("HT-1", "not_told") in exceptions
    assert {no for no, problem in exceptions if problem == "no_owner"} == {"HT-2", "HT-9"}


async def test_after_tick_and_delivery_only_the_ownerless_are_left(chat: Chat) -> None:
    await chat.tick()
    await all_sent(chat)
    found, exceptions = await proof_of(chat)
    assert (found.contracts, found.told, found.delivered) == (7, 7, 7)
    # HT-2 went to a rep in turn when its renewal was opened; HT-9 is no team's.
    assert (found.owned, exceptions) == (6, {("HT-9", "no_owner")})


async def test_a_claim_makes_somebody_answer_for_it(chat: Chat) -> None:
    await chat.tick()
    await all_sent(chat)
    await chat("claim HT-9")
    found, exceptions = await proof_of(chat)
    assert (found.owned, exceptions) == (7, set())


@pytest.mark.parametrize(
    ("state", "minutes", "problem"),
    [
        ("failed", 0, "failed"),
        ("review", 0, "needs_review"),
        ("waiting", 60, "not_delivered"),
        ("ambiguous", 60, "not_delivered"),
        ("waiting", 0, None),
        ("superseded", 0, "not_delivered"),
    ],
)
async def test_what_did_not_arrive_is_named(
    chat: Chat, state: str, minutes: int, problem: str | None
) -> None:
    await chat.tick()
    await all_sent(chat)
    await set_states(chat, "HT-1", state)
    chat.later(minutes=minutes)
    found, exceptions = await proof_of(chat)
    assert {p for no, p in exceptions if no == "HT-1"} == ({problem} if problem else set())
    assert found.delivered == 6


async def test_one_of_several_that_was_told_is_enough(chat: Chat) -> None:
    await chat.tick()
    await all_sent(chat)
    async with chat.store.begin() as tx:
        await tx.connection.execute(
            text(
                "UPDATE deliveries SET state = 'superseded' WHERE id = "
                "(SELECT min(id) FROM deliveries WHERE contract_id = 1)"
            )
        )
    found, exceptions = await proof_of(chat)
    assert found.delivered == 7
    assert "HT-1" not in {no for no, _ in exceptions}


async def test_an_alert_deleted_by_hand_is_noticed(chat: Chat) -> None:
    await chat.tick()
    await all_sent(chat)
    async with chat.store.begin() as tx:
        await tx.connection.execute(text("DELETE FROM deliveries WHERE contract_id = 1"))
    found, exceptions = await proof_of(chat)
    assert ("HT-1", "nobody_to_tell") in exceptions
    assert found.delivered == 6


async def test_a_ledger_row_deleted_by_hand_is_noticed(chat: Chat) -> None:
    await chat.tick()
    async with chat.store.begin() as tx:
        await tx.connection.execute(text("DELETE FROM ledger WHERE contract_id = 1"))
    _, exceptions = await proof_of(chat)
    assert ("HT-1", "not_told") in exceptions


async def test_decided_contracts_need_no_proof(chat: Chat) -> None:
    await chat.tick()
    before, _ = await proof_of(chat)
    await chat("lost HT-1 price")
    after, _ = await proof_of(chat)
    assert after.contracts == before.contracts - 1


async def test_the_proof_in_chat_names_the_exceptions(chat: Chat) -> None:
    await chat.tick()
    await all_sent(chat)
    reply = await chat("防遗漏")
    assert "HT-9" in reply
    assert "没有负责人" in reply
    await chat("claim HT-9")
    assert "均无遗漏" in await chat("proof")
    assert "Nothing was forgotten" in await chat("proof", locale=Locale.EN)


async def test_a_rep_proves_only_what_they_read(chat: Chat) -> None:
    assert "HT-7" not in await chat("proof", as_="李雷")
    assert "HT-7" in await chat("proof", as_="王北")


@pytest.mark.parametrize(("locale", "says"), [(Locale.EN, "1 alert"), (Locale.ZH, "发送失败")])
async def test_delivery_counts_and_names_the_last_problems(
    chat: Chat, locale: Locale, says: str
) -> None:
    assert "没有" in await chat("送达", as_="Ada Park", locale=Locale.ZH)
    await chat.tick()
    async with chat.store.begin() as tx:
        await tx.connection.execute(
            text(
                "UPDATE deliveries SET state = 'failed', error = '93000 invalid key' "
                "WHERE id = (SELECT min(id) FROM deliveries WHERE contract_id = 1)"
            )
        )
    reply = await chat("delivery", as_="Ada Park", locale=locale)
    assert says in reply
    assert "华为技术有限公司" in reply
    assert "93000 invalid key" in reply


async def test_delivery_keeps_other_teams_customers_to_themselves(chat: Chat) -> None:
    await chat.tick()
    await set_states(chat, "HT-7", "failed")
    assert "燕山" not in await chat("delivery", as_="Ada Park")
    assert "燕山" in await chat("delivery", as_="Root Chen")


async def failed_row(chat: Chat, state: str = "failed") -> str:
    """The code of one delivery of 华为's contract that came to a bad end."""
    await chat.tick()
    async with chat.store.begin() as tx:
        found = await tx.connection.scalar(
            text("SELECT min(id) FROM deliveries WHERE contract_id = 1 AND kind = 'milestone'")
        )
        await tx.connection.execute(
            text("UPDATE deliveries SET state = :state, attempts = 20 WHERE id = :id"),
            {"state": state, "id": found},
        )
    return f"D-{found}"


async def state_of(chat: Chat, code: str) -> tuple[str, int]:
    (row,) = [row for row in await chat.outbox() if f"D-{row.id}" == code]
    return row.state.value, row.attempts


@pytest.mark.parametrize("state", ["failed", "review"])
async def test_a_lead_sends_again_what_came_to_a_bad_end(chat: Chat, state: str) -> None:
    code = await failed_row(chat, state)
    reply = await chat("delivery", as_="Ada Park")
    assert code in reply
    line = reply.line("delivery resend")
    assert not (await chat(line, as_="Ada Park", event="again")).refused
    assert await state_of(chat, code) == ("waiting", 0)
    assert not (await chat(line, as_="Ada Park", event="again")).refused
    late = await chat(line, as_="Root Chen")
    assert late.refused


async def test_a_lead_answers_for_a_bad_end(chat: Chat) -> None:
    code = await failed_row(chat)
    line = (await chat("delivery", as_="Ada Park")).line("delivery drop")
    assert not (await chat(line, as_="Ada Park")).refused
    assert (await state_of(chat, code))[0] == "sent"
    assert code not in await chat("delivery", as_="Ada Park")


@pytest.mark.parametrize("who", ["李雷", "Vera Lind"])
async def test_who_may_not_see_deliveries_sends_nothing_again(chat: Chat, who: str) -> None:
    code = await failed_row(chat)
    assert (await chat(f"delivery resend {code}", as_=who)).refused
    assert (await state_of(chat, code))[0] == "failed"


async def test_another_teams_delivery_is_unknown(chat: Chat) -> None:
    await chat.tick()
    await set_states(chat, "HT-7", "failed")
    code = (await chat("delivery", as_="Root Chen")).line("delivery resend").split()[-1]
    assert (await chat(f"delivery resend {code}", as_="Ada Park")).refused
    assert (await state_of(chat, code))[0] == "failed"


@pytest.mark.parametrize("code", ["D-999999", "X-1", "D-", "D-99999999999999999999"])
async def test_an_unknown_delivery_is_a_sentence(chat: Chat, code: str) -> None:
    assert (await chat(f"delivery resend {code}", as_="Root Chen")).refused


@pytest.mark.parametrize("state", ["failed", "review"])
async def test_the_lead_is_told_once_of_what_did_not_arrive(chat: Chat, state: str) -> None:
    await failed_row(chat, state)
    first = await tick_once(chat.store, chat.rules, chat.now, only="failures")
    again = await tick_once(chat.store, chat.rules, chat.now, only="failures")
    assert (first["notifications"], again["notifications"]) == (1, 0)
    (note,) = [row for row in await chat.outbox() if row.key.startswith("undelivered:")]
    assert note.person_id == (await chat.person("Ada Park")).id
    async with chat.store.begin() as tx:
        await tx.connection.execute(
            text("UPDATE deliveries SET state = 'failed' WHERE id = :id"), {"id": note.id}
        )
    worse = await tick_once(chat.store, chat.rules, chat.now, only="failures")
    assert worse["notifications"] == 0
    async with chat.store.read() as tx:
        composed = await composer(chat.rules)(tx, [note], note.due_at)
    assert composed.message is not None
    assert "delivery" in composed.message.lines()


@pytest.mark.parametrize(
    ("locale", "told", "counted"),
    [
        (Locale.EN, "No alert undelivered: 1", "whose first alert is not due yet"),
        (Locale.ZH, "无未送达提醒： 1", "尚未到首次提醒日的合同"),
    ],
)
async def test_what_is_not_due_yet_is_not_said_to_have_been_delivered(
    chat: Chat, locale: Locale, told: str, counted: str
) -> None:
    async with chat.store.begin() as tx:
        for change in (
            "UPDATE contracts SET status = 'lost' WHERE contract_no <> 'HT-1'",
            "UPDATE contracts SET ends_on = '2027-03-15', countdown_on = '2027-03-15' "
            "WHERE contract_no = 'HT-1'",
        ):
            await tx.connection.execute(text(change))
    said = await chat("proof", as_="Root Chen", locale=locale)
    assert told in said
    assert counted in said
