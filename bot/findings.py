"""What a check found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Finding:
    """One check: `key` and `params` name the sentence; `fix` the key of what to do, where it is apart."""

    name: str
    ok: bool
    key: str
    params: Mapping[str, object] = field(default_factory=dict)
    fix: str = ""
