"""The annotated copy shows every problem beside its cell and runs nothing."""

from __future__ import annotations

import io
from typing import Any

import openpyxl

from handlers.importing.annotate import annotate
from handlers.importing.intake import read_file
from scoring.errors import RowProblem

TEXT = """客户,到期日,备注
星河,03/04/2026,=1+1
蓝海,2026-12-31,@SUM(A1)
+云图,,-2
"""


def copy_of(text: str, *more: RowProblem) -> Any:
    parsed = read_file(text.encode(), "book.csv")
    content = annotate(
        text.encode(), "book.csv", parsed, lambda p: f"={p.key}", title="问题", more_problems=more
    )
    return openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]


def test_sentences_stand_in_one_more_column_and_cells_are_marked() -> None:
    sheet = copy_of(TEXT)
    assert [cell.value for cell in sheet[1]] == ["客户", "到期日", "备注", "问题"]
    assert sheet["D2"].value == "=import.cell.date_ambiguous"
    assert sheet["D3"].value is None
    assert sheet["D4"].value == "=import.notice.open_ended"
    assert sheet["B2"].fill.fgColor.rgb != sheet["B3"].fill.fgColor.rgb
    assert sheet["B2"].fill.fgColor.rgb != sheet["B4"].fill.fgColor.rgb


def test_text_that_looks_like_a_formula_stays_text() -> None:
    sheet = copy_of(TEXT)
    for place, value in {"C2": "=1+1", "C3": "@SUM(A1)", "A4": "+云图", "C4": "-2"}.items():
        assert sheet[place].value == value
        assert sheet[place].data_type == "s"
        assert sheet[place].quotePrefix
    assert all(cell.data_type != "f" for line in sheet.iter_rows() for cell in line)


def test_what_only_the_book_knows_is_added() -> None:
    sheet = copy_of(TEXT, RowProblem(3, "客户", "import.row.unknown_account", {}))
    assert sheet["D3"].value == "=import.row.unknown_account"


def test_dates_numbers_and_sheets_survive_the_copy() -> None:
    book = openpyxl.Workbook()
    page: Any = book.active
    page.title = "合同"
    page.append(["客户", "到期日", "年费"])
    page.append(["星河", "03/04/2026", 12.5])
    book.create_sheet("别的").append(["x"])
    out = io.BytesIO()
    book.save(out)
    parsed = read_file(out.getvalue(), "b.xlsx")
    content = annotate(out.getvalue(), "b.xlsx", parsed, lambda p: p.key, title="Problem")
    copied = openpyxl.load_workbook(io.BytesIO(content))
    assert copied.sheetnames == ["合同", "别的"]
    assert copied["合同"]["C2"].value == 12.5
    assert copied["合同"]["D2"].value == "import.cell.date_ambiguous"
    assert copied["别的"]["A1"].value == "x"
