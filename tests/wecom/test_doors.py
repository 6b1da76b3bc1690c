"""Whatever comes to the addresses WeCom calls: known callbacks, forged ones, any bytes."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.wecom.envelope import MOST_BYTES
from storage.store import Store
from tests.databases import SqliteFiles
from tests.sample_book import SampleBook, fill
from tests.wecom import forging
from tests.wecom.calling import Clock, House, house
from tests.wecom.vectors import INBOUND, Vector, envelope_of, when

APP, AIBOT = "/wecom/callback", "/wecom/aibot"
REPLAYED = [each for each in INBOUND if each["mode"] in ("app_xml", "aibot_json")]


@pytest.fixture
async def book(store: Store) -> SampleBook:
    """The sample book."""
    return await fill(store)


@pytest.fixture
async def home(store: Store, book: SampleBook) -> AsyncIterator[House]:
    """Both doors."""
    async with house(store) as opened:
        yield opened


@pytest.mark.parametrize("dialect", ["sqlite"])
@pytest.mark.parametrize("vector", REPLAYED, ids=lambda vector: vector["id"])
async def test_every_known_callback_has_its_outcome_over_http(
    store: Store, book: SampleBook, vector: Vector
) -> None:
    clock = Clock(when(vector) + timedelta(seconds=3))
    async with house(store, clock=clock, envelope=envelope_of(vector)) as home:
        path = APP if vector["mode"] == "app_xml" else AIBOT
        body = (vector.get("body") or "").encode()
        answer = await home.call(path, body, vector["query"], vector["method"])
    expected = vector["expected"]
    (status,) = home.statuses
    if expected["outcome"] == "ok":
        assert status == 200
        if vector["method"] == "GET":
            assert answer == expected["response_body"]
    else:
        assert 400 <= status < 500
        assert home.app.sent == []


async def test_the_check_of_an_address_gets_the_bare_text(home: House) -> None:
    for path, receiveid in ((APP, forging.CORP), (AIBOT, "")):
        sealed = forging.encrypted(forging.packed(b"1616140317555161061", receiveid))
        query = {**home.signed(sealed), "echostr": sealed}
        assert await home.call(path, b"", query, "GET") == "1616140317555161061"
    assert home.statuses == [200, 200]


async def test_an_app_without_an_ai_bot_has_one_address(store: Store, book: SampleBook) -> None:
    async with house(store, both=False) as home:
        await home.call(AIBOT, b"{}", "")
        await home.call(AIBOT, b"", "", "GET")
        await home.call(APP, b"", "", "PUT")
        await home.call(APP, b"", "", "HEAD")
    assert home.statuses == [404, 404, 405, 405]


async def test_a_body_that_is_too_large_is_not_read(home: House) -> None:
    async def drip() -> AsyncIterator[bytes]:
        for _ in range(40):
            yield bytes(16 * 1024)

    for body in (bytes(MOST_BYTES + 1), drip()):
        async with home.session.post(f"{home.address}{APP}?nonce=1", data=body) as response:
            assert response.status == 413


async def test_a_body_that_does_not_come_is_not_waited_for(home: House) -> None:
    where = urlsplit(home.address)
    reader, writer = await asyncio.open_connection(where.hostname, where.port)
    writer.write(
        f"POST {APP}?nonce=1 HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\n<xm".encode()
    )
    assert int((await reader.readline()).split()[1]) == 408
    writer.close()


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        (b"Content-Encoding: gzip\r\n", b"not gzip at all"),
        (b"Transfer-Encoding: chunked\r\n", b"zz\r\n"),
        (b"Content-Length: -1\r\n", b""),
        (b"Content-Type: \xff\xfe\r\n", b"<xml/>"),
    ],
)
async def test_broken_requests_are_refused(home: House, headers: bytes, body: bytes) -> None:
    where = urlsplit(home.address)
    reader, writer = await asyncio.open_connection(where.hostname, where.port)
    length = (
        b""
        if b"Length" in headers or b"Transfer" in headers
        else b"Content-Length: %d\r\n" % len(body)
    )
    writer.write(
        f"POST {APP}?nonce=1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n".encode()
        + headers
        + length
        + b"\r\n"
        + body
    )
    assert 400 <= int((await reader.read()).split()[1]) < 500
    writer.close()


async def test_an_old_callback_is_not_heard_again(home: House) -> None:
    xml = home.text("绑定账号")
    sealed = forging.encrypted(forging.packed(xml.encode()))
    body = f"<xml><Encrypt>{sealed}</Encrypt></xml>".encode()
    query = home.signed(sealed)
    home.clock.now += timedelta(minutes=6)
    await home.call(APP, body, query)
    home.clock.now -= timedelta(minutes=12)
    await home.call(APP, body, query)
    assert home.statuses == [401, 401]


async def test_another_corp_and_another_bot_are_refused(home: House) -> None:
    xml = home.text("到期").replace(forging.CORP, "wwother")
    sealed = forging.encrypted(forging.packed(xml.encode()))
    body = f"<xml><Encrypt>{sealed}</Encrypt></xml>".encode()
    await home.call(APP, body, home.signed(sealed))
    sealed = forging.encrypted(forging.packed(b"{}", "wwother"))
    await home.call(AIBOT, json.dumps({"encrypt": sealed}).encode(), home.signed(sealed))
    assert all(400 <= status < 500 for status in home.statuses)


async def test_a_reply_carries_no_second_message(home: House) -> None:
    evil = "]]></Content><Content><![CDATA[pwned"
    xml = home.text(evil.replace("]]>", "]]]]><![CDATA[>"))
    answer = await home.app_hears(xml)
    assert "pwned" not in answer or "<Content>" not in answer.split("pwned")[0]


async def test_nothing_of_a_callback_reaches_the_log(
    home: House, capfd: pytest.CaptureFixture[str]
) -> None:
    await home.app_hears(home.text("canary-line"))
    sealed = forging.encrypted(b"canary-broken" + bytes(19))
    await home.call(APP, f"<xml><Encrypt>{sealed}</Encrypt></xml>".encode(), home.signed(sealed))
    shown = "".join(capfd.readouterr())
    for secret in ("canary", forging.TOKEN, forging.AES_KEY, sealed[:20]):
        assert secret not in shown


_QUERIES = st.one_of(
    st.text(
        st.characters(min_codepoint=33, max_codepoint=126, exclude_characters="#"), max_size=60
    ),
    st.just("msg_signature=x&timestamp=1&nonce=2&echostr=%00"),
)
_SEALED = st.one_of(
    st.binary(max_size=200),
    st.text(max_size=200).map(
        lambda text: f"<xml><MsgType>{text}</MsgType></xml>".encode("utf-8", "replace")
    ),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=20),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    ["msgid", "msgtype", "from", "userid", "event", "eventtype", "text", "content"]
                ),
                inner,
                max_size=4,
            )
        ),
        max_leaves=12,
    ).map(lambda value: json.dumps(value).encode()),
)


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(query=_QUERIES, body=st.binary(max_size=300), sealed=_SEALED)
def test_no_bytes_ever_make_a_server_error(
    sqlite_files: SqliteFiles, query: str, body: bytes, sealed: bytes
) -> None:
    async def knock() -> list[int]:
        with sqlite_files.fresh() as url:
            store = Store.open(url)
            async with house(store) as home:
                for path, receiveid in ((APP, forging.CORP), (AIBOT, "")):
                    await home.call(path, body, query)
                    await home.call(path, b"", query, "GET")
                    encrypt = forging.encrypted(forging.packed(sealed, receiveid))
                    whole: Any = f"<xml><Encrypt>{encrypt}</Encrypt></xml>"
                    if path == AIBOT:
                        whole = json.dumps({"encrypt": encrypt})
                    await home.call(path, whole.encode(), home.signed(encrypt))
            await store.close()
            return home.statuses

    assert all(status == 200 or 400 <= status < 500 for status in asyncio.run(knock()))
