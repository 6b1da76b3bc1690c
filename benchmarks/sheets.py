"""A contract sheet of many rows, as CSV and as xlsx."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from random import Random

from openpyxl import Workbook

from benchmarks.book import REPS, TODAY
from benchmarks.names import names

HEADINGS = (
    "合同编号", "客户名称", "产品", "开始日期", "到期日期", "年费", "币种", "席位", "负责人",
    "自动续约", "通知期(天)", "联系人", "联系人邮箱", "签约日期",
)  # fmt: skip

CONTRACTS_PER_CUSTOMER = 4

_SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗"
_GIVEN = ("伟", "芳", "娜", "敏", "静", "磊", "洋", "艳", "勇", "军", "杰", "涛", "明", "超")


def write_sheets(directory: Path, rows: int) -> dict[str, Path]:
    """`contracts.csv` and `contracts.xlsx` with the same rows, unless they are there already."""
    csv_path, xlsx_path = directory / "contracts.csv", directory / "contracts.xlsx"
    sheets = {"csv": csv_path, "xlsx": xlsx_path}
    if xlsx_path.exists():
        return sheets
    with csv_path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADINGS)
        writer.writerows(_rows(rows))
    book = Workbook(write_only=True)
    sheet = book.create_sheet("合同")
    sheet.append(HEADINGS)
    for row in _rows(rows):
        sheet.append(row)
    book.save(xlsx_path)
    return sheets


def _rows(count: int) -> Iterator[tuple[str | int | float | date | None, ...]]:
    random = Random(11)
    customers = names(max(count // CONTRACTS_PER_CUSTOMER, 1))
    people = [f"{s}{g}{h}" for s in _SURNAMES for g in _GIVEN for h in ("", "宏")]
    for number in range(1, count + 1):
        at = number % len(customers)
        starts_on = TODAY - timedelta(days=random.randint(0, 700))
        ends_on = starts_on + timedelta(days=random.choice((364, 364, 364, 729, 1094)))
        yield (
            f"HT-2026-{number:06}",
            customers[at],
            ("平台版", "企业版", "专业版")[number % 3],
            starts_on,
            ends_on,
            random.randint(10, 3000) * 1000 if number % 33 else None,
            "CNY" if number % 8 else "USD",
            random.choice((5, 20, 50, 200)),
            people[at % REPS],
            "是" if number % 7 == 0 else "否",
            30 if number % 11 == 0 else None,
            people[at * 7 % len(people)],
            f"contact{at}@example.com",
            starts_on - timedelta(days=random.randint(3, 40)),
        )
