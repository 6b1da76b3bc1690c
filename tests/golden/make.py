"""Makes the golden import files beside it: `python -m tests.golden.make`.

The files are committed; run this only to change them, look at the difference, then write what
is expected into the JSON of the same name by hand.
"""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from tests.golden import old_formats

HERE = Path(__file__).parent
FLAT_HEADER = (
    "客户名称,合同编号,产品,开始日期,到期日期,合同金额,币种,席位,负责人,客户等级,自动续约,通知期(天),联系人,邮箱,"
    "电话,机房位置"
)
FLAT_ROWS = [
    "星河科技有限公司,HT-001,平台版,2025-03-02,2026年3月1日,12万,CNY,50席,李雷,战略,是,30天,"
    "王总,wang@xinghe.example,13800138000,上海",
    "“蓝海”（上海）数据,HT-002,专业版,2025/4/1,2026/3/31,¥98000.00,人民币,２０,韩梅梅,核心,否,60,,,,北京",
    "云图软件,HT-003,平台版,20250501,2026.4.30,,,,,C,,,-,N/A,无,",
    ",,,,,,,,,,,,,,,",
    "合计,,,,,218000,,,,,,,,,,",
]


def make_all(folder: Path = HERE) -> None:
    """Write every golden file into `folder`."""
    _text(folder, "flat_gb18030.csv", [FLAT_HEADER, *FLAT_ROWS], "gb18030")
    _text(folder, "flat_utf8_bom.csv", [FLAT_HEADER, *FLAT_ROWS], "utf-8-sig")
    _text(
        folder,
        "semicolons.csv",
        ["Customer;End date;ARR", "Acme, Inc.;2026-12-31;USD 12k"],
        "utf-8",
    )
    _text(
        folder,
        "two_columns.csv",
        ["客户,到期日", "星河,2026-12-31", "蓝海,", "星河,2027-12-31"],
        "utf-8",
    )
    _text(
        folder,
        "tabs.tsv",
        ["Account name\tContract #\tExpiry date", "Zoë Ltd\tC-1\tMarch 1, 2026"],
        "utf-16",
    )
    _text(folder, "refused.csv", _refused_rows(), "utf-8")
    _text(
        folder,
        "header_twice.csv",
        ["客户名称,到期日期,截止日期", "星河,2026-12-31,2026-12-30"],
        "utf-8",
    )
    _json_lines(folder)
    _many_sheets(folder)
    _merged(folder)
    _three_years(folder)
    _ten_thousands(folder)
    _late_header(folder)
    _formulas(folder)
    _old_mac(folder)
    table: list[list[str | float]] = [
        ["客户名称", "到期日", "年费"],
        ["旧表公司", 46387.0, 1200.5],
        ["文字公司", "2026年3月1日", "12万"],
    ]
    (folder / "old_excel.xls").write_bytes(old_formats.xls(table))
    (folder / "libre.ods").write_bytes(old_formats.ods(table))


def _text(folder: Path, name: str, lines: Sequence[str], encoding: str) -> None:
    (folder / name).write_bytes(("\r\n".join(lines) + "\r\n").encode(encoding))


def _refused_rows() -> list[str]:
    rows = [
        [
            "客户名称",
            "合同编号",
            "开始日期",
            "到期日期",
            "年费",
            "币种",
            "客户等级",
            "自动续约",
            "席位",
        ],
        ["好客户", "R-1", "2026-01-01", "2026-12-31", "100000", "", "标准", "是", "5"],
        ["歧义公司", "R-2", "", "03/04/2026", "1", "", "", "", ""],
        ["倒置公司", "R-3", "2026-05-01", "2025-05-01", "1", "", "", "", ""],
        ["", "R-4", "", "2026-05-01", "1", "", "", "", ""],
        ["双份公司", "R-5", "", "2026-05-01", "1", "", "", "", ""],
        ["双份公司", "R-5", "", "2026-06-01", "1", "", "", "", ""],
        ["假日公司", "R-6", "", "2026-02-30", "1", "", "", "", ""],
        ["负数公司", "R-7", "", "2026-05-01", "-5", "", "", "", ""],
        ["币种公司", "R-8", "", "2026-05-01", "USD 5k", "EUR", "", "", ""],
        ["等级公司", "R-9", "", "2026-05-01", "1", "", "超级", "也许", "半个"],
        ["错误公司", "R-10", "", "#N/A", "很多", "", "", "", ""],
        ["久远公司", "R-11", "", "1889-05-01", "1", "", "", "", ""],
        ["短年公司", "R-12", "", "26/5/1", "1", "", "", "", ""],
        ["副本公司", "R-13", "", "2026-05-01", "1", "", "", "", ""],
        ["副本公司", "R-13", "", "2026-05-01", "1", "", "", "", ""],
        ["\u202e隐藏\u200b公司", "R-14", "", "2026-05-01", "1", "", "", "", ""],
        ["日子公司", "R-15", "", "13/04/2026", "1", "", "", "", ""],
    ]
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue().splitlines()


def _json_lines(folder: Path) -> None:
    lines: Iterable[dict[str, object]] = [
        {"account": "Acme", "signal": "active_users", "observed_on": "2026-03-01", "value": 42},
        {"account": "Acme", "signal": "logins", "observed_on": "2026-03-01", "value": "1,250"},
        {"account": "Acme", "signal": "sentiment", "observed_on": "2026-03-01", "value": None},
    ]
    text = "\n".join(json.dumps(line) for line in lines) + "\n"
    (folder / "signals.jsonl").write_text(text, encoding="utf-8")


def _save(folder: Path, book: Any, name: str) -> None:
    """Save without the moment of saving, so that making a file twice gives the same bytes."""
    book.properties.created = book.properties.modified = datetime(2026, 1, 1)  # noqa: DTZ001
    packed = io.BytesIO()
    book.save(packed)
    _repack(folder, packed.getvalue(), name, {})


def _repack(folder: Path, content: bytes, name: str, edits: dict[str, tuple[str, str]]) -> None:
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as source,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for entry in source.infolist():
            part = source.read(entry)
            if entry.filename == "docProps/core.xml":
                part = re.sub(rb"2\d{3}-\d\d-\d\dT[\d:]+Z", b"2026-01-01T00:00:00Z", part)
            for old, new in [edits[entry.filename]] if entry.filename in edits else []:
                if old.encode() not in part:
                    raise ValueError(f"{name}: {old} is not in {entry.filename}")
                part = part.replace(old.encode(), new.encode())
            fixed = zipfile.ZipInfo(entry.filename, (2026, 1, 1, 0, 0, 0))
            fixed.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(fixed, part)
    (folder / name).write_bytes(out.getvalue())


def _many_sheets(folder: Path) -> None:
    book = openpyxl.Workbook()
    front: Any = book.active
    front.title = "说明"
    front.append(["请按各表填写"])
    sheets: dict[str, list[list[object]]] = {
        "合同": [
            ["客户名称", "合同编号", "到期日期", "年费"],
            ["星河科技", "HT-001", date(2026, 12, 31), 120000],
        ],
        "Accounts": [
            ["Account", "Industry", "Segment", "CSM"],
            ["星河科技", "制造", "战略", "李雷"],
            ["Acme", "Retail", "core", "Ada"],
        ],
        "联系人": [
            ["客户", "姓名", "角色", "邮箱", "手机"],
            ["星河科技", "王总", "决策人", "wang@x.example", 13800138000],
        ],
        "人员": [["姓名", "角色", "团队"], ["李雷", "销售", "华东"]],
        "Tickets": [
            ["Customer", "Ticket #", "Created", "Closed", "Priority"],
            ["Acme", "T-1", date(2026, 1, 5), None, "high"],
        ],
        "Payments": [
            ["Customer", "Invoice", "Due date", "Amount", "Currency"],
            ["Acme", "I-1", date(2026, 2, 1), 1200.5, "USD"],
        ],
        "空表": [],
    }
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    old = book.create_sheet("旧合同")
    old.append(["客户名称", "到期日期"])
    old.append(["不应导入", "2020-01-01"])
    old.sheet_state = "hidden"
    _save(folder, book, "many_sheets.xlsx")


def _merged(folder: Path) -> None:
    book = openpyxl.Workbook()
    sheet: Any = book.active
    sheet.append(["2026 年续约台账", None, None, None])
    sheet.merge_cells("A1:D1")
    sheet.append(["客户", "产品", "到期日", "年费"])
    sheet.append(["星河科技", "平台版", date(2026, 6, 30), 60000])
    sheet.append([None, "专业版", date(2026, 9, 30), None])
    sheet.append([None, "旗舰版", date(2026, 12, 31), 30000])
    sheet.append(["蓝海数据", "平台版", date(2026, 12, 31), 8000])
    sheet.merge_cells("A3:A5")
    sheet.merge_cells("D3:D4")
    _save(folder, book, "merged.xlsx")


def _three_years(folder: Path) -> None:
    book = openpyxl.Workbook()
    sheet: Any = book.active
    sheet.append(["客户名称", "合同编号", "开始日期", "到期日期", "合同金额"])
    sheet.append(["三年公司", "Y-3", date(2024, 1, 1), date(2026, 12, 31), 360000])
    sheet.append(["一年公司", "Y-1", date(2026, 1, 1), date(2026, 12, 31), 100000.1])
    sheet.append(["半年公司", "Y-05", date(2026, 1, 1), date(2026, 7, 1), "6万"])
    sheet.append(["零散公司", "Y-100d", date(2026, 1, 1), date(2026, 4, 10), 1000])
    sheet.append(["不明公司", "Y-0", None, date(2026, 4, 10), 1000])
    _save(folder, book, "three_years.xlsx")


def _ten_thousands(folder: Path) -> None:
    book = openpyxl.Workbook()
    sheet: Any = book.active
    sheet.append(["客户名称 *", "到期日期\n(yyyy-mm-dd)", "年费（万元）", "ARR 备注"])
    sheet.append(["星河", "2026-12-31", 12.5, "含税"])
    sheet.append(["蓝海", "2026-12-31", "3,000元", None])
    sheet.append(["云图", "2026-12-31", "8万", None])
    _save(folder, book, "ten_thousands.xlsx")


def _late_header(folder: Path) -> None:
    book = openpyxl.Workbook()
    sheet: Any = book.active
    sheet["C3"] = "华东区合同一览"
    sheet["C4"] = "制表：李雷"
    rows: list[list[object]] = [
        ["Customer Name", "Contract Number", "Renewl date", "Annual fee (USD)"],
        ["Acme", 1001, date(2026, 12, 31), 1200],
        ["Bolt", 1002, 46000, 99.99],
    ]
    for at, row in enumerate(rows, start=7):
        for column, value in enumerate(row, start=3):
            sheet.cell(at, column, value)
    _save(folder, book, "late_header.xlsx")


def _formulas(folder: Path) -> None:
    """C2 was calculated, C3 never, D3 failed, B4 is an empty text by formula, E4 never."""
    book = openpyxl.Workbook()
    sheet: Any = book.active
    sheet.append(["客户名称", "合同编号", "到期日期", "年费", "备注二"])
    sheet.append(["算好公司", "F-1", "=DATE(2026,12,31)", "=100*2", "x"])
    sheet.append(["没算公司", "F-2", "=DATE(2026,12,31)", "=1/0", "x"])
    sheet.append(["空文公司", '=""', date(2026, 12, 31), 5, "=NOW()"])
    sheet["C2"].number_format = "yyyy-mm-dd"
    packed = io.BytesIO()
    book.properties.created = datetime(2026, 1, 1)  # noqa: DTZ001
    book.save(packed)
    part = "xl/worksheets/sheet1.xml"
    with zipfile.ZipFile(io.BytesIO(packed.getvalue())) as archive:
        xml = archive.read(part).decode()
    cells = {
        "C2": ("<f>DATE(2026,12,31)</f><v />", "<f>DATE(2026,12,31)</f><v>46387</v>", ""),
        "D2": ("<f>100*2</f><v />", "<f>100*2</f><v>200</v>", ""),
        "D3": ("<f>1/0</f><v />", "<f>1/0</f><v>#DIV/0!</v>", ' t="e"'),
        "B4": ('<f>""</f><v />', '<f>""</f><v></v>', ' t="str"'),
    }
    for reference, (old, new, kind) in cells.items():
        pattern = rf'(<c r="{reference}"[^>]*)>{re.escape(old)}'
        found = re.search(pattern, xml)
        if found is None:
            raise ValueError(f"formulas.xlsx: {reference}")
        xml = f"{xml[: found.start()]}{found[1]}{kind}>{new}{xml[found.end() :]}"
    whole = zipfile.ZipFile(io.BytesIO(packed.getvalue())).read(part).decode()
    _repack(folder, packed.getvalue(), "formulas.xlsx", {part: (whole, xml)})


def _old_mac(folder: Path) -> None:
    """Days counted from 1904; A2's date is a bare number."""
    book = openpyxl.Workbook()
    book.epoch = CALENDAR_MAC_1904
    sheet: Any = book.active
    sheet.append(["客户名称", "到期日期"])
    sheet.append(["数字公司", 44925])
    sheet.append(["日期公司", date(2026, 12, 31)])
    _save(folder, book, "days_from_1904.xlsx")


if __name__ == "__main__":
    make_all()
