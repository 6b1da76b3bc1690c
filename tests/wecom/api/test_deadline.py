"""A post and its token share one deadline, so that delivery never takes a failure for a doubt."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from pydantic import SecretStr

from bot.delivery.rules import USUAL
from bot.delivery.steady import steady_time
from bot.sealing import Seal
from bot.wecom.api import CALL_MOST_S, WecomApi
from bot.wecom.tokens import FETCH_S, TURN_S, WAIT_S
from scoring.errors import DeliveryError, OutcomeUnknown, PlatformDown
from storage.store import Store
from tests.fakes.wecom_api import CORP, SECRET, FakeApi, Trouble
from tests.wecom.api.conftest import OpenApi

MOST_S = 2.5
ANSWER_S = 0.8
LATE_S = 1.5
"""What a busy machine may add, still far below all the waits in a row."""


def patient(open_api: OpenApi) -> WecomApi:
    return open_api(timeout_s=ANSWER_S, most_s=MOST_S, sleep=asyncio.sleep)


@asynccontextmanager
async def in_time() -> AsyncIterator[None]:
    async with asyncio.timeout(MOST_S + LATE_S):
        yield


async def take_turn_elsewhere(store: Store, seal: Seal) -> None:
    async with store.begin() as tx:
        steady = await steady_time(tx)
        kept = await tx.tokens.get(seal.name)
        assert await tx.tokens.take_turn(
            seal.name, "another", instead_of=kept.version, steady=steady, turn_s=TURN_S
        )


def test_all_waits_together_end_before_delivery_gives_up() -> None:
    assert CALL_MOST_S + 1 < 25 < USUAL.send_most_s
    # The usual ways to a token leave a whole time-out of ten seconds for the post.
    assert FETCH_S < TURN_S < WAIT_S
    assert WAIT_S + FETCH_S + 10 <= CALL_MOST_S


@pytest.mark.parametrize("calls", [1, 5])
async def test_a_turn_that_another_holds_ends_every_wait_in_time_with_nothing_sent(
    wecom: FakeApi, open_api: OpenApi, store: Store, calls: int
) -> None:
    api = patient(open_api)
    await take_turn_elsewhere(store, Seal(CORP, SecretStr(SECRET)))
    async with in_time():
        posts = (api.post("message/send", {"n": n}) for n in range(calls))
        answers = await asyncio.gather(*posts, return_exceptions=True)
    assert {type(answer) for answer in answers} == {PlatformDown}
    assert wecom.calls("message/send") == 0


async def test_a_refused_token_that_cannot_be_replaced_in_time_is_a_certain_failure(
    wecom: FakeApi, open_api: OpenApi, store: Store
) -> None:
    api = patient(open_api)
    await open_api().post("message/send", {})  # the first token may take as long as it likes
    wecom.revoke()
    await take_turn_elsewhere(store, Seal(CORP, SecretStr(SECRET)))
    async with in_time():
        with pytest.raises(DeliveryError) as fault:
            await api.post("message/send", {})
    assert type(fault.value) is PlatformDown
    assert wecom.calls("message/send") == 2


async def test_the_second_post_has_what_is_left_and_its_outcome_stays_unknown(
    wecom: FakeApi, open_api: OpenApi
) -> None:
    api = patient(open_api)
    wecom.script("message/send", 42001, Trouble.HANG)
    async with in_time():
        with pytest.raises(OutcomeUnknown):
            await api.post("message/send", {})
    assert wecom.calls("message/send") == 2


async def test_after_a_wait_that_was_too_long_the_next_post_works(
    wecom: FakeApi, open_api: OpenApi
) -> None:
    api = patient(open_api)
    wecom.slow = asyncio.Event()
    with pytest.raises(PlatformDown):
        await api.post("message/send", {})
    wecom.slow = None
    hurried = open_api(sleep=asyncio.sleep)
    assert (await hurried.post("message/send", {}))["errcode"] == 0
