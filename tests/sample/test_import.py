from __future__ import annotations

import csv
from io import StringIO
from pathlib import Path

import pytest

from bot.sample import DEMO_START, SampleBook, sample_book
from handlers.importing.intake import read_file

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture(scope="module")
def book() -> SampleBook:
    return sample_book(DEMO_START.date())


@pytest.mark.parametrize("kind", SampleBook.__slots__)
def test_the_import_accepts_every_row_of_the_book(book: SampleBook, kind: str) -> None:
    rows = book.kinds()[kind]
    text = StringIO()
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    read = read_file(text.getvalue().encode(), f"{kind}.csv", kind=kind)
    assert read.problems == ()
    assert [(len(table.rows), table.custom_columns) for table in read.tables] == [(len(rows), ())]
    doubts = {notice.key for notice in read.row_notices}
    assert doubts == ({"import.notice.open_ended"} if kind == "contracts" else set())


@pytest.mark.parametrize("name", ["contracts-20.xlsx", "contracts-20-en.csv"])
def test_the_import_knows_every_column_of_the_examples(name: str) -> None:
    read = read_file(EXAMPLES / name, name)
    assert read.problems == ()
    (table,) = read.tables
    assert (table.kind, len(table.rows), table.custom_columns) == ("contracts", 20, ())
