"""Faults that are logged, to a Sentry of the operator's: what went wrong and where, about nobody.

Only with `[monitoring] sentry_dsn` and the extra `sentry`. An event carries the stack without the
values of its variables, the line's id, and no word of an exception: those quote what people wrote
and what customers are called. The local log has all of it under the same id.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from types import TracebackType

    import sentry_sdk

Hide = Callable[[str], str]
"""Replaces secrets in a text."""

ExcInfo = tuple[type[BaseException], BaseException, "TracebackType | None"]

TAGS = ("origin", "reference", "verb", "platform", "reason", "part")
"""What of a log line is told: ids and words of our own, never a place, a person or a customer."""

UNSAID = "(in the log)"
"""Stands for the words of an exception."""

OURS = frozenset({"bot", "handlers", "messages", "scoring", "storage"})
"""Loggers whose words are our own; what we put into a line is named apart from them."""

END_WITHIN_S = 2.0
"""So long a process that ends waits for its last report to leave."""


class CrashReports(logging.Handler):
    """Reports what is logged as an error. It has a client of its own: nothing global is patched."""

    def __init__(self, dsn: str, hide: Hide, *, release: str = "") -> None:
        """Connects when there is something to report; nothing here waits for the network."""
        super().__init__(logging.ERROR)
        self.dsn = dsn
        self.hide = hide
        self._client = _client(dsn, release)

    def emit(self, record: logging.LogRecord) -> None:
        """Queue a report; a Sentry that does not answer holds nobody up."""
        try:
            self._client.capture_event(scrubbed(self._event(record), self.hide))
        except Exception:
            self.handleError(record)

    def flush(self) -> None:
        """Called by `logging` when the process ends."""
        self._client.flush(timeout=END_WITHIN_S)

    def close(self) -> None:
        """No report any more."""
        self._client.close(timeout=END_WITHIN_S)
        super().close()

    def _event(self, record: logging.LogRecord) -> Any:
        from sentry_sdk.utils import event_from_exception

        said: Mapping[str, Any] = record.msg if isinstance(record.msg, dict) else {}
        fault = _exc_info(said.get("exc_info") or record.exc_info)
        event: Any = {}
        if fault is not None:
            event, _ = event_from_exception(fault, client_options=self._client.options)
        event["message"] = str(said["event"]) if "event" in said else _template(record)
        event["level"] = record.levelname.lower()
        event["logger"] = record.name
        event["tags"] = {name: str(said[name]) for name in TAGS if said.get(name)}
        return event


def scrubbed(event: Any, hide: Hide) -> Any:
    """The event without the words of exceptions, without variables, and without secrets."""
    for fault in event.get("exception", {}).get("values", ()):
        fault["value"] = UNSAID
        for frame in (fault.get("stacktrace") or {}).get("frames", ()):
            frame.pop("vars", None)
    return _hidden(event, hide)


def _hidden(value: Any, hide: Hide) -> Any:
    if isinstance(value, str):
        return hide(value)
    if isinstance(value, Mapping):
        return {name: _hidden(item, hide) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_hidden(item, hide) for item in value]
    return value


def _template(record: logging.LogRecord) -> str:
    """A line of the standard library's kind, without what is put into it.

    What a foreign library says without arguments may have been put together before: asyncio writes
    the words of an exception that nobody asked for into the line.
    """
    if record.args or record.name.partition(".")[0] in OURS:
        return str(record.msg)
    return f"{record.name}.{record.funcName} {UNSAID}"


def _exc_info(value: Any) -> ExcInfo | None:
    if isinstance(value, BaseException):
        return type(value), value, value.__traceback__
    found = sys.exc_info() if value is True else value
    return found if isinstance(found, tuple) and found[1] is not None else None


def _client(dsn: str, release: str) -> sentry_sdk.Client:
    import sentry_sdk

    return sentry_sdk.Client(
        dsn,
        release=release or None,
        default_integrations=False,
        auto_enabling_integrations=False,
        include_local_variables=False,
        max_breadcrumbs=0,
        max_request_body_size="never",
        send_client_reports=False,
        auto_session_tracking=False,
        server_name="renewals",
        shutdown_timeout=END_WITHIN_S,
    )
