"""A machine whose clock others contradict creates nothing until two clocks agree."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from aiohttp import web
from pydantic import SecretStr

from bot.adapters.wire import get_json, open_session
from bot.clock import Clock
from bot.config import Config, Slack, Wecom
from bot.outside_time.alarm import ClockAlarm
from bot.outside_time.clocks import KEPT_S, OutsideClocks, date_in, date_of
from bot.outside_time.opening import platforms_to_ask
from bot.outside_time.verdict import Reading, judge
from bot.outside_time.watch import ClockWatch
from bot.reachable import their_time
from bot.schedule import Ticker
from bot.slack.wire import SlackWire
from storage.store import Store
from storage.transaction import Tx
from tests.chat.conftest import book
from tests.sample_book import RULES, SampleBook

__all__ = ["book"]

TRUE_TIME = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
HOUR = 3_600.0


@dataclass
class Machine:
    """A machine's two clocks, and the platforms that it can ask."""

    off: timedelta = timedelta()
    passed_s: float = 0.0
    asked: list[str] = field(default_factory=list)

    @property
    def true_time(self) -> datetime:
        return TRUE_TIME + timedelta(seconds=self.passed_s)

    def says(self) -> datetime:
        return self.true_time + self.off

    def steady(self) -> float:
        return self.passed_s

    def clocks(self) -> OutsideClocks:
        return OutsideClocks(self.says, self.steady)


@pytest.mark.parametrize(
    ("ahead", "trusted"),
    [
        ({}, True),
        ({"slack": 299}, True),
        ({"slack": -299}, True),
        ({"slack": 301}, False),
        ({"slack": -301}, False),
        ({"slack": 301, "wecom": 0}, True),
        ({"slack": 301, "wecom": 302}, False),
        ({"database": 0, "slack": 900, "wecom": 900}, False),
        ({"database": 900, "slack": 0, "wecom": 0}, True),
        ({"database": 900}, False),
        ({"database": 0, "slack": 900}, False),
        ({"database": 900, "slack": 0}, True),
        ({"database": 0, "slack": 900, "wecom": 0}, True),
        ({"database": 900, "slack": 900, "wecom": 0}, False),
    ],
)
def test_two_clocks_that_agree_outweigh_one_that_does_not(
    ahead: dict[str, float], trusted: bool
) -> None:
    readings = [
        Reading(name, ahead_s, independent=name != "database") for name, ahead_s in ahead.items()
    ]
    assert judge(readings).trusted is trusted


async def test_a_database_that_may_be_on_this_machine_outweighs_no_platform(store: Store) -> None:
    """In another container its address differs, and its clock is the same kernel's."""
    machine = Machine(off=timedelta(hours=1))
    watch = watching(store, machine, machine.clocks())

    async def same_clock(_tx: Tx) -> datetime | None:
        return machine.says()

    watch.database = same_clock
    assert "3600 s ahead of slack" in await watch.contradicted()
    machine.off = timedelta()
    assert await watch.contradicted() == ""


def test_the_verdict_names_who_contradicts_and_by_how_much() -> None:
    verdict = judge([Reading("database", -HOUR), Reading("slack", HOUR), Reading("wecom", 0)])
    assert str(verdict) == ("this machine's clock is 3600 s behind database, 3600 s ahead of slack")


@pytest.mark.parametrize(
    ("header", "means"),
    [
        ("Mon, 23 Nov 2026 02:00:00 GMT", TRUE_TIME),
        ("Mon, 23 Nov 2026 10:00:00 +0800", TRUE_TIME),
        ("Mon, 23 Nov 2026 02:00:00 -0000", TRUE_TIME),
        ("", None),
        (None, None),
        ("yesterday", None),
        ("Mon, 99 Nov 2026 02:00:00 GMT", None),
        ("Mon, 23 Nov 99999 02:00:00 GMT", None),
        ("Fri, 31 Dec 9999 23:59:59 -2359", None),
        ("Mon, 23 Nov 2026 02:00:00 +99999999999999999999", None),
        ("1" * 100_000, None),
    ],
)
def test_a_date_header_is_read_or_passed_over(header: str | None, means: datetime | None) -> None:
    assert date_in(header) == means


@pytest.mark.parametrize(
    ("age", "means"),
    [
        ("0", TRUE_TIME),
        ("7200", TRUE_TIME + timedelta(hours=2)),
        ("", TRUE_TIME),
        ("soon", TRUE_TIME),
        ("-1", TRUE_TIME),
        ("9" * 12, None),
        ("9" * 10_000, None),
    ],
)
def test_an_answer_that_a_cache_kept_is_as_old_as_it_says(age: str, means: datetime | None) -> None:
    assert date_of({"Date": "Mon, 23 Nov 2026 02:00:00 GMT", "Age": age}) == means


def test_an_answer_out_of_a_cache_stops_no_healthy_service() -> None:
    clocks = Machine(passed_s=7200.0).clocks()
    clocks.dated("slack")({"Date": "Mon, 23 Nov 2026 02:00:00 GMT", "Age": "7200"})
    assert judge(clocks.readings()).trusted


def test_a_jump_is_noticed_by_what_was_heard_before_it() -> None:
    machine = Machine()
    clocks = machine.clocks()
    clocks.heard("slack", machine.true_time)
    machine.passed_s = 600
    assert judge(clocks.readings()).trusted
    machine.off = timedelta(days=365)
    assert not judge(clocks.readings()).trusted


def test_what_was_heard_more_than_a_day_ago_says_nothing() -> None:
    machine = Machine()
    clocks = machine.clocks()
    clocks.dated("slack")({"Date": format_datetime(machine.true_time)})
    machine.passed_s = KEPT_S + 1
    machine.off = timedelta(hours=1)
    assert clocks.readings() == ()


@pytest.mark.parametrize("off", [timedelta(hours=1), timedelta(days=-1), timedelta(days=365)])
async def test_a_clock_that_is_off_ticks_nothing_and_says_so(
    store: Store, book: SampleBook, off: timedelta
) -> None:
    machine = Machine(off=off)
    clocks = machine.clocks()
    watch = watching(store, machine, clocks)
    watch.alarm = ClockAlarm(store, RULES, clocks)
    ticker, failures = ticker_of(store, machine, watch)
    assert (await ticker.tick())["notifications"] == 0
    assert "slack" in await ticker.late()
    assert failures == [True]
    async with store.read() as tx:
        notices = [row for row in await tx.outbox.rows() if row.key.startswith("notice:clock:")]
        assert len(await tx.outbox.rows()) == len(notices) == 1
        assert await tx.ledger.rows(None) == []
    await ticker.tick()
    async with store.read() as tx:
        assert len(await tx.outbox.rows()) == 1

    machine.off = timedelta()
    assert (await ticker.tick())["notifications"] > 0
    assert await ticker.late() == ""


async def test_one_odd_answer_is_asked_about_before_anything_stops(store: Store) -> None:
    machine = Machine()
    clocks = machine.clocks()
    clocks.heard("slack", machine.true_time - timedelta(hours=1))
    watch = watching(store, machine, clocks)
    assert (await watch.look()).trusted
    assert machine.asked == ["slack"]


async def test_who_was_heard_of_lately_is_not_asked(store: Store) -> None:
    machine = Machine()
    clocks = machine.clocks()
    clocks.heard("slack", machine.true_time)
    assert (await watching(store, machine, clocks).look()).trusted
    assert machine.asked == []


async def test_a_platform_that_is_silent_is_asked_once_an_hour(store: Store) -> None:
    machine = Machine()
    watch = watching(store, machine, machine.clocks(), silent=True)
    for _ in range(3):
        assert (await watch.look()).trusted
    assert machine.asked == ["slack"]
    machine.passed_s = HOUR
    await watch.look()
    assert machine.asked == ["slack", "slack"]


async def test_a_clock_that_was_started_elsewhere_is_never_in_doubt(store: Store) -> None:
    machine = Machine(off=timedelta(days=-40))
    clock = Clock(TRUE_TIME)
    watch = watching(store, machine, machine.clocks())
    watch.by_machine = lambda: clock.by_machine
    assert (await watch.look()).trusted
    assert (machine.asked, watch.readings()) == ([], ())


async def test_the_databases_clock_is_compared_too(store: Store) -> None:
    off = timedelta(minutes=6)
    watch = ClockWatch(store, OutsideClocks(machine=lambda: datetime.now(UTC) + off))
    trusted = (await watch.look()).trusted
    assert trusted is (store.dialect == "sqlite")  # which has no clock of its own
    assert ("database" in watch.doubt) is (store.dialect == "postgresql")


@pytest.fixture
async def dated_site() -> AsyncIterator[str]:
    """A site whose answers are dated an hour ago."""

    async def answer(_request: web.Request) -> web.Response:
        date = format_datetime(TRUE_TIME, usegmt=True)
        return web.json_response({"ok": True}, headers={"Date": date})

    app = web.Application()
    app.router.add_route("*", "/{any:.*}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


async def test_every_answer_of_a_platform_tells_its_time(dated_site: str) -> None:
    machine = Machine(off=timedelta(hours=1))
    clocks = machine.clocks()
    session = open_session(timeout_s=5, dated=clocks.dated("wecom"))
    await get_json(session, f"{dated_site}/cgi-bin/gettoken")
    await session.close()
    slack = SlackWire(f"{dated_site}/api/", dated=clocks.dated("slack"))
    await slack.ask(SecretStr("xoxb-of-a-test"), "auth.test", {})
    await slack.close()
    assert clocks.readings() == (Reading("slack", HOUR), Reading("wecom", HOUR))
    assert await their_time(dated_site) == TRUE_TIME


async def no_database(_tx: Tx) -> None:
    """A database that has no clock of its own."""


def watching(
    store: Store, machine: Machine, clocks: OutsideClocks, *, silent: bool = False
) -> ClockWatch:
    """A watch that can ask Slack, whose time is true."""

    async def ask() -> datetime | None:
        machine.asked.append("slack")
        return None if silent else machine.true_time

    return ClockWatch(store, clocks, {"slack": ask}, database=no_database)


def ticker_of(store: Store, machine: Machine, watch: ClockWatch) -> tuple[Ticker, list[bool]]:
    """A heartbeat that goes by the machine's clock, and its failures."""
    failures: list[bool] = []

    async def doubt() -> str:
        await watch.look()
        return watch.doubt

    ticker = Ticker(
        store,
        RULES,
        machine.says,
        45,
        asyncio.Event(),
        done=lambda _did, _took: None,
        failed=lambda: failures.append(True),
        doubt=doubt,
    )
    return ticker, failures


async def test_each_platform_that_is_set_up_can_be_asked(store: Store, dated_site: str) -> None:
    config = Config.model_construct(
        slack=Slack.model_construct(bot_token=SecretStr("xoxb-of-a-test"), api_url=dated_site),
        wecom=Wecom.model_construct(api_url=dated_site, robots={"east": SecretStr("key")}),
    )
    asking = platforms_to_ask(config)
    assert set(asking) == {"slack", "wecom"}
    machine = Machine(off=timedelta(days=1))
    watch = ClockWatch(store, machine.clocks(), asking, database=no_database)
    assert "86400 s ahead of slack" in await watch.contradicted()


async def test_a_platform_that_cannot_be_reached_stops_nothing(store: Store) -> None:
    nowhere = Wecom.model_construct(api_url="http://127.0.0.1:1", robots={"east": SecretStr("key")})
    config = Config.model_construct(slack=Slack(), wecom=nowhere)
    watch = ClockWatch(store, Machine().clocks(), platforms_to_ask(config), database=no_database)
    assert await watch.contradicted() == ""
