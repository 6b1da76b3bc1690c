"""What watches over the service from outside, and how often it looks after itself."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, model_validator

from bot.config_wecom import Section


class Monitoring(Section):
    """The heartbeat's address is a secret: whoever knows it can say that all is well."""

    audit_every_minutes: int = Field(default=60, ge=1, le=1440)
    heartbeat_url: SecretStr = SecretStr("")
    heartbeat_private: bool = False

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
