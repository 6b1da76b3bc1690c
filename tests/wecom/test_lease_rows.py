"""The lease of a connection in the database: whose it is, and for how long."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from storage.connections import ConnectionFacts, ConnectionState, Standing
from storage.store import Store
from tests.wecom.replicas import NOW

S = timedelta(seconds=1)
FACTS = ConnectionFacts(
    connected_at=NOW, heard_at=NOW + S, fault="HTTP 503", fault_at=NOW, kicks=2, credentials="abc"
)


async def take(store: Store, owner: str, at_s: float, credentials: str = "abc") -> Standing:
    async with store.begin() as tx:
        return await tx.connections.take(
            "bot", owner, credentials, lease_s=20, steady=NOW + at_s * S, now=NOW
        )


async def renew(store: Store, owner: str, at_s: float) -> bool:
    async with store.begin() as tx:
        return await tx.connections.renew(
            "bot",
            owner,
            ConnectionState.CONNECTED,
            FACTS,
            lease_s=20,
            steady=NOW + at_s * S,
            now=NOW + S,
        )


async def leave(
    store: Store, owner: str, state: ConnectionState, rest_until_s: float | None
) -> bool:
    until = None if rest_until_s is None else NOW + rest_until_s * S
    async with store.begin() as tx:
        return await tx.connections.leave("bot", owner, state, FACTS, rest_until=until, now=NOW)


async def test_only_one_takes_it_until_the_lease_runs_out(store: Store) -> None:
    assert (await take(store, "one", 0)).owner == "one"
    assert (await take(store, "two", 19)).owner == "one"
    assert (await take(store, "two", 20)).owner == "two"
    assert not await renew(store, "one", 21)
    assert await renew(store, "two", 21)


async def test_ten_at_once_and_one_has_it(store: Store) -> None:
    taken = await asyncio.gather(*(take(store, str(n), 0) for n in range(10)))
    assert len({standing.owner for standing in taken}) == 1


async def test_who_renews_keeps_it(store: Store) -> None:
    await take(store, "one", 0)
    for at_s in range(5, 100, 5):
        assert await renew(store, "one", at_s)
        assert (await take(store, "two", at_s + 4)).owner == "one"


async def test_what_is_told_is_kept(store: Store) -> None:
    async with store.read() as tx:
        assert await tx.connections.look("bot") is None
    await take(store, "one", 0)
    await renew(store, "one", 1)
    async with store.read() as tx:
        found = await tx.connections.look("bot")
    assert found == Standing("bot", "one", NOW + 21 * S, ConnectionState.CONNECTED, FACTS, NOW + S)


@pytest.mark.parametrize("at_s", [0, 299])
async def test_nobody_takes_what_rests(store: Store, at_s: float) -> None:
    await take(store, "one", 0)
    assert await leave(store, "one", ConnectionState.KICKED, 300)
    assert (await take(store, "one", at_s)).owner is None
    assert (await take(store, "two", at_s)).owner is None
    assert (await take(store, "two", 300)).owner == "two"


async def test_a_refusal_holds_for_the_credentials_that_were_refused(store: Store) -> None:
    await take(store, "one", 0)
    await leave(store, "one", ConnectionState.REFUSED, 600)
    assert (await take(store, "two", 1, "abc")).owner is None
    assert (await take(store, "two", 1, "corrected")).owner == "two"


async def test_given_back_it_is_free_at_once_and_only_the_holder_gives_it_back(
    store: Store,
) -> None:
    await take(store, "one", 0)
    assert not await leave(store, "two", ConnectionState.CLOSED, None)
    assert await leave(store, "one", ConnectionState.CLOSED, None)
    assert (await take(store, "two", 1)).owner == "two"


@pytest.mark.parametrize("ahead_s", [121, 100_000])
async def test_a_lease_from_before_the_machine_started_again_is_void(
    store: Store, ahead_s: float
) -> None:
    await take(store, "one", ahead_s)
    assert (await take(store, "two", 0)).owner == "two"


async def test_a_state_that_only_a_newer_version_knows_is_read_as_down(store: Store) -> None:
    await take(store, "one", 0)
    async with store.begin() as tx:
        await tx.connection.exec_driver_sql("UPDATE connections SET state = 'resting'")
    assert (await take(store, "one", 1)).state is ConnectionState.DOWN
