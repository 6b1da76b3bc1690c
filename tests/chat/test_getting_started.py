"""`help`, `language` and `link`: the first lines somebody says."""

from __future__ import annotations

import pytest

from handlers.commands import COMMANDS
from messages.i18n import catalogue
from scoring.model import Locale
from storage.store import Store
from tests.chatting import Chat
from tests.sample_book import MONDAY


async def test_help_lists_what_the_reader_may_do(chat: Chat) -> None:
    lead = await chat("help", as_="Ada Park")
    viewer = await chat("help", as_="Vera Lind")
    assert "assign R-42" in lead
    assert "assign R-42" not in viewer
    assert "log Northwind" in viewer


async def test_an_empty_line_is_a_call_for_help(chat: Chat) -> None:
    assert "可以这样问我" in await chat("")


@pytest.mark.parametrize("line", ["help claim", "帮助 认领", "怎么用 领取"])
async def test_help_explains_one_command(chat: Chat, line: str) -> None:
    reply = await chat(line)
    assert "认领 · claim" in reply
    assert "写法： claim <续约商机>" in reply


async def test_help_for_a_mistyped_command_offers_the_right_one(chat: Chat) -> None:
    reply = await chat("help clam", as_="Ada Park")
    assert reply.refused
    assert "help claim" in reply.lines


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
@pytest.mark.parametrize("locale", list(Locale))
def test_every_command_is_explained_in_both_languages(command: object, locale: Locale) -> None:
    name = getattr(command, "name", "")
    for part in ("title", "help", "example", "words"):
        assert f"{name}.{part}" in catalogue(locale)


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("language en", "From now on I speak English with you."),
        ("语言 英文", "From now on I speak English with you."),
        ("语言 中文", "好的，以后用中文和您沟通。"),
        ("language zh", "好的，以后用中文和您沟通。"),
        ("lang Chinese", "好的，以后用中文和您沟通。"),
    ],
)
async def test_a_language_is_chosen(chat: Chat, line: str, answer: str) -> None:
    assert answer in await chat(line)


async def test_the_language_is_kept(chat: Chat) -> None:
    await chat("language en")
    assert "What you can ask me" in await chat("help")


async def test_a_language_we_do_not_speak_is_refused_with_the_choice(chat: Chat) -> None:
    reply = await chat("language klingon")
    assert reply.refused
    assert "英文或中文" in reply


async def test_a_stranger_may_only_ask_to_be_linked(chat: Chat) -> None:
    refused = await chat("due", as_="小明")
    assert refused.refused
    assert refused.lines == ["link"]
    assert "link" in (await chat("help", as_="小明")).text


async def test_a_stranger_is_linked_by_the_lead(store: Store, chat: Chat) -> None:
    await _add_rep(store, "小明")
    code = _code((await chat("link", as_="小明")).text)
    assert _code((await chat("link", as_="小明")).text) == code
    done = await chat(f"link {code} 小明", as_="Ada Park")
    assert "小明" in done
    assert not (await chat("due", as_="小明")).refused
    assert (await chat(f"link {code} 小明", as_="Ada Park")).refused


async def test_a_lead_cannot_make_a_stranger_somebody_else(store: Store, chat: Chat) -> None:
    await _add_rep(store, "小明")
    code = _code((await chat("link", as_="小明")).text)
    for name in ("Root Chen", "王北", "李雷"):
        reply = await chat(f"link {code} {name}", as_="Ada Park")
        assert reply.refused, name
    assert (await chat("due", as_="小明")).refused


async def test_a_rep_cannot_confirm(store: Store, chat: Chat) -> None:
    await _add_rep(store, "小明")
    code = _code((await chat("link", as_="小明")).text)
    assert (await chat(f"link {code} 小明")).refused


async def test_a_stranger_learns_no_names(chat: Chat) -> None:
    reply = await chat("link ABCDEF 李", as_="小明")
    assert "李雷" not in reply.text


async def test_an_old_code_is_worth_nothing(store: Store, chat: Chat) -> None:
    await _add_rep(store, "小明")
    code = _code((await chat("link", as_="小明")).text)
    chat.later(days=8)
    assert (await chat(f"link {code} 小明", as_="Ada Park")).refused
    assert _code((await chat("link", as_="小明")).text) != code


async def test_somebody_known_is_told_who_they_are(chat: Chat) -> None:
    assert "您已绑定为李雷" in await chat("link")


async def test_a_lead_without_a_team_vouches_for_nobody(store: Store, chat: Chat) -> None:
    async with store.begin() as tx:
        await tx.people.change(chat.book.people["Ada Park"], {"team": None})
        for name, role in (("小明", "viewer"), ("小红", "rep")):
            await tx.people.add(
                {"name": name, "role": role, "team": None, "linked": False}, now=MONDAY
            )
    code = _code((await chat("link", as_="小明")).text)
    for name in ("小明", "小红"):
        assert (await chat(f"link {code} {name}", as_="Ada Park")).refused
    assert not (await chat(f"link {code} 小明", as_="Root Chen")).refused


async def test_an_identity_that_somebody_has_already_is_not_given_away(
    store: Store, chat: Chat
) -> None:
    await _add_rep(store, "小明")
    await _add_rep(store, "小红")
    code = _code((await chat("link", as_="小明")).text)
    async with store.begin() as tx:  # the import learned it meanwhile
        ming = await tx.people.by_name("小明")
        assert ming is not None
        await tx.people.change(ming.id, {"slack_id": "stranger-小明", "linked": True})
    reply = await chat(f"link {code} 小红", as_="Root Chen")
    assert reply.refused
    assert "小明" in reply.text


def _code(text: str) -> str:
    return text.split("绑定码是 ")[1][:6]


async def _add_rep(store: Store, name: str) -> None:
    async with store.begin() as tx:
        await tx.people.add(
            {"name": name, "role": "rep", "team": "华东", "linked": False}, now=MONDAY
        )
