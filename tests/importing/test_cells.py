"""What stands in a cell is read as meant, or refused with the right sentence."""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.importing.dates import DateOrder, UnreadableDate, read_date
from handlers.importing.texts import clean_line, folded
from scoring.model import ContractStatus, Segment
from tests.importing.reading import read_cell, read_rows

DAY = date(2026, 3, 1)


@pytest.mark.parametrize(
    "cell",
    [
        "2026-03-01",
        "2026-3-1",
        "2026/3/1",
        "2026/03/01",
        "2026.3.1",
        "2026年3月1日",
        "2026年03月01号",
        "２０２６年３月１日",
        "20260301",
        "46082",
        "March 1, 2026",
        "Mar 1 2026",
        "1 March 2026",
        "1-Mar-2026",
        "1st of March 2026",
        "2026-03-01 00:00:00",
        "2026-03-01T08:30:00Z",
        "2026/3/1 8:30",
        "2026年3月1日 星期日",
        "2026-03-01（周日）",
        "Sunday, March 1, 2026",
        "'2026-03-01",
        '="2026-03-01"',
        " 2026-03-01 ",
    ],
)
def test_one_day_written_in_many_ways(cell: str) -> None:
    assert read_cell("到期日", cell) == DAY


@pytest.mark.parametrize(
    ("cell", "order", "day"),
    [
        ("03/04/2026", DateOrder.MDY, date(2026, 3, 4)),
        ("03/04/2026", DateOrder.DMY, date(2026, 4, 3)),
        ("13/04/2026", None, date(2026, 4, 13)),
        ("04/13/2026", None, date(2026, 4, 13)),
        ("04/13/2026", DateOrder.DMY, date(2026, 4, 13)),
        ("03/03/2026", None, date(2026, 3, 3)),
        ("26/3/4", DateOrder.YMD, date(2026, 3, 4)),
        ("3/4/26", DateOrder.MDY, date(2026, 3, 4)),
        ("1-Mar-26", DateOrder.DMY, DAY),
    ],
)
def test_the_order_of_day_and_month_is_said_or_evident(
    cell: str, order: DateOrder | None, day: date
) -> None:
    assert read_cell("到期日", cell, order=order) == day


@pytest.mark.parametrize(
    ("cell", "key"),
    [
        ("03/04/2026", "import.cell.date_ambiguous"),
        ("3.4.2026", "import.cell.date_ambiguous"),
        ("26/3/4", "import.cell.date_short_year"),
        ("1-Mar-26", "import.cell.date_short_year"),
        ("2026-02-30", "import.cell.date_impossible"),
        ("31/04/2026", "import.cell.date_impossible"),
        ("20261301", "import.cell.date_impossible"),
        ("1889-01-01", "import.cell.date_implausible"),
        ("9999-12-31", "import.cell.date_implausible"),
        ("2026", "import.cell.date"),
        ("2026年3月", "import.cell.date"),
        ("3月1日", "import.cell.date"),
        ("soon", "import.cell.date"),
        ("下周三", "import.cell.date"),
        ("2026-03-01 25:00", "import.cell.date"),
        ("1" * 300, "import.cell.date"),
        ("#N/A", "import.cell.formula_error"),
        ("#REF!", "import.cell.formula_error"),
        ("Err:502", "import.cell.formula_error"),
    ],
)
def test_a_date_that_is_none_or_two_is_refused(cell: str, key: str) -> None:
    assert read_cell("到期日", cell) == key


@pytest.mark.parametrize(
    "cell", ["", "-", "—", "/", "无", "N/A", "n/a", "null", "待定", "长期", "open-ended"]
)
def test_no_end_date_means_open_ended_and_says_so(cell: str) -> None:
    row = read_rows(["客户", "到期日"], ["星河", cell]).rows[0]
    assert row.values["ends_on"] is None
    assert [notice.key for notice in row.notices] == ["import.notice.open_ended"]


@pytest.mark.parametrize(
    ("header", "cell", "amount"),
    [
        ("年费", "¥1,200,000.00", "1200000.00"),
        ("年费", "120万", "1200000.00"),
        ("年费", "１２０万元", "1200000.00"),
        ("年费", "1.5亿", "150000000.00"),
        ("年费", "1200.555", "1200.56"),
        ("年费", "0", "0.00"),
        ("ARR", "USD 12k", "12000.00"),
        ("ARR (USD)", "1,200", "1200.00"),
        ("ARR ($k)", "12", "12000.00"),
        ("年费（万元）", "12.5", "125000.00"),
        ("年费（万元）", "¥12.5", "125000.00"),
        ("年费（万元）", "12万", "120000.00"),
        ("年费（万元）", "3000元", "3000.00"),
        ("年费 万元", "3", "30000.00"),
        ("金额(元/年)", "3", "3.00"),
    ],
)
def test_amounts_with_units_in_cell_or_header(header: str, cell: str, amount: str) -> None:
    row = read_rows(["客户", "到期日", header], ["星河", "2026-12-31", cell]).rows[0]
    assert row.values["arr"] == Decimal(amount)


@pytest.mark.parametrize(
    ("cell", "key"),
    [
        ("-5", "import.cell.money_negative"),
        ("(1,200)", "import.cell.money_negative"),
        ("1.200.000,00", "import.cell.money"),
        ("12,34", "import.cell.money"),
        ("很多", "import.cell.money"),
        ("9" * 14, "import.cell.money_too_large"),
        ("1" * 500, "import.cell.money"),
        ("#VALUE!", "import.cell.formula_error"),
    ],
)
def test_an_amount_that_is_none_is_refused(cell: str, key: str) -> None:
    assert read_cell("年费", cell) == key


def test_an_empty_amount_stays_unknown() -> None:
    assert read_cell("年费", "") is None
    assert read_cell("年费", "-") is None


@pytest.mark.parametrize(
    ("header", "cell", "column", "currency"),
    [
        ("年费", "100", "", "CNY"),
        ("年费", "100", "美元", "USD"),
        ("年费", "USD 100", "", "USD"),
        ("年费", "$100", "SGD", "SGD"),
        ("年费", "¥100", "JPY", "JPY"),
        ("年费(USD)", "100", "", "USD"),
        ("年费", "", "eur", "EUR"),
    ],
)
def test_the_currency_of_a_row(header: str, cell: str, column: str, currency: str) -> None:
    table = read_rows(["客户", "到期日", header, "币种"], ["星河", "2026-12-31", cell, column])
    assert table.rows[0].values["currency"] == currency


def test_two_currencies_in_one_row_are_refused() -> None:
    table = read_rows(["客户", "到期日", "年费", "币种"], ["星河", "2026-12-31", "USD 5", "EUR"])
    assert [problem.key for problem in table.problems] == ["import.row.currency_conflict"]


@pytest.mark.parametrize(
    ("header", "cell", "value"),
    [
        ("席位", "50席", 50),
        ("席位", "１，２００", 1200),
        ("席位", "30.0", 30),
        ("席位", "半个", "import.cell.count"),
        ("席位", "-3", "import.cell.count"),
        ("席位", "1.5", "import.cell.count"),
        ("通知期(天)", "30 天", 30),
        ("通知期", "三十天", 30),
        ("通知期", "30 days", 30),
        ("通知期", "1个月", "import.cell.count"),
        ("通知期", "99999", "import.cell.range"),
        ("自动续约", "是", True),
        ("自动续约", "√", True),
        ("自动续约", "Y", True),
        ("自动续约", "TRUE", True),
        ("自动续约", "1", True),
        ("自动续约", "否", False),
        ("自动续约", "no", False),
        ("自动续约", "", None),
        ("自动续约", "也许", "import.cell.yes_no"),
        ("客户等级", "战略客户", Segment.STRATEGIC),
        ("客户等级", "A", Segment.STRATEGIC),
        ("客户等级", "Core", Segment.CORE),
        ("客户等级", "C级", Segment.STANDARD),
        ("客户等级", "超级", "import.cell.choice"),
        ("状态", "生效", ContractStatus.ACTIVE),
        ("状态", "已流失", ContractStatus.LOST),
        ("状态", "终止", ContractStatus.CANCELLED),
        ("续签自", "HT-1; HT-2；HT-1", ("HT-1", "HT-2")),
        ("币种", "人民币", "CNY"),
        ("币种", "dollars?", "import.cell.currency"),
        ("合同编号", "1001", "1001"),
        ("电话", "'13800138000", "13800138000"),
        ("负责人", " 李  雷 ", "李 雷"),
        ("负责人", "x" * 501, "import.cell.too_long"),
    ],
)
def test_other_cells(header: str, cell: str, value: object) -> None:
    assert read_cell(header, cell) == value


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("1,250", 1250.0),
        ("85%", 0.85),
        ("-2", -2.0),
        ("0.18466034385487662", 0.18466034385487662),
        ("0.00047090850617714786", 0.00047090850617714786),
        ("4.7e-05", 4.7e-05),
        ("", "import.cell.missing"),
        ("x", "import.cell.number"),
    ],
)
def test_measures(cell: str, value: object) -> None:
    assert read_cell("值", cell, kind="signals") == value


def test_direction_marks_and_control_characters_are_taken_out_and_told() -> None:
    row = read_rows(["客户", "到期日"], ["\u202e星河\u200b\x07公司", "2026-12-31"]).rows[0]
    assert row.values["account"] == "星河公司"
    assert [notice.key for notice in row.notices] == ["import.notice.characters_removed"]


@given(st.text(max_size=80))
def test_cleaned_text_is_stable_and_shows_everything_it_has(text: str) -> None:
    once, _ = clean_line(text)
    assert clean_line(folded(once))[1] is False or not folded(once).isprintable()
    assert "\u202e" not in once
    assert "\n" not in once
    assert "\x00" not in once


@given(st.text(max_size=40), st.sampled_from([None, *DateOrder]))
def test_any_text_is_a_plausible_date_or_refused(text: str, order: DateOrder | None) -> None:
    with suppress(UnreadableDate):
        assert 1990 <= read_date(text, order).year <= 2100


@given(st.dates(date(1990, 1, 1), date(2100, 12, 31)))
def test_every_day_survives_its_spellings(day: date) -> None:
    for text in (
        day.isoformat(),
        f"{day.year}年{day.month}月{day.day}日",
        f"{day:%Y%m%d}",
        f"{day:%B} {day.day}, {day.year}",
        str((day - date(1899, 12, 30)).days),
    ):
        assert read_date(text, None) == day
    assert read_date((day - date(1899, 12, 30)).days + 0.75, None) == day
