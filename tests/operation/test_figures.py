"""What /metrics says is so, is there from the start, names nobody and costs little."""

from __future__ import annotations

import asyncio
import re
import time
from datetime import timedelta
from math import isnan

from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import insert, text, update

from bot.dispatcher import Dispatcher
from bot.outside_time.clocks import OutsideClocks
from bot.outside_time.verdict import Reading
from bot.outside_time.watch import ClockWatch
from bot.web.metrics import Figures, LoopLag, Scraping, watching_loop
from bot.web.metrics.scraping import FRESH_S
from handlers.commands import COMMANDS
from handlers.jobs import sealing
from handlers.jobs.tick import tick_once
from messages.incoming import Incoming
from scoring.errors import BadCredentials, PlatformDown, RateLimited
from scoring.health.model import Band
from scoring.model import DeliveryState
from storage.store import Store
from storage.tables import connections, deliveries, pauses
from storage.transaction import Tx
from storage.views.outstanding import outstanding
from tests.chatting import Chat, place_of, sender_of
from tests.delivery.world import START
from tests.sample_book import MONDAY, PEOPLE, fill

OF_THE_BOOK = {
    "renewals_deliveries",
    "renewals_deliveries_waiting",
    "renewals_deliveries_due",
    "renewals_oldest_due_seconds",
    "renewals_leases",
    "renewals_places_paused",
    "renewals_connection_held",
    "renewals_audit_age_seconds",
    "renewals_audit_findings",
    "renewals_audit_clean",
    "renewals_trail_unsealed",
    "renewals_trail_unsealed_seconds",
    "renewals_trail_last_seal",
    "renewals_customers",
}

Read = dict[tuple[str, frozenset[tuple[str, str]]], float]


def read(exposed: bytes) -> Read:
    """Samples by name and labels."""
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(exposed.decode())
        for sample in family.samples
    }


def of(found: Read, name: str, **labels: str) -> float:
    return found[name, frozenset(labels.items())]


def scraping(store: Store, figures: Figures, **changes: object) -> Scraping:
    async def at_start(_tx: Tx) -> object:
        return START

    values = {"clock": lambda: MONDAY, "steady": at_start, "fresh_s": 0.0} | changes
    return Scraping(store, figures, **values)  # type: ignore[arg-type]


async def put(store: Store, state: str, n: int = 1, **values: object) -> None:
    row = {
        "kind": "milestone",
        "platform": "wecom",
        "place": "robot:east",
        "facts": {},
        "state": state,
        "due_at": MONDAY,
        "attempts": 0,
        "created_at": MONDAY,
    }
    async with store.begin() as tx:
        await tx.connection.execute(
            insert(deliveries), [row | {"key": f"{state}:{i}:{values}"} | values for i in range(n)]
        )


async def test_what_is_not_done_is_counted_by_state_and_platform(store: Store) -> None:
    await put(store, "waiting", 3, due_at=MONDAY - timedelta(minutes=10))
    await put(store, "waiting", 2, due_at=MONDAY + timedelta(days=1))
    await put(store, "waiting", 1, platform="slack", place="#east")
    await put(store, "waiting", 1, platform="carrier pigeon")
    await put(store, "leased", 2, leased_until=START + timedelta(seconds=9))
    await put(store, "leased", 1, leased_until=START - timedelta(seconds=9))
    for state, n in (("ambiguous", 4), ("failed", 5), ("review", 6), ("sent", 7)):
        await put(store, state, n)
    pause = {"place": "robot:east", "until": START + timedelta(seconds=60), "strikes": 1}
    async with store.begin() as tx:
        await tx.connection.execute(
            insert(pauses).values(platform="wecom", reason="PlatformDown", **pause)
        )
    found = read(await scraping(store, Figures.new()).text())
    states = {"waiting": 7, "leased": 3, "ambiguous": 4, "failed": 5, "review": 6}
    for state, n in states.items():
        assert of(found, "renewals_deliveries", state=state) == n
    for name, wecom, slack in (
        ("renewals_deliveries_waiting", 5, 1),
        ("renewals_deliveries_due", 3, 1),
        ("renewals_oldest_due_seconds", 600, 0),
        ("renewals_places_paused", 1, 0),
    ):
        assert of(found, name, platform="wecom") == wecom, name
        assert of(found, name, platform="slack") == slack, name
    assert of(found, "renewals_deliveries_waiting", platform="other") == 1
    assert of(found, "renewals_leases", state="held") == 2
    assert of(found, "renewals_leases", state="expired") == 1
    assert of(found, "renewals_database_up") == 1


async def test_no_row_that_was_sent_is_read(store: Store) -> None:
    """The cost of /metrics does not grow with what was ever sent: only partial indexes are asked."""
    asked: list[str] = []
    async with store.read() as tx:
        explain = "EXPLAIN QUERY PLAN" if store.dialect == "sqlite" else "EXPLAIN"
        if store.dialect == "postgresql":
            await tx.connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        for state in ("= 'waiting'", "= 'leased'", "= 'ambiguous'", "IN ('failed', 'review')"):
            column = "platform, count(*), min(due_at)" if "waiting" in state else "count(*)"
            group = "GROUP BY platform" if "waiting" in state else ""
            rows = await tx.connection.execute(
                text(  # words of this test
                    f"{explain} SELECT {column} FROM deliveries WHERE state {state} {group}"  # noqa: S608
                )
            )
            asked.append(" ".join(str(row) for row in rows))
    for plan, index in zip(asked, ("waiting", "leased", "ambiguous", "ended_badly"), strict=True):
        assert f"ix_deliveries_{index}" in plan, plan


async def test_every_chat_line_is_counted_by_verb_platform_and_end(store: Store) -> None:
    chat = Chat(store, COMMANDS, await fill(store))
    figures = Figures.new()
    dispatcher = Dispatcher(store, COMMANDS, chat.rules, heard=figures.answered)
    where = place_of("Ada Park", "dm")
    for said in ("due 90", "到期 90", "claim nobody-knows-this", "华为"):
        incoming = Incoming(where.platform, sender_of("Ada Park", where.platform), said, where)
        await dispatcher.dispatch(incoming, chat.now)
    found = read(await scraping(store, figures).text())
    assert of(found, "renewals_command_seconds_count", verb="due", platform="slack") == 2
    assert of(found, "renewals_command_seconds_count", verb="claim", platform="slack") == 1
    assert of(found, "renewals_command_seconds_count", verb="none", platform="slack") == 1
    assert of(found, "renewals_lines_total", platform="slack", outcome="answered") == 3
    assert of(found, "renewals_lines_total", platform="slack", outcome="refused") == 1
    assert of(found, "renewals_lines_total", platform="wecom", outcome="bug") == 0


async def test_what_a_platform_does_not_take_is_counted_by_kind_from_zero(store: Store) -> None:
    figures = Figures.new()
    for fault in (PlatformDown("502"), PlatformDown("503"), BadCredentials("40001")):
        figures.refused("wecom", fault)
    found = read(await scraping(store, figures).text())
    assert of(found, "renewals_platform_errors_total", platform="wecom", kind="PlatformDown") == 2
    assert of(found, "renewals_platform_errors_total", platform="wecom", kind="BadCredentials") == 1
    kind = RateLimited.__name__
    assert of(found, "renewals_platform_errors_total", platform="slack", kind=kind) == 0


async def test_no_customer_person_or_place_becomes_a_label(store: Store) -> None:
    chat = Chat(store, COMMANDS, await fill(store))
    await tick_once(store, chat.rules, chat.now)
    figures = Figures.new()
    dispatcher = Dispatcher(store, COMMANDS, chat.rules, heard=figures.answered)
    where = place_of("李雷", "dm")
    for said in ("华为", "show 华为技术有限公司", "claim HT-1", "no such verb"):
        incoming = Incoming(where.platform, sender_of("李雷", where.platform), said, where)
        await dispatcher.dispatch(incoming, chat.now)
    exposed = (await scraping(store, figures, clock=lambda: chat.now).text()).decode()
    assert "华为" not in exposed
    for name, person in PEOPLE.items():
        assert name not in exposed
        assert not person.get("slack_id") or str(person["slack_id"]) not in exposed
    assert not re.search(r"#renewals|robot:|user:", exposed)


async def test_a_tick_is_seen_in_scores_notifications_and_lag(store: Store) -> None:
    chat = Chat(store, COMMANDS, await fill(store))
    figures = Figures.new()
    did = await tick_once(store, chat.rules, chat.now)
    figures.ticked(did, 0.25)
    found = read(await scraping(store, figures, clock=lambda: chat.now).text())
    assert of(found, "renewals_ticks_total") == 1
    assert of(found, "renewals_scores_total") == did["scores"]
    assert of(found, "renewals_notifications_total") == did["notifications"] > 0
    assert 0 <= of(found, "renewals_tick_lag_seconds") < 60
    assert of(found, "renewals_audit_clean") == 1
    assert of(found, "renewals_audit_age_seconds") == 0


async def test_what_is_not_sealed_and_how_healthy_customers_are_is_shown(store: Store) -> None:
    chat = Chat(store, COMMANDS, await fill(store))
    await tick_once(store, chat.rules, chat.now, audit=False)
    await chat(f"claim {await chat.code('HT-1')}", as_="李雷")
    figures = Figures.new()
    later = chat.now + timedelta(minutes=5)
    before = read(await scraping(store, figures, clock=lambda: later).text())
    assert of(before, "renewals_trail_unsealed") > 0
    assert of(before, "renewals_trail_unsealed_seconds") >= 300
    bands = sum(value for (name, _), value in before.items() if name == "renewals_customers")
    assert bands == of(before, "renewals_customers", band="unknown") + sum(
        of(before, "renewals_customers", band=band) for band in Band
    )
    assert bands > 0
    await sealing.run(store, later)
    after = read(await scraping(store, figures, clock=lambda: later).text())
    assert of(after, "renewals_trail_unsealed") == of(after, "renewals_trail_unsealed_seconds") == 0
    assert of(after, "renewals_trail_last_seal") == 1


async def test_a_loop_that_is_kept_busy_is_seen() -> None:
    figures = Figures.new()
    async with watching_loop(figures.loop_lag, every_s=0.01):
        await asyncio.sleep(0.05)
        time.sleep(0.3)  # noqa: ASYNC251 - what is to be noticed
        await asyncio.sleep(0.05)
    figures.look()
    assert 0.2 < of(read(_exposed(figures)), "renewals_loop_lag_seconds") < 30


async def test_a_hold_up_of_long_ago_is_forgotten() -> None:
    lag = LoopLag(window_s=0.02)
    lag.observe(3.0)
    assert lag.seconds == 3.0
    await asyncio.sleep(0.05)
    assert lag.seconds == 0.0


async def test_who_asks_again_at_once_gets_what_was_read(store: Store) -> None:
    figures = Figures.new()
    asked = scraping(store, figures, fresh_s=FRESH_S)
    await asked.text()
    await put(store, "waiting")
    found = read(await asked.text())
    assert of(found, "renewals_deliveries", state="waiting") == 0


async def test_a_book_that_does_not_answer_is_said_and_keeps_nobody_waiting(store: Store) -> None:
    hang = asyncio.Event()

    async def hanging(_tx: Tx) -> object:
        await hang.wait()
        return START

    asked = scraping(store, Figures.new(), steady=hanging, read_s=0.05)
    found = read(await asked.text())
    assert of(found, "renewals_database_up") == 0
    hang.set()
    asked.read_s = 30
    found = read(await asked.text())
    assert of(found, "renewals_database_up") == 1


async def test_the_clocks_that_were_compared_are_shown(store: Store) -> None:
    clocks = OutsideClocks(machine=lambda: MONDAY)
    clocks.heard("slack", MONDAY - timedelta(minutes=9))
    watch = ClockWatch(store, clocks)
    found = read(await scraping(store, Figures.new(), watch=watch).text())
    assert of(found, "renewals_clock_trusted") == 1
    assert round(of(found, "renewals_clock_ahead_seconds", source="slack")) == 540


async def test_ends_are_told_apart(store: Store) -> None:
    await put(store, "waiting", 2)
    async with store.begin() as tx:
        await tx.connection.execute(update(deliveries).values(state=DeliveryState.SENT))
        found = await outstanding(tx.connection, now=MONDAY, steady=START)
    assert found.queues == ()
    assert (found.leased, found.ambiguous, found.failed, found.review) == (0, 0, 0, 0)


def _exposed(figures: Figures) -> bytes:
    from prometheus_client import generate_latest

    return generate_latest(figures.registry)


async def test_of_a_book_that_is_lost_nothing_of_before_is_shown(store: Store) -> None:
    chat = Chat(store, COMMANDS, await fill(store))
    await put(store, "waiting", 1, platform="carrier pigeon")
    await tick_once(store, chat.rules, chat.now)
    async with store.begin() as tx:
        await tx.connection.execute(
            insert(connections).values(
                name="wecom:aibot:B1", state="connected", facts={}, changed_at=MONDAY
            )
        )
    figures = Figures.new()
    before = read(await scraping(store, figures).text())
    figures.standing.lost()
    figures.look()
    after = read(_exposed(figures))
    assert of(after, "renewals_database_up") == 0
    assert ("renewals_connection_held", frozenset({("connection", "wecom:aibot:B1")})) in before
    stale = {
        key[0]
        for key, value in after.items()
        if key in before and not isnan(value) and key[0] in OF_THE_BOOK
    }
    assert stale == set()


async def test_a_connection_that_was_taken_out_of_the_configuration_is_not_lost(
    store: Store,
) -> None:
    async with store.begin() as tx:
        await tx.connection.execute(
            insert(connections).values(
                name="wecom:aibot:B1", state="closed", facts={}, changed_at=MONDAY
            )
        )
    figures = Figures.new()
    name = ("renewals_connection_held", frozenset({("connection", "wecom:aibot:B1")}))
    assert name in read(await scraping(store, figures).text())
    later = MONDAY + timedelta(days=8)
    assert name not in read(await scraping(store, figures, clock=lambda: later).text())


async def test_a_clock_that_is_not_heard_any_more_is_shown_no_more(store: Store) -> None:
    figures = Figures.new()
    figures.standing.compare((Reading("slack", 400.0), Reading("wecom", 1.0)), "slack")
    figures.standing.compare((Reading("wecom", 1.0),), "")
    found = read(_exposed(figures))
    sources = {
        dict(labels).get("source") for name, labels in found if name.endswith("ahead_seconds")
    }
    assert sources == {"wecom"}
