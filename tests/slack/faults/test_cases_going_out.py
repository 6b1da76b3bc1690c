"""Each fault alone while an alert or a new face goes out: it is there once, or ends with a reason."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.slack.doors import PATH
from storage.store import Store
from tests.fakes.slack import Fault
from tests.slack.answered import words_in
from tests.slack.faults.alerts import SlackBook, alerts_in, crowd, judged
from tests.slack.faults.all_out import all_out
from tests.slack.faults.cases import HERE, OUTGOING, RETRY_AFTER, WORKER, Case
from tests.slack.faults.site import LILEI, TEAM, Site, replica, site
from tests.wecom.faults.mishaps import dying

NAME = "客户101"
ASKED_FIRST = ("auth.test", "users.conversations", "conversations.open")
"""What is known after the first post, and asked again by a process that starts anew."""

Record = Callable[[str, object], None]


async def told(here: Site, book: SlackBook, case: Case) -> bool:
    """Whether an alert survives a case: told once, or ended with a reason."""
    await book.forget()
    here.cloud.ledger.sent.clear()
    here.weather.injected.clear()
    await book.alert(case.place, NAME)
    check = dying(str(case.script)) if case.what == WORKER else dying("")
    if case.what == RETRY_AFTER:
        here.weather.retry_after = str(case.script)
        here.weather.script("chat.postMessage", Fault.LIMIT_429)
    elif case.what != WORKER:
        here.weather.script(case.what, case.script)
    if case.what in ("conversations.history", "conversations.open"):
        here.weather.script("chat.postMessage", Fault.TAKEN_HANG)
    if case.what in ASKED_FIRST or case.script is Fault.REVOKED:
        # Whoever asked in vain asks no more for some seconds of the machine's clock.
        async with here.store.begin() as tx:
            await tx.connection.exec_driver_sql("DELETE FROM slack_places")
        async with replica(here, here.store):
            await all_out(here, book, steps=4)
        async with replica(here, here.store):
            await all_out(here, book)
    else:
        await all_out(here, book, check)
    here.weather.retry_after = "1"
    here.weather.calm()
    return went_wrong(here, case) and (await judged(book, here.cloud)).well


async def repainted(here: Site, book: SlackBook, case: Case) -> bool:
    """Whether a card survives a case: it shows what is true, or somebody is told why not."""
    await book.forget()
    await book.alert(case.place, NAME)
    await all_out(here, book)
    here.weather.injected.clear()
    opportunity = book.patterns[NAME].opportunity_id or 0
    async with here.store.read() as tx:
        before = await tx.opportunities.get(opportunity)
    claimed = before is not None and before.claimed_by_id is not None
    here.weather.script(case.what, case.script)
    verb = "release" if claimed else "claim"
    await here.cloud.people.slash(LILEI, "C0EAST", f"{verb} {book.code(NAME)}")
    await here.over()
    await all_out(here, book)
    here.weather.calm()
    async with here.store.read() as tx:
        rows = [row for row in await tx.outbox.rows() if row.kind == "repaint"]
    posts = [one for one in here.cloud.posts("C0EAST") if one.bot_id]
    card = [one for one in posts if not one.thread][-1]
    shows = ("未认领" in words_in(card.payload)) == claimed
    return went_wrong(here, case) and (shows or bool(rows and all(row.error for row in rows)))


def went_wrong(here: Site, case: Case) -> bool:
    """Whether what a case scripts did happen, once."""
    return case.what in (WORKER, RETRY_AFTER) or here.weather.injected[case.counted_as] == 1


@pytest.mark.parametrize("dialect", HERE, indirect=True)
@pytest.mark.parametrize("way", OUTGOING)
async def test_an_alert_survives(store: Store, way: str, record_property: Record) -> None:
    book = await crowd(store)
    survived: dict[str, bool] = {}
    async with site(store) as here, replica(here, store) as one:
        here.cloud.app.request_url = f"{one.address}{PATH}"
        for case in OUTGOING[way]:
            tried = repainted if way == "repaint" else told
            survived[case.name] = await tried(here, book, case)
    record_property("slack cases", list(survived.items()))
    assert [name for name, well in survived.items() if not well] == []


@pytest.mark.parametrize("dialect", HERE, indirect=True)
async def test_an_archived_channel_is_said_and_others_go_on(store: Store) -> None:
    book = await crowd(store)
    async with site(store) as here, replica(here, store):
        await here.cloud.people.archive("U3ADA", "C0WEST")
        await book.alert("#renewals-west", NAME)
        await book.alert("#renewals-east", NAME)
        await all_out(here, book)
        verdict = await judged(book, here.cloud)
        assert [alert.place for alert in verdict.failed] == ["#renewals-west"]
        assert len(alerts_in(here.cloud, "#renewals-east")) == 1


@pytest.mark.parametrize("dialect", HERE, indirect=True)
async def test_ids_of_an_organisation_make_no_difference(store: Store) -> None:
    book = await crowd(store)
    async with site(store, enterprise="E0ORG") as here, replica(here, store) as one:
        here.cloud.app.request_url = f"{one.address}{PATH}"
        await book.alert("#renewals-east", NAME)
        here.weather.script("chat.postMessage", Fault.TAKEN_RESET)
        await all_out(here, book)
        assert (await judged(book, here.cloud)).well
        await here.cloud.people.slash(LILEI, "C0EAST", f"claim {book.code(NAME)}")
        await here.over()
        await all_out(here, book)
        card = next(post for post in here.cloud.posts("C0EAST") if post.bot_id)
        assert "李雷" in words_in(card.payload)
        assert here.cloud.workspaces[TEAM].enterprise == "E0ORG"
