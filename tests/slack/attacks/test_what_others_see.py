"""Nothing goes to more people than may read it: previews, sharing, forms from elsewhere."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import product
from typing import Any

import pytest

from storage.store import Store
from tests.sample_book import RULES, SampleBook
from tests.slack.answered import Json, words_in
from tests.slack.attacks.front import Front, event, front, search, slash, submission, tap
from tests.slack.house import ADA, EAST, HMM, LILEI, VERA
from tests.wecom.dialogues import claimed_by, renewal, ticked_book

LINKED = replace(RULES, public_url="https://bot.example")
FINN, BEI = "U5FINN", "U7BEI"
AMOUNTS = ("1,200,000", "1200000", "120万", "120 万", "1.2M", "CNY", "¥")


@pytest.fixture
async def book(store: Store) -> SampleBook:
    """The sample book, every renewal opened."""
    return await ticked_book(store)


def linked(user: str, channel: str, *codes: str, **more: Any) -> Json:
    """Links to customers in a message somewhere."""
    links = [{"url": f"https://bot.example/c/{code}", "domain": "bot.example"} for code in codes]
    where = {"channel": channel, "message_ts": "1795200000.000009"}
    return event("link_shared", user=user, links=links, **where, **more)


def previews(at: Front) -> str:
    """What was shown of links."""
    return words_in([call["unfurls"] for call in at.home.slack.asked("chat.unfurl")])


async def test_a_preview_shows_no_amounts_wherever_the_link_is(
    store: Store, book: SampleBook
) -> None:
    places: list[tuple[str, dict[str, Any]]] = [
        (EAST, {}),
        ("D0OTHERS", {}),  # two people, one of whom may be a guest
        ("G0SEVERAL", {"channel_type": "mpim"}),
        ("D0OTHERS", {"channel_type": "im"}),
        ("", {}),
        ("COMPOSER", {"unfurl_id": "C0.1", "source": "composer"}),
    ]
    async with front(store, rules=LINKED) as at:
        for channel, more in places:
            at.home.slack.calls.clear()
            await at.tell(linked(LILEI, channel, "A-1", **more))
            seen = previews(at)
            assert "华为" in seen
            assert not [amount for amount in AMOUNTS if amount in seen], channel


async def test_there_is_no_preview_of_what_the_sharer_may_not_read(
    store: Store, book: SampleBook
) -> None:
    async with front(store, rules=LINKED) as at:
        for user in (BEI, "U9NOBODY"):
            await at.tell(linked(user, EAST, "A-1", "R-1", "A-999"))
        assert previews(at) == ""


async def test_a_message_of_a_hundred_links_is_bounded(store: Store, book: SampleBook) -> None:
    async with front(store, rules=LINKED) as at:
        codes = [f"{kind}-{number}" for number in range(1, 60) for kind in "AR"]
        await at.tell(linked(ADA, EAST, *codes))
        (call,) = at.home.slack.asked("chat.unfurl")
    assert 0 < len(call["unfurls"]) <= 5


async def test_what_is_shared_has_no_amounts_wherever_it_is(store: Store, book: SampleBook) -> None:
    async with front(store) as at:
        for channel in (EAST, "D0OTHERS", "G0SEVERAL", ""):
            for line in ("show 华为", "show A#1", "due 365d", "due mine"):
                await at.tell(tap(at, line, LILEI, action="share:3", channel=channel))
        await at.home.settled()
        everybody = [
            *at.home.slack.asked("chat.postMessage"),
            *(body for _, body in at.home.slack.responses if body["response_type"] != "ephemeral"),
        ]
    seen = words_in(everybody)
    assert seen.count("李雷") >= 16
    assert not [amount for amount in AMOUNTS if amount in seen], seen


async def test_nothing_else_is_done_by_sharing_it(store: Store, book: SampleBook) -> None:
    async with front(store) as at:
        for line in ("export", "mine", "kpi", "claim HT-2", "edit HT-2 arr=5", "link"):
            await at.tell(tap(at, line, ADA, action="share:3"))
        await at.home.settled()
        assert at.home.slack.asked("chat.postMessage") == []
        assert {body["response_type"] for _, body in at.home.slack.responses} == {"ephemeral"}
    assert await claimed_by(store, book) is None


def forged(line: str, **origin: Any) -> str:
    """What a view would carry if it were not ours."""
    kept = {"c": "", "d": False, "t": "", "u": "", "p": False, "w": LILEI, **origin}
    return json.dumps({"line": line, "origin": json.dumps(kept)})


async def test_a_form_that_says_it_was_opened_elsewhere_posts_nothing_there(
    store: Store, book: SampleBook
) -> None:
    origins: list[dict[str, Any]] = [
        {"c": "C0NORTH", "d": True, "p": True},
        {"c": "G0BOARD", "d": True, "p": True},
        {"c": "C0NORTH", "d": True},
        {"c": "U7BEI", "d": True, "p": True},
        {"c": "D0BEI", "d": True, "p": True, "w": BEI},
        {"c": "D0BEI", "d": False, "p": True},
    ]
    async with front(store) as at:
        for origin in origins:
            await at.tell(submission(forged("show A#1", **origin)))
        await at.home.settled()
        said = at.home.slack.asked("chat.postMessage")
    assert {call["channel"] for call in said} <= {LILEI}, said


async def test_an_answer_goes_to_no_address_but_slacks(store: Store, book: SampleBook) -> None:
    urls = (
        "http://127.0.0.1:1/latest/meta-data",
        "https://hooks.slack.com.evil.example/x",
        "https://hooks.slack.com@evil.example/x",
        "https://evil.example#hooks.slack.com",
        "https://hooks.slack.com:444/x",
        "http://hooks.slack.com/x",
        "https://hooks.slack.com\\@evil.example/",
        "file:///etc/passwd",
        "//evil.example/x",
        "",
    )
    async with front(store) as at:
        for url in urls:
            await at.tell(submission(forged("show A#1", c=EAST, u=url)))
            await at.tell(tap(at, "show A#1", response_url=url))
            await at.home.settled()
        assert at.home.slack.responses == []
        aside = at.home.slack.asked("chat.postEphemeral")
        assert [(call["channel"], call["user"]) for call in aside] == [(EAST, LILEI)] * 20


async def test_a_line_in_a_form_of_anothers_card_has_the_rights_of_who_hands_it_in(
    store: Store, book: SampleBook
) -> None:
    code = (await renewal(store, book)).code
    lines = (
        f"claim {code}",
        f"won {code}",
        f"assign {code} P-1",
        f"edit {code} arr=5",
        f"snooze {code} until=2026-12-01",
        "link ABCDEF P-1",
        "import confirm 1",
        "bind 华为",
    )
    before = await renewal(store, book)
    async with front(store) as at:
        for user in (VERA, FINN, BEI, "U9NOBODY"):
            for line in lines:
                await at.tell(tap(at, line, user))
                await at.tell(tap(at, line, user, action="form:1"))
                await at.tell(submission(forged(line, c=EAST), user))
        await at.home.settled()
        assert at.home.given == []
    assert await renewal(store, book) == before


async def test_a_search_offers_nothing_of_another_team(store: Store, book: SampleBook) -> None:
    asked = product(
        (BEI, "U9NOBODY"),
        ("customer", "account", "renewal", "contract"),
        ("华", "hw", "HT-1", "A#1", "C#1", "R-1", "1200000", "huawei", ""),
    )
    async with front(store) as at:
        for user, what, typed in asked:
            found = await at.tell(search(typed, user, what))
            assert "华为" not in str(found)
            assert not [amount for amount in AMOUNTS if amount in str(found)]


async def test_a_search_never_tells_amounts(store: Store, book: SampleBook) -> None:
    async with front(store) as at:
        for user in (LILEI, VERA, FINN, HMM):
            for what in ("customer", "renewal"):
                found = str(await at.tell(search("华为", user, what)))
                assert "华为" in found
                assert not [amount for amount in AMOUNTS if amount in found]


async def test_an_answer_in_a_channel_is_the_askers_alone(store: Store, book: SampleBook) -> None:
    async with front(store) as at:
        answer = await at.tell(slash(at, "show 华为"))
        assert answer["response_type"] == "ephemeral"
        await at.tell(tap(at, "show 华为"))
        await at.home.settled()
        assert {body["response_type"] for _, body in at.home.slack.responses} == {"ephemeral"}
        assert at.home.slack.asked("chat.postMessage") == []
