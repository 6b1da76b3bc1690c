"""What rests until the operator has mended something goes on when they have, and nothing else."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.slack.mending import INSTALLED, INVITED, mended
from storage.pacing import Pause
from storage.store import Store
from tests.sample_book import MONDAY

REASONS = {
    "#east": "BadCredentials not_in_channel",
    "#west": "BadCredentials no_workspace the app is not installed in that workspace",
    "#north": "RateLimited ratelimited not_in_channel",
    "#south": "BadCredentials restricted_action",
}


@pytest.mark.parametrize(("codes", "left"), [(INVITED, "#west"), (INSTALLED, "#east")])
async def test_only_what_waited_for_that_is_let_go(
    store: Store, codes: tuple[str, ...], left: str
) -> None:
    async with store.begin() as tx:
        for place, reason in REASONS.items():
            for platform in ("slack", "wecom"):
                until = MONDAY + timedelta(minutes=9)
                await tx.pacing.pause(Pause(platform, place, until, 1, reason))
    assert await mended(store, codes)
    assert not await mended(store, codes)
    async with store.read() as tx:
        kept = await tx.pacing.pauses(steady=MONDAY)
    assert {one.place for one in kept if one.platform == "slack"} == {left, "#north", "#south"}
    assert {one.place for one in kept if one.platform == "wecom"} == set(REASONS)
