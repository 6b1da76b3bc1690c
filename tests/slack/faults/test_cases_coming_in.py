"""Each fault alone while somebody works with the bot: a touch counts once, is answered at most once."""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import AsyncExitStack

import pytest

from storage.store import Store
from tests.fakes.slack import Fault
from tests.slack.faults.alerts import crowd
from tests.slack.faults.cases import HERE, INCOMING, TELLING, Case
from tests.slack.faults.post_office import PostOffice, post_office
from tests.slack.faults.site import LILEI, Site, replica, site, until
from tests.slack.faults.talk import EAST, How, Talk, changes
from tests.slack.office import office
from tests.wecom.faults.alerts import CUSTOMERS, FIRST

HOW = {LILEI: How.DIRECTLY, "command": How.BY_COMMAND, "form": How.BY_FORM}
UNHEARD = (Fault.LOST, Fault.ABORT, Fault.REFRESH, Fault.DEAF)


async def heard(talk: Talk, office: PostOffice | None, case: Case, number: int) -> bool:
    """Whether a line survives a case: it counts once, and is answered at most once."""
    here = talk.here
    here.clock.pass_by(61)
    if office is None:
        await here.connected()
    talk.lines.clear()
    here.weather.injected.clear()
    how = HOW.get(case.place, How.BY_MENTION)
    if case.what == TELLING and office is not None:
        office.exactly = (4, 3 if "late" in str(case.script) else 0)
    elif case.what == "apps.connections.open":
        here.weather.script(case.what, case.script)
        await here.cloud.lines.disconnect()
        await here.connected()
    elif how is not How.BY_FORM or case.what in ("views.open", "response_url"):
        here.weather.script(case.what, case.script)
    if how is How.BY_FORM and case.what in ("interaction", "interactive"):
        # The fault is for the form that is handed in; what opens it is a command.
        here.weather.script(case.what, case.script)
    customer = f"客户{FIRST + number % CUSTOMERS}"
    before = len(talk.answers(LILEI, customer))
    line = await talk.log(LILEI, how, customer)
    went_wrong = case.what == TELLING or here.weather.injected[case.counted_as] == 1
    here.weather.calm()
    if office is not None:
        office.calm()
        await office.release()
    else:
        await here.connected()
    await here.weather.release()
    if case.script is Fault.HELD and line is not None:
        await until(lambda: talk.reached(line) > 0)
    await here.over()
    if line is None:
        return went_wrong and case.what == "views.open"
    talk.attribute()
    count = (await changes(here.store)).touches[line.marker]
    told_again = how in (How.DIRECTLY, How.BY_MENTION)
    lost = not line.handled and case.script in UNHEARD and not told_again
    return went_wrong and (count == 1 or (lost and not count)) and len(line.answers) - before <= 1


@pytest.mark.parametrize("dialect", HERE, indirect=True)
@pytest.mark.parametrize("by", INCOMING)
async def test_a_touch_survives(
    store: Store, database_url: str, by: str, record_property: Callable[[str, object], None]
) -> None:
    await crowd(store)
    survived: dict[str, bool] = {}
    async with AsyncExitStack() as stack:
        here = await stack.enter_async_context(site(store))
        for _ in range(2):
            other = Store.open(database_url)
            stack.push_async_callback(other.close)
            await stack.enter_async_context(replica(here, other, by_socket=by == "socket"))
        office = None
        if by == "http":
            office = await stack.enter_async_context(post_office(here, random.Random(1)))
        else:
            await here.connected()
        await introduced(here)
        talk = Talk(here, random.Random(1))
        for number, case in enumerate(INCOMING[by]):
            survived[case.name] = await heard(talk, office, case, number)
    record_property("slack cases", list(survived.items()))
    assert [name for name, well in survived.items() if not well] == []


async def introduced(here: Site) -> None:
    """Everybody is known to every replica."""
    for _ in here.replicas:
        await here.cloud.people.slash(LILEI, EAST, "帮助")


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
async def test_while_the_database_is_locked_there_is_a_sign_of_life_and_then_an_answer(
    store: Store,
) -> None:
    async with office(store) as work:
        people = work.cloud.people
        await people.slash(LILEI, EAST, "帮助")
        async with store.begin() as tx:
            await tx.connection.exec_driver_sql("UPDATE people SET name = name")
            done = await people.slash(LILEI, EAST, "跟进 华为 电话聊了 第1号")
            assert (done.complaint, work.words(EAST, LILEI)[-1]) == ("", "查询中，请稍候…")
        await work.over(done)
        assert "已记录 华为" in work.words(EAST, LILEI)[-1]
        assert (await changes(store)).touches["第1号"] == 1
