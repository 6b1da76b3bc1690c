"""From where the playground may be reached: it lets anybody act as anybody."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address

import structlog

from bot.config import Config
from scoring.errors import ConfigError

log = structlog.get_logger()

_THIS_MACHINE = frozenset({"127.0.0.1", "localhost", "::1"})
_EVERY_ADDRESS = frozenset({"0.0.0.0", "::", ""})  # noqa: S104 - compared, not bound


@dataclass(frozen=True, slots=True)
class Reach:
    """The names under which pages may ask, besides those of this machine.

    A page elsewhere can let a name of its own point here, but not an address.
    """

    host: str = "127.0.0.1"

    def allows(self, asked: str) -> bool:
        """Whether a request's Host header may be answered."""
        name = _without_port(asked)
        if name in _THIS_MACHINE or (name == self.host.lower() and name not in _EVERY_ADDRESS):
            return True
        return self.host in _EVERY_ADDRESS and _is_address(name)


def reach_of(config: Config) -> Reach:
    """By the configuration; ConfigError when others could reach it and nobody said they may."""
    host = config.http.host
    if host.lower() not in _THIS_MACHINE:
        if not config.playground.allow_remote:
            raise ConfigError(
                [
                    f"playground.enabled: http.host is {host or 'every address'}, where everybody "
                    "who reaches it could act as anybody; set http.host to 127.0.0.1, or "
                    "playground.allow_remote to true if that is meant"
                ]
            )
        log.warning("the playground is open to others: whoever reaches it acts as anybody", on=host)
    return Reach(host)


def _without_port(asked: str) -> str:
    name = asked.strip().lower()
    if name.startswith("["):
        return name[1:].partition("]")[0]
    return name if name.count(":") > 1 else name.partition(":")[0]


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True
