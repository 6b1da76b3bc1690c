from __future__ import annotations

import csv
from datetime import date, datetime
from pathlib import Path

import pytest
from openpyxl import load_workbook

from bot.sample import DEMO_START, sample_book
from bot.sample.book_xlsx import write_beside, write_csv, write_xlsx
from bot.sample.newcomers import newcomer_contracts
from bot.sample.vocabulary import companies
from scoring.model import Locale

START = DEMO_START.date()
EXAMPLES = Path(__file__).parents[2] / "examples"


def cells(path: Path) -> list[tuple[object, ...]]:
    book = load_workbook(path)
    return [tuple(cell for cell in row) for row in book.worksheets[0].iter_rows(values_only=True)]


def test_the_sheet_has_chinese_headers_real_dates_and_numbers(tmp_path: Path) -> None:
    rows = sample_book(START).contracts
    write_xlsx(tmp_path / "contracts.xlsx", rows)
    header, *lines = cells(tmp_path / "contracts.xlsx")
    assert header[:6] == ("客户名称", "合同编号", "产品", "开始日期", "到期日期", "年费")
    assert "续签自" in header
    assert len(lines) == len(rows)
    assert isinstance(lines[0][3], date | datetime)
    assert isinstance(lines[0][5], int | float)
    ends = [line[4] for line in lines]
    assert None in ends


def test_columns_that_no_row_fills_are_left_out(tmp_path: Path) -> None:
    write_xlsx(tmp_path / "few.xlsx", newcomer_contracts(START), Locale.EN)
    header = cells(tmp_path / "few.xlsx")[0]
    assert header[0] == "Customer"
    assert "Renewed from" not in header


def test_what_healths_first_steps_bring_lies_beside_the_contracts(tmp_path: Path) -> None:
    book = sample_book(START)
    write_beside(tmp_path / "contracts.xlsx", book)
    customers = {row["account"] for row in book.contracts}
    for name, column in (
        ("signals", "observed_on"),
        ("tickets", "opened_on"),
        ("payments", "due_on"),
    ):
        with (tmp_path / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
        assert rows
        # Nothing is refused: the sheet of contracts has every customer.
        assert {row["account"] for row in rows} <= customers
        assert any("Harbor" in row["account"] for row in rows)
        assert any("云帆" in row["account"] for row in rows)
        assert all(date.fromisoformat(row[column]) for row in rows)


def test_the_newcomers_are_not_customers_of_the_book() -> None:
    rows = newcomer_contracts(START)
    book = sample_book(START)
    assert len({row["account"] for row in rows}) == 20
    assert not {row["account"] for row in rows} & {company.name for company in companies()}
    assert not {row["contract_no"] for row in rows} & {r["contract_no"] for r in book.contracts}
    assert not {r["contact_email"] for r in rows} & {r["email"] for r in book.contacts}
    assert sum(not row["ends_on"] for row in rows) == 1
    assert all(row["starts_on"] <= START.isoformat() for row in rows)


def test_the_committed_examples_are_what_the_generator_writes(tmp_path: Path) -> None:
    rows = newcomer_contracts(START)
    write_xlsx(tmp_path / "zh.xlsx", rows)
    write_csv(tmp_path / "en.csv", rows)
    assert cells(EXAMPLES / "contracts-20.xlsx") == cells(tmp_path / "zh.xlsx")
    committed = (EXAMPLES / "contracts-20-en.csv").read_bytes()
    assert committed.replace(b"\r\n", b"\n") == (tmp_path / "en.csv").read_bytes().replace(
        b"\r\n", b"\n"
    )


@pytest.mark.parametrize("locale", Locale)
def test_the_text_file_carries_the_words_of_its_language(tmp_path: Path, locale: Locale) -> None:
    write_csv(tmp_path / "few.csv", newcomer_contracts(START), locale)
    with (tmp_path / "few.csv").open(encoding="utf-8-sig", newline="") as file:
        header, *lines = csv.reader(file)
    word = {Locale.ZH: ("客户等级", "标准"), Locale.EN: ("Segment", "Standard")}[locale]
    assert word[1] in {line[header.index(word[0])] for line in lines}
