"""What a platform was told to show somebody, for whoever waits for it."""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

Shown = asyncio.Queue[dict[str, Any]]


@dataclass(slots=True)
class Mailbox:
    """By the name of a conversation, a trigger or a person; what nobody waits for is not kept."""

    _waiting: dict[str, list[Shown]] = field(default_factory=lambda: defaultdict(list))

    @contextmanager
    def watched(self, *names: str) -> Iterator[Shown]:
        """What comes under any of these names from now on."""
        shown: Shown = asyncio.Queue()
        for name in names:
            self._waiting[name].append(shown)
        try:
            yield shown
        finally:
            for name in names:
                self._waiting[name].remove(shown)
                if not self._waiting[name]:
                    del self._waiting[name]

    def put(self, body: str, key: str = "", *, name: str = "") -> None:
        """A call as it came, JSON or a form; its argument `key` names it where `name` does not."""
        if not self._waiting:
            return
        told = arguments_of(body)
        for shown in self._waiting.get(name or str(told.get(key, "")), ()):
            shown.put_nowait(told)


def words_of(told: Any) -> str:
    """Everything that is told, escaped no more."""
    return json.dumps(told, ensure_ascii=False)


def arguments_of(body: str) -> dict[str, Any]:
    """Those of a call, JSON or a form."""
    if body.startswith("{"):
        told: dict[str, Any] = json.loads(body)
        return told
    form = dict(parse_qsl(body))
    return {name: json.loads(text) if text[:1] in "[{" else text for name, text in form.items()}
