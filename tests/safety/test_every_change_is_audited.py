"""Whoever adds a command that changes something decides here how the audit tells of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import pytest
from sqlalchemy import func, select, update

from handlers.commands import COMMANDS
from handlers.introducing import DECLINE
from handlers.jobs.tick import tick_once
from messages.incoming import InFile
from storage.store import Store
from storage.tables import audit, deliveries
from tests.chatting import Chat

CSV = b"account,contract_no,ends_on\nNew Ltd,NEW-1,2027-03-31\n"

APART = {"delivery", "import", "link"}
"""They change something too, and need more than a line."""

CHANGE_NOTHING = {"cancel": "forgets what one had begun to type", "file": "see `log`, which it is"}


@dataclass(frozen=True, slots=True)
class Said:
    """A line that changes something, who says it, where, and what has to be said before."""

    line: str
    action: str
    who: str = "Ada Park"
    place: str = "dm"
    first: tuple[str, ...] = ()


LINES: Mapping[str, Said] = {
    "add": Said("add 新云科技 ends_on=2027-03-31", "add.customer"),
    "assign": Said("assign HT-1 韩梅梅", "assign", first=("claim HT-1",)),
    "bind": Said("bind customer 华为技术有限公司", "bind", place="channel"),
    "claim": Said("claim HT-1", "claim"),
    "edit": Said("edit HT-1 seats=3", "edit"),
    "fix": Said("fix T-1 kind=meeting", "fix", first=("log HT-1 called",)),
    "language": Said("language zh", "settings"),
    "log": Said("log HT-1 called", "log"),
    "lost": Said("lost HT-1 price", "lost"),
    "mood": Said("mood HT-1 worried", "mood"),
    "release": Said("release HT-1", "release", first=("claim HT-1",)),
    "settings": Said("settings zh 9:30-18:30", "settings"),
    "snooze": Said("snooze HT-1 2026-12-02 budget", "snooze", first=("claim HT-1",)),
    "stage": Said("stage HT-1 proposal", "stage", first=("claim HT-1",)),
    "undo": Said("undo", "undo", first=("claim HT-1",)),
    "won": Said("won HT-1", "won"),
}


def test_every_command_that_changes_something_is_here() -> None:
    changing = {command.name for command in COMMANDS if command.changes} | APART
    assert changing == set(LINES) | set(CHANGE_NOTHING) | APART


async def _actions(store: Store) -> list[str]:
    async with store.read() as tx:
        rows = await tx.connection.execute(select(audit.c.action).order_by(audit.c.id))
        return [row.action for row in rows]


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
@pytest.mark.parametrize("verb", list(LINES))
async def test_what_a_command_changes_is_in_the_trail(chat: Chat, verb: str) -> None:
    said = LINES[verb]
    for line in said.first:
        assert not (await chat(line, as_=said.who)).refused
    before = await _actions(chat.store)
    reply = await chat(said.line, as_=said.who, place=said.place)
    if said.line.startswith(("add", "edit")):  # a preview that wants a yes
        reply = await chat(reply.lines[0], as_=said.who, place=said.place)
    assert not reply.refused, reply.text
    new = (await _actions(chat.store))[len(before) :]
    assert said.action in new
    async with chat.store.read() as tx:
        entry = await tx.audit.get(len(before) + len(new))
    assert entry is not None
    assert (entry.actor, entry.via) == (said.who, "slack")


async def test_an_import_is_in_the_trail(chat: Chat) -> None:
    yes = (await chat("", as_="Root Chen", files=(InFile("new.csv", CSV),))).line("import confirm")
    await chat(yes, as_="Root Chen")
    assert {"add"} <= set(await _actions(chat.store))


async def test_who_is_let_in_or_not_is_in_the_trail(chat: Chat) -> None:
    asked = await chat("link", as_="Somebody Else")
    code = re.search(r"link ([A-Z0-9-]+)", asked.text)
    assert code is not None, asked.text
    assert not (await chat(f"link {code[1]} {DECLINE}", as_="Ada Park")).refused
    assert (await _actions(chat.store))[-1] == "link.declined"


@pytest.mark.parametrize("step", ["resend", "drop"])
async def test_what_becomes_of_a_delivery_is_in_the_trail(chat: Chat, step: str) -> None:
    await tick_once(chat.store, chat.rules, chat.now)
    async with chat.store.begin() as tx:
        await tx.connection.execute(update(deliveries).values(state="failed", error="gone"))
        number = await tx.connection.scalar(select(func.max(deliveries.c.id)))
    assert not (await chat(f"delivery {step} D-{number}", as_="Root Chen")).refused
    assert (await _actions(chat.store))[-1] == f"delivery.{step}"
