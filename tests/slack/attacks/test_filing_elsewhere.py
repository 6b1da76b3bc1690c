"""Messages are filed only by who may, and what was filed tells nobody whom it was about."""

from __future__ import annotations

from typing import Any

import pytest

from scoring.model import Platform
from storage.bindings import Binding
from storage.store import Store
from tests.sample_book import MONDAY, SampleBook
from tests.slack.answered import words_in
from tests.slack.attacks.front import Front, event, front, shortcut, submission
from tests.slack.house import EAST, LILEI, VERA
from tests.wecom.dialogues import ticked_book

FINN, BEI, NOBODY = "U5FINN", "U7BEI", "U9NOBODY"
HUAWEI = "华为"


@pytest.fixture
async def book(store: Store) -> SampleBook:
    """The sample book, every renewal opened."""
    return await ticked_book(store)


async def touches(store: Store) -> list[Any]:
    """Everything that was filed."""
    async with store.read() as tx:
        rows = await tx.connection.exec_driver_sql("SELECT account_id, person_id FROM touches")
        return list(rows.all())


async def bound(store: Store, place: str = EAST) -> None:
    """The channel is bound to 华为, the other team's customer."""
    async with store.begin() as tx:
        await tx.bindings.bind(Binding(Platform.SLACK, place, None, 1), by_id=1, at=MONDAY)


def seen(at: Front) -> str:
    """All words that went out to whoever filed."""
    slack = at.home.slack
    views = [call["view"] for call in slack.asked("views.open")]
    return words_in([*views, *(body for _, body in slack.responses)])


async def test_in_the_channel_of_another_teams_customer_nothing_is_filed_there(
    store: Store, book: SampleBook
) -> None:
    await bound(store)
    async with front(store) as at:
        at.home.slack.messages["1795200000.000001"] = "聊得不错，下周再约"
        item = {"type": "message", "channel": EAST, "ts": "1795200000.000001"}
        for user in (BEI, FINN, NOBODY):
            await at.tell(shortcut(at, "聊得不错，下周再约", user))
            pin: dict[str, Any] = {
                "user": user,
                "reaction": "pushpin",
                "item": item,
                "item_user": "U9",
            }
            await at.tell(event("reaction_added", **pin))
        await at.home.settled()
        said = seen(at)
    assert await touches(store) == []
    assert HUAWEI not in said


async def test_who_files_what_was_filed_learns_the_customer_only_if_they_may_read_them(
    store: Store, book: SampleBook
) -> None:
    await bound(store)
    async with front(store) as at:
        await at.tell(shortcut(at, "聊得不错，下周再约", LILEI))
        await at.home.settled()
        assert HUAWEI in seen(at)
        at.home.slack.responses.clear()
        await at.tell(shortcut(at, "聊得不错，下周再约", BEI))
        await at.home.settled()
        told = seen(at)
        assert HUAWEI not in told
        at.home.slack.responses.clear()
        await at.tell(shortcut(at, "聊得不错，下周再约", "U2HMM"))
        await at.home.settled()
        assert HUAWEI in seen(at)
    assert told
    assert len(await touches(store)) == 1


async def test_a_kept_message_is_filed_by_who_kept_it_alone(store: Store, book: SampleBook) -> None:
    async with front(store) as at:
        await at.tell(shortcut(at, "聊得不错，下周再约", LILEI))
        (opened,) = at.home.slack.asked("views.open")
        metadata = opened["view"]["private_metadata"]
        for user in (BEI, VERA, FINN, NOBODY, "U3ADA", "U6ROOT"):
            await at.tell(submission(metadata, user, customer="A#1"))
        assert await touches(store) == []
        await at.tell(submission(metadata, LILEI, customer="A#7"))  # the other team's
        assert await touches(store) == []
