"""A handful of what `make fuzz` throws for as long as one likes: nothing breaks."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fuzz.__main__ import fuzz
from tests.fuzz.site import Kind
from tests.fuzz.throwing import Until


@pytest.mark.parametrize("kind", Kind)
async def test_nothing_that_is_sent_or_said_breaks_anything(tmp_path: Path, kind: Kind) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'book.db'}"
    tally = await fuzz(url, "suite", Until(150), Until(40), kind)
    assert tally.broken == []
    assert sum(tally.tries.values()) == 190
