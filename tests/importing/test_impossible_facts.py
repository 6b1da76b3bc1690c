"""Facts that cannot be: impossible numbers, days to come, tickets that contradict themselves."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from handlers.importing.bringing import summary
from messages.i18n import Phrasebook
from scoring.model import Locale
from storage.fact_sources import FactSource
from storage.store import Store
from storage.tables import metadata
from tests.importing.test_book_import import NOW, brings, counts

CUSTOMER = "account,contract_no,ends_on\nAcme,A-1,2026-12-31\n"
TODAY = date(2026, 3, 2)


async def refusals(store: Store, kind: str, text: str) -> list[tuple[int, str]]:
    brought = await brings(store, text, kind=kind)
    return [
        (row["row"], row["column"]) for row in summary(brought.plan, Phrasebook(Locale.EN))["rows"]
    ]


@pytest.mark.parametrize(
    ("signal", "value", "stands"),
    [
        ("active_users", "0", True),
        ("active_users", "-1", False),
        ("Active Users", "-1", False),
        ("logins", "1e16", False),
        ("usage_minutes", "-0.1", False),
        ("sentiment", "-2", True),
        ("sentiment", "2.1", False),
        ("temperature", "-40", True),
        ("temperature", "1e99", False),
        ("temperature", "inf", False),
        ("temperature", "-Infinity", False),
        ("temperature", "NaN", False),
        ("temperature", "12abc", False),
    ],
)
@pytest.mark.parametrize("dialect", ["sqlite"])
async def test_values_keep_to_what_their_signal_can_be(
    store: Store, signal: str, value: str, stands: bool
) -> None:
    await brings(store, CUSTOMER)
    text = f"account,signal,observed_on,value\nAcme,{signal},2026-02-01,{value}\n"
    assert await refusals(store, "signals", text) == ([] if stands else [(2, "value")])


@pytest.mark.parametrize("dialect", ["sqlite"])
async def test_a_built_in_signal_may_be_named_in_chinese(store: Store) -> None:
    await brings(store, CUSTOMER)
    names = ("活跃用户数", "授权用户", "已用功能数", "可用功能数", "登录次数", "拜访深度")
    rows = "".join(f"Acme,{name},2026-02-01,5\n" for name in names)
    await brings(store, "客户名称,指标,日期,数值\n" + rows, kind="signals")
    async with store.read() as tx:
        signals = metadata.tables["signals"]
        kept = (await tx.connection.execute(select(signals.c.signal))).scalars().all()
    ours = {"active_users", "licensed_users", "features_used", "features_available", "logins"}
    assert set(kept) == {*ours, "拜访深度"}


async def test_a_built_in_signal_has_one_spelling(store: Store) -> None:
    await brings(store, CUSTOMER)
    twice = (
        "account,signal,observed_on,value\nAcme,Active Users,2026-02-01,5\n"
        "Acme,active_users,2026-02-02,6\nAcme,My Own,2026-02-02,6\n"
    )
    assert counts(await brings(store, twice, kind="signals")) == (3, 0, 0, 0)
    async with store.read() as tx:
        signals = metadata.tables["signals"]
        names = (await tx.connection.execute(select(signals.c.signal))).scalars().all()
    assert sorted(names) == ["My Own", "active_users", "active_users"]
    same_day = twice.replace("02-02,6\nAcme,My", "02-01,7\nAcme,My")
    assert await refusals(store, "signals", same_day) == [(2, "account"), (3, "account")]


SOON = TODAY + timedelta(days=1)
LATER = TODAY + timedelta(days=2)


@pytest.mark.parametrize(
    ("kind", "head", "row", "column"),
    [
        ("signals", "account,signal,observed_on,value", "Acme,x,{day},1", "observed_on"),
        ("tickets", "account,ticket_no,opened_on", "Acme,T-1,{day}", "opened_on"),
        ("tickets", "account,ticket_no,opened_on,closed_on", "Acme,T-1,2026-01-01,{day}",
         "closed_on"),
        ("payments", "account,invoice_no,due_on,amount,paid_on",
         "Acme,I-1,2026-09-01,5,{day}", "paid_on"),
        ("surveys", "account,kind,answered_on,score", "Acme,nps,{day},9", "answered_on"),
        ("touches", "account,kind,at", "Acme,call,{day}", "at"),
        ("outcomes", "contract_no,decided_on,outcome", "A-1,{day},renewed", "decided_on"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("dialect", ["sqlite"])
async def test_what_happened_did_not_happen_the_day_after_tomorrow(
    store: Store, kind: str, head: str, row: str, column: str
) -> None:
    await brings(store, CUSTOMER)
    assert await refusals(store, kind, f"{head}\n{row.format(day=LATER)}\n") == [(2, column)]
    assert await refusals(store, kind, f"{head}\n{row.format(day=SOON)}\n") == []


async def test_an_invoice_may_be_due_and_an_event_be_held_in_the_future(store: Store) -> None:
    await brings(store, CUSTOMER)
    invoice = "account,invoice_no,due_on,amount\nAcme,I-1,2026-09-01,5\n"
    event = "account,event,held_on,response\nAcme,Summit,2026-09-01,invited\n"
    assert await refusals(store, "payments", invoice) == []
    assert await refusals(store, "events", event) == []


TICKETS = "account,ticket_no,opened_on,closed_on\n"


async def test_a_ticket_is_not_closed_before_it_was_opened(store: Store) -> None:
    await brings(store, CUSTOMER)
    backwards = TICKETS + "Acme,T-1,2026-02-05,2026-02-01\n"
    assert await refusals(store, "tickets", backwards) == [(2, "closed_on")]
    twice = TICKETS + "Acme,T-1,2026-02-05,\nAcme,T-1,2026-02-05,2026-02-09\n"
    assert await refusals(store, "tickets", twice) == [(2, "account"), (3, "account")]


async def test_a_ticket_does_not_contradict_what_the_book_knows_of_it(store: Store) -> None:
    await brings(store, CUSTOMER)
    assert await refusals(store, "tickets", TICKETS + "Acme,T-1,2026-02-01,2026-02-05\n") == []
    moved = "account,ticket_no,opened_on\nAcme,T-1,2026-02-09\n"
    assert await refusals(store, "tickets", moved) == [(2, "opened_on")]
    assert await refusals(store, "tickets", TICKETS + "Acme,T-1,2026-02-03,\n") == []
    both = TICKETS + "Acme,T-1,2026-02-20,2026-02-21\n"
    assert counts(await brings(store, both, kind="tickets")) == (0, 1, 0, 0)


async def test_every_kind_in_a_file_counts_as_heard_also_without_news(store: Store) -> None:
    await brings(store, CUSTOMER)
    tickets = TICKETS + "Acme,T-1,2026-02-05,\nAcme,T-0,2025-12-01,2025-12-02\n"
    await brings(store, tickets, kind="tickets", now=NOW - timedelta(days=9))
    await brings(store, tickets, kind="tickets", write=False)
    async with store.read() as tx:
        before = await tx.fact_sources.every()
    assert before == [
        FactSource("tickets", "file", date(2025, 12, 1), TODAY - timedelta(days=9)),
    ]
    assert counts(await brings(store, tickets, kind="tickets")) == (0, 0, 2, 0)
    await brings(store, tickets, kind="tickets", now=NOW - timedelta(days=5))
    async with store.read() as tx:
        after = await tx.fact_sources.every()
    assert after == [FactSource("tickets", "file", date(2025, 12, 1), TODAY)]


async def test_a_refused_file_was_not_heard(store: Store) -> None:
    await brings(store, CUSTOMER)
    await brings(store, TICKETS + "Acme,T-1,2026-02-05,2026-02-01\n", kind="tickets")
    async with store.read() as tx:
        assert await tx.fact_sources.every() == []


async def test_new_values_are_told_from_known_ones_among_many(store: Store) -> None:
    await brings(store, CUSTOMER)
    head = "account,signal,observed_on,value\n"
    rows = [
        f"Acme,s{n % 250},{date(2025, 1, 1) + timedelta(days=n // 250)},{n}" for n in range(1000)
    ]
    assert counts(await brings(store, head + "\n".join(rows), kind="signals")) == (1000, 0, 0, 0)
    again = [rows[0], rows[1].rsplit(",", 1)[0] + ",7", rows[999]]
    assert counts(await brings(store, head + "\n".join(again), kind="signals")) == (0, 1, 2, 0)
    assert counts(await brings(store, head + "\n".join(rows), kind="signals")) == (0, 1, 999, 0)
    async with store.read() as tx:
        signals = metadata.tables["signals"]
        count = await tx.connection.scalar(select(func.count()).select_from(signals))
    assert count == 1000


def test_both_languages_say_that_a_day_is_to_come() -> None:
    for locale in Locale:
        assert "2030-01-01" in Phrasebook(locale).t("import.row.future", day="2030-01-01")
