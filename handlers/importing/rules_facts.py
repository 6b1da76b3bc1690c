"""What a measurement must keep to on its own: the signals we know by name have bounds."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import cast

from handlers.importing.headers import header_key
from handlers.importing.signal_words import SIGNAL_WORDS
from handlers.importing.table_draft import TableDraft

LARGEST = 1e15
"""Beyond, a float no longer tells one from the next; nobody counts so far."""

_COUNT = (0.0, LARGEST)
BOUNDS: Mapping[str, tuple[float, float]] = MappingProxyType(
    {
        "active_users": _COUNT,
        "licensed_users": _COUNT,
        "logins": _COUNT,
        "usage_minutes": _COUNT,
        "core_features_used": _COUNT,
        "core_features_available": _COUNT,
        "features_available": _COUNT,
        "features_used": _COUNT,
        "sentiment": (-2.0, 2.0),
    }
)
"""The built-in signals (interface.md) and the least and most that each can be."""

_BY_KEY = {
    header_key(word): name for name in BOUNDS for word in (name, *SIGNAL_WORDS.get(name, ()))
}


def judge_signals(draft: TableDraft) -> None:
    """Give built-in signals their own spelling (`Active Users`, `活跃用户`) and refuse impossible values."""
    names = cast("list[str | None]", draft.values["signal"])
    spelled = {name: _BY_KEY.get(header_key(name), name) for name in set(names) if name}
    draft.values["signal"] = [spelled.get(name or "") for name in names]
    values = cast("list[float | None]", draft.values["value"])
    for row, (name, value) in enumerate(zip(draft.values["signal"], values, strict=True)):
        if value is None:
            continue
        low, high = BOUNDS.get(str(name), (-LARGEST, LARGEST))
        if not low <= value <= high:
            shown = {"low": f"{low:g}", "high": f"{high:g}"}
            draft.refuse(row, "value", "import.cell.range", value=f"{value:g}", **shown)
