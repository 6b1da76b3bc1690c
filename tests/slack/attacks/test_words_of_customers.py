"""What customers are called and what people write is shown as words, on every surface."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import text

from storage.store import Store
from tests.sample_book import MONDAY, RULES, SampleBook
from tests.slack.attacks.front import Front, event, front, search, shortcut, slash, submission, tap
from tests.slack.house import ADA, EAST, LILEI
from tests.wecom.dialogues import ticked_book

LIVE = (
    "<!channel> <!here|x> <!subteam^S0ALL> <@U0BOSS> <https://evil.example|Pay> "
    "@channel @here @everyone *b* _i_ ~s~ `c` :tada: > q\n• l &lt;!channel&gt; &amp;"
)
UNSEEN = "\u202eevil\u202c \u2066x\u2069 \x07\x1b[31m\u200b\ufeff"
NAME = f"Evil {LIVE} {UNSEEN} 华为"
LINKED = replace(RULES, public_url="https://bot.example")

_RAW = re.compile(r"<[!@#]|<https?:|<mailto:")
_ACTING = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]"
)
_MENTIONED = {"U1LILEI", "U2HMM", "U3ADA", "U4VERA", "U6ROOT", "U7BEI", LILEI}


@pytest.fixture
async def book(store: Store) -> SampleBook:
    """The sample book, in which customers, products and contacts are called so."""
    filled = await ticked_book(store)
    async with store.begin() as tx:
        for statement in (
            "UPDATE accounts SET name = :name WHERE id = 1",
            "UPDATE contracts SET product = :name WHERE id = 1",
            "UPDATE contacts SET name = :name, title = :name WHERE id = 1",
        ):
            # PostgreSQL itself holds no NUL; all else is stored as it came.
            await tx.connection.execute(text(statement), {"name": NAME})
    return filled


def inside(value: Any) -> Iterator[dict[str, Any]]:
    """Every object in a payload."""
    if isinstance(value, dict):
        yield value
        for each in value.values():
            yield from inside(each)
    elif isinstance(value, list):
        for each in value:
            yield from inside(each)


def check(said: Any) -> None:
    """Nothing in it acts: no mention, link, markup or sign that is not of our making."""
    assert not {"link_names", "parse"} & said.keys()
    if "channel" in said and "blocks" in said and "unfurl_links" in said:
        assert said["unfurl_links"] is said["unfurl_media"] is said["mrkdwn"] is False
    if isinstance(said.get("text"), str):
        assert not _RAW.search(said["text"]), said["text"]
        assert not _ACTING.search(said["text"])
    for each in inside(said):
        kind, words = each.get("type"), each.get("text")
        if kind == "mrkdwn":
            assert each["verbatim"] is True
            assert not re.search(r"evil|channel|here|tada", str(words)), words
        if kind == "plain_text":
            assert each["emoji"] is False
        if kind == "user":
            assert each["user_id"] in _MENTIONED
        assert kind not in ("usergroup", "broadcast", "emoji", "markdown")
        if kind == "link":
            assert "evil" not in each["url"]
        for shown in (words, each.get("initial_value"), each.get("alt_text")):
            if isinstance(shown, str):
                assert not _ACTING.search(shown), repr(shown)


def everything(at: Front, *acks: Any) -> list[Any]:
    """All that went out."""
    slack = at.home.slack
    posted = [call for method, call in slack.calls if method[:5] in ("chat.", "views")]
    return [ack for ack in acks if ack] + posted + [body for _, body in slack.responses]


async def test_a_hostile_name_is_words_wherever_it_is_shown(store: Store, book: SampleBook) -> None:
    links = [{"url": "https://bot.example/c/A-1", "domain": "bot.example"}]
    direct = {"channel": "D1", "channel_type": "im", "user": LILEI, "ts": "1.1"}
    async with front(store, rules=LINKED) as at:
        acks = [
            await at.tell(told)
            for told in (
                slash(at, "show A#1"),
                slash(at, "due 365d"),
                slash(at, "mine"),
                slash(at, "show 有限公司"),
                slash(at, f"show {LIVE}"),
                slash(at, f"log A#1 {LIVE} {UNSEEN}"),
                slash(at, f"frobnicate {LIVE}"),
                slash(at, "log A#1"),
                tap(at, "show A#1"),
                tap(at, "show A#1", ADA, action="share:1"),
                tap(at, "log A#1", action="form:1"),
                tap(at, "snooze HT-1", action="form:1"),
                tap(at, "edit HT-1", ADA, action="form:1"),
                submission('{"line":"log A#1","origin":""}', text=f"{LIVE} {UNSEEN}"),
                submission('{"line":"snooze HT-1","origin":""}', until="2026-12-01", reason=LIVE),
                shortcut(at, f"{LIVE} {UNSEEN}"),
                search("Evil"),
                search("Evil", what="renewal"),
                search(""),
                event("message", **direct, text=f"{LIVE} {UNSEEN}"),
                event("message", **{**direct, "ts": "1.2"}, text="claim HT-1"),
                event("app_home_opened", user=LILEI, tab="home", channel="D1"),
                event("link_shared", user=LILEI, channel=EAST, message_ts="1.3", links=links),
                slash(at, "history A#1"),
            )
        ]
        await at.home.settled()
        said = everything(at, *acks)
    for each in said:
        check(each)
    assert sum("Evil" in str(each) for each in said) > 12


async def test_a_hostile_name_in_slack_is_words_to_who_is_asked_about_it(
    store: Store, book: SampleBook
) -> None:
    async with store.begin() as tx:
        values = {"name": NAME[:60].strip(), "role": "rep", "linked": False, "team": "华东"}
        await tx.people.add({**values, "locale": None}, now=MONDAY)
    async with front(store) as at:
        profile = {"real_name": NAME[:60].strip(), "email": "<!channel>@evil.example"}
        at.home.slack.users["U9NEW"] = {"id": "U9NEW", "team_id": "T1", "profile": profile}
        acks = [
            await at.tell(slash(at, "due", "U9NEW")),
            await at.tell(slash(at, "link", "U9NEW")),
            await at.tell(event("app_home_opened", user="U9NEW", tab="home", channel="D9")),
        ]
        await at.home.settled()
        for each in everything(at, *acks):
            check(each)
