"""Which proxy stands between us and an address, by the environment of the process."""

from __future__ import annotations

from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from bot.config_wecom import is_here

_CARRIED_BY = {"wss": "https", "ws": "http"}


def proxy_for(address: str) -> str | None:
    """The proxy of HTTPS_PROXY or HTTP_PROXY, unless NO_PROXY has the host; none on this machine."""
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        return None
    if not host or is_here(host) or proxy_bypass(host):
        return None
    return getproxies().get(_CARRIED_BY.get(parts.scheme, parts.scheme)) or None
