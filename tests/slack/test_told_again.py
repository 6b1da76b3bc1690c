"""What another replica answers just now, or died over, is asked for again and not let go."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from bot.delivery.steady import steady_time
from bot.slack.heard import LinkShared, Reacted
from bot.slack.once import LEASE_S
from scoring.errors import StoreUnavailable
from scoring.model import Platform
from storage.hearings import Claim
from storage.store import Store
from tests.fakes.slack import Fault
from tests.sample_book import MONDAY
from tests.slack.answered import TEAM
from tests.slack.house import EAST, LILEI, House, house
from tests.slack.office import Office, office
from tests.wecom.dialogues import renewal, slow, ticked_book

EVENTS: dict[str, tuple[Callable[[House], Any], str]] = {
    "a line": (lambda home: home.line("华为"), "chat.postMessage"),
    "a pin": (
        lambda home: Reacted("Ev9", home.where(channel=EAST), "pushpin", "1795300000.000009"),
        "chat.postEphemeral",
    ),
    "a link": (
        lambda home: LinkShared(
            "Ev8",
            home.where(channel=EAST),
            ("https://renewals.example.com/c/A-1",),
            "1795300000.000008",
        ),
        "chat.unfurl",
    ),
}


async def begun_elsewhere(store: Store, heard: Any, *, ago_s: float) -> None:
    """A replica took it some time ago, and nothing was heard of it since."""
    async with store.begin() as tx:
        claim = await tx.hearings.claim(
            Platform.SLACK,
            f"{type(heard).__name__}:{TEAM}:{heard.id}",
            "another",
            lease_s=LEASE_S,
            steady=await steady_time(tx) - timedelta(seconds=ago_s),
            at=MONDAY,
        )
    assert claim is Claim.OURS


@pytest.mark.parametrize("kind", EVENTS)
async def test_what_somebody_may_have_died_over_is_told_again_and_then_answered(
    store: Store, kind: str
) -> None:
    await ticked_book(store)
    make, method = EVENTS[kind]
    async with house(store) as home:
        home.slack.messages["1795300000.000009"] = "和华为的王总电话聊了"
        young, old = make(home), make(home)
        await begun_elsewhere(store, young, ago_s=1)
        for _ in range(2):
            with pytest.raises(StoreUnavailable):
                await home.hear(young)
        assert home.slack.asked(method) == []
        async with store.begin() as tx:
            await tx.connection.exec_driver_sql("DELETE FROM hearings")
        await begun_elsewhere(store, old, ago_s=LEASE_S + 1)
        assert await home.hear(old) is None
        assert len(home.slack.asked(method)) == (0 if kind == "a link" else 1)


async def test_what_is_answered_by_now_is_let_go(store: Store) -> None:
    await ticked_book(store)
    gate, started = asyncio.Event(), asyncio.Event()
    commands = slow(gate, started)
    async with house(store, commands=commands) as home, house(store, slack=home.slack) as replica:
        line = home.line("到期")
        answering = asyncio.create_task(home.hear(line))
        await started.wait()
        with pytest.raises(StoreUnavailable):
            await replica.hear(line)
        gate.set()
        await answering
        await home.settled()
        assert await replica.hear(line) is None
        assert len(home.slack.asked("chat.postMessage")) == 1


async def test_a_tap_that_another_answers_is_let_go(store: Store) -> None:
    await ticked_book(store)
    async with house(store) as home:
        tap = home.tap({"action_id": "line:1", "value": "due"})
        await begun_elsewhere(store, tap, ago_s=1)
        assert await home.hear(tap) is None


@pytest.mark.parametrize("by_http", [True, False])
async def test_a_form_that_is_handed_in_again_after_trouble_connecting_counts_once(
    store: Store, by_http: bool
) -> None:
    async with office(store, by_http=by_http) as work:
        people = work.cloud.people
        await people.slash(LILEI, EAST, "跟进 华为")
        if by_http:
            work.faults.script("interaction", Fault.TAKEN_LOST)
        else:
            work.faults.script("ack", Fault.LOST)
        first = await people.submit(LILEI, {"text": "电话聊了"})
        while first.complaint:
            first = await people.submit(LILEI)
        assert first.view is None
        assert await touches(work) == 1
        await people.slash(LILEI, EAST, "跟进 华为")
        await work.over(await people.submit(LILEI, {"text": "电话聊了"}))
        assert await touches(work) == 2


async def test_a_form_with_a_mistake_is_judged_each_time_it_is_handed_in(store: Store) -> None:
    async with office(store, by_http=True) as work:
        people = work.cloud.people
        code = (await renewal(store, work.book, "HT-1")).code
        await people.slash(LILEI, EAST, f"snooze {code}")
        wrong = {"until": "2028-12-01", "reason": "出差"}
        for _ in range(2):
            said = await work.over(await people.submit(LILEI, wrong))
            assert said.view is not None
            assert list(said.view.errors) == ["until"]
        async with store.begin() as tx:
            await tx.connection.exec_driver_sql(
                "UPDATE contracts SET ends_on = '2029-12-31' WHERE contract_no = 'HT-1'"
            )
        said = await work.over(await people.submit(LILEI, wrong))
        assert (said.complaint, said.view) == ("", None)


async def touches(work: Office) -> int:
    """How many there are."""
    await work.service.reception.drain()
    async with work.store.read() as tx:
        return int(
            (await tx.connection.exec_driver_sql("SELECT count(*) FROM touches")).scalar_one()
        )
