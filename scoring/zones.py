"""Time zones by name, as far as everybody means the same by them."""

from __future__ import annotations

from functools import cache
from zoneinfo import ZoneInfo, available_timezones

_OF_THE_MACHINE = frozenset({"localtime", "Factory", "posixrules"})
"""Names of the database's files that are no place on earth: what they say differs by machine."""


@cache
def zone_named(name: str) -> ZoneInfo | None:
    """The zone of that IANA name; None when there is no such place."""
    if name in _OF_THE_MACHINE or name not in _known():
        return None
    return ZoneInfo(name)


@cache
def _known() -> frozenset[str]:
    return frozenset(available_timezones())
