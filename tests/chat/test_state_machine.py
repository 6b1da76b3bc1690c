"""Random walks over claim, release, assign, stage, won, lost against the pure rules."""

from __future__ import annotations

import asyncio
import tempfile
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from handlers.commands import COMMANDS
from scoring import lifecycle
from scoring.errors import UserError
from scoring.model import LossReason, Opportunity, OpportunityKind, Stage
from storage.store import Store
from tests.chatting import Chat
from tests.databases import SqliteFiles
from tests.sample_book import MONDAY, fill

workers = st.sampled_from(["李雷", "韩梅梅", "Ada Park"])
TERM = "HT-1"


class Renewal(RuleBasedStateMachine):
    """One renewal talked about by three people; the model is scoring/lifecycle alone."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.stack = ExitStack()
        folder = self.stack.enter_context(tempfile.TemporaryDirectory())
        url = self.stack.enter_context(SqliteFiles(Path(folder)).fresh())
        self.store = Store.open(url)
        self.model = Opportunity(0, OpportunityKind.RENEWAL, 1, 1, Stage.OPEN, MONDAY)

    @initialize()
    def open_the_book(self) -> None:
        self.chat = Chat(self.store, COMMANDS, self.run(fill(self.store)))
        self.run(self.chat.tick())

    def run(self, coroutine: object) -> object:
        return self.loop.run_until_complete(coroutine)  # type: ignore[arg-type]

    def say(self, line: str, who: str, after: object) -> None:
        """Say it; the reply refuses exactly when the rules do."""
        try:
            expected = after()  # type: ignore[operator]
        except UserError:
            expected = None
        reply = self.run(self.chat(line, as_=who))
        assert reply.refused == (expected is None), f"{line}: {reply.text}"  # type: ignore[attr-defined]
        if expected is not None:
            self.model = expected

    @rule(who=workers)
    def claim(self, who: str) -> None:
        person = self.chat.book.people[who]
        self.say(f"claim {TERM}", who, lambda: lifecycle.claim(self.model, person, at=MONDAY))

    @rule(who=workers)
    def release(self, who: str) -> None:
        person = self.chat.book.people[who]
        self.say(f"release {TERM}", who, lambda: lifecycle.release(self.model, person))

    @rule(to=workers)
    def assign(self, to: str) -> None:
        person = self.chat.book.people[to]
        self.say(
            f"assign {TERM} {to}",
            "Ada Park",
            lambda: lifecycle.assign(self.model, person, at=MONDAY),
        )

    @rule(who=workers, to=st.sampled_from([s for s in Stage if not s.decided]))
    def stage(self, who: str, to: Stage) -> None:
        self.say(f"stage {TERM} {to}", who, lambda: lifecycle.move(self.model, to, at=MONDAY))

    @rule(who=workers)
    def touch(self, who: str) -> None:
        reply = self.run(self.chat(f"log {TERM} 电话沟通", as_=who))
        assert not reply.refused  # type: ignore[attr-defined]
        if self.model.claimed_by_id is not None and not self.model.stage.decided:
            self.model = replace(self.model, stage=lifecycle.after_touch(self.model.stage))

    @rule(who=workers, luck=st.integers(0, 5))
    def decide(self, who: str, luck: int) -> None:
        if luck == 0:
            self.say(f"won {TERM}", who, lambda: lifecycle.move(self.model, Stage.WON, at=MONDAY))
        elif luck == 1:
            self.say(
                f"lost {TERM} price",
                who,
                lambda: lifecycle.move(
                    self.model, Stage.LOST, at=MONDAY, reason=LossReason.PRICE.value
                ),
            )

    @invariant()
    def the_book_is_as_the_rules_say(self) -> None:
        if not hasattr(self, "chat"):
            return
        found = self.run(self.chat.opportunity(TERM))
        assert isinstance(found, Opportunity)
        assert (found.stage, found.claimed_by_id) == (self.model.stage, self.model.claimed_by_id)
        assert (found.decided_at is not None) == self.model.stage.decided

    def teardown(self) -> None:
        self.run(self.store.close())
        self.stack.close()
        self.loop.close()


Renewal.TestCase.settings = settings(
    max_examples=12,
    stateful_step_count=20,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
TestRenewal = Renewal.TestCase
