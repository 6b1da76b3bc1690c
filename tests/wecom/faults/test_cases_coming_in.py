"""Each fault alone while somebody talks to the bot: a line counts once, and is answered once."""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import AsyncExitStack

import pytest

from storage.store import Store
from tests.fakes.wecom import Fault
from tests.wecom.faults.alerts import FIRST, crowd
from tests.wecom.faults.cases import CONNECTION, HERE, INCOMING, Case
from tests.wecom.faults.mishaps import back, happens, script, went_wrong
from tests.wecom.faults.post_office import post_office
from tests.wecom.faults.site import replica, site
from tests.wecom.faults.talk import Kind, Talk, changes

SILENT = frozenset(
    {Fault.LOST, Fault.TAKEN_LOST, Fault.ABORT, Fault.TAKEN_ABORT, Fault.HELD, Fault.KICK}
    | {Fault.CLOSE_1000, Fault.CLOSE_1011}
)
"""Where nobody knows whether the AI bot's card arrived, it is not sent again.

And who is kicked right after a line does not fight for the connection to answer it.
"""


async def heard(talk: Talk, case: Case, number: int) -> bool:
    """Whether a line survives a case: it counts once, and is answered once."""
    here, customer = talk.here, f"客户{FIRST + number % 24}"
    here.clock.pass_by(61)  # or WeCom's limits would be met
    await here.connected()
    talk.lines.clear()
    here.cloud.ledger.sent.clear()
    here.weather.injected.clear()
    copies, late = 1, 0
    if case.what == CONNECTION and case.way == "callback":
        copies, late = 4, 2 if "late" in str(case.script) else 0
    elif case.what == CONNECTION:
        await happens(here, str(case.script))
        await back(here)
    else:
        script(here, case)
    talk.office.copies(copies, late=late)
    words = f"跟进 {customer} 电话聊了 # {number}"
    line = await talk.say("李雷", case.place, words, customer, Kind.LOG)
    await talk.calm()
    await back(here)
    count = (await changes(here.store)).touches[line.marker]
    if not went_wrong(here, case):
        return False
    if not line.heard:
        return case.script in (Fault.LOST, Fault.CLOSE_1011, Fault.ABORT) and not count
    unsure = case.way == "answer by the AI bot" and case.script in SILENT
    unsure = unsure or (case.way == "frame" and case.script is Fault.KICK)
    return count == 1 and (len(line.answers) == 1 or (unsure and not line.answers))


@pytest.mark.parametrize("dialect", HERE, indirect=True)
@pytest.mark.parametrize("way", INCOMING)
async def test_a_line_survives(
    store: Store, database_url: str, way: str, record_property: Callable[[str, object], None]
) -> None:
    await crowd(store)
    async with AsyncExitStack() as stack:
        here = await stack.enter_async_context(site(store))
        for _ in range(2):
            other = Store.open(database_url)
            stack.push_async_callback(other.close)
            await stack.enter_async_context(replica(here, other))
        office = await stack.enter_async_context(post_office(here, random.Random(1)))
        await here.connected()
        talk = Talk(here, office, random.Random(1))
        survived = {
            case.name: await heard(talk, case, number) for number, case in enumerate(INCOMING[way])
        }
    record_property("cases", survived)
    assert [name for name, well in survived.items() if not well] == []
