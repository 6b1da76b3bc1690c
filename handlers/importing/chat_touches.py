"""Touches written in chat, recognised when a sheet brings them back.

In chat a touch gets a random key, so that the same words twice are two touches; an export does
not carry it. Same customer, kind, minute and note (and who, where the sheet says) are the same
touch: its key and what the sheet cannot say exactly are taken from the book.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from storage.people import name_key
from storage.transaction import Tx

Same = tuple[int, str, datetime, str]


class ChatTouches:
    """Those of a file's customers, by what makes two touches the same."""

    def __init__(self) -> None:
        self._known: dict[Same, list[dict[str, Any]]] = {}

    async def load(self, tx: Tx, account_ids: Iterable[int]) -> None:
        """Fetch them, taken back ones too: a sheet does not bring these back."""
        for touch in await tx.touches.written_in_chat(account_ids):
            self._known.setdefault(_same(touch), []).append(touch)

    def settle(self, columns: dict[str, Any]) -> dict[str, Any]:
        """The row under the key of the touch it repeats, else as it is."""
        for touch in self._known.get(_same(columns), ()):
            said = columns["who"]
            if said and touch["who"] and name_key(str(said)) != name_key(touch["who"]):
                continue
            exact = {name: touch[name] for name in ("natural_key", "at", "who", "note")}
            return {**columns, **exact}
        return columns


def _same(touch: dict[str, Any]) -> Same:
    minute = touch["at"].replace(second=0, microsecond=0)
    note = " ".join(str(touch["note"] or "").split())
    return (touch["account_id"], str(touch["kind"]), minute, note)
