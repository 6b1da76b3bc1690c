"""Columns find their field by header, and never a wrong one."""

from __future__ import annotations

from collections import Counter

import pytest

from handlers.importing.header_words import HEADER_WORDS, SHEET_WORDS
from handlers.importing.headers import guess_header, header_key, kind_of_sheet_name, read_header
from handlers.importing.kinds import KINDS
from tests.importing.reading import read_rows


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("客户名称", "account"),
        (" 客 户 名 称 ", "account"),
        ("客户名称*", "account"),
        ("＊客户名称", "account"),
        ("客户名称（必填）", "account"),
        ("客户名称 Customer", "account"),
        ("客户名称/Customer Name", "account"),
        ("ACCOUNT", "account"),
        ("Account_Name", "account"),
        ("End-Date", "ends_on"),
        ("ends_on", "ends_on"),
        ("合同到期日", "ends_on"),
        ("到期日期(yyyy-mm-dd)", "ends_on"),
        ("ＡＲＲ", "arr"),
        ("年费(元)", "arr"),
        ("合同金额", "term_value"),
        ("合同金额(元/年)", "arr"),
        ("金额（元/月）", "mrr"),
        ("Contract #", "contract_no"),
        ("通知期(天)", "notice_days"),
        ("Notice period (days)", "notice_days"),
        ("E-mail", "contact_email"),
    ],
)
def test_a_header_names_its_field(header: str, field: str) -> None:
    assert read_header(header, "contracts").field == field


@pytest.mark.parametrize(
    "header",
    [
        "机房位置",
        "原到期日期",
        "未到期日期",
        "客户区号",
        "客户 region",
        "金额（已付）",
        "通知期(工作日)",
        "x" * 900,
    ],
)
def test_a_strange_header_is_a_custom_field(header: str) -> None:
    found = read_header(header, "contracts")
    assert found.field is None
    assert guess_header(found, "contracts", frozenset()).field is None


@pytest.mark.parametrize(
    ("header", "field"),
    [("Renewl date", "ends_on"), ("Custommer name", "account"), ("currancy", "currency")],
)
def test_a_typo_is_mended(header: str, field: str) -> None:
    assert guess_header(read_header(header, "contracts"), "contracts", frozenset()).field == field


@pytest.mark.parametrize("header", ["contract name", "old end date", "send date", "amounts paid"])
def test_what_only_looks_alike_is_not_guessed(header: str) -> None:
    assert guess_header(read_header(header, "contracts"), "contracts", frozenset()).field is None


def test_a_field_that_has_its_column_is_not_guessed_again() -> None:
    table = read_rows(["客户", "Renewal date", "Renewl date"], ["星河", "2026-12-31", "x"])
    assert table.custom_columns == ("Renewl date",)


@pytest.mark.parametrize("kind", KINDS)
def test_no_word_heads_two_fields_of_one_kind(kind: str) -> None:
    words: Counter[str] = Counter()
    for column in KINDS[kind].columns:
        line = HEADER_WORDS.get(f"{kind}.{column.name}", HEADER_WORDS.get(column.name, ""))
        words.update({header_key(word) for word in (column.name, *line.split("|")) if word})
    assert [word for word, count in words.items() if count > 1] == []


def test_every_word_belongs_to_a_column_and_every_column_has_words() -> None:
    names = {column.name for kind in KINDS.values() for column in kind.columns}
    scoped = {f"{kind.name}.{column.name}" for kind in KINDS.values() for column in kind.columns}
    assert [word for word in HEADER_WORDS if word not in names | scoped] == []
    assert set(SHEET_WORDS) == set(KINDS)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("合同", "contracts"),
        ("2026年合同台账", "contracts"),
        ("Contracts 2026", "contracts"),
        ("联系人表", "contacts"),
        ("NPS", "surveys"),
        ("Sheet1", None),
        ("说明", None),
    ],
)
def test_a_sheet_name_says_its_kind(name: str, kind: str | None) -> None:
    assert kind_of_sheet_name(name) == kind


@pytest.mark.parametrize(
    ("headers", "kind"),
    [
        ("客户,到期日", "contracts"),
        ("客户,发票号,到期日,金额", "payments"),
        ("客户,姓名,邮箱,手机", "contacts"),
        ("姓名,角色,团队", "people"),
        ("客户,指标,日期,数值", "signals"),
        ("客户,工单号,创建时间,优先级", "tickets"),
        ("合同编号,决定日期,结果", "outcomes"),
        ("币种,日期,汇率", "rates"),
        ("合同编号,生效日期,年费", "arr_steps"),
        ("客户,行业,客户等级", "accounts"),
        ("客户,类型,时间,跟进人,备注", "touches"),
        ("客户,问卷类型,日期,得分", "surveys"),
        ("客户,活动名称,活动日期,参与情况", "events"),
        ("客户,目标,目标日期", "goals"),
        ("客户,行业,客户等级,到期日期,年费,联系人,邮箱", "contracts"),
    ],
)
def test_headers_say_the_kind(headers: str, kind: str) -> None:
    cells = {"到期日": "2026-12-31", "到期日期": "2026-12-31", "汇率": "7.1", "结果": "续约"}
    cells |= dict.fromkeys(
        ("日期", "创建时间", "决定日期", "生效日期", "时间", "活动日期"), "2026-01-01"
    )
    names = headers.split(",")
    assert read_rows(names, [cells.get(name, "1") for name in names], kind=None).kind == kind


def test_an_account_id_is_not_taken_for_the_account() -> None:
    header = read_header("account_id", "tickets")
    assert guess_header(header, "tickets", frozenset()).field is None
