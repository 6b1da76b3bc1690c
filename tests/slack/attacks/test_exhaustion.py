"""One person alone keeps nobody else waiting, whatever they send and however often."""

from __future__ import annotations

import asyncio
import io
import zipfile
from typing import Any

import pytest

from storage.store import Store
from tests.sample_book import SampleBook
from tests.slack.answered import Json, words_in
from tests.slack.attacks.front import Front, event, front, search, shortcut, slash, submission
from tests.slack.house import ADA, LILEI
from tests.wecom.dialogues import ticked_book


@pytest.fixture
async def book(store: Store) -> SampleBook:
    """The sample book, every renewal opened."""
    return await ticked_book(store)


def dropped(at: Front, user: str, names: list[str], **more: Any) -> Json:
    """Files in somebody's own conversation with the bot."""
    files = [
        {
            "id": f"F{number}",
            "name": name,
            "size": len(at.home.slack.files.get(name, b"")),
            "mode": "hosted",
            "url_private_download": f"{at.home.slack.url}/files/{name}",
        }
        for number, name in enumerate(names)
    ]
    where = {"channel": "D1", "channel_type": "im", "user": user, "ts": "1795300000.000009"}
    return event("message", **where, subtype="file_share", text="", files=files, **more)


async def test_files_of_who_may_import_nothing_are_not_even_fetched(
    store: Store, book: SampleBook
) -> None:
    async with front(store) as at:
        for user in (LILEI, "U4VERA", "U5FINN", "U9NOBODY"):
            await at.tell(dropped(at, user, [f"{n}.csv" for n in range(100)]))
        mention = dropped(at, ADA, ["people.csv"])  # in a channel nobody may import
        mention["event"] |= {"type": "app_mention", "channel": "C0EAST", "channel_type": "channel"}
        await at.tell(mention)
        await at.home.settled()
        assert at.home.slack.fetched == []
        assert len(at.home.slack.asked("chat.postMessage")) == 4


async def test_of_a_hundred_files_none_is_fetched(store: Store, book: SampleBook) -> None:
    async with front(store) as at:
        await at.tell(dropped(at, ADA, [f"{n}.csv" for n in range(100)]))
        await at.home.settled()
        assert at.home.slack.fetched == []
        (said,) = at.home.slack.asked("chat.postMessage")
        assert "10" in words_in(said)


async def test_files_that_are_too_large_together_are_not_all_kept(
    store: Store, book: SampleBook
) -> None:
    async with front(store) as at:
        at.home.slack.files["large.csv"] = bytes(12 * 1024 * 1024)
        told = dropped(at, ADA, ["large.csv"] * 10)
        for each in told["event"]["files"]:
            each["size"] = 1  # what the event says of the size need not be so
        await at.tell(told)
        await at.home.settled()
        assert len(at.home.slack.fetched) <= 3


async def test_a_sheet_that_unpacks_to_a_thousand_times_its_size_is_refused(
    store: Store, book: SampleBook
) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("[Content_Types].xml", "<Types/>")
        with bomb.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            for _ in range(64):
                sheet.write(bytes(1024 * 1024))
    async with front(store) as at:
        at.home.slack.files["bomb.xlsx"] = packed.getvalue()
        await at.tell(dropped(at, ADA, ["bomb.xlsx"]))
        await at.home.settled()
        (said,) = at.home.slack.asked("chat.postMessage")
        assert "import confirm" not in str(said)


async def test_who_types_fast_is_searched_for_one_at_a_time_and_the_last_counts(
    store: Store, book: SampleBook
) -> None:
    async with front(store) as at:
        await at.tell(slash(at, "help"))
        gate = at.home.slack.gates["users.info"] = asyncio.Event()
        at.home.clock.later(minutes=6)  # so that who they are is looked up again
        typing = [asyncio.create_task(at.tell(search("华"))) for _ in range(60)]
        await asyncio.sleep(0)
        gate.set()
        answers = await asyncio.gather(*typing)
        assert any(answer["options"] for answer in answers)
        assert sum(bool(answer["options"]) for answer in answers) < 20
        assert "华为" in str(await at.tell(search("华")))


async def test_one_who_opens_home_a_thousand_times_stops_nobody(
    store: Store, book: SampleBook
) -> None:
    async with front(store) as at:
        gate = at.home.slack.gates["views.publish"] = asyncio.Event()
        opened = [
            asyncio.create_task(
                at.tell(event("app_home_opened", user=LILEI, tab="home", channel="D1"))
            )
            for _ in range(230)
        ]
        await asyncio.wait(opened, timeout=20, return_when=asyncio.FIRST_COMPLETED)
        answer = await at.tell(slash(at, "show 华为", ADA))
        gate.set()
        await asyncio.gather(*opened)
        assert "华为" in words_in(answer)
        assert len(at.home.slack.asked("views.publish")) < 5


async def test_what_is_very_long_is_answered_or_refused_but_never_breaks(
    store: Store, book: SampleBook
) -> None:
    marks = ("<@U1|", "<!", "&lt;", "华", " ", '"', "=", "\u202e")
    async with front(store) as at:
        for mark in marks:
            text = mark * (10_000 // len(mark))
            for told in (
                slash(at, text),
                slash(at, f"log 华为 {text}"),
                shortcut(at, text),
                search(text),
                submission('{"line":"log A#1","origin":""}', text=text[:3_000]),
                event("message", channel="D1", channel_type="im", user=LILEI, ts="1.1", text=text),
            ):
                await at.tell(told)
        await at.home.settled()
