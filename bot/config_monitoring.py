"""What watches over the service from outside, and how often it looks after itself."""

from __future__ import annotations

from datetime import timedelta
from importlib.util import find_spec
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, model_validator

from bot.config_wecom import Section, is_here


class Monitoring(Section):
    """Both addresses are secrets: whoever knows them can say that all is well, or that it is not."""

    audit_every_minutes: int = Field(default=60, ge=1, le=1440)
    heartbeat_url: SecretStr = SecretStr("")
    heartbeat_private: bool = False
    sentry_dsn: SecretStr = SecretStr("")

    @property
    def audit_every(self) -> timedelta:
        """How soon a loss is noticed at the latest."""
        return timedelta(minutes=self.audit_every_minutes)

    @model_validator(mode="after")
    def _an_address(self) -> Monitoring:
        url = self.heartbeat_url.get_secret_value()
        if not url:
            return self
        try:
            parts = urlsplit(url)
            host, scheme, _ = parts.hostname or "", parts.scheme, parts.port
        except ValueError:
            host = scheme = ""
        allowed = ("https", "http") if self.heartbeat_private else ("https",)
        if not host or scheme not in allowed or parts.username is not None:
            raise ValueError(
                "heartbeat_url: write https://HOST/PATH (http:// and addresses of a private "
                "network only with heartbeat_private = true)"
            )
        return self

    @model_validator(mode="after")
    def _a_sentry(self) -> Monitoring:
        dsn = self.sentry_dsn.get_secret_value()
        if not dsn:
            return self
        try:
            parts = urlsplit(dsn)
            host, scheme, _ = parts.hostname or "", parts.scheme, parts.port
        except ValueError:
            host = scheme = ""
        safe = scheme == "https" or (scheme == "http" and is_here(host))
        project = parts.path.rpartition("/")[2] if host else ""
        if not (host and safe and parts.username and project.isdecimal()):
            raise ValueError(
                "sentry_dsn: copy the DSN of the project, https://KEY@HOST/NUMBER "
                "(http:// only for this machine)"
            )
        if find_spec("sentry_sdk") is None:
            raise ValueError("sentry_dsn: needs the extra sentry (docs/operation.md, Logs)")
        return self
