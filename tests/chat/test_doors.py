"""What another team's customer stays silent about, whichever way somebody asks."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from storage.store import Store
from tests.chatting import Chat
from tests.sample_book import MONDAY, NORTH, TODAY


async def _term(store: Store, number: int, account_id: int, **columns: object) -> None:
    """One more term; ids from 20 on are free."""
    async with store.begin() as tx:
        rev = await tx.marks.next_rev()
        await tx.contracts.add_many(
            [
                {
                    "id": number,
                    "account_id": account_id,
                    "contract_no": f"X-{number}",
                    "product": "机密版",
                    "starts_on": None,
                    "ends_on": date(2026, 12, 30),
                    "arr": Decimal(700_000),
                    "currency": "CNY",
                    "owner_id": None,
                    "team": None,
                    "segment": "standard",
                    "auto_renew": False,
                    "notice_days": None,
                    "known_on": TODAY,
                    "clock_rev": rev,
                    "status": "active",
                    "custom": {},
                    "created_at": MONDAY,
                    **columns,
                }
            ]
        )


@pytest.mark.parametrize("verb", ["claim", "show", "log", "lost", "snooze"])
async def test_which_of_several_is_never_asked_about_another_team(
    store: Store, chat: Chat, verb: str
) -> None:
    await _term(store, 20, 7, team=NORTH)
    reply = await chat(f"{verb} A-7")
    assert reply.refused
    for secret in ("燕山", "机密版", "2026", "12"):
        assert secret not in reply.text


async def test_a_customer_without_a_contract_is_not_named_to_another_team(
    store: Store, chat: Chat
) -> None:
    async with store.begin() as tx:
        await tx.accounts.add_many(
            [{"id": 77, "name": "玄武研究所", "team": NORTH}], [], now=MONDAY
        )
    assert "玄武" not in (await chat("claim A-77")).text


async def test_one_of_our_terms_at_another_teams_customer_is_found(
    store: Store, chat: Chat
) -> None:
    await _term(store, 20, 7, owner_id=chat.book.people["李雷"])
    reply = await chat("claim A-7")
    assert not reply.refused
    assert "R-" in reply.text


@pytest.mark.parametrize("verb", ["claim HT-1", "log HT-1 电话沟通", "stage HT-1 contacted"])
async def test_who_left_the_team_takes_nothing_back(store: Store, chat: Chat, verb: str) -> None:
    done = await chat(verb, as_="韩梅梅")
    assert not done.refused
    async with store.begin() as tx:
        await tx.people.change(chat.book.people["韩梅梅"], {"team": NORTH})
    lines = ["undo", done.line("undo")]
    if verb.startswith("log"):
        lines.append("fix T-1 kind=visit")
    for line in lines:
        reply = await chat(line, as_="韩梅梅")
        assert reply.refused
        assert "华为" not in reply.text


async def test_who_lost_the_right_takes_nothing_back(store: Store, chat: Chat) -> None:
    assert not (await chat("edit HT-1 seats=7 confirm=yes", as_="Ada Park")).refused
    async with store.begin() as tx:
        await tx.people.change(chat.book.people["Ada Park"], {"role": "rep"})
    assert (await chat("undo", as_="Ada Park")).refused
