"""Each fault alone while an alert goes out: it is told once, or ends with a reason."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import pytest

from bot.delivery.rounds import deliver_all
from storage.store import Store
from tests.fakes.wecom import Fault
from tests.wecom.faults.alerts import Book, crowd, judged
from tests.wecom.faults.cases import CONNECTION, HERE, OUTGOING, WORKER, Case
from tests.wecom.faults.mishaps import Died, back, dying, happens, script, went_wrong
from tests.wecom.faults.site import Site, replica, site

STEPS = 60


async def told(here: Site, book: Book, case: Case) -> bool:
    """Whether an alert survives a case: told once, or ended with a reason."""
    await book.forget()
    here.cloud.ledger.sent.clear()
    here.weather.injected.clear()
    await book.alert(case.place, "客户101")
    check = dying(str(case.script)) if case.what == WORKER else dying("")
    if case.what == CONNECTION:
        await happens(here, str(case.script))
        if case.script == "late frames":
            here.weather.script("aibot_send_msg", Fault.HELD)
    elif case.what != WORKER:
        script(here, case)
        if case.what == "aibot_subscribe":
            await happens(here, "close 1011")
    for step in range(STEPS):
        with suppress(Died):
            worker = here.worker(here.replicas[0], checkpoint=dying("") if step else check)
            await deliver_all(worker)
        await here.weather.release()
        if not await book.open_rows():
            break
        await back(here)
        await book.next_turn(here.clock)
    await back(here)
    here.weather.calm()
    verdict = await judged(book, here.cloud)
    return went_wrong(here, case) and not (verdict.lost or verdict.doubled or verdict.unexplained)


@pytest.mark.parametrize("dialect", HERE, indirect=True)
@pytest.mark.parametrize("way", OUTGOING)
async def test_an_alert_survives(
    store: Store, way: str, record_property: Callable[[str, object], None]
) -> None:
    book = await crowd(store)
    async with site(store) as here, replica(here, store):
        await here.connected()
        survived = {case.name: await told(here, book, case) for case in OUTGOING[way]}
    record_property("cases", survived)
    assert [name for name, well in survived.items() if not well] == []
