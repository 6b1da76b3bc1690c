"""A service whose token is older than the one that is kept, and both of them are void."""

from __future__ import annotations

import pytest

from scoring.errors import BadCredentials
from storage.store import Store
from tests.wecom.faults.service import AGENT, HurriedApi
from tests.wecom.faults.site import site

WORDS = {"touser": "lilei", "agentid": AGENT, "msgtype": "text", "text": {"content": "hello"}}


async def test_an_old_token_gives_way_to_a_fresh_one_and_not_to_another_old_one(
    store: Store,
) -> None:
    async with site(store) as here:
        late, early = (HurriedApi(store, here.clock, here.cloud.api_url) for _ in range(2))
        await late.post("message/send", WORDS)
        here.cloud.revoke_tokens()
        await early.post("message/send", WORDS)
        here.cloud.revoke_tokens()
        await late.post("message/send", WORDS)
        assert here.cloud.ledger.codes("gettoken") == [0, 0, 0]
        await late.close()
        await early.close()


async def test_a_fresh_token_that_is_refused_is_not_replaced_again(store: Store) -> None:
    async with site(store) as here:
        api = HurriedApi(store, here.clock, here.cloud.api_url)
        await api.post("message/send", WORDS)
        here.weather.script("message/send", *[40014] * 9)
        with pytest.raises(BadCredentials):
            await api.post("message/send", WORDS)
        assert here.cloud.ledger.codes("gettoken") == [0, 0]
        assert here.weather.injected["message/send 40014"] == 2
        await api.close()
