"""What stands before everything Slack sends over HTTP: shape, age and signature, then its form.

slack_sdk's own check makes a server error of a time stamp that is no number and of a signature
that is no ASCII, and asks the machine's clock; here both are looked at before, and the clock is
ours.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from urllib.parse import parse_qsl

from multidict import MultiMapping
from pydantic import SecretStr

from bot.json_tree import Object, checked, read_json
from bot.refused import BAD_REQUEST, UNAUTHORIZED, Refused

MOST_BYTES = 1024 * 1024
"""Ours: a view may have 250 kB and comes back with its state; what is longer costs only time."""

SSL_CHECK_MOST = 256
"""Bytes of a look at our certificate: two short fields."""

WINDOW_S = 300
"""How far a time stamp may be from our clock, either way; older ones are replays."""

_TIMESTAMP = re.compile(r"[1-9][0-9]{8,10}")
_SIGNATURE = re.compile(r"v0=[0-9a-f]{64}")
_MOST_FIELDS = 64  # a slash command has some 14


class Guard:
    """Lets through what is signed with `secret`. Making it imports slack_sdk."""

    def __init__(self, secret: SecretStr, clock: Callable[[], datetime]) -> None:
        from slack_sdk.signature import Clock, SignatureVerifier

        class OurClock(Clock):
            def now(self) -> float:
                return clock().timestamp()

        self._clock = clock
        self._verifier = SignatureVerifier(secret.get_secret_value(), OurClock())

    def admit(self, headers: MultiMapping[str]) -> tuple[str, str]:
        """The time stamp and signature of a request that is worth reading; Refused otherwise."""
        timestamp = _only(headers, "X-Slack-Request-Timestamp", _TIMESTAMP)
        signature = _only(headers, "X-Slack-Signature", _SIGNATURE)
        if abs(int(timestamp) - self._clock().timestamp()) > WINDOW_S:
            raise Refused(UNAUTHORIZED, "timestamp")
        return timestamp, signature

    def check(self, body: bytes, timestamp: str, signature: str) -> None:
        """Refused unless the body is UTF-8 and was signed at that time."""
        try:
            body.decode()
        except UnicodeDecodeError:
            raise Refused(UNAUTHORIZED, "text") from None
        if not self._verifier.is_valid(body, timestamp, signature):
            raise Refused(UNAUTHORIZED, "signature")


def payload_of(body: bytes) -> Object:
    """What a body says: JSON, a form with JSON in its `payload`, or a slash command's form."""
    if body.lstrip()[:1] == b"{":
        return read_json(body, MOST_BYTES)
    form = _form(body)
    payload = form.get("payload")
    return form if payload is None else read_json(payload.encode(), MOST_BYTES)


def is_ssl_check(body: bytes) -> bool:
    """Whether it is Slack's look at our certificate, which is not signed and says nothing."""
    if not body.startswith((b"ssl_check=", b"token=")) or len(body) > SSL_CHECK_MOST:
        return False
    form = _form(body)
    return form.get("ssl_check") == "1" and form.keys() <= {"ssl_check", "token"}


def _form(body: bytes) -> dict[str, str]:
    try:
        pairs = parse_qsl(
            body.decode(), keep_blank_values=True, errors="strict", max_num_fields=_MOST_FIELDS
        )
    except ValueError:
        raise Refused(BAD_REQUEST, "form") from None
    form = dict(pairs)
    if len(form) != len(pairs):
        raise Refused(BAD_REQUEST, "form")
    checked(form)
    return form


def _only(headers: MultiMapping[str], name: str, shape: re.Pattern[str]) -> str:
    """A header that came once and has the shape it should."""
    values = headers.getall(name, [])
    if len(values) != 1 or not shape.fullmatch(values[0]):
        raise Refused(UNAUTHORIZED, "header")
    return values[0]
