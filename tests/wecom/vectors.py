"""WeCom's known callbacks and answers, made with Tencent's own @wecom/crypto."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.wecom.aibot_json import encrypted_of_json, heard_json
from bot.wecom.app_xml import encrypted_of, heard_xml
from bot.wecom.envelope import Envelope, query_of
from bot.wecom.heard import Heard

Vector = dict[str, Any]

_FILE = Path(__file__).parent.parent / "golden" / "wecom-vectors.json"
_ALL = json.loads(_FILE.read_text(encoding="utf-8"))

PUBLISHED: list[Vector] = _ALL["published_vectors"]
MEDIA: list[Vector] = _ALL["media_vectors"]
FRAMES: list[Vector] = _ALL["ws_frames"]["frames"]
OUTBOUND = [each for each in _ALL["vectors"] if each.get("direction") == "outbound_reply"]
INBOUND = [each for each in _ALL["vectors"] if each not in OUTBOUND]

APP = next(each for each in INBOUND if each["id"] == "app_text_renewals_due")
AIBOT = next(each for each in INBOUND if each["id"] == "aibot_text_single")


def named(name: str) -> Vector:
    """The inbound one of that id."""
    return next(each for each in INBOUND if each["id"] == name)


def envelope_of(vector: Vector) -> Envelope:
    """Who has its token and key."""
    return Envelope(vector["token"], vector["encoding_aes_key"], vector["receiveid"])


def when(vector: Vector) -> datetime:
    """The time it was sent."""
    return datetime.fromtimestamp(int(vector["timestamp"]), UTC)


def opened(vector: Vector) -> bytes:
    """What is inside its body, the way a request goes."""
    body = vector["body"].encode()
    sealed = encrypted_of_json(body) if vector["mode"] == "aibot_json" else encrypted_of(body)
    return envelope_of(vector).open(query_of(vector["query"]), sealed, when(vector))


def heard(vector: Vector) -> Heard:
    """What its message says, the way a request goes."""
    message = opened(vector)
    return heard_json(message) if vector["mode"] == "aibot_json" else heard_xml(message)
