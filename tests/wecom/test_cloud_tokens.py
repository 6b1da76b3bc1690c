from __future__ import annotations

import pytest

from bot.loopback.wecom.company import SelfBuiltApp
from bot.loopback.wecom.limits import UNHURRIED, Limits, Rate
from tests.wecom.clouds import AGENT, CORP, codes, company, running, text


async def test_a_token_is_the_same_until_it_expires() -> None:
    async with running() as desk:
        first = await desk.get("gettoken", corpid=CORP, corpsecret="app-secret")
        desk.time.pass_by(seconds=7_000)
        again = await desk.get("gettoken", corpid=CORP, corpsecret="app-secret")
        assert (first["expires_in"], again["expires_in"]) == (7_200, 200)
        assert first["access_token"] == again["access_token"]
        assert len(first["access_token"]) > 200

        desk.time.pass_by(seconds=200)
        late = await desk.ask("getcallbackip", access_token=first["access_token"])
        assert codes(late) == [42001]
        assert await desk.token() != first["access_token"]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"corpid": CORP, "corpsecret": "wrong"}, 40001),
        ({"corpid": "ww0", "corpsecret": "app-secret"}, 40013),
        ({"corpid": CORP}, 41004),
        ({"corpsecret": "app-secret"}, 41002),
    ],
)
async def test_who_asks_with_something_wrong_gets_no_token(
    query: dict[str, str], code: int
) -> None:
    async with running() as desk:
        answer = await desk.get("gettoken", **query)
        assert codes(answer) == [code]
        assert "access_token" not in answer


async def test_each_app_has_its_own_token() -> None:
    made = company()
    made.set_up(SelfBuiltApp(1000003, "other-secret"))
    async with running(made) as desk:
        other = await desk.token("other-secret")
        assert other != await desk.token()
        body = {"touser": "lisi", "agentid": AGENT, **text("hello")}
        answer = await desk.post("message/send", body, access_token=other)
        assert codes(answer) == [301002]


async def test_a_token_can_become_void_at_any_moment() -> None:
    async with running() as desk:
        token = await desk.token()
        assert codes(await desk.ask("getcallbackip", access_token=token)) == [0]
        desk.cloud.revoke_tokens()
        assert codes(await desk.ask("getcallbackip", access_token=token)) == [40014]
        assert codes(await desk.ask("getcallbackip")) == [0]


async def test_requests_without_a_valid_token_are_told_what_is_missing() -> None:
    async with running() as desk:
        answers = [
            await desk.get("user/get", userid="lisi"),
            await desk.get("user/get", userid="lisi", access_token="made-up"),
            await desk.ask("message/send", b"{not json"),
            await desk.ask("message/send", b"[1]"),
            await desk.ask("message/send"),
        ]
        assert codes(*answers) == [41001, 40014, 47001, 47001, 43001]
        assert "hint: [" in answers[0]["errmsg"]
        assert "devtool/query?e=41001" in answers[0]["errmsg"]
        assert desk.cloud.ledger.codes("user/get") == [41001, 40014]


async def test_a_corporation_asks_only_so_often() -> None:
    async with running(limits=Limits(api=(Rate(2, 60.0),))) as desk:
        answers = [await desk.ask("getcallbackip") for _ in range(3)]
        assert codes(*answers) == [0, 0, 45009]
        desk.time.pass_by(seconds=60)
        assert codes(await desk.ask("getcallbackip")) == [0]


async def test_where_months_pass_in_seconds_a_token_outlives_them() -> None:
    async with running(timing=UNHURRIED) as desk:
        token = await desk.token()
        desk.time.pass_by(days=90)
        assert codes(await desk.ask("getcallbackip", access_token=token)) == [0]
        assert await desk.token() == token
