"""What an ill-meaning client sends. Every answer is a 4xx with a sentence, and nothing is written."""

from __future__ import annotations

import asyncio
import gzip
import json
import zlib
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import select, text

from bot.web.api.doors import BURST, EVERY_S, MOST_BYTES, WRONG_BURST, WRONG_EVERY_S
from handlers.api import MOST_ROWS
from handlers.api_sources import TOKEN_PREFIX, add_source, revoke_source
from scoring.errors import BadArgument, Refused
from storage.store import Store
from storage.tables import metadata
from tests.api.clients import NOW, serving_api
from tests.api.test_bringing_facts import SIGNAL, rows_of

ONLY_SQLITE = pytest.mark.parametrize("dialect", ["sqlite"])


@ONLY_SQLITE
async def test_only_the_token_of_a_source_opens_the_door(store: Store) -> None:
    async with serving_api(store) as client:
        good = client.token
        given = [
            "",
            "Bearer",
            "Bearer ",
            f"Bearer {good}x",
            f"Bearer {good[:-1]}",
            f"Basic {good}",
            f"Token {good}",
            good,
            f"Bearer {good} {good}",
            f"Bearer {TOKEN_PREFIX}",
            "Bearer ' OR 1=1 --",
            f"Bearer {'a' * 8000}",
            "Bearer é",
        ]
        for authorization in given:
            answer = await client.post("signals", [SIGNAL], Authorization=authorization)
            assert answer.status == 401, authorization
            assert answer.headers["WWW-Authenticate"] == "Bearer"
        assert await rows_of(store, "signals") == 0
        answer = await client.post("signals", [SIGNAL], Authorization=f"bearer {good}")
        assert answer.status == 200


@ONLY_SQLITE
async def test_two_tokens_in_one_request_are_none(store: Store) -> None:
    async with serving_api(store) as client:
        headers = [("Authorization", f"Bearer {client.token}")] * 2
        async with client.session.post(
            f"{client.address}/api/v1/signals", data=json.dumps([SIGNAL]), headers=headers
        ) as answer:
            assert answer.status == 401


async def test_a_revoked_token_is_nobodys_and_a_new_one_is_another(store: Store) -> None:
    async with serving_api(store) as client:
        with pytest.raises(Refused):
            await add_source(store, "crm", ["signals"], NOW, actor="test")
        await revoke_source(store, "crm", NOW, actor="test")
        assert (await client.post("signals", [SIGNAL])).status == 401
        with pytest.raises(BadArgument):
            await revoke_source(store, "crm", NOW, actor="test")
        token = await add_source(store, "crm", ["signals"], NOW, actor="test")
        assert token != client.token
        assert (await client.post("signals", [SIGNAL])).status == 401
        client.token = token
        assert (await client.post("signals", [SIGNAL])).status == 200


async def test_a_token_is_kept_nowhere(store: Store) -> None:
    async with serving_api(store) as client:
        await client.post("signals", [SIGNAL], Idempotency_Key="k")
        async with store.read() as tx:
            for table in ("api_sources", "audit", "inbox", "signals", "fact_sources"):
                rows = (await tx.connection.execute(select(metadata.tables[table]))).all()
                assert rows, table
                assert client.token not in str(rows)
                assert client.token.removeprefix(TOKEN_PREFIX) not in str(rows)


@ONLY_SQLITE
async def test_a_source_brings_only_its_kinds(store: Store) -> None:
    async with serving_api(store, kinds=("signals",)) as client:
        contract = {"account": "Acme", "contract_no": "A-1", "ends_on": "2030-01-01", "arr": 1}
        answer = await client.post("contracts", [contract])
        assert answer.status == 403
        assert "contracts" in answer.body["error"]
        for kind in ("people", "rates", "accounts", "arr_steps", "outcomes", "..", "signals/"):
            answer = await client.post(kind, [SIGNAL])
            assert answer.status == 404, kind


@ONLY_SQLITE
async def test_nothing_can_be_read(store: Store) -> None:
    async with serving_api(store) as client:
        headers = {"Authorization": f"Bearer {client.token}"}
        for method in ("GET", "PUT", "DELETE", "PATCH", "OPTIONS"):
            answer = await client.send(method, "/api/v1/signals", None, headers)
            assert answer.status == 405, method


NOT_ROWS = [
    b"",
    b" ",
    b"null",
    b"7",
    b'"rows"',
    b"[1]",
    b"[[]]",
    b'[{"account": "Acme"}',
    b'{"rows": {}}',
    b'{"rows": [1]}',
    b'[{"account": "Acme", "account": "Blue"}]',
    b'[{"value": 1}]]',
    b"\xff\xfe[]",
    b'[{"account": "\xc3"}]',
    b"[" * 100_000,
    b'[{"a":' * 50_000,
    b'[{"value": ' + b"9" * 5_000 + b"}]",
    b'{"account": "Acme"}\n[]',
    b'{"account": "Acme"}\nnonsense',
    b"<rows/>",
]


@pytest.mark.parametrize("body", NOT_ROWS, ids=lambda body: body[:24].decode("latin-1"))
@ONLY_SQLITE
async def test_what_is_no_list_of_rows_is_refused(store: Store, body: bytes) -> None:
    async with serving_api(store) as client:
        answer = await client.post("signals", body)
        assert answer.status == 400, answer.body
        assert set(answer.body) == {"error"}


HOSTILE_ROWS = [
    {**SIGNAL, "value": float("nan")},
    {**SIGNAL, "value": float("inf")},
    {**SIGNAL, "value": float("-inf")},
    {**SIGNAL, "value": 1e308},
    {**SIGNAL, "value": 10**400},
    {**SIGNAL, "value": True},
    {**SIGNAL, "value": "=1+1"},
    {**SIGNAL, "value": {"$gt": 0}},
    {**SIGNAL, "value": [[1]]},
    {**SIGNAL, "account": ["Acme"] * 2},
    {**SIGNAL, "account": "Acme'; DROP TABLE signals; --"},
    {**SIGNAL, "account": "x" * 100_000},
    {**SIGNAL, "signal": "\x00"},
    {**SIGNAL, "signal": "\ud800"},
    {**SIGNAL, "observed_on": "0000-00-00"},
    {**SIGNAL, "observed_on": "9999-12-31"},
    {**SIGNAL, "observed_on": "03/04/2026"},
    {**SIGNAL, "observed_on": -1},
    {**SIGNAL, "observed_on": 1e300},
    {**SIGNAL, "note": "n" * 20_000},
    {**SIGNAL, "\x00": 1},
    {**SIGNAL, "": 1},
    {**SIGNAL, "x" * 5_000: 1},
    {**SIGNAL, "__proto__": {"account": "Acme"}},
]


@pytest.mark.parametrize("row", HOSTILE_ROWS, ids=range(len(HOSTILE_ROWS)))
async def test_a_hostile_row_is_refused_with_a_sentence(
    store: Store, row: dict[str, object]
) -> None:
    async with serving_api(store) as client:
        answer = await client.post("signals", [SIGNAL, row])
        assert answer.status in (400, 422), answer.body
        assert answer.body.get("error") or answer.body["rows"]
        assert await rows_of(store, "signals") == 0


async def test_text_that_no_database_holds_loses_only_what_it_cannot_hold(store: Store) -> None:
    async with serving_api(store) as client:
        row = {**SIGNAL, "note": "a\x00b\ud83d\udc4d \u202e\ud800c", "source": "=cmd|'/c'!A1"}
        answer = await client.post("signals", [row])
        assert answer.status == 200, answer.body
    async with store.read() as tx:
        note = await tx.connection.scalar(select(metadata.tables["signals"].c.note))
    assert note == "ab\U0001f44d c"


@ONLY_SQLITE
async def test_bodies_are_bounded_in_bytes_and_objects(store: Store) -> None:
    async with serving_api(store) as client:
        long = json.dumps([{**SIGNAL, "note": "n" * MOST_BYTES}])
        for body in (long, "[" + "{}," * (MOST_ROWS + 2) + "{}]", "{}\n" * (MOST_ROWS + 2)):
            answer = await client.post("signals", body)
            assert answer.status == 413, len(body)
        names = [{f"n{n}": 1} for n in range(400)]
        assert (await client.post("contracts", names)).status == 422
        deep = [{**SIGNAL, "value": json.loads("[" * 200 + "]" * 200)}]
        assert (await client.post("signals", deep)).status in (400, 422)


@ONLY_SQLITE
async def test_a_packed_body_is_not_unpacked(store: Store) -> None:
    async with serving_api(store) as client:
        for coding, pack in (("gzip", gzip.compress), ("deflate", zlib.compress)):
            packed = pack(b" " * 50_000_000 + b"[]")
            answer = await client.post("signals", packed, Content_Encoding=coding)
            assert answer.status == 415, coding
        for named in ("text/html", "multipart/form-data", "application/x-www-form-urlencoded"):
            answer = await client.post("signals", [SIGNAL], Content_Type=named)
            assert answer.status == 415, named


@ONLY_SQLITE
async def test_a_key_is_short_and_visible(store: Store) -> None:
    async with serving_api(store) as client:
        for key in ("", "a b", "x" * 201, "é"):
            answer = await client.post("signals", [SIGNAL], Idempotency_Key=key)
            assert answer.status == 400, key


@ONLY_SQLITE
async def test_a_source_that_asks_too_fast_waits_and_no_other_does(store: Store) -> None:
    async with serving_api(store) as client:
        other = await add_source(store, "other", ["signals"], NOW, actor="test")
        for _ in range(BURST):
            assert (await client.post("signals", "[]")).status == 200
        answer = await client.post("signals", "[]")
        assert answer.status == 429
        assert int(answer.headers["Retry-After"]) >= 1
        answer = await client.post("signals", "[]", Authorization=f"Bearer {other}")
        assert answer.status == 200
        client.time.steady += EVERY_S
        assert (await client.post("signals", "[]")).status == 200
        assert (await client.post("signals", "[]")).status == 429


@ONLY_SQLITE
async def test_guessing_is_slowed_down_and_locks_nobody_out(store: Store) -> None:
    async with serving_api(store) as client:
        for _ in range(WRONG_BURST):
            assert (await client.post("signals", "[]", Authorization="Bearer no")).status == 401
        assert (await client.post("signals", "[]", Authorization="Bearer no")).status == 429
        assert (await client.post("signals", "[]")).status == 200
        client.time.steady += WRONG_EVERY_S
        assert (await client.post("signals", "[]", Authorization="Bearer no")).status == 401


@ONLY_SQLITE
async def test_bodies_that_trickle_in_hold_no_more_than_their_own_source(store: Store) -> None:
    release = asyncio.Event()

    async def slow() -> int:
        async def pieces() -> AsyncIterator[bytes]:
            yield b"["
            await release.wait()
            yield b"]"

        async with client.session.post(
            f"{client.address}/api/v1/signals",
            data=pieces(),
            headers={
                "Authorization": f"Bearer {client.token}",
                "Content-Type": "application/json",
            },
        ) as answer:
            return answer.status

    async with serving_api(store) as client:
        other = await add_source(store, "other", ["signals"], NOW, actor="test")
        waiting = [asyncio.create_task(slow()) for _ in range(2)]
        while (await client.post("signals", "[]")).status != 429:
            # One that came while this request was under way was turned away: it tries again.
            waiting = [asyncio.create_task(slow()) if task.done() else task for task in waiting]
            client.time.steady += 3 * EVERY_S
        answer = await client.post("signals", "[]", Authorization=f"Bearer {other}")
        assert answer.status == 200
        release.set()
        assert await asyncio.gather(*waiting) == [200, 200]
        assert (await client.post("signals", "[]")).status == 200


@ONLY_SQLITE
async def test_a_client_that_goes_away_leaves_nothing_behind(store: Store) -> None:
    async with serving_api(store) as client:
        for _ in range(3):
            reader, writer = await asyncio.open_connection(*_place(client.address))
            writer.write(
                b"POST /api/v1/signals HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\n"
                b"Authorization: Bearer " + client.token.encode() + b"\r\n\r\n[{"
            )
            await writer.drain()
            writer.close()
            await writer.wait_closed()
            del reader
        answers = [429]
        while answers[-1] == 429:
            client.time.steady += 1
            answers.append((await client.post("signals", [SIGNAL])).status)
        assert answers[-1] == 200


def _place(address: str) -> tuple[str, int]:
    host, _, port = address.removeprefix("http://").partition(":")
    return host, int(port)


@ONLY_SQLITE
async def test_revoking_takes_hold_of_a_request_that_is_under_way(store: Store) -> None:
    """Between the look at the token and the writing the source may be revoked."""
    from handlers.api import Posted, take
    from handlers.rules import Rules
    from messages.i18n import Phrasebook
    from scoring.errors import Forbidden
    from scoring.model import Locale

    async with serving_api(store):
        async with store.read() as tx:
            (source,) = await tx.api_sources.every()
        await revoke_source(store, "crm", NOW + timedelta(seconds=1), actor="test")
        with pytest.raises(Forbidden):
            await take(
                store,
                Rules(),
                NOW,
                source=source,
                posted=Posted("signals", [SIGNAL]),
                phrases=Phrasebook(Locale.EN),
            )
    assert await rows_of(store, "signals") == 0


@ONLY_SQLITE
async def test_a_broken_book_is_not_the_callers_fault(store: Store) -> None:
    async with serving_api(store) as client:
        async with store.begin() as tx:
            await tx.connection.execute(text("ALTER TABLE api_sources RENAME TO gone"))
        answer = await client.post("signals", [SIGNAL])
        assert (answer.status, answer.body["failing"]) == (503, "database")
