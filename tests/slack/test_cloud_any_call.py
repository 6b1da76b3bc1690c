"""Whatever is called with whatever: the loopback Slack answers as the method's page says."""

from __future__ import annotations

import json
from typing import Any

import aiohttp
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.loopback.slack.codes import Refusal
from bot.loopback.slack.limits import UNLIMITED
from bot.loopback.slack.methods import methods
from tests.slack.cloud_desk import ANN, EAST, SECRET, TEAM, Desk, running, section

Json = dict[str, Any]

NAMES = sorted(methods())
SEEDS: tuple[Any, ...] = (
    *("", "x", ANN, EAST, SECRET, TEAM, "#renewals-east", "1700000000.000100", "at:x", "-1"),
    *(0, -1, 10**9, True, None, [], {}, [1], {"type": "modal"}, {"type": "home", "blocks": []}),
    *([section("a")], [section("")], [{"id": "F0"}], {"event_type": "t", "event_payload": {}}),
    *("x" * 5_000, [section("a" * 2_999)] * 6, {"https://example.com": {"blocks": [{}]}}),
)


def _arguments(name: str) -> st.SearchStrategy[Json]:
    return st.fixed_dictionaries(
        {}, optional={one: st.sampled_from(SEEDS) for one in methods()[name].args}
    )


async def _call(desk: Desk, name: str, arguments: Json, *, as_form: bool) -> Json:
    token = desk.cloud.app.app_token if name.startswith("apps.") else desk.client.token
    headers = {"Authorization": f"Bearer {token}"}
    address = f"{desk.cloud.api_url}{name}"
    form = {
        one: value if isinstance(value, str) else json.dumps(value)
        for one, value in arguments.items()
    }
    async with aiohttp.ClientSession(headers=headers) as session:
        body: Any = {"data": form} if as_form else {"json": arguments}
        async with session.post(address, **body) as response:
            assert response.status == 200
            answer: Json = await response.json()
    return answer


@pytest.mark.parametrize("name", NAMES)
async def test_every_refusal_is_one_that_slack_documents(name: str) -> None:
    async with running(limits=UNLIMITED) as desk:
        root = await desk.client.chat_postMessage(channel=EAST, text="x")
        drawn = _examples(name, 12)
        for number, arguments in enumerate(drawn):
            if number % 3 == 0 and "ts" in arguments:
                arguments |= {"ts": root["ts"], "channel": EAST}
            installed = desk.cloud.install(TEAM)
            installed.revoked = False
            answer = await _call(desk, name, arguments, as_form=bool(number % 2))
            if not answer["ok"]:
                assert methods()[name].may_answer(answer["error"]), (answer, arguments)


def _examples(name: str, most: int) -> list[Json]:
    """Arguments drawn by hypothesis, the same in each run."""
    drawn: list[Json] = []

    @settings(max_examples=most, database=None, derandomize=True, deadline=None)
    @given(_arguments(name))
    def draw(arguments: Json) -> None:
        drawn.append(arguments)

    draw()
    return drawn


@settings(max_examples=80, derandomize=True, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(NAMES), st.data())
def test_arguments_are_coerced_or_refused(name: str, data: st.DataObject) -> None:
    anything = st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=8),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
        max_leaves=6,
    )
    keys = st.sampled_from([*methods()[name].args, "strange"])
    given_ = data.draw(st.dictionaries(keys, anything))
    try:
        read, unknown = methods()[name].understood(given_)
    except Refusal:
        return
    assert set(read) <= set(methods()[name].args)
    assert unknown == tuple(one for one in given_ if one == "strange")
