"""Getting to WeCom's WebSocket: where the secret may be sent."""

from __future__ import annotations

from bot.config_wecom import WS_FAULT, keeps_secrets
from scoring.errors import ConfigError


def checked_address(url: str) -> str:
    """An address that the secret may be sent to; ConfigError for one in the clear elsewhere."""
    if keeps_secrets(url):
        return url
    raise ConfigError([WS_FAULT])
