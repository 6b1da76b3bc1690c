"""Sentences, amounts and dates in two languages."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from messages.i18n import MissingPhrase, Phrasebook
from messages.po import read_po
from scoring.model import Locale, LossReason, Money, Stage

EN = Phrasebook(Locale.EN)
ZH = Phrasebook(Locale.ZH, ZoneInfo("Asia/Shanghai"))


@pytest.mark.parametrize(
    ("amount", "currency", "english", "chinese"),
    [
        ("1235000", "CNY", "CN¥1.2M", "¥123.5万"),
        ("999999", "CNY", "CN¥1M", "¥100万"),
        ("99999999", "CNY", "CN¥100M", "¥1亿"),
        ("-99999", "CNY", "-CN¥100K", "-¥10万"),
        ("950", "CNY", "CN¥950", "¥950"),
        ("9500", "CNY", "CN¥9.5K", "¥9500"),
        ("0", "CNY", "CN¥0", "¥0"),
        ("-123456", "USD", "-$123.5K", "-US$12.3万"),
        ("12345678901", "USD", "$12.3B", "US$123.5亿"),
    ],
)
def test_amounts_are_short(amount: str, currency: str, english: str, chinese: str) -> None:
    money = Money(Decimal(amount), currency)
    assert (EN.money(money), ZH.money(money)) == (english, chinese)


def test_an_exact_amount_has_all_its_digits() -> None:
    assert ZH.money_exact(Money(Decimal("1235000.5"), "CNY")) == "¥1,235,000.50"
    assert EN.money_exact(Money(Decimal(500), "JPY")) == "¥500"


def test_what_is_not_known_is_called_unknown_and_never_zero() -> None:
    assert (EN.money(None), ZH.money(None), ZH.day(None)) == ("unknown", "未知", "未知")
    assert EN.t("render.file", name=None) == "📎 unknown"


def test_dates_read_the_reader_s_way() -> None:
    on = date(2026, 3, 1)
    assert (EN.day(on), ZH.day(on)) == ("Mar 1, 2026", "2026年3月1日")
    assert (EN.day_short(on), ZH.day_short(on)) == ("Mar 1", "3月1日")
    assert (EN.weekday(on), ZH.weekday(on)) == ("Sun", "周日")
    assert (EN.month(on), ZH.month(on)) == ("Mar 2026", "2026年3月")


def test_instants_are_read_in_the_reader_s_zone() -> None:
    at = datetime(2026, 3, 1, 16, 7, tzinfo=UTC)
    assert EN.instant(at) == "Mar 1, 2026 16:07"
    assert ZH.instant(at) == "2026年3月2日 00:07"
    assert ZH.instant(at, ZoneInfo("Europe/Berlin")) == "2026年3月1日 17:07"
    assert (EN.clock(at), ZH.clock(at)) == ("16:07", "00:07")


@pytest.mark.parametrize(
    ("n", "english", "chinese"),
    [
        (12, "12 days left", "还剩 12 天"),
        (1, "1 day left", "还剩 1 天"),
        (0, "ends today", "今天到期"),
        (-3, "3 days overdue", "已过期 3 天"),
    ],
)
def test_days_left(n: int, english: str, chinese: str) -> None:
    assert (EN.days_left(n), ZH.days_left(n)) == (english, chinese)


@pytest.mark.parametrize(
    ("n", "english", "chinese"),
    [
        (12, "in 12 days", "12 天后"),
        (1, "tomorrow", "明天"),
        (0, "today", "今天"),
        (-1, "yesterday", "昨天"),
        (-3, "3 days ago", "3 天前"),
    ],
)
def test_days_away(n: int, english: str, chinese: str) -> None:
    assert (EN.days_away(n), ZH.days_away(n)) == (english, chinese)


def test_numbers_percentages_and_lists() -> None:
    assert (EN.number(12345.67), EN.number(3), EN.number(0.25, 2)) == ("12,345.7", "3", "0.25")
    assert (EN.percent(0.453), ZH.percent(Decimal("0.4531"), 1)) == ("45%", "45.3%")
    assert EN.join(["a", "b", "c"]) == "a, b, and c"
    assert ZH.join(["a", "b", "c"]) == "a、b和c"
    assert (EN.join(["a", "b"], "or"), ZH.join(["a", "b"], "or")) == ("a or b", "a或b")
    assert (ZH.join(["a", "b"], ""), EN.join([])) == ("a、b", "")


def test_members_of_enums_have_names() -> None:
    assert EN.label(Stage.PROPOSAL) == "Proposal"
    assert ZH.label(LossReason.CHAMPION_LEFT) == "关键联系人离职"
    for locale in Locale:
        assert Phrasebook(locale).label(locale)


def test_parameters_that_are_values_are_written_the_reader_s_way() -> None:
    money, on = Money(Decimal(1235000), "CNY"), date(2026, 3, 1)
    assert ZH.t("render.file", name=money) == "📎 ¥123.5万"
    assert ZH.t("render.file", name=on) == "📎 2026年3月1日"
    assert ZH.t("render.file", name=[money, on]) == "📎 ¥123.5万和2026年3月1日"


def test_a_percent_sign_in_a_parameter_is_text() -> None:
    assert EN.t("render.file", name="100%(x)s") == "📎 100%(x)s"


def test_a_missing_key_warns_and_falls_back_to_itself() -> None:
    with pytest.warns(MissingPhrase, match="no.such_key"):
        assert ZH.t("no.such_key") == "no.such_key"
    assert not ZH.has("no.such_key")
    assert ZH.has("common.today")


def test_a_missing_parameter_warns_and_shows_the_sentence() -> None:
    with pytest.warns(MissingPhrase, match="render.file"):
        assert "%(name)s" in EN.t("render.file")


def test_entries_may_span_lines_and_hold_quotes() -> None:
    text = '#, python-format\nmsgid "a.b"\nmsgstr ""\n"one \\"%(x)s\\"\\n"\n"two\\\\"\n#~ msgid "old"\n'
    (entry,) = read_po(text)
    assert (entry.key, entry.texts) == ("a.b", ('one "%(x)s"\ntwo\\',))
    assert entry.flags == {"python-format"}


def test_reading_a_phrase_needs_neither_babel_nor_a_platform() -> None:
    code = (
        "import sys; from messages.i18n import Phrasebook; from scoring.model import Locale\n"
        "assert Phrasebook(Locale.ZH).t('common.today') == '\\u4eca\\u5929'\n"
        "assert not [name for name in sys.modules if name.startswith(('babel', 'slack', 'aiohttp'))]"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize(
    ("who", "said"),
    [
        ("李雷", "由李雷分享"),
        ("Ada Park", "由 Ada Park 分享"),
        ("Ada（华东）", "由 Ada（华东）分享"),
        ("王 P", "由王 P 分享"),
        ("3月1日", "由3月1日分享"),
        ("", "由分享"),
    ],
)
def test_latin_words_stand_apart_in_a_chinese_sentence(who: str, said: str) -> None:
    assert ZH.t("sharing.by", who=who) == said
