"""Files as every way into WeCom takes them (90253, 99110)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from messages.limits import WECOM_FILE_BYTES, WECOM_IMAGE_BYTES, WECOM_MEDIA_LEAST_BYTES
from messages.model import Attachment
from scoring.errors import PlatformDown, Rejected

FILE = "file"
IMAGE = "image"

_MOST = {FILE: WECOM_FILE_BYTES, IMAGE: WECOM_IMAGE_BYTES}
_DRAWN = frozenset({"image/png", "image/jpeg"})


def kind_of(attachment: Attachment) -> str:
    """`image` for a picture that clients show in the chat, else `file`."""
    small = len(attachment.content) <= WECOM_IMAGE_BYTES
    return IMAGE if attachment.media_type in _DRAWN and small else FILE


def check_size(kind: str, content: bytes) -> None:
    """Rejected when WeCom would not take a file of this kind and size."""
    if len(content) < WECOM_MEDIA_LEAST_BYTES:
        raise Rejected(f"a file has at least {WECOM_MEDIA_LEAST_BYTES} bytes", code="too_short")
    if len(content) > _MOST[kind]:
        raise Rejected(f"a {kind} has at most {_MOST[kind]} bytes", code="too_long")


def media_id_in(answer: Mapping[str, Any]) -> str:
    """The id an upload was answered with; PlatformDown when there is none."""
    media_id = answer.get("media_id")
    if not isinstance(media_id, str) or not media_id:
        raise PlatformDown("the answer holds no media id")
    return media_id
