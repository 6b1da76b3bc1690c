"""F6: random walks of three workers over the states of deliveries, against a model of one page.

After each step the outbox is as the model says; in the end every alert was told exactly once, on a
platform that can be read back. Workers stand still, die and come back, and machines start again.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from scoring.model import DeliveryState as State
from storage.dispatches import Attempt, Lease, PlaceName
from storage.outbox import Notification
from storage.store import Store
from tests.delivery.world import START
from tests.faults.case_delivery_model import LEASE_S, SETTLE_S, Model, Row

T = TypeVar("T")

EAST = PlaceName("slack", "#east")
REBOOT_S = 40 * 24 * 3_600.0
COLUMNS = "key, state, lease_owner, attempt_key, batch, leased_until, settle_until"
WORKERS = ("one", "two", "three")
workers = st.sampled_from(WORKERS)
deeds = st.sampled_from(
    [
        *["go on"] * 8,
        *["fail", "hear nothing clear", "die", "leave"],
        *["put", "let leases run out", "let leases run out", "start the machine again"],
        *[1, 29, 31, 61, 121],
    ]
)


@dataclass
class Work:
    """What a worker believes to hold, and how far it got. `seen`: what it found when it looked."""

    lease: Lease
    names: tuple[str, ...]
    since: float
    looking: bool = False
    bound: bool = False
    posted: bool = False
    seen: bool | None = None

    @property
    def attempt(self) -> Attempt:
        return self.lease.attempt

    @property
    def batch(self) -> str:
        return self.lease.batch or self.attempt.key


class Delivering(RuleBasedStateMachine):
    """Three workers of one outbox, and time."""

    def __init__(self, runner: asyncio.Runner, store: Store) -> None:
        super().__init__()
        self.runner, self.store, self.model = runner, store, Model()
        self.works: dict[str, Work] = {}
        self.numbers = itertools.count(1)

    @initialize()
    def begin(self) -> None:
        self.write(lambda tx: tx.connection.exec_driver_sql("DELETE FROM deliveries"))
        self.put(3)

    # One rule with weights: of many rules whole walks leave out those that matter together.
    @rule(who=workers, deed=deeds)
    def walk(self, who: str, deed: str | int) -> None:
        match deed:
            case int():
                self.wait(deed)
            case "put":
                self.put(1)
            case "let leases run out":
                self.let_leases_run_out()
            case "start the machine again":
                self.start_the_machine_again()
            case _:
                getattr(self, deed.replace(" ", "_"))(who)

    def go_on(self, who: str) -> None:
        """The next step of a worker to whom nothing happens."""
        work = self.works.get(who)
        if work is None:
            self.take_what_settled(who)
            if who not in self.works:
                self.lease(who)
        elif work.looking:
            (self.look if work.seen is None else self.decide)(who)
        elif work.bound:
            (self.record if work.posted else self.post)(who)
        else:
            self.make_a_message(who)

    def put(self, rows: int) -> None:
        names = [f"A-{next(self.numbers)}" for _ in range(rows)]
        new = [Notification(name, "milestone", EAST.platform, EAST.place, START) for name in names]
        self.write(lambda tx: tx.outbox.put(new, now=START))
        self.model.rows |= {name: Row() for name in names}

    def lease(self, who: str) -> None:
        if who in self.works:
            return
        attempt, due = self.attempt(who), self.model.due()
        lease = self.write(
            lambda tx: tx.dispatches.lease(
                EAST, attempt, now=START, steady=self.steady, lease_s=LEASE_S, limit=99
            )
        )
        self.took(who, lease, due, looking=False)
        self.model.lease(due, who, attempt.key)

    def make_a_message(self, who: str) -> None:
        work = self.works.get(who)
        if work is None or work.looking or work.bound:
            return
        until = self.model.steady + LEASE_S
        rows = self.model.held(work.names, work.attempt.key, State.LEASED)
        bound = self.write(
            lambda tx: tx.dispatches.bind(
                work.attempt, work.lease.ids, work.batch, until=instant(until)
            )
        )
        assert bound == len(rows)
        for row in rows:
            row.batch, row.until = work.batch, until
        work.bound, work.since = True, self.model.steady
        if bound < len(work.names):
            del self.works[who]  # somebody else has it: nothing is sent

    def post(self, who: str) -> None:
        work = self.works.get(who)
        if work is None or not work.bound or work.posted:
            return
        if self.model.steady - work.since >= LEASE_S / 2:
            return  # it stood still: not a byte goes out in the second half of a lease
        work.posted = True
        self.model.shown.add(work.batch)
        self.model.told.update(work.names)

    def record(self, who: str) -> None:
        work = self.works.get(who)
        if work is not None and work.posted:
            self.conclude(who, State.SENT)

    def fail(self, who: str) -> None:
        work = self.works.get(who)
        if work is not None and not work.looking and not work.posted:
            self.conclude(who, State.WAITING)

    def hear_nothing_clear(self, who: str) -> None:
        work = self.works.get(who)
        if work is not None and work.bound:
            self.conclude(who, State.AMBIGUOUS)

    def let_leases_run_out(self) -> None:
        self.write(lambda tx: tx.settling.expire(steady=self.steady, settle_s=SETTLE_S))
        self.model.expire()

    def take_what_settled(self, who: str) -> None:
        if who in self.works:
            return
        found = self.write(lambda tx: tx.settling.settled(steady=self.steady, limit=99))
        settled = self.model.settled()
        assert {batch for _, batch in found} == set(settled)
        if not found:
            return
        attempt, batch = self.attempt(who), found[0][1]
        lease = self.write(
            lambda tx: tx.settling.take(EAST, batch, attempt, steady=self.steady, lease_s=LEASE_S)
        )
        self.took(who, lease, settled[batch], looking=True)
        self.model.look(settled[batch], who, attempt.key)

    def look(self, who: str) -> None:
        work = self.works.get(who)
        if work is not None and work.looking:
            work.seen = work.lease.batch in self.model.shown

    def decide(self, who: str) -> None:
        work = self.works.get(who)
        if work is not None and work.seen is not None:
            self.conclude(who, State.SENT if work.seen else State.WAITING)

    def die(self, who: str) -> None:
        self.works.pop(who, None)

    def leave(self, who: str) -> None:
        self.works.pop(who, None)
        self.write(lambda tx: tx.settling.leave(who, steady=self.steady, settle_s=SETTLE_S))
        self.model.leave(who)

    def wait(self, seconds: int) -> None:
        self.model.steady += seconds

    def start_the_machine_again(self) -> None:
        """With SQLite steady time begins anew then; nobody survives it."""
        self.works.clear()
        self.model.steady -= REBOOT_S

    @invariant()
    def the_outbox_is_as_the_model_says(self) -> None:
        assert self.runner.run(self.rows()) == self.model.rows

    @invariant()
    def nothing_was_told_twice(self) -> None:
        assert set(self.model.told.values()) <= {1}

    def teardown(self) -> None:
        """Whatever happened, with time one more worker ends it; then those that stood still wake."""
        for _ in range(2 * len(self.model.rows) + 4):
            self.model.steady += SETTLE_S + LEASE_S + 1
            self.let_leases_run_out()
            for step in (self.take_what_settled, self.look, self.decide):
                step("last")
            for step in (self.lease, self.make_a_message, self.post, self.record):
                step("last")
        for who in list(self.works):
            for step in (self.make_a_message, self.post, self.record, self.look, self.decide):
                step(who)
        assert self.model.told == dict.fromkeys(self.model.rows, 1)
        assert {row.state for row in self.model.rows.values()} <= {State.SENT}
        self.the_outbox_is_as_the_model_says()

    def took(self, who: str, lease: Lease | None, names: list[str], *, looking: bool) -> None:
        assert [row.key for row in lease.rows] == names if lease else not names
        if lease:
            self.works[who] = Work(lease, tuple(names), self.model.steady, looking=looking)

    def conclude(self, who: str, state: State) -> None:
        """The end of an attempt; of what others have taken since it changes nothing."""
        work = self.works.pop(who)
        rows = self.model.held(work.names, work.attempt.key, State.LEASED, State.AMBIGUOUS)
        values: dict[str, Any] = {"batch": None} if state is State.WAITING else {}
        settle = self.model.steady + SETTLE_S if state is State.AMBIGUOUS else None
        if settle is not None:
            values["settle_until"] = instant(settle)
        changed = self.write(
            lambda tx: tx.dispatches.conclude(work.attempt, work.lease.ids, state, **values)
        )
        assert changed == len(rows)
        for row in rows:
            holder = (row.owner, row.key)
            row.free(state, settle)
            if state is State.AMBIGUOUS:
                row.owner, row.key = holder  # who was unclear may still learn better
            if state is State.WAITING:
                row.batch = None

    def attempt(self, who: str) -> Attempt:
        return Attempt(who, f"k{next(self.numbers)}")

    @property
    def steady(self) -> datetime:
        return instant(self.model.steady)

    async def rows(self) -> dict[str, Row]:
        """What the outbox says, in the model's words."""
        async with self.store.read() as tx:
            found = await tx.connection.exec_driver_sql(
                f"SELECT {COLUMNS} FROM deliveries ORDER BY id"  # noqa: S608 - own columns
            )
            return {
                row.key: Row(
                    State(row.state),
                    row.lease_owner,
                    row.attempt_key,
                    row.batch,
                    seconds(row.leased_until),
                    seconds(row.settle_until),
                )
                for row in found
            }

    def write(self, work: Any) -> Any:
        """One transaction."""

        async def begin() -> object:
            async with self.store.begin() as tx:
                return await work(tx)

        return self.runner.run(begin())


def instant(at_s: float) -> datetime:
    return START + timedelta(seconds=at_s)


def seconds(at: Any) -> float | None:
    if at is None:
        return None
    read = datetime.fromisoformat(at).replace(tzinfo=START.tzinfo) if isinstance(at, str) else at
    return float((read - START).total_seconds())


@pytest.fixture
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as made:
        yield made


def test_whatever_workers_do_all_is_told_and_nothing_twice(
    runner: asyncio.Runner, database_url: str
) -> None:
    store = Store.open(database_url)
    try:
        run_state_machine_as_test(
            lambda: Delivering(runner, store),  # type: ignore[arg-type]
            settings=settings(
                max_examples=12,
                stateful_step_count=25,
                derandomize=True,
                deadline=None,
                suppress_health_check=list(HealthCheck),
            ),
        )
    finally:
        runner.run(store.close())
