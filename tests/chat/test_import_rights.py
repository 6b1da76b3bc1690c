"""What a lead may bring by file: the own team's book and people, and nothing of anybody else's."""

from __future__ import annotations

from datetime import date

import pytest

from messages.incoming import InFile
from scoring.model import Locale, Role
from storage.store import Store
from tests.chatting import Chat, Reply

LEAD, ADMIN = "Ada Park", "Root Chen"
CONTRACT_HEAD = "account,contract_no,ends_on,arr,owner,team\n"
OURS, THEIRS, NOBODYS = "华为技术有限公司", "燕山石化有限公司", "清泉水务有限公司"


async def drop(chat: Chat, name: str, text: str, *, as_: str = LEAD) -> Reply:
    return await chat("", files=(InFile(name, text.encode()),), as_=as_, locale=Locale.EN)


async def brings(chat: Chat, name: str, text: str, *, as_: str = LEAD) -> bool:
    """Drop and say yes; whether there was anything to say yes to."""
    preview = await drop(chat, name, text, as_=as_)
    yes = [line for line in preview.lines if line.startswith(("import confirm", "import skip"))]
    if yes:
        assert not (await chat(yes[0], as_=as_)).refused
    return bool(yes)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("contracts", CONTRACT_HEAD + f"{THEIRS},HT-7,2030-01-01,1,,\n"),
        ("contracts", CONTRACT_HEAD + f"{THEIRS},HT-7,2026-12-28,120000,王北,华北\n"),
        ("contracts", CONTRACT_HEAD + f"{THEIRS},NEW-1,2030-01-01,1,,\n"),
        ("contracts", CONTRACT_HEAD + f"{THEIRS},NEW-1,2030-01-01,1,李雷,华东\n"),
        ("contracts", CONTRACT_HEAD + f"{OURS},HT-7,2030-01-01,1,,\n"),
        ("contracts", CONTRACT_HEAD + f"{OURS},HT-1,2026-12-31,1200000,李雷,华北\n"),
        ("contracts", CONTRACT_HEAD + f"{OURS},HT-1,2026-12-31,1200000,王北,\n"),
        ("contracts", CONTRACT_HEAD + f"{NOBODYS},HT-9,2027-02-01,,,华北\n"),
        ("contracts", CONTRACT_HEAD + "新客户,NEW-1,2030-01-01,1,王北,\n"),
        ("contracts", f"account,contract_no,ends_on,renewed_from\n{OURS},NEW-1,2030-01-01,HT-7\n"),
        ("accounts", f"account,csm\n{THEIRS},李雷\n"),
        ("accounts", f"account,segment\n{THEIRS},core\n"),
        ("accounts", f"account,csm\n{OURS},王北\n"),
        ("accounts", f"account,team\n{OURS},华北\n"),
        ("touches", f"account,kind,at,note\n{THEIRS},call,2026-11-01,hello\n"),
        ("contacts", f"account,name,email\n{THEIRS},Eve,eve@example.com\n"),
        ("outcomes", "contract_no,decided_on,outcome\nHT-7,2026-11-01,churned\n"),
        ("rates", "currency,on,rate\nUSD,2026-01-01,7.1\n"),
        ("people", "name,role,team\nAda Park,admin,华东\n"),
        ("people", "name,role,team\n李雷,lead,华东\n"),
        ("people", "name,role,team\nNew Friend,admin,华东\n"),
        ("people", "name,role,team\nNew Friend,finance,华东\n"),
        ("people", "name,role,team\nNew Friend,viewer,\n"),
        ("people", "name,role,team\nNew Friend,rep,华北\n"),
        ("people", "name,role,team,slack_id\n李雷,rep,华东,UEVIL\n"),
        ("people", "name,role,team\n王北,rep,华北\n"),
        ("people", "name,role,team\n王北,rep,华东\n"),
        ("people", "name,wecom_id\n王北,evil\n"),
        ("people", "name,slack_id\nRoot Chen,UEVIL\n"),
        ("people", "name,team,wecom_id\nRoot Chen,华东,evil\n"),
        ("people", "name,role,team\nRoot Chen,rep,华东\n"),
        ("people", "name,role,team\nFinn Ora,finance,华东\n"),
    ],
)
async def test_a_lead_brings_nothing_of_other_teams_and_no_higher_role(
    chat: Chat, name: str, text: str
) -> None:
    preview = await drop(chat, f"{name}.csv", text)
    assert "0 new, 0 changed, 0 unchanged, 1 refused" in preview
    assert not [line for line in preview.lines if line.startswith("import ")]
    for told in ("HT-7 belongs", THEIRS if THEIRS not in text else "another name"):
        assert told not in preview


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("contracts", CONTRACT_HEAD + f"{OURS},HT-1,2027-01-31,1200000,韩梅梅,\n"),
        ("contracts", CONTRACT_HEAD + f"{NOBODYS},HT-9,2027-02-01,,李雷,\n"),
        ("contracts", CONTRACT_HEAD + "新客户,NEW-1,2030-01-01,1,李雷,华东\n"),
        ("contracts", CONTRACT_HEAD + "新客户,NEW-1,2030-01-01,1,,\n"),
        ("accounts", f"account,csm\n{OURS},李雷\n"),
        ("touches", f"account,kind,at,note\n{OURS},call,2026-11-01,hello\n"),
        ("outcomes", "contract_no,decided_on,outcome\nHT-1,2026-11-01,churned\n"),
        ("people", "name,role,team,slack_id\nNew Friend,rep,华东,UNEW\n"),
        ("people", "name,role,team\n李雷,viewer,华东\n"),
        ("people", "name,email\n李雷,lilei@example.com\n"),
        ("people", "name,email\nAda Park,ada@example.com\n"),
    ],
)
async def test_a_lead_brings_what_is_the_own_teams(chat: Chat, name: str, text: str) -> None:
    preview = await drop(chat, f"{name}.csv", text)
    assert "0 refused" in preview
    assert preview.line("import confirm")
    assert await brings(chat, f"{name}.csv", text)


async def test_the_good_rows_go_in_and_the_others_stay_out(store: Store, chat: Chat) -> None:
    rows = f"{THEIRS},HT-7,2030-01-01,1,,\n{OURS},HT-1,2027-01-31,1200000,,\n"
    assert await brings(chat, "contracts.csv", CONTRACT_HEAD + rows)
    async with store.read() as tx:
        theirs, ours = [await tx.contracts.by_no(number) for number in ("HT-7", "HT-1")]
    assert theirs is not None
    assert ours is not None
    assert (theirs.ends_on, ours.ends_on) == (date(2026, 12, 28), date(2027, 1, 31))


async def test_facts_of_contracts_that_the_same_file_brings_are_judged_with_them(
    chat: Chat,
) -> None:
    contracts = InFile("c.csv", (CONTRACT_HEAD + "新客户,NEW-1,2030-01-01,1,李雷,\n").encode())
    steps = InFile("s.csv", b"contract_no,from_on,arr\nNEW-1,2029-01-01,2\n")
    preview = await chat("", files=(contracts, steps), as_=LEAD, locale=Locale.EN)
    assert "1 refused" not in preview


async def test_an_admin_brings_all_of_it(chat: Chat) -> None:
    assert await brings(chat, "people.csv", "name,role,team\nAda Park,admin,华东\n", as_=ADMIN)
    assert (await chat.person("Ada Park")).role is Role.ADMIN
    text = CONTRACT_HEAD + f"{THEIRS},HT-7,2030-01-01,1,李雷,华东\n"
    assert await brings(chat, "contracts.csv", text, as_=ADMIN)


async def test_whoever_was_demoted_after_the_preview_writes_nothing(
    store: Store, chat: Chat
) -> None:
    preview = await drop(chat, "contracts.csv", CONTRACT_HEAD + "新客户,NEW-1,2030-01-01,1,,\n")
    async with store.begin() as tx:
        await tx.people.change(chat.book.people[LEAD], {"team": "华北"})
    text = CONTRACT_HEAD + f"{OURS},HT-1,2027-01-31,1200000,,\n"
    assert "1 refused" in await drop(chat, "contracts.csv", text)
    async with store.begin() as tx:
        await tx.people.change(chat.book.people[LEAD], {"role": "rep"})
    assert (await chat(preview.line("import confirm"), as_=LEAD)).refused
    async with store.read() as tx:
        assert await tx.contracts.by_no("NEW-1") is None


async def test_a_name_that_owns_another_teams_contracts_gets_no_identity_from_a_lead(
    store: Store, chat: Chat
) -> None:
    async with store.begin() as tx:
        person_id = await tx.people.add(
            {"name": "Owner Only", "role": "rep", "linked": False}, now=chat.now
        )
        await tx.accounts.change(chat.book.accounts[THEIRS], {"csm_id": person_id})
    text = "name,team,slack_id\nOwner Only,华东,UEVIL\n"
    assert "1 refused" in await drop(chat, "people.csv", text)
