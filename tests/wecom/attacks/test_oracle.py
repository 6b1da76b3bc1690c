"""The check of an address answers what was sealed: it must not open messages for a stranger."""

from __future__ import annotations

import re

import pytest

from storage.store import Store
from tests.sample_book import SampleBook, fill
from tests.wecom import forging
from tests.wecom.calling import house


@pytest.fixture
async def book(store: Store) -> SampleBook:
    """The sample book."""
    return await fill(store)


async def test_a_callback_caught_on_its_way_is_not_read_out(store: Store, book: SampleBook) -> None:
    async with house(store) as home:
        for path, receiveid, message in (
            ("/wecom/callback", forging.CORP, home.text("跟进 华为 预算 120 万")),
            ("/wecom/callback", forging.CORP, "\n" + home.text("跟进 华为 预算 120 万")),
            ("/wecom/aibot", "", '{"msgtype":"text","text":{"content":"预算 120 万"}}'),
        ):
            sealed = forging.encrypted(forging.packed(message.encode(), receiveid))
            query = {**home.signed(sealed), "echostr": sealed}
            assert "120" not in await home.call(path, b"", query, "GET")
    assert home.statuses == [400, 400, 400]


async def test_nor_is_an_answer_of_ours(store: Store, book: SampleBook) -> None:
    async with house(store) as home:
        xml = home.text("link", "stranger")
        sealed = forging.encrypted(forging.packed(xml.encode()))
        body = f"<xml><Encrypt>{sealed}</Encrypt></xml>".encode()
        answer = await home.call("/wecom/callback", body, home.signed(sealed))
        said = dict(re.findall(r"<(\w+)>(?:<!\[CDATA\[)?([^<\]]+)", answer))
        query = {
            "msg_signature": said["MsgSignature"],
            "timestamp": said["TimeStamp"],
            "nonce": said["Nonce"],
            "echostr": said["Encrypt"],
        }
        assert "xml" not in await home.call("/wecom/callback", b"", query, "GET")
    assert home.statuses == [200, 400]
