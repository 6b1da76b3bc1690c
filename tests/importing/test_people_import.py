"""Names and time zones that a people sheet may not bring."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from handlers.importing.bringing import FileToBring, bring
from handlers.importing.plan import Author
from handlers.rules import Rules
from storage.store import Store

NOW = datetime(2026, 3, 2, 1, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("name,role\noperator,rep\n", "import.row.reserved_name"),
        ("name,role\n Oper ATOR ,rep\n", "import.row.reserved_name"),
        ("name,role\nｏｐｅｒａｔｏｒ,rep\n", "import.row.reserved_name"),
        ("name,time_zone\nAnn,Mars/Phobos\n", "import.row.bad_zone"),
        ("name,time_zone\nAnn,localtime\n", "import.row.bad_zone"),
        ("name,time_zone\nAnn,Factory\n", "import.row.bad_zone"),
    ],
)
async def test_reserved_names_and_zones_that_are_no_place_are_refused(
    store: Store, text: str, key: str
) -> None:
    file = FileToBring("p.csv", text.encode(), "people")
    author = Author(None, "test", "test")
    brought = await bring(store, [file], Rules(), NOW, author=author, write=True)
    assert [problem.key for problem in brought.plan.problems] == [key]
