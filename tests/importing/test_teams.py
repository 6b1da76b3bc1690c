"""A team written on a customer is the team of its contracts, for the clock as well as in chat."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import text

from handlers.importing.bringing import FileToBring, bring
from handlers.importing.plan import Author
from handlers.jobs.tick import tick_once
from handlers.rules import Rules
from storage.store import Store

NOW = datetime(2026, 3, 2, 1, 7, tzinfo=UTC)
CONTRACTS = "客户名称,合同编号,到期日期\n云帆科技,HT-1,2026-05-31\n海岳物流,HT-2,2026-05-31\n"


async def brings(store: Store, kind: str, lines: str) -> None:
    file = FileToBring("book.csv", lines.encode(), kind)
    await bring(store, [file], Rules(), NOW, author=Author(None, "test", "test"), write=True)


async def teams(store: Store, table: str) -> list[str | None]:
    column = "contract_id" if table == "opportunities" else "id"
    async with store.read() as tx:
        rows = await tx.connection.execute(
            text(f"SELECT team FROM {table} ORDER BY {column}")  # noqa: S608 - names of our own
        )
        return [row[0] for row in rows]


async def revisions(store: Store) -> list[int]:
    async with store.read() as tx:
        return [
            row[0]
            for row in await tx.connection.execute(
                text("SELECT revision FROM contracts ORDER BY id")
            )
        ]


async def test_a_team_brought_later_reaches_contracts_and_renewals(store: Store) -> None:
    await brings(store, "contracts", CONTRACTS)
    await tick_once(store, Rules(), NOW)
    assert await teams(store, "contracts") == [None, None]
    await brings(store, "accounts", "客户名称,团队\n云帆科技,华东\n")
    assert await teams(store, "contracts") == ["华东", None]
    assert await teams(store, "opportunities") == ["华东", None]
    assert await revisions(store) == [1, 0]


async def test_a_team_that_a_later_row_names_reaches_the_rows_before(store: Store) -> None:
    lines = "客户名称,合同编号,到期日期,团队\n云帆科技,HT-1,2026-05-31,\n云帆科技,HT-2,2026-06-30,华东\n"
    await brings(store, "contracts", lines)
    assert await teams(store, "contracts") == ["华东", "华东"]


async def test_a_contract_that_has_a_team_keeps_it(store: Store) -> None:
    await brings(
        store, "contracts", "客户名称,合同编号,到期日期,团队\n云帆科技,HT-1,2026-05-31,华北\n"
    )
    await brings(store, "accounts", "客户名称,团队\n云帆科技,华东\n")
    assert await teams(store, "accounts") == ["华东"]
    assert await teams(store, "contracts") == ["华北"]


async def test_who_looks_after_a_customer_brings_the_team_to_its_contracts(store: Store) -> None:
    await brings(store, "contracts", "account,contract_no,ends_on,csm\nAcme,C-1,2026-05-31,Ann\n")
    await brings(store, "people", "name,role,team\nAnn,rep,East\n")
    assert await teams(store, "contracts") == ["East"]
    assert await teams(store, "accounts") == ["East"]
