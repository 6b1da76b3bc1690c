"""The JSON that goes over the wire, as Python values."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

Json = dict[str, Any]
"""A JSON object as a platform's documentation describes it; leaves this package only as a whole."""

_SLACK_ID = re.compile(r"[UW][A-Z0-9]{1,30}\Z")
# 90195; "all" and "@all" mean everybody, "|" stands between several.
_WECOM_ID = re.compile(r"(?!(?i:all)\Z)[A-Za-z0-9][A-Za-z0-9._@-]{0,63}\Z")
_KEPT = "/:?#[]@!$&'*+,;=%~-._"


@dataclass(frozen=True, slots=True)
class SlackMessage:
    """One `chat.postMessage`: `text` for notifications, `blocks` for everybody else."""

    text: str
    blocks: tuple[Json, ...]

    def payload(self) -> Json:
        """The arguments that come from rendering; place, thread and flags are the adapter's."""
        return {"text": self.text, "blocks": list(self.blocks)}


def slack_id(value: str | None) -> str | None:
    """A Slack user id, or None when it is not shaped like one and could carry markup."""
    return value if value and _SLACK_ID.match(value) else None


def wecom_id(value: str | None) -> str | None:
    """A WeCom user id, or None when it is not shaped like one and could carry markup."""
    return value if value and _WECOM_ID.match(value) else None


def address(link: str | None) -> str | None:
    """A web address that is safe inside any markup, or None when it is not one."""
    if not link:
        return None
    try:
        parts = urlsplit(link)
    except ValueError:
        return None
    if parts.scheme not in ("http", "https", "mailto") or not (parts.netloc or parts.path):
        return None
    safe = quote(link, safe=_KEPT)
    return safe.replace("[", "%5B").replace("]", "%5D").replace("'", "%27").replace("*", "%2A")
