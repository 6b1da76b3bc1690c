"""How Chinese says a day; every pattern is bounded and tried only at its first character."""

from __future__ import annotations

import re
from datetime import date

from handlers.reading.day_rules import before, one_of, rule
from handlers.reading.day_words import PARTS_ZH, RELATIVE_ZH, WEEKDAYS_ZH, WEEKS_ZH, YEARS_ZH
from handlers.reading.digits import read_count
from handlers.reading.spans import (
    Reading,
    add_days,
    add_months,
    add_working_days,
    coming,
    day_of,
    day_of_month,
    day_without_year,
    fixed,
    month_end,
    month_part,
    part_of_month,
    quarter_from,
    quarter_part,
    week_day,
    year_part,
)

_NUMERALS = "0123456789一二两俩三四五六七八九十"
_COUNT = r"(?:\d{1,3}|[一二两俩三四五六七八九十]{1,3}|半)"
_NUMBER = r"(?:\d{1,2}|[一二三四五六七八九十]{1,3})"
_PART = r"(?:上旬|中旬|下旬|初|底|末|中(?![国文心期间])|头(?![像])|尾(?![款]))"
# 下周一起吃饭 is next week, together; 下周三方会议 is a meeting of three.
_WEEKDAY = (
    r"(?:一(?![起直定样下次块并个些般共致])|[二三四五六](?!个人|次|方会|方面)"
    r"|日(?![报程志常])|天(?!津)|末|[1-7](?![\d月天号点日.个:/-]))"
)
_WEEK = r"(?:周|星期|礼拜)"
_REL = r"(?:下下下|下下|上上|下|上|这|本)"
_SPAN_UNIT = r"(?:个?工作日|天|个?星期|个?礼拜|周|个半月|个?季度|个月|月|年|个?小时|日)"


def _relative(found: re.Match[str], today: date) -> Reading:
    return fixed(add_days(today, RELATIVE_ZH[found[0]]))


def _half_day_word(found: re.Match[str], today: date) -> Reading:
    return fixed(add_days(today, {"昨": -1, "今": 0, "明": 1}[found[0]]))


def _counted(found: re.Match[str], today: date) -> Reading | None:
    ahead, unit, after = found["pre"], found["unit"], found["after"]
    if before(found) and before(found) in _NUMERALS + "第":
        return None
    if not (ahead or after) or (unit == "日" and after not in ("内", "之内", "以内")):
        return None
    if unit == "月" and found["n"] != "半":  # 3月后 is after March; months are counted with 个
        return None
    past = after in ("前", "之前", "以前")
    return _step(today, found["n"], unit.removeprefix("个"), -1 if past else 1)


def _step(today: date, count: str, unit: str, sign: int) -> Reading | None:
    if count == "半":
        days = {"月": 15, "年": 0, "天": 0, "小时": 0}.get(unit)
        if days is None:
            return None
        on = add_months(today, 6 * sign) if unit == "年" else add_days(today, sign * days)
        return fixed(on)
    number = read_count(count)
    if number is None:
        return None
    if unit == "工作日":
        return fixed(add_working_days(today, sign * number))
    if unit == "小时":
        return fixed(add_days(today, sign * -(-number // 24) if number >= 24 else 0))
    if unit == "半月":
        return fixed(add_days(add_months(today, sign * number), sign * 15))
    if unit in ("月", "季度", "年"):
        return fixed(add_months(today, sign * number * {"月": 1, "季度": 3, "年": 12}[unit]))
    return fixed(add_days(today, sign * number * (1 if unit in ("天", "日") else 7)))


def _week(found: re.Match[str], today: date) -> Reading | None:
    weeks = WEEKS_ZH[found["rel"]]
    if found["day"]:
        return fixed(week_day(today, weeks, WEEKDAYS_ZH[found["day"]]))
    if weeks < 0:
        return fixed(week_day(today, weeks, 4), precise=False, week=True)
    part = found["part"]
    if part == "中":
        return fixed(week_day(today, weeks, 2))
    if part in ("内", "之内", "以内") or weeks == 0:
        day = 4 if weeks or today.weekday() <= 4 else 6
        return fixed(week_day(today, weeks, day), week=True)
    return fixed(week_day(today, weeks, 0), week=True)


def _weekday(found: re.Match[str], today: date) -> Reading | None:
    if before(found) and before(found) in _NUMERALS + "每双单":
        return None
    if found["day"] == "末":
        weeks = 0 if today.weekday() < 5 else 1
        return fixed(week_day(today, weeks, 5))
    return coming(today, WEEKDAYS_ZH[found["day"]])


def _month(found: re.Match[str], today: date) -> Reading | None:
    first = today.replace(day=1)
    first = add_months(first, WEEKS_ZH[found["rel"]])
    if found["d"]:
        day = read_count(found["d"])
        if day is None or not 1 <= day <= 31:
            return None
        return fixed(first.replace(day=min(day, month_end(first).day)))
    if found["part"]:
        return fixed(part_of_month(first, PARTS_ZH[found["part"]]))
    whole = month_end(first) if first <= today else first
    return fixed(whole, precise=False)


def _month_edge(found: re.Match[str], today: date) -> Reading | None:
    if before(found) and before(found) in _NUMERALS + "个每":
        return None
    part = PARTS_ZH[found["part"]]
    first = today.replace(day=1)
    this = part_of_month(first, part)
    ahead = this if this >= today and part != "start" else part_of_month(add_months(first, 1), part)
    behind = this if this <= today else part_of_month(add_months(first, -1), part)
    return Reading(ahead, behind)


def _month_day(found: re.Match[str], today: date) -> Reading | None:
    if before(found) and before(found) in _NUMERALS + "./-第":
        return None
    year = _year(found["y"], today)
    month = read_count(found["m"])
    if month is None:
        return None
    if found["d"]:
        day = read_count(found["d"])
        if day is None:
            return None
        if year is None:
            return day_without_year(today, month, day)
        on = day_of(year, month, day)
        return fixed(on) if on else None
    return month_part(today, month, year, PARTS_ZH.get(found["part"] or ""))


def _year(text: str | None, today: date) -> int | None:
    if not text:
        return None
    if text in YEARS_ZH:
        return today.year + YEARS_ZH[text]
    number = int(text.rstrip("年 "))
    return number if number > 99 else 2000 + number


def _day_number(found: re.Match[str], today: date) -> Reading | None:
    if before(found) and before(found) in _NUMERALS + "第周期./:-":
        return None
    day = read_count(found["d"])
    return day_of_month(today, day) if day is not None else None


def _year_part(found: re.Match[str], today: date) -> Reading | None:
    if not found["rel"] and before(found) and before(found) in _NUMERALS + "每半":
        return None
    if found["half"]:
        year = today.year + YEARS_ZH[found["rel"] or "今年"]
        first, last = ((1, 1), (6, 30)) if found["half"] == "上半年" else ((7, 1), (12, 31))
        start, end = date(year, *first), date(year, *last)
        return fixed(start if start > today else end, precise=False)
    part = PARTS_ZH.get(found["part"] or "")
    if found["rel"]:
        return year_part(today, YEARS_ZH[found["rel"]], part)
    on = year_part(today, 0, part).on
    return Reading(on if on >= today else year_part(today, 1, part).on, on)


def _quarter(found: re.Match[str], today: date) -> Reading | None:
    number = found["q"] or found["z"]
    part = PARTS_ZH.get(found["part"] or "")
    if number:
        value = read_count(number)
        return quarter_part(today, value, _year(found["y"], today), part) if value else None
    if not found["rel"] and (not part or before(found) in ("个", "每", "换")):
        return None
    return quarter_from(today, WEEKS_ZH[found["rel"] or "本"], part)


_TENS = "0123456789一二三四五六七八九十"


def _inside(found: re.Match[str], today: date) -> Reading | None:
    if before(found) and before(found) in _NUMERALS + "个":
        return None
    if found["unit"] == "周":
        return fixed(week_day(today, 0, 4 if today.weekday() <= 4 else 6), week=True)
    on = month_end(today) if found["unit"] == "月" else year_part(today, 0, "end").on
    return fixed(on)


RULES = (
    rule("周月年", r"(?P<unit>[周月年])[之以]?内(?![部容])", _inside),
    rule("大前昨今明后", one_of(RELATIVE_ZH), _relative),
    rule("昨今明", r"[昨今明](?=上午|下午|中午|早上|晚上)", _half_day_word),
    rule(
        "再过隔半" + _NUMERALS,
        rf"(?P<pre>再过|过|隔)?\s?(?P<n>{_COUNT})[来多]?\s?(?P<unit>{_SPAN_UNIT})(?:左右|的?时间)?"
        r"(?P<after>之后|以后|过后|后(?!天)|之内|以内|内(?!部|容)|之前|以前|前(?!台|期)|(?=\s?再))?",
        _counted,
    ),
    rule(
        "下上这本",
        rf"(?P<rel>{_REL})一?个?{_WEEK}(?:(?:\s?的?\s?{_WEEK})?(?P<day>{_WEEKDAY}))?"
        r"(?P<part>初|中(?![国文心期间])|之内|以内|内(?!部|容))?",
        _week,
    ),
    rule("周星礼", rf"{_WEEK}(?P<day>{_WEEKDAY})", _weekday),
    rule(
        "下上这本",
        rf"(?P<rel>{_REL})一?个?月(?:份)?(?:的)?"
        rf"(?:(?P<d>{_NUMBER})[号日]|(?P<part>{_PART}))?",
        _month,
    ),
    rule("月", rf"月(?P<part>{_PART})", _month_edge),
    rule(
        "今明后去" + _TENS,
        r"(?:(?P<y>20\d\d年|\d\d年|今年|明年|后年|去年)\s?)?"
        rf"(?P<m>{_NUMBER})月(?:份)?\s?"
        rf"(?:(?P<d>{_NUMBER})(?:[号日]|(?![\d万亿%个元天人家kK周点年折号]))"
        rf"(?:\s?[-~到至]\s?{_NUMBER}[号日])?|(?P<part>{_PART}))?",
        _month_day,
    ),
    rule(
        _TENS,
        rf"(?P<d>{_NUMBER})(?:\s?[-~到至]\s?{_NUMBER})?[号日](?![线楼院机码店文本期志常报程])",
        _day_number,
    ),
    rule(
        "今明后去上下年",
        r"(?:(?P<rel>今年|明年|后年|去年)(?:的|年)?|年(?=[初中底末]))?"
        r"(?:(?P<half>上半年|下半年)|(?P<part>初|中(?=[再左后前,。\s]|$)|底|末))",
        _year_part,
    ),
    rule("今明后", r"(?P<rel>今年|明年|后年)(?P<half>)(?P<part>)", _year_part),
    rule(
        "q今明后去2" + "第一二三四1234下上这本季",
        r"(?:(?P<y>20\d\d年?|2\d年?|今年|明年|后年|去年)\s?)?"
        r"(?:(?:q(?P<q>[1-4])(?!\d))|第?(?P<z>[一二三四1-4])季度?|(?P<rel>下下|下|上|这|本)?个?季度?)"
        r"(?P<part>末|底|初|中(?=旬)|尾)?",
        _quarter,
    ),
)
