"""One id leads from a line, tick or request to the log, the rows it put and their delivery."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bot.dispatcher import Dispatcher
from bot.origins import Begun, beginning
from handlers.commands import COMMANDS
from handlers.jobs.tick import tick_once
from handlers.registry import Command
from messages.i18n import Phrasebook
from messages.incoming import Incoming
from messages.render.text import render_text
from scoring.model import Locale
from storage.origin import current_origin
from storage.outbox import Notification
from storage.store import Store
from tests.chatting import TERMINAL, Chat
from tests.logged import logged, only
from tests.sample_book import MONDAY, fill


def line(text: str, **values: Any) -> Incoming:
    return Incoming(TERMINAL.platform, "operator", text, TERMINAL, operator=True, **values)


def test_work_inside_other_work_has_the_same_id() -> None:
    assert current_origin() is None
    with beginning(Begun.CLI) as outer, beginning(Begun.LINE) as inner:
        assert outer == inner == current_origin()
        assert outer.startswith("cli-")
    assert current_origin() is None


async def test_everything_a_tick_puts_says_which_tick(store: Store) -> None:
    chat = Chat(store, COMMANDS, await fill(store))
    with beginning(Begun.TICK) as first:
        await tick_once(store, chat.rules, chat.now)
    chat.later(days=4)
    with beginning(Begun.TICK) as second:
        await tick_once(store, chat.rules, chat.now)
    rows = await chat.outbox()
    by_kind = {row.kind: row.origin for row in rows}
    assert {by_kind["milestone"], by_kind["escalation"]} == {first, second}
    assert {row.origin for row in rows} == {first, second}


async def test_what_a_line_puts_is_found_by_the_id_in_its_log_line(
    store: Store,
) -> None:
    chat = Chat(store, COMMANDS, await fill(store))
    await chat.tick()
    dispatcher = Dispatcher(store, COMMANDS, chat.rules)
    code = await chat.code("HT-7")
    with logged() as events:
        answer = await dispatcher.dispatch(line(f"assign {code} 王北"), chat.now)
    assert not answer.refused
    told = only(events, "answered")
    assert told["verb"] == "assign"
    put = [row for row in await chat.outbox() if row.origin is not None]
    assert put
    assert {row.origin for row in put} == {told["origin"]}
    assert told["origin"].startswith("line-")


async def test_the_reference_of_a_bug_is_the_id_of_the_line(store: Store) -> None:
    async def broken(*_values: object, **_named: object) -> Any:
        raise RuntimeError("a bug")

    chat = Chat(store, COMMANDS, await fill(store))
    commands = [_with(command, broken) for command in COMMANDS]
    dispatcher = Dispatcher(store, commands, chat.rules)
    incoming = line("delivery", locale=Locale.EN)
    with logged() as events:
        answer = await dispatcher.dispatch(incoming, chat.now)
    told = only(events, "a line could not be answered")
    assert told["reference"] == told["origin"]
    assert told["origin"] in render_text(answer.message, Phrasebook(answer.locale))


async def test_a_row_that_waits_again_belongs_to_what_put_it_again(store: Store) -> None:
    notification = Notification("K", "milestone", "wecom", "robot:east", MONDAY)
    async with store.begin() as tx:
        with beginning(Begun.TICK):
            await tx.outbox.put([notification], now=MONDAY)
        await tx.connection.exec_driver_sql("UPDATE deliveries SET state = 'superseded'")
        with beginning(Begun.LINE) as origin:
            await tx.outbox.put_again([notification], now=MONDAY)
        (row,) = await tx.outbox.rows()
    assert row.origin == origin


def _with(command: Command, run: Any) -> Command:
    return replace(command, run=run) if command.name == "delivery" else command
