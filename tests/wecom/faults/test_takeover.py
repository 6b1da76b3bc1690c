"""After kill -9 of the service that has the connection, another one answers when its lease is over."""

from __future__ import annotations

from bot.wecom.holding import connection_name
from storage.store import Store
from tests.wecom.faults.alerts import crowd
from tests.wecom.faults.service import BOT
from tests.wecom.faults.site import replica, site
from tests.wecom.faults.taking_over import IN_EARNEST, answered, other_process


async def test_another_service_answers_within_the_lease_and_not_before(
    store: Store, database_url: str
) -> None:
    await crowd(store)
    async with site(store) as here, other_process(here, database_url) as process:
        await answered(here, "客户 客户101")
        async with replica(here, store, keeping=IN_EARNEST) as other:
            process.kill()
            killed_at = here.clock()
            await process.wait()
            async with store.read() as tx:
                standing = await tx.connections.look(connection_name(BOT))
            assert standing is not None
            assert standing.until is not None
            assert 0 < (standing.until - killed_at).total_seconds() <= IN_EARNEST.lease.lease_s
            assert not other.connected or here.clock() >= standing.until
            here.clock.pass_by((standing.until - here.clock()).total_seconds())
            assert await here.connected() is other
            await answered(here, "客户 客户102")
    assert len(here.cloud.words("bot:lilei")) == 2
