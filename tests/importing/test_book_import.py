"""Spreadsheets into the book: what is new, what changed, what is refused, and what stays."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from handlers.importing.bringing import Brought, FileToBring, bring, summary
from handlers.importing.plan import Author
from handlers.rules import Rules
from messages.i18n import Phrasebook
from scoring.errors import StoreUnavailable
from scoring.model import ContractStatus, Locale, Stage
from storage.store import Store

NOW = datetime(2026, 3, 2, 1, 7, tzinfo=UTC)
AUTHOR = Author(None, "test", "test")
BOOK = (
    "客户名称,合同编号,产品,开始日期,到期日期,年费,负责人,客户等级,自动续约,通知期(天),联系人,邮箱\n"
    "云帆科技,HT-1,平台版,2025-06-01,2026-05-31,12万,李雷,战略,否,30,王敏,wm@example.com\n"
    "云帆科技,HT-2,数据版,2025-09-01,2026-08-31,8万,李雷,战略,是,,王敏,wm@example.com\n"
    "海岳物流,HT-3,平台版,2025-04-01,2026-03-31,,韩梅梅,,否,,,\n"
)


async def brings(store: Store, text: str, *, kind: str | None = None, **options: Any) -> Brought:
    return await bring(
        store,
        [FileToBring("book.csv", text.encode(), kind)],
        Rules(),
        options.pop("now", NOW),
        author=AUTHOR,
        write=options.pop("write", True),
        **options,
    )


def counts(brought: Brought) -> tuple[int, int, int, int]:
    plan = brought.plan
    return plan.new, plan.changed, plan.unchanged, plan.refused


async def test_the_same_file_twice_changes_nothing(store: Store) -> None:
    assert counts(await brings(store, BOOK)) == (3, 0, 0, 0)
    assert counts(await brings(store, BOOK)) == (0, 0, 3, 0)


async def test_a_preview_writes_nothing(store: Store) -> None:
    assert counts(await brings(store, BOOK, write=False)) == (3, 0, 0, 0)
    async with store.read() as tx:
        assert await tx.contracts.last_id() == 0
        assert await tx.people.count() == 0


async def test_one_refused_row_keeps_the_whole_file_out(store: Store) -> None:
    wrong = BOOK + "坏日期公司,HT-9,平台版,2026-05-01,2025-05-01,10万,李雷,,否,,,\n"
    brought = await brings(store, wrong)
    assert counts(brought) == (3, 0, 0, 1)
    assert [row["row"] for row in summary(brought.plan, Phrasebook(Locale.ZH))["rows"]] == [5]
    async with store.read() as tx:
        assert await tx.contracts.last_id() == 0
    assert counts(await brings(store, wrong, skip_refused=True)) == (3, 0, 0, 1)
    assert counts(await brings(store, BOOK)) == (0, 0, 3, 0)


async def test_values_arrive_as_the_sheet_says(store: Store) -> None:
    await brings(store, BOOK)
    async with store.read() as tx:
        first = await tx.contracts.by_no("HT-1")
        third = await tx.contracts.by_no("HT-3")
        owner = await tx.people.by_name("李雷")
    assert first is not None
    assert third is not None
    assert owner is not None
    assert first.arr == Decimal(120000)
    assert first.cancel_by_on == date(2026, 5, 1)
    assert first.owner_id == owner.id
    assert not owner.linked
    assert third.arr is None


async def test_a_changed_cell_is_a_change_and_is_audited(store: Store) -> None:
    await brings(store, BOOK)
    assert counts(await brings(store, BOOK.replace("12万", "15万"))) == (0, 1, 2, 0)
    async with store.read() as tx:
        contract = await tx.contracts.by_no("HT-1")
        assert contract is not None
        newest, *_ = await tx.audit.of_subject("contract", contract.id)
    assert contract.arr == Decimal(150000)
    assert newest.change.before == {"arr": "120000"}
    assert newest.change.after == {"arr": "150000"}


async def test_an_empty_cell_and_an_absent_column_erase_nothing(store: Store) -> None:
    await brings(store, BOOK)
    shorter = "客户名称,合同编号,到期日期,年费\n云帆科技,HT-1,2026-05-31,\n"
    assert counts(await brings(store, shorter)) == (0, 0, 1, 0)
    async with store.read() as tx:
        contract = await tx.contracts.by_no("HT-1")
    assert contract is not None
    assert contract.arr == Decimal(120000)
    assert contract.product == "平台版"


async def test_a_number_of_another_customer_is_refused_by_name(store: Store) -> None:
    await brings(store, BOOK)
    brought = await brings(store, "客户名称,合同编号,到期日期\n别家公司,HT-1,2026-05-31\n")
    assert counts(brought) == (0, 0, 0, 1)
    (row,) = summary(brought.plan, Phrasebook(Locale.EN))["rows"]
    assert "云帆科技" in row["problem"]


async def test_a_renewed_term_falls_silent_whichever_comes_first(store: Store) -> None:
    later = "客户名称,合同编号,到期日期,续签自\n云帆科技,HT-11,2027-05-31,HT-1;HT-2\n"
    await brings(store, later)
    await brings(store, BOOK)
    async with store.read() as tx:
        found = {no: await tx.contracts.by_no(no) for no in ("HT-1", "HT-2", "HT-11")}
    assert {no: c.status for no, c in found.items() if c} == {
        "HT-1": ContractStatus.RENEWED,
        "HT-2": ContractStatus.RENEWED,
        "HT-11": ContractStatus.ACTIVE,
    }


async def test_overlapping_terms_and_unknown_owners_are_told_not_refused(store: Store) -> None:
    twice = (
        "客户名称,合同编号,产品,开始日期,到期日期,负责人\n"
        "云帆科技,HT-1,平台版,2025-06-01,2026-05-31,新同事\n"
        "云帆科技,HT-5,平台版,2026-01-01,2026-12-31,新同事\n"
    )
    brought = await brings(store, twice)
    assert counts(brought) == (2, 0, 0, 0)
    keys = {notice.key for notice in brought.plan.warnings}
    assert {"import.notice.unknown_owner", "import.notice.overlap"} <= keys


async def test_a_moved_date_restarts_the_countdown_only_past_a_correction(store: Store) -> None:
    await brings(store, BOOK)
    await brings(store, BOOK.replace("2026-08-31", "2026-09-05"))
    async with store.read() as tx:
        rows = await tx.contracts.rows_by_no(["HT-2"])
    assert rows["HT-2"].countdown_no == 1
    await brings(store, BOOK.replace("2026-08-31", "2026-12-31"))
    async with store.read() as tx:
        rows = await tx.contracts.rows_by_no(["HT-2"])
    assert rows["HT-2"].countdown_no == 2


async def test_people_are_linked_by_their_sheet(store: Store) -> None:
    await brings(store, BOOK)
    people = "姓名,角色,团队,slack_id,wecom_id,直属上级\n李雷,rep,华东,U1,LiLei,Ada Park\nAda Park,lead,华东,U3,ada,\n"
    assert counts(await brings(store, people, kind="people")) == (1, 1, 0, 0)
    assert counts(await brings(store, people, kind="people")) == (0, 0, 2, 0)
    async with store.read() as tx:
        person = await tx.people.by_name("李雷")
        lead = await tx.people.by_name("Ada Park")
    assert person is not None
    assert lead is not None
    assert (person.linked, person.wecom_id, person.team) == (True, "lilei", "华东")
    assert person.manager_id == lead.id


async def test_people_brought_after_their_contracts_give_them_their_team(store: Store) -> None:
    await brings(store, BOOK)
    await brings(store, "姓名,角色,团队,slack_id\n李雷,rep,华东,U1\n", kind="people")
    async with store.read() as tx:
        theirs = await tx.contracts.by_no("HT-1")
        others = await tx.contracts.by_no("HT-3")
        account = await tx.accounts.get(theirs.account_id) if theirs else None
    assert theirs is not None
    assert others is not None
    assert account is not None
    assert (theirs.team, account.team, others.team) == ("华东", "华东", None)


async def test_one_account_belongs_to_one_person(store: Store) -> None:
    brought = await brings(store, "姓名,slack_id\n李雷,U1\n韩梅梅,U1\n", kind="people")
    assert counts(brought) == (1, 0, 0, 1)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("contacts", "account,name,role\n云帆科技,陈工,user\n"),
        ("arr_steps", "contract_no,from_on,arr\nHT-1,2026-01-01,150000\n"),
        ("rates", "currency,on,rate\nUSD,2026-01-01,7.1\n"),
        ("goals", "account,goal,due_on\n云帆科技,上线三个工厂,2026-06-30\n"),
        ("signals", "account,signal,observed_on,value\n云帆科技,active_users,2026-02-23,41\n"),
        ("tickets", "account,ticket_no,opened_on,csat\n云帆科技,T-1,2026-02-01,4\n"),
        ("payments", "account,invoice_no,due_on,amount\n云帆科技,F-1,2026-02-01,12万\n"),
        ("surveys", "account,kind,answered_on,score\n云帆科技,nps,2026-02-01,9\n"),
        ("events", "account,event,held_on,response\n云帆科技,用户大会,2026-02-01,attended\n"),
        ("touches", "account,kind,at,who,note\n云帆科技,call,2026-02-01,李雷,聊了预算\n"),
        ("outcomes", "contract_no,decided_on,outcome\nHT-3,2026-02-01,churned\n"),
    ],
)
async def test_every_other_kind_is_new_once_and_then_unchanged(
    store: Store, kind: str, text: str
) -> None:
    await brings(store, BOOK)
    assert counts(await brings(store, text, kind=kind)) == (1, 0, 0, 0)
    assert counts(await brings(store, text, kind=kind)) == (0, 0, 1, 0)


async def test_a_fact_of_nobody_is_refused(store: Store) -> None:
    text = "account,signal,observed_on,value\n没有这家,active_users,2026-02-23,41\n"
    assert counts(await brings(store, text, kind="signals")) == (0, 0, 0, 1)


async def test_a_broken_write_leaves_nothing_behind(store: Store) -> None:
    async with store.begin() as tx:
        await tx.connection.exec_driver_sql("DROP TABLE audit")
    with pytest.raises(StoreUnavailable):
        await brings(store, BOOK)
    async with store.read() as tx:
        assert await tx.contracts.last_id() == 0
        assert await tx.accounts.count() == 0


async def test_amounts_follow_the_base_currency_of_the_house(store: Store) -> None:
    rules = replace(Rules(), base_currency="EUR")
    file = FileToBring("b.csv", b"account,ends_on,arr\nAcme,2026-12-31,1000\n")
    await bring(store, [file], rules, NOW, author=AUTHOR, write=True)
    async with store.read() as tx:
        found = await tx.contracts.of_account(1)
    assert [contract.currency for contract in found] == ["EUR"]


async def test_a_contact_named_in_two_sheets_of_one_file_is_one_contact(store: Store) -> None:
    files = [
        FileToBring("book.csv", BOOK.encode()),
        FileToBring(
            "contacts.csv",
            "account,name,role,phone\n云帆科技,王敏,champion,138\n".encode(),
            "contacts",
        ),
    ]
    both = await bring(store, files, Rules(), NOW, author=AUTHOR, write=True)
    assert counts(both) == (4, 0, 0, 0)
    async with store.read() as tx:
        found = await tx.facts.existing("contacts", [1], ["role", "email", "phone"])
    assert found[1, "王敏"]["role"] == "champion"
    assert found[1, "王敏"]["email"] == "wm@example.com"
    again = await bring(store, files, Rules(), NOW, author=AUTHOR, write=True)
    assert counts(again) == (0, 0, 4, 0)


@pytest.mark.parametrize(
    ("row", "stage"),
    [
        ("云帆科技,HT-1,2026-05-31,cancelled,\n", Stage.LOST),
        ("云帆科技,HT-1,2026-05-31,lost,\n", Stage.LOST),
        ("云帆科技,HT-1,2026-05-31,renewed,\n", Stage.WON),
        ("云帆科技,HT-11,2027-05-31,,HT-1\n", Stage.WON),
    ],
)
async def test_what_the_file_decides_is_decided_for_who_works_on_it_too(
    store: Store, row: str, stage: Stage
) -> None:
    await brings(store, BOOK)
    async with store.begin() as tx:
        opened = [
            await tx.opportunities.open_for(contract.id, owner_id=None, now=NOW)
            for number in ("HT-1", "HT-2")
            if (contract := await tx.contracts.by_no(number)) is not None
        ]
    await brings(store, "客户名称,合同编号,到期日期,状态,上期合同编号\n" + row)
    async with store.read() as tx:
        decided, untouched = [await tx.opportunities.get(one.id) for one in opened]
    assert decided is not None
    assert untouched is not None
    assert (decided.stage, decided.decided_at) == (stage, NOW)
    assert untouched.stage is Stage.OPEN
