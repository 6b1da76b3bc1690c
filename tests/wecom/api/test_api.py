"""Calls of WeCom's API: what each answer means, and files there and back."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from bot.adapters.wecom_errors import (
    MEANINGS,
    NOT_SPOKEN_TO,
    TOKEN_REFUSED,
    hidden,
    raise_for_code,
)
from bot.adapters.wire import safe_name
from scoring.errors import (
    BadCredentials,
    DeliveryError,
    OutcomeUnknown,
    PlatformDown,
    RateLimited,
    Rejected,
    Retryable,
)
from storage.store import Store
from tests.fakes.wecom_api import UNKNOWN, FakeApi, Trouble
from tests.wecom.api.conftest import Clock, OpenApi

MOST = 1_000_000


async def failing(api_call: object) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        await api_call  # type: ignore[misc]
    return caught.value


def patience_s(trouble: Trouble) -> float:
    """Short only where nothing but waiting ends it."""
    return 1.0 if trouble is Trouble.HANG else 10.0


@pytest.mark.parametrize("trouble", UNKNOWN)
async def test_a_post_without_a_clear_answer_is_made_once_and_unknown(
    wecom: FakeApi, open_api: OpenApi, trouble: Trouble
) -> None:
    wecom.script("message/send", trouble)
    fault = await failing(open_api(timeout_s=patience_s(trouble)).post("message/send", {}))
    assert type(fault) is OutcomeUnknown
    assert wecom.calls("message/send") == 1


@pytest.mark.parametrize("trouble", UNKNOWN)
async def test_a_question_without_a_clear_answer_is_asked_again_and_changes_nothing(
    wecom: FakeApi, open_api: OpenApi, trouble: Trouble
) -> None:
    wecom.script("user/get", trouble)
    api = open_api(timeout_s=patience_s(trouble))
    if trouble is Trouble.HANG:
        # Its one time-out is over.
        assert type(await failing(api.get("user/get", {"userid": "lin"}))) is PlatformDown
    assert (await api.get("user/get", {"userid": "lin"}))["errcode"] == 0
    wecom.script("user/get", *[trouble] * 6)
    assert type(await failing(api.get("user/get", {"userid": "lin"}))) is PlatformDown


@pytest.mark.parametrize(
    ("trouble", "expected"),
    [
        (Trouble.LIMIT_429, RateLimited),
        (Trouble.REDIRECT, PlatformDown),
        (Trouble.NOT_FOUND, BadCredentials),
    ],
)
async def test_a_clear_refusal_says_that_nothing_was_done(
    wecom: FakeApi, open_api: OpenApi, trouble: Trouble, expected: type[DeliveryError]
) -> None:
    wecom.script("message/send", trouble)
    assert type(await failing(open_api().post("message/send", {}))) is expected
    assert wecom.calls("message/send") == 1


async def test_a_server_that_is_not_there_was_sent_nothing(open_api: OpenApi) -> None:
    fault = await failing(open_api(api_url="http://127.0.0.1:1").post("message/send", {}))
    assert type(fault) is PlatformDown


async def test_every_code_of_the_table_means_what_it_says(
    wecom: FakeApi, open_api: OpenApi
) -> None:
    for code, meaning in MEANINGS.items():
        wecom.script("message/send", code, code)
        before = wecom.calls("message/send")
        fault = await failing(open_api().post("message/send", {}))
        assert (type(fault), fault.code) == (meaning, str(code))
        tries = wecom.calls("message/send") - before
        assert tries == (2 if fault.code in TOKEN_REFUSED else 1)
        wecom.calm()


async def test_a_code_nobody_knows_is_tried_again_later(wecom: FakeApi, open_api: OpenApi) -> None:
    wecom.script("message/send", 123_456)
    assert type(await failing(open_api().post("message/send", {}))) is Retryable


def test_the_facts_name_no_code_that_the_table_lacks() -> None:
    # wecom.md 2(a), (b), (e), (f)
    codes = "-1 6000 40001 40003 40008 40013 40014 40050 40058 40091 41001 42001 42014 42015 42016"
    codes += " 42017 42018 42019 43012 44004 45002 45009 45033 46004 48002 49008 50002 60011 60020"
    codes += " 60111 81013 82004 86001 86003 86008 93000 93001 93006 93008 301002"
    codes += " 846605 846607 846608 846609"
    assert {int(code) for code in codes.split()} <= MEANINGS.keys()


@pytest.mark.parametrize(
    ("api", "code", "seconds", "whole"),
    [
        ("message/send", 45009, 60, True),
        ("appchat/send", 45009, 60, True),
        ("appchat/create", 45009, 86_400, False),
        ("", 45009, 60, False),
        ("message/send", 45033, 2, False),
    ],
)
def test_a_limit_lifts_after_its_own_window(
    api: str, code: int, seconds: float, whole: bool
) -> None:
    with pytest.raises(RateLimited) as caught:
        raise_for_code({"errcode": code}, api=api)
    assert (caught.value.retry_after_s, caught.value.whole_platform) == (seconds, whole)


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("a?access_token=abc&x=1", "a?access_token=***&x=1"),
        ("corpsecret=abc, key=def", "corpsecret=***, key=***"),
        ("it is hush!", "it is ***!"),
        ("monkey=banana\nsplit", "monkey=banana split"),
        ("x" * 300, "x" * 200),
    ],
)
def test_what_a_platform_says_is_one_line_without_secrets(said: str, shown: str) -> None:
    assert hidden(said, ["hush", ""]) == shown


def test_a_chat_that_has_to_speak_first_lets_the_message_wait() -> None:
    with pytest.raises(BadCredentials) as caught:
        raise_for_code({"errcode": 846607, "errmsg": "no"})
    assert caught.value.code == NOT_SPOKEN_TO


async def test_a_query_travels_along(wecom: FakeApi, open_api: OpenApi) -> None:
    api = open_api()
    await api.get("user/get", {"userid": "林&x=1"})
    await api.post("appchat/send", {"a": 1}, query={"debug": 1})
    assert wecom.asked[1].query["userid"] == "林&x=1"
    assert wecom.asked[2].query["debug"] == "1"


async def test_a_file_is_uploaded_once_for_three_days(
    wecom: FakeApi, open_api: OpenApi, clock: Clock
) -> None:
    content = b"PK\x03\x04 a book"
    first = await open_api().upload("file", "续约.xlsx", content)
    clock.move(days=2, hours=21)
    assert await open_api().upload("file", "续约.xlsx", content) == first
    assert wecom.calls("media/upload") == 1
    clock.move(hours=2)
    assert await open_api().upload("file", "续约.xlsx", content) != first
    assert wecom.calls("media/upload") == 2


async def test_another_name_kind_or_content_is_another_file(
    wecom: FakeApi, open_api: OpenApi
) -> None:
    api = open_api()
    files = [("file", "a", b"123456"), ("image", "a", b"123456"), ("file", "b", b"123456")]
    files.append(("file", "a", b"1234567"))
    assert len({await api.upload(*file) for file in files}) == 4


async def test_a_file_goes_over_the_wire_as_it_is(wecom: FakeApi, open_api: OpenApi) -> None:
    content = bytes(range(256)) * 10 + b"\r\n--"
    await open_api().upload("file", 'a"b\r\nX: 1/客户.xlsx', content)
    asked = wecom.asked[-1]
    assert asked.query["type"] == "file"
    assert content in asked.raw
    head = asked.raw.split(b"\r\n\r\n")[0].decode()
    assert f'name="media"; filename="客户.xlsx"; filelength={len(content)}' in head
    assert "X: 1" not in head


@pytest.mark.parametrize(
    ("kind", "size", "code"),
    [
        ("file", 5, "too_short"),
        ("file", 20 * 1_048_576 + 1, "too_long"),
        ("image", 2 * 1_048_576 + 1, "too_long"),
    ],
)
async def test_a_file_of_a_size_that_wecom_refuses_stays_here(
    wecom: FakeApi, open_api: OpenApi, kind: str, size: int, code: str
) -> None:
    fault = await failing(open_api().upload(kind, "a", b"x" * size))
    assert (type(fault), fault.code) == (Rejected, code)
    assert wecom.asked == []


async def test_an_upload_nobody_answered_did_no_harm(wecom: FakeApi, open_api: OpenApi) -> None:
    wecom.script("media/upload", Trouble.RESET, {"errcode": 0})
    api = open_api()
    assert type(await failing(api.upload("file", "a", b"123456"))) is PlatformDown
    assert type(await failing(api.upload("file", "a", b"123456"))) is PlatformDown
    assert await api.upload("file", "a", b"123456")


async def test_what_somebody_sent_is_fetched(wecom: FakeApi, open_api: OpenApi) -> None:
    wecom.files["m1"] = ("客户.csv", b"name\n")
    assert await open_api().download("m1", most=MOST) == ("客户.csv", b"name\n")


async def test_a_json_file_is_a_file(wecom: FakeApi, open_api: OpenApi) -> None:
    wecom.files["m1"] = ("a.json", b'{"errcode": 40007}')
    assert (await open_api().download("m1", most=MOST))[1] == b'{"errcode": 40007}'


async def test_a_file_that_is_gone_or_too_long_is_refused(
    wecom: FakeApi, open_api: OpenApi
) -> None:
    wecom.files["m1"] = ("a", b"x" * 11)
    api = open_api()
    assert (await failing(api.download("m2", most=MOST))).code == "40007"
    assert (await failing(api.download("m1", most=10))).code == "too_long"
    assert len((await api.download("m1", most=11))[1]) == 11


async def test_a_refused_token_is_replaced_for_files_too(wecom: FakeApi, open_api: OpenApi) -> None:
    wecom.files["m1"] = ("a", b"abcdef")
    api = open_api()
    await api.get("user/get")
    wecom.revoke()
    assert await api.download("m1", most=MOST) == ("a", b"abcdef")
    wecom.revoke()
    assert await api.upload("file", "a", b"abcdef")


async def test_a_digest_in_the_database_is_all_that_is_kept_of_a_file(
    wecom: FakeApi, open_api: OpenApi, store: Store
) -> None:
    await open_api().upload("file", "customers.xlsx", b"Acme pays 1,000,000")
    async with store.read() as tx:
        rows = repr((await tx.connection.execute(text("SELECT * FROM uploads"))).all())
    assert "Acme" not in rows
    assert "customers" not in rows
    assert "canary" not in rows


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("客户.xlsx", "客户.xlsx"),
        ("../../etc/passwd", "passwd"),
        ("C:\\temp\\a.csv", "a.csv"),
        ("a\x00b\r\nc.csv", "a_b_c.csv"),
        ("..", ""),
        ("", ""),
        ("\ud800.csv", "_.csv"),
        ("x" * 300 + ".csv", "x" * 196 + ".csv"),
    ],
)
def test_a_file_name_from_outside_is_only_a_name(name: str, safe: str) -> None:
    assert safe_name(name) == safe
