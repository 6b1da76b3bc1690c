"""Files dropped into a direct message: previewed, confirmed once, cancelled, repeated."""

from __future__ import annotations

import asyncio

from messages.incoming import InFile
from storage.store import Store
from tests.chatting import Chat

BOOK = InFile(
    "book.csv",
    "客户名称,合同编号,到期日期,负责人\n新星科技,XX-1,2027-05-31,孙悦\n新星科技,XX-2,2027-06-30,孙悦\n".encode(),
)
PEOPLE = InFile("people.csv", "姓名,角色,团队\n孙悦,销售,华东\n".encode())
REFUSED = InFile(
    "bad.csv", "客户名称,合同编号,开始日期,到期日期\n坏日期,XX-9,2027-05-31,2026-05-31\n".encode()
)


async def staged(store: Store) -> int:
    async with store.read() as tx:
        result = await tx.connection.exec_driver_sql("SELECT count(*) FROM staged_files")
        return int(result.scalar_one())


async def contracts(store: Store, *numbers: str) -> list[bool]:
    async with store.read() as tx:
        return [await tx.contracts.by_no(number) is not None for number in numbers]


async def test_a_repeated_drop_gets_the_same_preview(store: Store, chat: Chat) -> None:
    first = await chat("", files=(BOOK,), as_="Root Chen", event="drop")
    again = await chat("", files=(BOOK,), as_="Root Chen", event="drop")
    assert first.text == again.text
    assert first.line("import confirm") == again.line("import confirm")
    assert await staged(store) == 1


async def test_a_repeated_yes_gets_the_same_reply(store: Store, chat: Chat) -> None:
    yes = (await chat("", files=(BOOK,), as_="Root Chen")).line("import confirm")
    first = await chat(yes, as_="Root Chen", event="yes")
    again = await chat(yes, as_="Root Chen", event="yes")
    assert not first.refused
    assert not again.refused
    assert first.text == again.text
    assert await contracts(store, "XX-1", "XX-2") == [True, True]


async def test_two_replicas_with_the_same_yes_write_once(store: Store, chat: Chat) -> None:
    yes = (await chat("", files=(BOOK,), as_="Root Chen")).line("import confirm")
    replies = await asyncio.gather(*(chat(yes, as_="Root Chen", event="yes") for _ in range(3)))
    assert len({reply.text for reply in replies}) == 1
    assert not any(reply.refused for reply in replies)
    async with store.read() as tx:
        result = await tx.connection.exec_driver_sql(
            "SELECT count(*) FROM audit WHERE action = 'add' AND subject = 'contract'"
        )
        assert result.scalar_one() == 2


async def test_a_second_yes_is_told_that_it_is_done(chat: Chat) -> None:
    yes = (await chat("", files=(BOOK,), as_="Root Chen")).line("import confirm")
    await chat(yes, as_="Root Chen")
    again = await chat(yes, as_="Root Chen", event="another")
    assert again.refused
    assert "已经处理过" in again or "dealt with before" in again


async def test_a_yes_after_a_cancel_is_told_of_the_cancel(store: Store, chat: Chat) -> None:
    preview = await chat("", files=(BOOK,), as_="Root Chen")
    no = preview.line("import cancel")
    assert (await chat(no, as_="Root Chen", event="no")).text == (
        await chat(no, as_="Root Chen", event="no")
    ).text
    late = await chat(preview.line("import confirm"), as_="Root Chen")
    assert late.refused
    assert "取消" in late or "cancelled" in late
    assert await contracts(store, "XX-1") == [False]


async def test_files_dropped_together_are_imported_together(store: Store, chat: Chat) -> None:
    preview = await chat("", files=(BOOK, PEOPLE), as_="Root Chen")
    assert "book.csv" in preview
    assert "people.csv" in preview
    assert await contracts(store, "XX-1") == [False]
    await chat(preview.line("import confirm"), as_="Root Chen")
    assert await contracts(store, "XX-1", "XX-2") == [True, True]
    person = await chat.person("孙悦")
    assert person.team == "华东"
    assert person.linked


async def test_each_file_with_refused_rows_comes_back_annotated(chat: Chat) -> None:
    preview = await chat("", files=(BOOK, REFUSED), as_="Root Chen")
    (copy,) = preview.message.attachments
    assert copy.name.startswith("bad - ")


async def test_somebody_elses_preview_is_unknown(chat: Chat) -> None:
    yes = (await chat("", files=(BOOK,), as_="Root Chen")).line("import confirm")
    assert (await chat(yes, as_="Ada Park")).refused
    assert not (await chat(yes, as_="Root Chen")).refused
