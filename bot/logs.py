"""Logs: one line an event on stderr, for people or as JSON, and never a secret in them."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import quote

from pydantic import BaseModel, SecretStr

from bot.bare_packages import without
from bot.config import Config
from scoring.errors import ConfigError
from storage.engine import parse_url

with without("rich"):
    # For tracebacks in colour, which ours are not: 4 MB, and half of what structlog takes to load.
    import structlog
    import structlog.tracebacks

HIDDEN = "***"

# What looks like a credential is hidden even when the configuration does not know it.
_SHAPES = re.compile(
    r"xox[a-z]-[A-Za-z0-9-]{8,}|xapp-[A-Za-z0-9-]{8,}"
    r"|(?<=[?&]key=)[^&\s\"']+|(?<=[?&]access_token=)[^&\s\"']+|(?<=corpsecret=)[^&\s\"']+"
    r"|(?<=Bearer )[A-Za-z0-9._~+/=-]+"
)
_NAMES = re.compile(r"(?i)(token|secret|password|passwd|api_key|aes_key|authorization|cookie)$")

# Their INFO lines repeat ours, or quote what people wrote.
_QUIET = ("apscheduler", "aiosqlite", "asyncio", "alembic", "slack_bolt", "slack_sdk", "PIL")

SHORTEST_SECRET = 4
"""Shorter values are not looked for: hiding them would riddle every line."""


def set_up_logs(config: Config, *, level: int = logging.INFO, former: Config | None = None) -> None:
    """Send everything that is logged to stderr, in the configured form, without secrets.

    `former`: the configuration before this one, whose secrets are kept out as well.
    """
    hide = Redaction({*secrets_of(config), *(secrets_of(former) if former else ())})
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        hide.names,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_formatter(config.log_format, shared, hide))
    root = logging.getLogger()
    root.handlers[:] = [handler, *_crash_reports(root, config, hide)]
    root.setLevel(level)
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


def _crash_reports(root: logging.Logger, config: Config, hide: Redaction) -> list[logging.Handler]:
    """The handler for `[monitoring] sentry_dsn`, the one of before where it is still the same."""
    dsn = config.monitoring.sentry_dsn.get_secret_value()
    before = [one for one in root.handlers if getattr(one, "dsn", None)]
    if not dsn and not before:
        return []
    from bot.crash_reports import CrashReports

    kept: list[logging.Handler] = []
    for one in before:
        if isinstance(one, CrashReports) and one.dsn == dsn:
            one.hide = hide.text
            kept.append(one)
        else:
            one.close()
    return kept or ([CrashReports(dsn, hide.text)] if dsn else [])


class Redaction:
    """Replaces secrets by `***`, wherever in a line they turn up."""

    def __init__(self, secrets: Iterable[str]) -> None:
        known = {secret for secret in secrets if len(secret) >= SHORTEST_SECRET}
        longest_first = sorted(known, key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, longest_first))) if known else None

    def text(self, line: str) -> str:
        """A finished line, traceback and all."""
        if self._known is not None:
            line = self._known.sub(HIDDEN, line)
        return _SHAPES.sub(HIDDEN, line)

    def names(
        self, _logger: object, _method: str, event: structlog.typing.EventDict
    ) -> structlog.typing.EventDict:
        """Values whose name says what they are."""
        for name in event:
            if _NAMES.search(name):
                event[name] = HIDDEN
        return event


def secrets_of(config: Config) -> Iterator[str]:
    """Every secret of the configuration, and the password in the database's address, as it is and
    as the address has it."""
    yield from _secrets(config)
    try:
        password = parse_url(config.database_url).password
    except ConfigError:
        return
    if password:
        yield from {str(password), quote(str(password), safe=" +"), quote(str(password), safe="")}


def _secrets(value: object) -> Iterator[str]:
    if isinstance(value, SecretStr):
        yield value.get_secret_value()
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from _secrets(getattr(value, name))
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _secrets(item)


def _formatter(form: str, shared: list[Any], hide: Redaction) -> logging.Formatter:
    last: list[Any] = [structlog.stdlib.ProcessorFormatter.remove_processors_meta]
    if form == "json":
        last += [
            # Without the values of the frames: those are what customers are called and owe.
            structlog.processors.ExceptionRenderer(
                structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
            ),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ]
    else:
        plain = structlog.dev.plain_traceback
        last.append(structlog.dev.ConsoleRenderer(colors=False, exception_formatter=plain))
    return _Redacting(hide, foreign_pre_chain=shared, processors=last)


class _Redacting(structlog.stdlib.ProcessorFormatter):
    """The last step: whatever is about to be written is looked through once more."""

    def __init__(self, hide: Redaction, **options: Any) -> None:
        super().__init__(**options)
        self._hide = hide

    def format(self, record: logging.LogRecord) -> str:
        return self._hide.text(super().format(record))
