"""WeCom's error codes as its servers answer them (its documentation: 90313, 90312, 91770, 101463)."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from enum import IntEnum
from types import MappingProxyType
from typing import Any


class Code(IntEnum):
    """What can be wrong with a request, as far as this cloud notices it."""

    OK = 0
    BUSY = -1
    BAD_SECRET = 40001
    BAD_MEDIA_TYPE = 40004
    BAD_FILE_SIZE = 40006
    BAD_MEDIA_ID = 40007
    BAD_MESSAGE_TYPE = 40008
    BAD_CORP = 40013
    BAD_TOKEN = 40014
    BAD_CHAT = 40050
    BAD_PARAMETER = 40058
    NO_TOKEN = 41001
    NO_CORP = 41002
    NO_SECRET = 41004
    NO_MEDIA = 41005
    NO_AGENT = 41011
    TOKEN_EXPIRED = 42001
    BAD_TASK = 42014
    OTHER_APPS_CARD = 42015
    NO_SUCH_CARD = 42016
    CODE_USED = 42022
    WRONG_METHOD = 43001
    NO_CALLBACK = 43012
    EMPTY = 44004
    TOO_LONG = 45002
    TOO_OFTEN = 45009
    NOT_JSON = 47001
    NO_PERMISSION = 48002
    OUT_OF_SCOPE = 60011
    NO_SUCH_USER = 60111
    NOBODY_VALID = 81013
    NOBODY_NAMED = 82001
    CHAT_NOT_OURS = 86001
    NO_SUCH_CHAT = 86003
    CHAT_ID_TAKEN = 86215
    BAD_KEY = 93000
    BAD_CHAT_ID = 93006
    NOT_IN_GROUP = 93008
    BAD_BOT = 93019
    OTHER_AGENT = 301002
    BAD_REQUEST_ID = 846605
    NEVER_SPOKEN = 846607
    STREAM_OVER = 846608
    NOT_SUBSCRIBED = 846609
    BAD_BOT_SECRET = 853000


_WORDS: Mapping[int, str] = MappingProxyType(
    {
        Code.OK: "ok",
        Code.BUSY: "system busy",
        Code.BAD_SECRET: "invalid credential",
        Code.BAD_MEDIA_TYPE: "invalid media type",
        Code.BAD_FILE_SIZE: "invalid file size",
        Code.BAD_MEDIA_ID: "invalid media_id",
        Code.BAD_MESSAGE_TYPE: "invalid message type",
        Code.BAD_CORP: "invalid corpid",
        Code.BAD_TOKEN: "invalid access_token",
        Code.BAD_CHAT: "invalid chatid",
        Code.BAD_PARAMETER: "invalid Request Parameter",
        Code.NO_TOKEN: "access_token missing",
        Code.NO_CORP: "corpid missing",
        Code.NO_SECRET: "secret missing",
        Code.NO_MEDIA: "missing media data",
        Code.NO_AGENT: "missing agentid",
        Code.TOKEN_EXPIRED: "access_token expired",
        Code.BAD_TASK: "invalid task_id",
        Code.OTHER_APPS_CARD: "the card was sent by another agent",
        Code.NO_SUCH_CARD: "no card to update for this code",
        Code.CODE_USED: "code can only be used once",
        Code.WRONG_METHOD: "require another http method",
        Code.NO_CALLBACK: "require agent callback url",
        Code.EMPTY: "empty content",
        Code.TOO_LONG: "message content size out of limit",
        Code.TOO_OFTEN: "api freq out of limit",
        Code.NOT_JSON: "data format error. Warning: wrong json format",
        Code.NO_PERMISSION: "api forbidden for no authority",
        Code.OUT_OF_SCOPE: "no privilege to access/modify contact/party/agent",
        Code.NO_SUCH_USER: "userid not found",
        Code.NOBODY_VALID: "user & party & tag all invalid",
        Code.NOBODY_NAMED: "no user & party & tag given",
        Code.CHAT_NOT_OURS: "chat was not created by this agent",
        Code.NO_SUCH_CHAT: "chatid does not exist",
        Code.CHAT_ID_TAKEN: "chatid exists",
        Code.BAD_KEY: "invalid webhook url",
        Code.BAD_CHAT_ID: "invalid chatid",
        Code.NOT_IN_GROUP: "robot not in group",
        Code.BAD_BOT: "invalid bot_id",
        Code.OTHER_AGENT: "no privilege to operate the agent",
        Code.BAD_REQUEST_ID: "invalid req_id",
        Code.NEVER_SPOKEN: "no conversation with the bot yet",
        Code.STREAM_OVER: "stream message expired",
        Code.NOT_SUBSCRIBED: "connection is not subscribed",
        Code.BAD_BOT_SECRET: "signature is incorrect, please check if the bot secret is correct",
    }
)


class Refusal(Exception):
    """The cloud says no; `words` tell more than the code, `more` are further fields."""

    def __init__(self, code: Code, words: str = "", **more: Any) -> None:
        super().__init__(code, words)
        self.code = code
        self.words = words
        self.more = more


def told(code: int, words: str = "") -> dict[str, Any]:
    """`errcode` and `errmsg` as the real servers write them, with a hint and a place to read on."""
    said = words or _WORDS.get(code, "unknown error")
    if code == 0:
        return {"errcode": 0, "errmsg": said}
    hint = "".join(secrets.choice("0123456789") for _ in range(25))
    more = f"more info at https://open.work.weixin.qq.com/devtool/query?e={code}"
    return {"errcode": int(code), "errmsg": f"{said}, hint: [{hint}], from ip: 127.0.0.1, {more}"}


def refused(refusal: Refusal) -> dict[str, Any]:
    """The answer that a refusal becomes."""
    return {**told(refusal.code, refusal.words), **refusal.more}
