"""Whether files have changed: a secret that was rotated, a configuration that was edited."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path

STILL_S = 2.0
"""A file that has stayed the same for so long is taken for whole."""

MOST_LOOKS = 15

_State = tuple[str, int, int, int]


class Watch:
    """Looks at some files, and at those within some folders."""

    def __init__(self, paths: Iterable[Path]) -> None:
        self._paths = tuple(paths)
        self._seen = self._states()

    def changed(self) -> bool:
        """Whether anything is there now that was not at the last look, or is different or gone."""
        before, self._seen = self._seen, self._states()
        return self._seen != before

    async def settled(self, wait: Callable[[float], Awaitable[object]] = asyncio.sleep) -> None:
        """Until nothing changes any more: whoever writes a file may be in the middle of it, and
        half a secret is a secret as well. Given up after a while with files that never rest."""
        for _ in range(MOST_LOOKS):
            await wait(STILL_S)
            if not self.changed():
                return

    def _states(self) -> frozenset[_State]:
        found: set[_State] = set()
        for path in self._paths:
            found.update(_state(path))
        return frozenset(found)


def _state(path: Path) -> Iterable[_State]:
    # Through links: Kubernetes exchanges the folder behind one when a secret changes.
    try:
        inside = sorted(path.iterdir()) if path.is_dir() else [path]
    except OSError:
        return
    for one in inside:
        try:
            about = one.stat()
        except OSError:
            continue
        yield (str(one), about.st_ino, about.st_size, about.st_mtime_ns)
