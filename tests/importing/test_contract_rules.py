"""The rules that a row of a contract table must keep, and what is told about good rows."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.importing.rules_contracts import made_number
from handlers.importing.terms import annualised, whole_months
from tests.importing.reading import read_rows

HEAD = ["客户", "开始日期", "到期日", "合同金额"]


@pytest.mark.parametrize(
    ("starts", "ends", "months"),
    [
        ("2026-01-01", "2026-12-31", 12),
        ("2026-01-01", "2027-01-01", 12),
        ("2025-03-08", "2026-03-07", 12),
        ("2024-02-29", "2025-02-28", 12),
        ("2024-01-01", "2026-12-31", 36),
        ("2026-01-31", "2026-02-28", 1),
        ("2026-01-01", "2026-04-10", None),
        ("2026-01-01", "2026-01-08", None),
    ],
)
def test_whole_months(starts: str, ends: str, months: int | None) -> None:
    assert whole_months(date.fromisoformat(starts), date.fromisoformat(ends)) == months


@given(
    st.dates(date(1995, 1, 1), date(2080, 1, 1)),
    st.decimals(0, 10**9, places=2),
)
def test_a_year_costs_what_it_costs(starts_on: date, total: Decimal) -> None:
    ends_on = starts_on.replace(year=starts_on.year + 1, day=min(starts_on.day, 28))
    if starts_on.day <= 28:
        assert annualised(total, starts_on, ends_on) == total


def test_a_total_over_three_years_is_annualised_and_told() -> None:
    row = read_rows(HEAD, ["星河", "2024-01-01", "2026-12-31", "100"]).rows[0]
    assert row.values["arr"] == Decimal("33.33")
    assert "term_value" not in row.values
    assert [notice.key for notice in row.notices] == ["import.notice.annualised_months"]


def test_an_annual_fee_is_left_alone_whatever_the_term() -> None:
    head = ["客户", "开始日期", "到期日", "年费"]
    row = read_rows(head, ["星河", "2024-01-01", "2026-12-31", "100"]).rows[0]
    assert row.values["arr"] == Decimal("100.00")
    assert row.notices == ()


def test_with_both_amounts_the_annual_one_counts_and_the_other_is_kept() -> None:
    head = [*HEAD, "年费"]
    table = read_rows(head, ["星河", "2024-01-01", "2026-12-31", "300", "90"])
    assert table.rows[0].values["arr"] == Decimal("90.00")
    assert table.rows[0].custom == {"合同金额": "300.00"}
    assert table.custom_columns == ("合同金额",)


@pytest.mark.parametrize(
    ("starts", "ends", "problems", "notices"),
    [
        ("2026-05-01", "2026-04-30", ["import.row.end_before_start"], []),
        ("2026-05-01", "2026-05-01", [], ["import.notice.odd_length"]),
        ("2026-05-01", "2026-05-07", [], []),
        ("2010-01-01", "2026-05-07", [], ["import.notice.odd_length"]),
    ],
)
def test_the_length_of_a_term(
    starts: str, ends: str, problems: list[str], notices: list[str]
) -> None:
    table = read_rows(["客户", "开始日期", "到期日"], ["星河", starts, ends])
    assert [problem.key for problem in table.problems] == problems
    assert [notice.key for row in table.rows for notice in row.notices] == notices


def test_a_made_number_depends_on_account_and_product_alone() -> None:
    assert made_number("星河 科技", None) == made_number("星河科技", "")
    assert made_number("ACME", "Ｐ") == made_number("acme", "p")
    assert made_number("Acme", "P") != made_number("Acme", "Q")
    head = ["客户", "产品", "到期日"]
    before = read_rows(head, ["星河", "平台版", "2026-12-31"]).rows[0]
    after = read_rows(head, ["星河", "平台版", "2027-12-31"]).rows[0]
    assert before.values["contract_no"] == after.values["contract_no"]


def test_several_terms_without_numbers_keep_theirs_when_a_later_one_is_added() -> None:
    head = ["客户", "到期日"]
    first = read_rows(head, ["星河", "2027-12-31"], ["星河", "2026-12-31"])
    more = read_rows(head, ["星河", "2028-12-31"], ["星河", "2026-12-31"], ["星河", "2027-12-31"])
    numbers = {row.values["ends_on"]: row.values["contract_no"] for row in first.rows}
    later = {row.values["ends_on"]: row.values["contract_no"] for row in more.rows}
    assert len(set(later.values())) == 3
    assert numbers.items() <= later.items()


def test_one_number_with_two_contents_refuses_both_rows_each_naming_the_other() -> None:
    head = ["客户", "合同编号", "到期日"]
    table = read_rows(
        head,
        ["星河", "ht-1", "2026-12-31"],
        ["蓝海", "X", "2026-12-31"],
        ["星河", "HT-1", "2027-01-01"],
    )
    assert [(p.row, p.params["other"]) for p in table.problems] == [(2, 4), (4, 2)]
    assert [row.row for row in table.rows] == [3]


def test_a_row_copied_exactly_counts_once_and_is_told() -> None:
    head = ["客户", "合同编号", "到期日", "备注"]
    row = ["星河", "HT-1", "2026-12-31", "x"]
    table = read_rows(head, row, row, row)
    assert [good.row for good in table.rows] == [2]
    assert [notice.params["other"] for notice in table.rows[0].notices] == [3, 4]
    assert table.refused == 0


def test_an_absent_column_says_nothing_and_an_empty_cell_says_none() -> None:
    values = read_rows(["客户", "到期日", "负责人"], ["星河", "2026-12-31", ""]).rows[0].values
    assert values["owner"] is None
    assert "segment" not in values


def test_csat_answers_are_one_to_five() -> None:
    head = ["客户", "问卷类型", "日期", "得分"]
    table = read_rows(
        head,
        ["星河", "NPS", "2026-01-01", "9"],
        ["星河", "CSAT", "2026-01-01", "9"],
        ["星河", "满意度", "2026-01-02", "5"],
        kind="surveys",
    )
    assert [problem.row for problem in table.problems] == [3]


def test_a_ticket_cannot_close_before_it_opened() -> None:
    head = ["客户", "工单号", "创建日期", "关闭日期"]
    table = read_rows(head, ["星河", "T-1", "2026-02-01", "2026-01-01"], kind="tickets")
    assert [problem.key for problem in table.problems] == ["import.row.end_before_start"]
