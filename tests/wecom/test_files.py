"""Files people drop: fetched from WeCom alone, within bounds, opened, or refused in a sentence."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from aiohttp import web

from bot.wecom.files import Files, PublicHosts
from bot.wecom.heard import RemoteFile
from scoring.errors import Refused
from scoring.model import Platform
from storage.store import Store
from tests.sample_book import SampleBook, fill
from tests.wecom import forging
from tests.wecom.calling import house
from tests.wecom.ways import words_of

SHEET = "account,contract_no,ends_on,arr\n新客户,HT-99,2027-05-31,1000\n".encode()


def locked(content: bytes) -> bytes:
    """A file as an AI bot gets it."""
    count = 32 - len(content) % 32
    return base64.b64decode(forging.encrypted(content + bytes([count]) * count))


@dataclass
class Shelf:
    """A server with files, and what it was asked."""

    files: dict[str, bytes] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    url: str = ""

    async def give(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        self.asked.append(name)
        if name == "elsewhere":
            return web.Response(status=302, headers={"Location": f"{self.url}/f/sheet.csv"})
        if name not in self.files:
            return web.Response(status=404)
        disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
        return web.Response(body=self.files[name], headers=disposition)


@asynccontextmanager
async def shelf(**files: bytes) -> AsyncIterator[Shelf]:
    """Listens until left."""
    made = Shelf({name.replace("_", "."): content for name, content in files.items()})
    app = web.Application()
    app.router.add_get("/f/{name}", made.give)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    made.url = "http://{}:{}".format(*runner.addresses[0][:2])
    try:
        yield made
    finally:
        await runner.cleanup()


@asynccontextmanager
async def fetching(made: Shelf, **options: object) -> AsyncIterator[Files]:
    files = Files(None, api_url=made.url, **options)  # type: ignore[arg-type]
    try:
        yield files
    finally:
        await files.close()


async def test_a_file_is_opened_with_its_own_key_or_the_bots() -> None:
    async with shelf(sheet_csv=locked(SHEET)) as made:
        for own, usual in ((forging.AES_KEY + "=", ""), ("", forging.AES_KEY)):
            async with fetching(made, aes_key=usual) as files:
                got = await files.fetch(RemoteFile(url=f"{made.url}/f/sheet.csv", aes_key=own))
            assert (got.name, got.content) == ("sheet.csv", SHEET)


async def test_a_name_that_was_told_is_kept() -> None:
    async with shelf(x_bin=SHEET) as made, fetching(made) as files:
        got = await files.fetch(RemoteFile(name="合同.csv", url=f"{made.url}/f/x.bin"))
    assert (got.name, got.content) == ("合同.csv", SHEET)


@pytest.mark.parametrize(
    ("path", "key", "sentence"),
    [
        ("gone.csv", "", "wecom.file_not_fetched"),
        ("elsewhere", "", "wecom.file_not_fetched"),
        ("sheet.csv", forging.AES_KEY, "wecom.file_not_fetched"),
        ("sheet.csv", "no key at all", "wecom.file_not_fetched"),
        ("large.csv", "", "wecom.file_too_large"),
    ],
)
async def test_what_cannot_be_had_is_told_in_a_sentence(path: str, key: str, sentence: str) -> None:
    async with (
        shelf(sheet_csv=SHEET, large_csv=bytes(5_000)) as made,
        fetching(made, most=4_000) as files,
    ):
        with pytest.raises(Refused) as refused:
            await files.fetch(RemoteFile(url=f"{made.url}/f/{path}", aes_key=key))
    assert refused.value.key == sentence


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/file",
        "https://127.0.0.1/file",
        "https://[::1]/file",
        "https://[::ffff:10.0.0.1]/file",
        "https://169.254.169.254/latest/meta-data",
        "https://10.1.2.3/file",
        "https://192.168.0.1:8443/file",
        "https://0.0.0.0/file",
        "https://localhost/file",
        "file:///etc/passwd",
        "ftp://example.com/x",
        "https://",
        "https://[bad",
        "//example.com/x",
        "not an address",
    ],
)
async def test_nothing_inside_is_ever_asked(url: str) -> None:
    files = Files(None, api_url="https://qyapi.weixin.qq.com")
    with pytest.raises(Refused) as refused:
        await files.fetch(RemoteFile(url=url))
    await files.close()
    assert refused.value.key == "wecom.file_not_fetched"


async def test_another_port_of_the_trusted_host_is_not_trusted() -> None:
    async with (
        shelf(sheet_csv=SHEET) as made,
        shelf(sheet_csv=SHEET) as other,
        fetching(made) as files,
    ):
        with pytest.raises(Refused):
            await files.fetch(RemoteFile(url=f"{other.url}/f/sheet.csv"))
    assert other.asked == []


async def test_a_name_that_leads_inside_is_not_followed() -> None:
    hosts = PublicHosts("127.0.0.1")
    with pytest.raises(OSError, match="public"):
        await hosts.resolve("localhost", 443)
    assert await hosts.resolve("127.0.0.1", 443)
    await hosts.close()


@pytest.fixture
async def book(store: Store) -> SampleBook:
    """The sample book."""
    return await fill(store)


async def test_a_dropped_sheet_is_previewed_like_everywhere(store: Store, book: SampleBook) -> None:
    async with store.begin() as tx:
        await tx.people.link(book.people["Ada Park"], Platform.WECOM, "ada", expect=None)
    async with (
        shelf(sheet_csv=locked(SHEET)) as made,
        fetching(made) as files,
        house(store, files=files) as home,
    ):
        answers = [
            await home.bot_hears(
                {
                    **home.mention("", "Ada", group=None),
                    "msgtype": "file",
                    "file": {"url": f"{made.url}/f/{name}", "aeskey": forging.AES_KEY + "="},
                }
            )
            for name in ("sheet.csv", "gone.csv")
        ]
    assert "没能从企业微信取到这个文件" in words_of(answers[1])
    assert "sheet.csv 导入预览" in words_of(answers[0])
    assert "新增 1" in str(answers[0])
