"""What stands between WeCom and the product: see bot/loopback/hook.py."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from bot.loopback.hook import Between

if TYPE_CHECKING:
    from bot.loopback.wecom.lines import Line


@dataclass(frozen=True, slots=True)
class Call:
    """One attempt to report something to the product: `plain` is what is inside the envelope."""

    url: str
    plain: str
    attempt: int


Hook: TypeAlias = "Between[Line, Call]"
"""Lines are those of the AI bot's long connection; what is reported are callbacks."""
