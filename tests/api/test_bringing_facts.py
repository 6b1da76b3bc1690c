"""What a well-meaning program sends: every kind, repeated, in parallel, wrong in a row or two."""

from __future__ import annotations

import asyncio
import json
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from handlers.api import MOST_ROWS
from handlers.api_sources import API_KINDS
from storage.fact_sources import FactSource
from storage.store import Store
from storage.tables import metadata
from tests.api.clients import NOW, serving_api

SIGNAL = {"account": "Acme", "signal": "logins", "observed_on": "2026-02-01", "value": 7}
ROWS: dict[str, dict[str, object]] = {
    "signals": SIGNAL,
    "tickets": {
        "account": "Acme", "ticket_no": "T-1", "opened_on": "2026-02-01", "closed_on": None,
        "csat": 4.5,
    },
    "payments": {
        "account": "Acme", "invoice_no": "I-1", "due_on": "2026-04-01", "amount": 1200.5,
        "currency": "USD",
    },
    "surveys": {"account": "Acme", "kind": "nps", "answered_on": "2026-02-01", "score": 9},
    "events": {
        "account": "Acme", "event": "Summit", "held_on": "2026-05-01", "response": "invited",
    },
    "touches": {"account": "Acme", "kind": "call", "at": "2026-02-01T09:00:00Z", "note": "Hello"},
    "contracts": {
        "account": "New One", "contract_no": "N-1", "ends_on": "2027-01-31", "arr": "120万",
        "auto_renew": True, "colour": "blue",
    },
}  # fmt: skip


async def rows_of(store: Store, table: str) -> int:
    async with store.read() as tx:
        target = metadata.tables[table]
        return await tx.connection.scalar(select(func.count()).select_from(target)) or 0


def signals(count: int, **changes: Any) -> list[dict[str, Any]]:
    first = date(2020, 1, 1)
    return [
        {**SIGNAL, "observed_on": str(first + timedelta(days=n % 2000)),
         "signal": f"s{n // 2000}", "value": n, **changes}
        for n in range(count)
    ]  # fmt: skip


@pytest.mark.parametrize("kind", API_KINDS)
async def test_every_kind_is_written_once_however_often_it_is_sent(store: Store, kind: str) -> None:
    async with serving_api(store) as client:
        before = await rows_of(store, kind)
        answer = await client.post(kind, [ROWS[kind]])
        assert (answer.status, answer.counts) == (200, (1, 0, 0, 0)), answer.body
        answer = await client.post(kind, [ROWS[kind]])
        assert (answer.status, answer.counts) == (200, (0, 0, 1, 0))
    assert await rows_of(store, kind) == before + 1


@pytest.mark.parametrize(
    "body",
    [
        json.dumps([SIGNAL, {**SIGNAL, "signal": "x"}]),
        json.dumps({"rows": [SIGNAL, {**SIGNAL, "signal": "x"}]}),
        json.dumps(SIGNAL) + "\n" + json.dumps({**SIGNAL, "signal": "x"}) + "\n",
        "\ufeff" + json.dumps([SIGNAL, {**SIGNAL, "signal": "x"}]),
    ],
)
@pytest.mark.parametrize("dialect", ["sqlite"])
async def test_rows_come_as_an_array_wrapped_or_one_a_line(store: Store, body: str) -> None:
    async with serving_api(store) as client:
        assert (await client.post("signals", body)).counts == (2, 0, 0, 0)


async def test_one_wrong_row_keeps_all_out_and_each_says_why(store: Store) -> None:
    wrong = [
        SIGNAL,
        {**SIGNAL, "account": "Nobody"},
        {**SIGNAL, "signal": "active_users", "value": -1},
        {**SIGNAL, "signal": "a", "observed_on": "2030-01-01"},
        {"account": "Acme"},
        {},
    ]
    async with serving_api(store) as client:
        answer = await client.post("signals", wrong, Idempotency_Key="k1")
        assert (answer.status, answer.counts[3]) == (422, 5)
        assert {(row["row"], row["column"]) for row in answer.body["rows"]} == {
            (2, "account"), (3, "value"), (4, "observed_on"),
            (5, "signal"), (5, "observed_on"), (5, "value"),
            (6, "account"), (6, "signal"), (6, "observed_on"), (6, "value"),
        }  # fmt: skip
        assert await rows_of(store, "signals") == 0
        answer = await client.post("signals", [SIGNAL], Idempotency_Key="k1")
        assert (answer.status, answer.counts) == (200, (1, 0, 0, 0))


async def test_the_same_key_gets_the_same_answer_and_acts_once(store: Store) -> None:
    async with serving_api(store) as client:
        first = await client.post("signals", [SIGNAL], Idempotency_Key="2026-03-02/1")
        corrected = await client.post("signals", [{**SIGNAL, "value": 9}])
        again = await client.post("signals", [SIGNAL], Idempotency_Key="2026-03-02/1")
        other = await client.post(
            "signals", [{**SIGNAL, "value": 8}], Idempotency_Key="2026-03-02/1"
        )
    assert corrected.counts == (0, 1, 0, 0)
    assert (again.status, again.body) == (200, first.body)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert other.status == 422
    assert "2026-03-02/1" in other.body["error"]
    async with store.read() as tx:
        assert await tx.connection.scalar(select(metadata.tables["signals"].c.value)) == 9


async def test_keys_of_two_sources_have_nothing_to_do_with_each_other(store: Store) -> None:
    from handlers.api_sources import add_source

    async with serving_api(store) as client:
        await client.post("signals", [SIGNAL], Idempotency_Key="k")
        client.token = await add_source(store, "billing", ["signals"], NOW, actor="test")
        answer = await client.post("signals", [{**SIGNAL, "value": 8}], Idempotency_Key="k")
    assert (answer.status, answer.counts) == (200, (0, 1, 0, 0))


async def test_the_same_rows_at_the_same_moment_are_written_once(store: Store) -> None:
    from handlers.api_sources import add_source

    rows = signals(300)
    async with serving_api(store) as client:
        tokens = [client.token] + [
            await add_source(store, f"s{n}", ["signals"], NOW, actor="test") for n in range(4)
        ]
        answers = await asyncio.gather(
            *(
                client.post("signals", rows, Authorization=f"Bearer {token}", Idempotency_Key="k")
                for token in tokens
            )
        )
    assert [answer.status for answer in answers] == [200] * 5
    assert sorted(answer.counts for answer in answers) == [(0, 0, 300, 0)] * 4 + [(300, 0, 0, 0)]
    assert await rows_of(store, "signals") == 300


async def test_a_request_repeated_while_it_is_under_way_acts_once(store: Store) -> None:
    async with serving_api(store) as client:
        answers = await asyncio.gather(
            *(client.post("signals", signals(300), Idempotency_Key="k") for _ in range(2))
        )
    assert [(answer.status, answer.counts) for answer in answers] == [(200, (300, 0, 0, 0))] * 2
    assert sum(answer.headers.get("Idempotent-Replayed") == "true" for answer in answers) == 1


async def test_an_empty_array_says_that_the_source_is_there(store: Store) -> None:
    async with serving_api(store) as client:
        answer = await client.post("tickets", [])
        assert (answer.status, answer.counts) == (200, (0, 0, 0, 0))
        client.time.now = NOW + timedelta(days=3)
        await client.post("tickets", [ROWS["tickets"]])
    async with store.read() as tx:
        assert await tx.fact_sources.every() == [
            FactSource("tickets", "api:crm", date(2026, 2, 1), date(2026, 3, 5))
        ]
        (source,) = await tx.api_sources.every()
    assert source.used_at == NOW + timedelta(days=3)


@pytest.mark.parametrize("dialect", ["sqlite"])
async def test_names_that_nobody_knows_are_refused_not_ignored(store: Store) -> None:
    async with serving_api(store) as client:
        answer = await client.post("tickets", [{**ROWS["tickets"], "closd_on": "2026-02-03"}])
        assert answer.status == 422
        assert "closd_on" in answer.body["error"]
        answer = await client.post("contracts", [{"account": "Acme", "contract_no": "A-2"}])
        assert answer.status == 422
        assert "ends_on" in answer.body["error"]
        synonyms = {"客户": "Acme", "信号": "logins", "日期": "2026-02-01", "值": 3}
        assert (await client.post("signals", [synonyms])).status == 200
        twice = {**SIGNAL, "客户": "Blue"}
        assert (await client.post("signals", [twice])).status == 422


@pytest.mark.parametrize("dialect", ["sqlite"])
async def test_a_customer_called_total_is_a_customer(store: Store) -> None:
    async with serving_api(store) as client:
        rows = [
            {**ROWS["contracts"], "account": name, "contract_no": name}
            for name in ("Total", "合计")
        ]
        assert (await client.post("contracts", rows)).counts == (2, 0, 0, 0)


@pytest.mark.parametrize("dialect", ["sqlite"])
async def test_reasons_come_in_the_language_that_is_asked_for(store: Store) -> None:
    async with serving_api(store) as client:
        for language, word in (("zh-CN,zh;q=0.9", "客户"), ("en", "customer"), ("fr", "customer")):
            answer = await client.post(
                "signals", [{**SIGNAL, "account": "Nobody"}], Accept_Language=language
            )
            assert word in answer.body["rows"][0]["problem"], language


async def test_what_came_is_in_the_audit_with_its_source(store: Store) -> None:
    async with serving_api(store) as client:
        await client.post("signals", [SIGNAL])
    async with store.read() as tx:
        audit = metadata.tables["audit"]
        rows = (
            await tx.connection.execute(
                select(audit.c.actor, audit.c.via, audit.c.subject, audit.c.after).where(
                    audit.c.via == "api"
                )
            )
        ).all()
    assert [tuple(row) for row in rows] == [
        ("api:crm", "api", "signals", {"new": 1, "changed": 0}),
    ]


@pytest.mark.parametrize("dialect", ["sqlite"])
async def test_a_request_may_have_as_many_rows_as_promised(store: Store) -> None:
    async with serving_api(store) as client:
        answer = await client.post("signals", signals(MOST_ROWS))
        assert answer.counts == (MOST_ROWS, 0, 0, 0)
        answer = await client.post("signals", signals(MOST_ROWS + 1))
        assert answer.status == 413
    assert await rows_of(store, "signals") == MOST_ROWS


CLOSED = {**ROWS["tickets"], "closed_on": "2026-02-20"}


async def ticket(store: Store) -> dict[str, Any]:
    """The one ticket, and whether its customer waits to be scored again; the mark is taken off."""
    tickets, due = metadata.tables["tickets"], metadata.tables["health_due"]
    async with store.begin() as tx:
        row = (await tx.connection.execute(select(tickets))).one()
        marked = await tx.connection.scalar(
            select(func.count()).select_from(due).where(due.c.account_id == row.account_id)
        )
        await tx.connection.execute(due.delete())
    return {**row._mapping, "marked": bool(marked)}


@pytest.mark.parametrize("said", [None, "open", "Reopened", "重新打开"])
async def test_a_closing_day_of_null_opens_a_ticket_again(store: Store, said: str | None) -> None:
    async with serving_api(store) as client:
        await client.post("tickets", [CLOSED])
        assert (await ticket(store))["closed_on"] == date(2026, 2, 20)
        answer = await client.post("tickets", [{**CLOSED, "closed_on": said}])
        assert (answer.status, answer.counts) == (200, (0, 1, 0, 0)), answer.body
        found = await ticket(store)
        assert (found["closed_on"], found["csat"], found["marked"]) == (None, 4.5, True)
        answer = await client.post("tickets", [{**CLOSED, "closed_on": said}])
        assert answer.counts == (0, 0, 1, 0)
        assert not (await ticket(store))["marked"]


async def test_a_ticket_without_the_field_stays_closed(store: Store) -> None:
    row = {name: value for name, value in CLOSED.items() if name != "closed_on"}
    other = {**CLOSED, "ticket_no": "T-2", "closed_on": None}
    async with serving_api(store) as client:
        await client.post("tickets", [CLOSED])
        assert (await client.post("tickets", [row])).counts == (0, 0, 1, 0)
        assert (await client.post("tickets", [{**row, "closed_on": ""}])).counts == (0, 0, 1, 0)
        # Beside a row that has it, an absent field still says nothing.
        assert (await client.post("tickets", [row, other])).counts == (1, 0, 1, 0)
        assert (await client.post("tickets", [{**CLOSED, "csat": None}])).counts == (0, 0, 1, 0)


async def test_a_ticket_may_be_opened_again_after_the_day_it_was_closed(store: Store) -> None:
    async with serving_api(store) as client:
        await client.post("tickets", [CLOSED])
        again = {**CLOSED, "opened_on": "2026-02-25", "closed_on": None}
        assert (await client.post("tickets", [again])).counts == (0, 1, 0, 0)
    assert (await ticket(store))["opened_on"] == date(2026, 2, 25)
