"""What another team's customer stays silent about, whichever way somebody asks."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest
from openpyxl import load_workbook

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


async def test_an_export_leaves_out_a_term_that_is_another_teams_by_its_customer(
    store: Store, chat: Chat
) -> None:
    await _term(store, 20, 7)
    await _term(store, 21, 1)
    ours = await _exported(chat, "Ada Park")
    assert "X-20" not in ours
    assert "X-21" in ours
    assert "X-20" in await _exported(chat, "Root Chen")


@pytest.mark.parametrize("line", ["due 60d >100万", "到期 60天 100万以上", "mine >1"])
@pytest.mark.parametrize("place", ["dm", "channel"])
async def test_a_viewer_learns_no_amount_by_filtering(chat: Chat, line: str, place: str) -> None:
    reply = await chat(line, as_="Vera Lind", place=place)
    assert reply.refused
    assert "华为" not in reply.text


async def test_nobody_filters_by_amount_where_amounts_are_not_shown(chat: Chat) -> None:
    assert (await chat("due 60d >100万", place="channel")).refused
    assert "华为" in (await chat("due 60d >100万", place="aside")).text


@pytest.mark.parametrize("digits", ["000000009999999999999", "9" * 40, "0" * 30 + "5", "731"])
async def test_a_number_of_days_beyond_reason_is_not_understood(chat: Chat, digits: str) -> None:
    assert (await chat(f"due {digits}")).refused


async def test_mine_has_what_i_look_after_as_account_executive(store: Store, chat: Chat) -> None:
    async with store.begin() as tx:
        await tx.accounts.change(7, {"account_executive_id": chat.book.people["李雷"]})
    await _term(store, 20, 7)
    for line in ("mine", "due 60d", "due 60d mine"):
        assert "燕山" in (await chat(line)).text, line
    assert "燕山" not in (await chat("due 60d", as_="韩梅梅")).text


@pytest.mark.parametrize(
    ("who", "line"),
    [("Ada Park", "due team 60d"), ("Finn Ora", "due 华东 60d"), ("Vera Lind", "due 60d")],
)
async def test_a_team_lists_what_is_its_own_by_the_customer(
    store: Store, chat: Chat, who: str, line: str
) -> None:
    await _term(store, 20, 6)
    await _term(store, 21, 7)
    listed = (await chat(line, as_=who)).text
    assert "长江电力" in listed
    assert "燕山" not in listed


async def test_another_teams_terms_by_the_customer_stay_out_of_its_list(
    store: Store, chat: Chat
) -> None:
    await _term(store, 20, 7)
    assert "燕山" not in (await chat("due 华北 60d", as_="Ada Park")).text


async def _exported(chat: Chat, name: str) -> str:
    """All that the exported workbook says."""
    reply = await chat("export", as_=name)
    (file,) = reply.message.attachments
    book = load_workbook(BytesIO(file.content), read_only=True)
    rows = [row for page in book for row in page.iter_rows(values_only=True)]
    return "\n".join(str(row) for row in rows)
