"""Reading amounts of money as people type them, exactly."""

from __future__ import annotations

import re
from decimal import Decimal

from handlers.reading.digits import clean, halfwidth
from scoring.model import Money

_CURRENCIES = {
    "CNY": ("CNY", "RMB", "CN¥", "¥", "人民币", "元人民币", "圆", "元", "块钱", "块", "YUAN"),
    "USD": ("USD", "US$", "U$", "$", "美元", "美金", "DOLLARS", "DOLLAR", "BUCKS", "刀"),
    "EUR": ("EUR", "€", "欧元", "EUROS", "EURO"),
    "GBP": ("GBP", "£", "英镑", "POUNDS"),
    "HKD": ("HKD", "HK$", "港币", "港元"),
    "JPY": ("JPY", "JP¥", "日元", "日圆", "円", "YEN"),
    "TWD": ("TWD", "NT$", "NTD", "新台币", "台币"),
    "SGD": ("SGD", "S$", "SG$", "新加坡元", "新币"),
    "AUD": ("AUD", "A$", "AU$", "澳元", "澳币"),
    "CAD": ("CAD", "C$", "CA$", "加元", "加币"),
    "KRW": ("KRW", "₩", "韩元"),
    "INR": ("INR", "₹", "卢比"),
    "CHF": ("CHF", "瑞士法郎", "瑞郎"),
    "MYR": ("MYR", "RM", "马币", "林吉特"),
    "THB": ("THB", "฿", "泰铢"),
    "MOP": ("MOP", "MOP$", "澳门元"),
}
_CODES = {word: code for code, words in _CURRENCIES.items() for word in words}
_SCALES = {
    "": 1,
    "十": 10,
    "百": 100,
    "千": 1_000,
    "K": 1_000,
    "THOUSAND": 1_000,
    "万": 10_000,
    "萬": 10_000,
    "W": 10_000,
    "十万": 100_000,
    "百万": 1_000_000,
    "M": 1_000_000,
    "MM": 1_000_000,
    "MN": 1_000_000,
    "MIO": 1_000_000,
    "MILLION": 1_000_000,
    "千万": 10_000_000,
    "亿": 100_000_000,
    "億": 100_000_000,
    "B": 1_000_000_000,
    "BN": 1_000_000_000,
    "BILLION": 1_000_000_000,
}
_LARGEST = Decimal(10) ** 15
"""Larger amounts are typing errors: no contract reaches a thousand billion."""


def _one_of(words: dict[str, object]) -> str:
    ordered = sorted(words, key=len, reverse=True)
    return "|".join(re.escape(word) for word in ordered if word)


_NUMBER = r"(?:\d{1,3}(?:,\d{3}){1,5}|\d{1,3}(?:,\d{4}){1,3}|\d{1,16})(?:\.\d{1,8})?"
_CURRENCY = _one_of({**_CODES})
_SCALE = _one_of({**_SCALES})
_MONEY = re.compile(
    rf"(?P<before>{_CURRENCY})?\s?(?P<before2>¥|\$)?\s?(?P<number>{_NUMBER})"
    rf"(?:\s?(?P<scale>{_SCALE})(?:(?P<rest>\d{{1,4}})(?P<rest_scale>千|百)?)?)?"
    rf"\s?(?P<after>{_CURRENCY})?(?P<whole>整)?",
    re.ASCII,
)
_ZH_NUMBER = re.compile(
    r"(?<![\d.万亿千百十 ])(?P<zh>[零〇一二两三四五六七八九十百千]{1,9})(?=[万亿千百十元块人港美欧英日]|$)"
)
_ZH_DIGITS = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}


def read_money(text: str, default_currency: str) -> Money | None:
    """The amount a phrase means, or None when it is negative, ambiguous or no money.

    ¥ alone is the yuan, $ alone the US dollar. Without a currency the amount is in
    `default_currency`. 3万5 is 35,000, 一百二十万 is 1,200,000. Two currencies that differ, or
    thousands set apart in a way that is neither 1,000 nor 1,0000, are refused, not guessed.
    """
    phrase = halfwidth(clean(text)).upper().rstrip(".。")
    if not phrase or len(phrase) > 60:
        return None
    phrase = re.sub(r"^[约合共]{1,2}计?\s?", "", phrase)
    if found := _ZH_NUMBER.search(phrase):
        value = _zh_value(found["zh"])
        if value is None:
            return None
        phrase = f"{phrase[: found.start()]}{value}{phrase[found.end() :]}"
    found = _MONEY.fullmatch(phrase)
    return _amount(found, default_currency) if found else None


def _amount(found: re.Match[str], default_currency: str) -> Money | None:
    words = [found["before"], found["before2"], found["after"]]
    codes = {_CODES[word] for word in words if word}
    if len(codes) == 2 and found["before2"]:  # JPY ¥100, HKD $100: the sign is shared
        codes.discard(_CODES[found["before2"]])
    if len(codes) == 2 and found["after"] == "元" and found["before"]:
        codes.discard("CNY")
    if len(codes) > 1:
        return None
    number, scale = found["number"], found["scale"] or ""
    amount = Decimal(number.replace(",", "")) * _SCALES[scale]
    if found["rest"]:
        more = _rest(found, scale)
        if more is None or "." in number:
            return None
        amount += more
    if amount > _LARGEST:
        return None
    return Money(_plain(amount), codes.pop() if codes else default_currency)


def _rest(found: re.Match[str], scale: str) -> Decimal | None:
    """The 5 of 3万5 and the 5千 of 3万5千."""
    if scale not in ("万", "萬", "千", "亿", "億"):
        return None
    rest = Decimal(found["rest"])
    if found["rest_scale"]:
        return rest * _SCALES[found["rest_scale"]]
    return rest * _SCALES[scale] / 10 if len(found["rest"]) == 1 else rest


def _plain(amount: Decimal) -> Decimal:
    """The same amount without trailing zeros or exponent, so that equal amounts look equal."""
    whole = amount.to_integral_value()
    return whole.quantize(Decimal(1)) if amount == whole else amount.normalize()


def _zh_value(text: str) -> int | None:
    """A Chinese number below ten thousand: 一百二十 is 120, 三千五 is 3,500."""
    total, digit, last = 0, None, 10_000
    units = {"十": 10, "百": 100, "千": 1_000}
    for char in text:
        if char in units:
            unit = units[char]
            if unit >= last or (digit is None and char != "十"):
                return None
            total += (1 if digit is None else digit) * unit
            digit, last = None, unit
        else:
            if digit not in (None, 0):
                return None
            digit = _ZH_DIGITS[char]
    if digit and last > 10 and last < 10_000 and "零" not in text and "〇" not in text:
        digit = digit * last // 10
    return total + (digit or 0)
