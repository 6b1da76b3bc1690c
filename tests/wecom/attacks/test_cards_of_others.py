"""A card in a group: whoever taps without effect changes nothing of what the others look at."""

from __future__ import annotations

from typing import Any

import pytest

from storage.store import Store
from tests.sample_book import SampleBook
from tests.wecom.calling import House, house
from tests.wecom.dialogues import claimed_by, ticked_book
from tests.wecom.ways import words_of

URL = "https://qyapi.weixin.qq.com/cgi-bin/aibot/response?response_code=1"


@pytest.fixture
async def book(store: Store) -> SampleBook:
    """The sample book, every renewal opened."""
    return await ticked_book(store)


async def taps(home: House, key: str, sender: str) -> dict[str, Any]:
    """What the group's card becomes when somebody taps that button of it."""
    card = {"event_key": key, "task_id": "re-1", "card_type": "button_interaction"}
    event = home.bot_event("template_card_event", sender, event={"template_card_event": card})
    group = {"chatid": "wrEast", "chattype": "group", "response_url": URL}
    return await home.bot_hears({**event, **group})


@pytest.mark.parametrize(
    ("sender", "key"),
    [
        ("Stranger", "claim HT-2"),  # unknown
        ("Stranger", "link"),  # a code that is theirs alone
        ("Stranger", "help"),
        ("LiLei", "edit HT-2 arr=5"),  # a role without that right
        ("LiLei", "edit HT-2 revision=1 confirm=yes"),
        ("LiLei", "import confirm 1"),
        ("LiLei", "assign HT-2 P-1"),
        ("LiLei", "link ABCDEF 李雷"),
        ("LiLei", "cancel"),
        ("LiLei", "mine"),
        ("LiLei", "language en"),
        ("LiLei", "won HT-2 ?"),
        ("LiLei", "log HT-2"),
        ("WangBei", "claim HT-2"),  # another team
    ],
)
async def test_only_the_one_who_tapped_sees_another_face(
    store: Store, book: SampleBook, sender: str, key: str
) -> None:
    async with house(store) as home:
        answer = await taps(home, key, sender)
    assert answer["userids"] == [sender]
    assert home.statuses == [200]
    assert await claimed_by(store, book) is None


async def test_who_lost_the_race_is_told_alone(store: Store, book: SampleBook) -> None:
    async with house(store) as home:
        won = await taps(home, "claim HT-2", "HanMeimei")
        lost = await taps(home, "claim HT-2", "LiLei")
    assert "userids" not in won
    assert lost["userids"] == ["LiLei"]
    assert "韩梅梅" in words_of(lost)
    assert await claimed_by(store, book) == "韩梅梅"
