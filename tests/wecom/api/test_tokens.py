"""The access token: fetched once for everybody, replaced once when it is refused."""

from __future__ import annotations

import asyncio
import logging
import traceback
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from bot.wecom.api import WecomApi
from bot.wecom.tokens import LIFE_MOST_S, TURN_S, AccessToken
from scoring.errors import BadCredentials, DeliveryError, PlatformDown, RateLimited
from storage.store import Store
from storage.transaction import Tx
from tests.fakes.wecom_api import SECRET, UNKNOWN, FakeApi, Trouble
from tests.wecom.api.conftest import START, OpenApi

MANY = 20


class Steady:
    """The time of leases, moved by hand."""

    def __init__(self) -> None:
        self.now = START

    async def read(self, _tx: Tx) -> datetime:
        """For the product to read."""
        return self.now


async def sends(*apis: WecomApi, times: int = MANY) -> list[dict[str, Any] | BaseException]:
    """Many posts at once, through some clients in turn."""
    calls = (apis[n % len(apis)].post("message/send", {"n": n}) for n in range(times))
    return await asyncio.gather(*calls, return_exceptions=True)


def all_fine(answers: list[dict[str, Any] | BaseException]) -> bool:
    return all(isinstance(answer, dict) for answer in answers)


async def test_twenty_cold_calls_ask_for_one_token(wecom: FakeApi, open_api: OpenApi) -> None:
    assert all_fine(await sends(open_api()))
    assert wecom.calls("gettoken") == 1
    assert wecom.calls("message/send") == MANY


async def test_twenty_calls_with_an_expired_token_ask_for_one(
    wecom: FakeApi, open_api: OpenApi
) -> None:
    api = open_api()
    await sends(api, times=1)
    wecom.revoke()
    assert all_fine(await sends(api))
    assert wecom.calls("gettoken") == 2
    assert wecom.calls("message/send") == 1 + 2 * MANY


@pytest.mark.parametrize("revoked", [False, True])
async def test_two_replicas_ask_for_one_token(
    wecom: FakeApi, open_api: OpenApi, database_url: str, store: Store, revoked: bool
) -> None:
    other = Store.open(database_url)
    try:
        apis = [open_api(), open_api(other)]
        if revoked:
            await sends(*apis, times=2)
            wecom.revoke()
        before = wecom.calls("gettoken")
        assert all_fine(await sends(*apis))
        assert wecom.calls("gettoken") == before + 1
    finally:
        await other.close()


async def test_a_replica_that_starts_later_asks_for_none(wecom: FakeApi, open_api: OpenApi) -> None:
    await sends(open_api(), times=1)
    await sends(open_api(), times=1)
    assert wecom.calls("gettoken") == 1


async def test_a_token_revoked_at_any_moment_costs_one_more_call(
    wecom: FakeApi, open_api: OpenApi
) -> None:
    api = open_api()
    for _ in range(5):
        wecom.revoke()
        assert all_fine(await sends(api, times=3))
    assert wecom.calls("gettoken") == 5


async def test_a_token_refused_for_good_is_sent_twice_and_no_more(
    wecom: FakeApi, open_api: OpenApi
) -> None:
    wecom.always_refused = True
    api = open_api()
    for _ in range(3):
        with pytest.raises(BadCredentials) as caught:
            await api.post("message/send", {})
        assert caught.value.code == "40014"
    # The calls after the first are answered from memory: WeCom blocks who asks too often.
    assert wecom.calls("message/send") == 2
    assert wecom.calls("gettoken") == 2


@pytest.mark.parametrize("code", [40014, 41001, 42001])
async def test_each_code_of_a_bad_token_is_worth_one_more_try(
    wecom: FakeApi, open_api: OpenApi, code: int
) -> None:
    wecom.script("message/send", code)
    assert (await open_api().post("message/send", {}))["errcode"] == 0
    assert wecom.calls("message/send") == 2


@pytest.mark.parametrize("code", [40001, 40013, 40091, 60020])
async def test_wrong_credentials_are_tried_once(
    wecom: FakeApi, open_api: OpenApi, code: int
) -> None:
    wecom.script("gettoken", *[code] * MANY)
    answers = await sends(open_api())
    assert {type(answer) for answer in answers} == {BadCredentials}
    assert {getattr(answer, "code", "") for answer in answers} == {str(code)}
    assert wecom.calls("gettoken") == 1
    assert wecom.calls("message/send") == 0


async def test_a_limit_on_asking_for_tokens_is_kept_to(wecom: FakeApi, open_api: OpenApi) -> None:
    wecom.script("gettoken", 45009, 45009)
    answers = await sends(open_api())
    assert {type(answer) for answer in answers} == {RateLimited}
    assert wecom.calls("gettoken") == 1


@pytest.mark.parametrize("trouble", [*UNKNOWN, Trouble.REDIRECT, -1])
async def test_no_token_means_that_nothing_was_sent(
    wecom: FakeApi, open_api: OpenApi, trouble: Trouble | int
) -> None:
    wecom.script("gettoken", *[trouble] * 6)
    with pytest.raises(DeliveryError) as caught:
        await open_api(timeout_s=0.15).post("message/send", {})
    assert type(caught.value) is PlatformDown
    assert wecom.calls("message/send") == 0


async def test_a_stumble_on_the_way_to_a_token_is_not_noticed(
    wecom: FakeApi, open_api: OpenApi
) -> None:
    wecom.script("gettoken", Trouble.ERROR_500, -1)
    assert all_fine(await sends(open_api(), times=1))


async def test_a_dead_refresher_holds_nobody_up_for_long(
    wecom: FakeApi, open_api: OpenApi, store: Store
) -> None:
    steady = Steady()
    wecom.slow = asyncio.Event()
    dead = asyncio.create_task(open_api(steady=steady.read, timeout_s=30).post("message/send", {}))
    await wecom.asking.wait()
    dead.cancel()
    await asyncio.wait({dead})
    wecom.slow = None

    looks = 0

    async def later(_seconds: float) -> None:
        nonlocal looks
        looks += 1
        steady.now += timedelta(seconds=TURN_S / 4)

    await open_api(steady=steady.read, sleep=later).post("message/send", {})
    assert looks == 4
    assert wecom.calls("gettoken") == 2


async def test_a_token_is_replaced_before_it_runs_out(wecom: FakeApi, open_api: OpenApi) -> None:
    steady = Steady()
    await sends(open_api(steady=steady.read), times=1)
    steady.now += timedelta(seconds=LIFE_MOST_S - 301)
    await sends(open_api(steady=steady.read), times=1)
    assert wecom.calls("gettoken") == 1
    steady.now += timedelta(seconds=2)
    await sends(open_api(steady=steady.read), times=1)
    assert wecom.calls("gettoken") == 2


async def test_a_steady_clock_that_started_anew_leaves_no_immortal_token(
    wecom: FakeApi, open_api: OpenApi
) -> None:
    steady = Steady()
    await sends(open_api(steady=steady.read), times=1)
    steady.now -= timedelta(days=3)
    await sends(open_api(steady=steady.read), times=1)
    assert wecom.calls("gettoken") == 2


async def test_what_is_kept_is_of_no_use_without_the_secret(
    wecom: FakeApi, open_api: OpenApi, store: Store
) -> None:
    await sends(open_api(), times=1)
    async with store.read() as tx:
        rows = (await tx.connection.execute(text("SELECT * FROM tokens"))).all()
    assert len(rows) == 1
    assert "canary" not in repr(rows)


async def test_what_cannot_be_unsealed_is_fetched_anew(
    wecom: FakeApi, open_api: OpenApi, store: Store
) -> None:
    await sends(open_api(), times=1)
    async with store.begin() as tx:
        await tx.connection.execute(text("UPDATE tokens SET sealed = 'gAAAAAB' || sealed"))
    assert all_fine(await sends(open_api(), times=1))
    assert wecom.calls("gettoken") == 2


async def test_each_secret_has_a_token_of_its_own(
    wecom: FakeApi, open_api: OpenApi, store: Store
) -> None:
    await sends(open_api(), times=1)
    with pytest.raises(BadCredentials):
        await open_api(secret=SECRET + "2").post("message/send", {})
    assert wecom.calls("message/send") == 1


async def test_a_token_is_shown_nowhere(
    wecom: FakeApi, open_api: OpenApi, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    api = open_api()
    await sends(api, times=1)
    held = await api._tokens.current()
    assert "canary" in held.value
    assert "canary" not in repr(held) + repr(vars(api)) + repr(vars(api._tokens)) + caplog.text


@pytest.mark.parametrize("path", ["gettoken", "message/send"])
async def test_no_error_and_no_log_shows_a_secret(
    wecom: FakeApi, open_api: OpenApi, caplog: pytest.LogCaptureFixture, path: str
) -> None:
    caplog.set_level(logging.DEBUG)
    for answer in (*Trouble, 40001, 45009, -1, 99999):
        wecom.script(path, *[answer] * 6)
        with pytest.raises(DeliveryError) as caught:
            await open_api(timeout_s=0.15).post("message/send", {})
        shown = "".join(traceback.format_exception(caught.value))
        error: BaseException | None = caught.value
        while error is not None:
            shown += repr(error) + repr(vars(error))
            error = error.__context__
        assert "canary" not in shown
        wecom.calm()
    assert "canary" not in caplog.text
    assert "canary" not in repr(AccessToken("canary", 1))
