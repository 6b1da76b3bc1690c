"""Somebody leaves the company: nothing of theirs is forgotten, nothing more is sent to them."""

from __future__ import annotations

import pytest

from bot.wecom.contacts import take_in
from bot.wecom.heard import ContactChanged
from handlers.jobs import escalations
from messages.incoming import InFile
from scoring.model import Locale, Platform
from storage.posts import NewPost
from storage.store import Store
from tests.chatting import Chat
from tests.telling import notices, taps_of, text_of

GONE = ContactChanged("e1", "delete_user", "lilei")


async def happens(chat: Chat, change: ContactChanged) -> bool:
    return await take_in(chat.store, chat.rules, change, chat.now)


async def test_the_lead_is_told_what_they_own_with_the_taps_to_hand_it_on(chat: Chat) -> None:
    await chat.tick()
    assert await happens(chat, GONE)
    (row,) = await notices(chat)
    assert row.place == "U3ADA"
    said = await text_of(chat, row)
    for part in (
        "李雷已离职",
        "3 个客户",
        "3 份在约合同",
        "华为技术有限公司",
        "¥132万",
        "12月31日",
    ):
        assert part in said, said
    taps = await taps_of(chat, row)
    assert taps[0] == f"due P-{chat.book.people['李雷']} 365"
    assert f"assign {await chat.code('HT-1')}" in taps
    for line in taps[:1]:
        assert "华为" in (await chat(line, as_="Ada Park")).text


async def test_a_tap_and_a_name_hand_a_renewal_on(chat: Chat) -> None:
    await chat.tick()
    await happens(chat, GONE)
    (row,) = await notices(chat)
    line = next(line for line in await taps_of(chat, row) if line.startswith("assign"))
    assert not (await chat(f"{line} 韩梅梅", as_="Ada Park")).refused


async def test_amounts_are_hidden_from_a_reader_who_may_not_see_them(
    store: Store, chat: Chat
) -> None:
    await happens(chat, GONE)
    (row,) = await notices(chat)
    async with store.begin() as tx:
        await tx.people.change(chat.book.people["Ada Park"], {"role": "viewer"})
    said = await text_of(chat, row)
    assert "华为" in said
    assert "¥" not in said
    assert not [line for line in await taps_of(chat, row) if line.startswith("assign")]


async def test_a_reader_of_another_team_learns_nothing_of_it(store: Store, chat: Chat) -> None:
    await happens(chat, GONE)
    (row,) = await notices(chat)
    async with store.begin() as tx:
        await tx.people.change(chat.book.people["Ada Park"], {"team": "华北"})
    assert "华为" not in await text_of(chat, row)


async def test_who_left_may_do_nothing_and_is_found_by_nobody(chat: Chat) -> None:
    await happens(chat, GONE)
    for place in ("dm", "wecom"):
        assert (await chat("due", place=place)).refused
    person = await chat.person("李雷")
    assert (person.linked, person.wecom_id, person.left_on) == (False, None, chat.today)
    await chat.tick()
    assert (await chat("assign HT-2 李雷", as_="Ada Park")).refused


async def test_what_waits_for_them_goes_to_the_lead(chat: Chat) -> None:
    await chat.tick()
    theirs = [row for row in await chat.outbox("milestone") if row.place == "user:lilei"]
    assert theirs
    await happens(chat, GONE)
    from handlers.announcing import compose

    async with chat.store.read() as tx:
        composed = await compose(tx, theirs, chat.now, chat.rules)
    assert composed.message is None
    assert {note.place for note in composed.redirected} == {"U3ADA"}


async def test_new_alerts_and_follow_ups_pass_them_over(chat: Chat) -> None:
    await happens(chat, GONE)
    await chat.tick()
    await chat("claim HT-1", as_="韩梅梅")
    placed = {row.place for row in await chat.outbox() if row.kind != "notice"}
    assert placed.isdisjoint({"user:lilei", "U1LILEI"})


async def test_no_change_is_followed_up_where_their_alerts_hang(chat: Chat) -> None:
    await chat.tick()
    await chat("claim HT-1")
    number = (await chat.opportunity("HT-1")).id
    mine = {"wecom": ("user:lilei", "bot:lilei"), "slack": ("U1LILEI",)}
    async with chat.store.begin() as tx:
        for platform, place in [(p, each) for p, places in mine.items() for each in places]:
            post = NewPost(platform, place, "m1", "milestone", chat.now, opportunity_id=number)
            await tx.posts.add(post)
        shared = NewPost("slack", "#east", "m1", "milestone", chat.now, opportunity_id=number)
        await tx.posts.add(shared)
    before = {row.id for row in await chat.outbox()}
    assert await happens(chat, GONE)
    await chat("claim HT-1", as_="韩梅梅")
    told = [row for row in await chat.outbox() if row.id not in before]
    assert {row.place for row in told}.isdisjoint({*mine["wecom"], *mine["slack"]})
    assert "#east" in {row.place for row in told}


async def test_the_rule_gives_them_nothing_more(chat: Chat) -> None:
    await happens(chat, GONE)
    await chat.tick()
    renewal = await chat.opportunity("HT-1")
    assert renewal.owner_id == chat.book.people["韩梅梅"]  # the team's only rep that is left


async def test_their_claims_go_back_and_are_escalated(chat: Chat) -> None:
    await chat.tick()
    await chat("claim HT-1")
    assert await happens(chat, GONE)
    assert (await chat.opportunity("HT-1")).claimed_by_id is None
    (row,) = await notices(chat)
    assert "认领的 1 个商机已退回" in await text_of(chat, row)
    chat.later(hours=25)
    async with chat.store.begin() as tx:
        await escalations.run(tx, chat.rules, chat.now)
    assert chat.book.contracts["HT-1"] in [r.contract_id for r in await chat.outbox("escalation")]


async def test_told_again_it_changes_nothing(chat: Chat) -> None:
    await happens(chat, GONE)
    assert not await happens(chat, GONE)
    assert not await happens(chat, ContactChanged("e2", "delete_user", "lilei"))
    assert not await happens(chat, ContactChanged("e3", "delete_user", "nobody"))
    assert len(await notices(chat)) == 1


async def test_it_is_written_down_who_said_so(chat: Chat) -> None:
    await happens(chat, GONE)
    async with chat.store.read() as tx:
        (entry,) = await tx.audit.of_subject("person", chat.book.people["李雷"])
    assert (entry.actor, entry.via, entry.change.action) == ("wecom", "wecom", "leave")
    assert entry.change.before == {"wecom_id": "lilei", "linked": True, "left_on": None}


async def test_an_operator_does_not_undo_it_by_accident(chat: Chat) -> None:
    await chat.tick()
    await chat("claim HT-1")
    await happens(chat, GONE)
    assert (await chat("undo", as_="x", place="terminal", operator=True)).refused


async def test_when_the_lead_leaves_the_administrators_hear(store: Store, chat: Chat) -> None:
    async with store.begin() as tx:
        await tx.people.change(chat.book.people["Ada Park"], {"wecom_id": "ada"})
    await happens(chat, ContactChanged("e1", "delete_user", "ADA"))
    (row,) = await notices(chat)
    assert row.place == "U6ROOT"
    assert "无需交接" in await text_of(chat, row)


async def test_an_old_sheet_does_not_bring_them_back(chat: Chat) -> None:
    await happens(chat, GONE)
    sheet = "name,role,team,wecom_id,slack_id\n李雷,rep,华东,lilei,U1LILEI\n"
    preview = await chat(
        "",
        files=(InFile("people.csv", sheet.encode()),),
        as_="Root Chen",
        locale=Locale.ZH,
    )
    assert "李雷已离职" in preview.text
    for line in preview.lines:
        if line.startswith("import confirm"):
            await chat(line, as_="Root Chen")
    person = await chat.person("李雷")
    assert (person.linked, person.wecom_id) == (False, None)


async def test_who_comes_back_is_linked_by_their_lead(chat: Chat) -> None:
    await happens(chat, GONE)
    await chat("到期", as_="neu", place="wecom", called="李雷")
    row = (await notices(chat))[-1]
    yes, _ = await taps_of(chat, row)
    assert not (await chat(yes, as_="Ada Park")).refused
    person = await chat.person("李雷")
    assert (person.linked, person.wecom_id, person.left_on) == (True, "stranger-neu", None)


async def test_a_new_user_id_takes_over_what_waits(chat: Chat) -> None:
    await chat.tick()
    moved = ContactChanged("e1", "update_user", "lilei", "Lei.Li")
    assert await happens(chat, moved)
    assert not await happens(chat, moved)
    person = await chat.person("李雷")
    assert person.wecom_id == "lei.li"
    places = {row.place for row in await chat.outbox("milestone") if row.person_id == person.id}
    assert places == {"user:lei.li"}


async def test_a_user_id_of_somebody_else_is_not_taken(chat: Chat) -> None:
    assert not await happens(chat, ContactChanged("e1", "update_user", "lilei", "hanmeimei"))
    assert (await chat.person("李雷")).wecom_id == "lilei"


async def test_another_name_is_noted_and_nothing_else(chat: Chat) -> None:
    change = ContactChanged("e1", "update_user", "lilei", fields={"Name": "李磊"})
    assert await happens(chat, change)
    assert (await chat.person("李雷")).linked
    async with chat.store.read() as tx:
        (entry,) = await tx.audit.of_subject("person", chat.book.people["李雷"])
        assert await tx.people.by_name("李磊") is None
    assert entry.change.after == {"directory": "李磊"}


@pytest.mark.parametrize("change", ["create_user", "create_party", "update_tag", "delete_party"])
async def test_other_changes_mean_nothing(chat: Chat, change: str) -> None:
    assert not await happens(chat, ContactChanged("e1", change, "lilei"))
    async with chat.store.read() as tx:
        assert await tx.people.by_sender(Platform.WECOM, "lilei") is not None
    assert not await chat.outbox()
