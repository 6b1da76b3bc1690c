"""Amounts as people type them."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.reading.money import read_money
from scoring.model import Money


@pytest.mark.parametrize(
    ("text", "amount", "currency"),
    [
        ("¥1,200,000.00", "1200000", "CNY"),
        ("￥12", "12", "CNY"),
        ("120万", "1200000", "CNY"),
        ("１２０万", "1200000", "CNY"),
        ("1.2亿", "120000000", "CNY"),
        ("3千", "3000", "CNY"),
        ("3万5", "35000", "CNY"),
        ("12万3千", "123000", "CNY"),
        ("一百二十万", "1200000", "CNY"),
        ("三千五", "3500", "CNY"),
        ("两百万", "2000000", "CNY"),
        ("120万元整", "1200000", "CNY"),
        ("人民币12万元", "120000", "CNY"),
        ("RMB 5000", "5000", "CNY"),
        ("约12万", "120000", "CNY"),
        ("12w", "120000", "CNY"),
        ("0", "0", "CNY"),
        ("USD 12k", "12000", "USD"),
        ("$12k", "12000", "USD"),
        ("12k USD", "12000", "USD"),
        ("usd12.5k", "12500", "USD"),
        ("US$1.5m", "1500000", "USD"),
        ("1.5 million dollars", "1500000", "USD"),
        ("12万美元", "120000", "USD"),
        ("5百万美金", "5000000", "USD"),
        ("€300", "300", "EUR"),
        ("HK$ 20", "20", "HKD"),
        ("港币3万", "30000", "HKD"),
        ("JPY ¥100", "100", "JPY"),
        ("1,0000", "10000", "CNY"),
        ("0.1", "0.1", "CNY"),
        ("1234567.89", "1234567.89", "CNY"),
    ],
)
def test_an_amount_is_read_exactly(text: str, amount: str, currency: str) -> None:
    assert read_money(text, "CNY") == Money(Decimal(amount), currency)


def test_without_a_currency_the_default_holds() -> None:
    assert read_money("12k", "USD") == Money(Decimal(12000), "USD")


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "¥",
            "-5",
            "(5)",
            "−5",
            "abc",
            "1.2.3",
            "1e5",
            "NaN",
            "inf",
            "12%",
            "1,20,000",
            "€3,5",
        ),
        *("USD 5 EUR", "十一二", "2026-03-10", "1 2", "١٢٣", "9" * 17, "1" * 5_000, "99999999亿"),
    ],
)
def test_negative_and_doubtful_amounts_are_refused(text: str) -> None:
    assert read_money(text, "CNY") is None


cents = st.integers(0, 10**14).map(lambda n: Decimal(n) / 100)


@given(cents, st.sampled_from(["CNY", "USD", "EUR", "HKD", "JPY"]))
def test_what_is_written_out_is_read_back(amount: Decimal, currency: str) -> None:
    for text in (f"{currency} {amount:,.2f}", f"{amount:.2f}{currency}"):
        assert read_money(text, "CNY") == Money(amount, currency)


@given(st.integers(0, 99_999))
def test_ten_thousands_are_exact(tenths: int) -> None:
    wanted = Decimal(tenths) * 1000
    assert read_money(f"{tenths // 10}.{tenths % 10}万", "CNY") == Money(wanted, "CNY")


@given(st.text(max_size=70))
def test_any_text_is_an_amount_of_at_least_nothing_or_none(text: str) -> None:
    money = read_money(text, "CNY")
    assert money is None or (money.amount >= 0 and money.amount.is_finite())
