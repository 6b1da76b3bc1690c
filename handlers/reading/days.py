"""Reading days, in whole phrases and inside free text.

Conventions, because words alone leave them open: weeks start on Monday; 下周三 and next Wednesday
lie in the following calendar week; 周五 and Friday are the coming one, a week away on a Friday;
下周 alone is its Monday, 这周 its Friday, 周末 its Saturday, a coming month or quarter its first day
and the running one its last; 月底 clips to the month. Times of day are tolerated and ignored.
Public holidays (春节后) and vague words (尽快, 过几天, soon) give no day.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from itertools import islice

from handlers.reading import day_rules_en, day_rules_numeric, day_rules_zh
from handlers.reading.day_rules import Rule
from handlers.reading.digits import clean, fold
from handlers.reading.lexicon import hops
from handlers.reading.periods import Period, read_period
from handlers.reading.spans import Reading

READ_AT_MOST = 2_000
"""Characters of a text that are read; what stands further on is kept but not understood."""
DAYS_AT_MOST = 40
"""Day expressions looked at in one text: more is a table somebody pasted, not a touch."""


@dataclass(frozen=True, slots=True)
class FoundDay:
    """A day expression in `text[start:end]`.

    `on` is its day if it is still to come, `past_on` if it has been; they differ only where year or
    week are open. `precise` is false for whole months, quarters, years; `sure` is false for shapes
    such as 3.10 that may be no date; `weekday` marks a bare weekday.
    """

    start: int
    end: int
    on: date
    past_on: date
    precise: bool = True
    sure: bool = True
    weekday: bool = False
    week: bool = False


_ALL = (*day_rules_zh.RULES, *day_rules_en.RULES, *day_rules_numeric.RULES)
_compiled = cache(re.compile)


@cache
def _rules_at(first: str) -> tuple[tuple[re.Pattern[str], Rule], ...]:
    """The rules for a first character; compiled when first met, as start-up must be quick."""
    return tuple((_compiled(rule.pattern), rule) for rule in _ALL if first in rule.starts)


_HOP = hops({first for rule in _ALL for first in rule.starts}, "a-z0-9")
_TIME = re.compile(
    r"\s?(?:的|at|@)?\s?\(?(?:(?:上午|下午|中午|早上|晚上|傍晚|凌晨|上班|下班)(?:\s?(?:\d{1,2}|[一二两三四五六七八九十]{1,3})"
    r"(?:[:点]半?(?:\d{1,2}分?)?)?)?"
    r"|\d{1,2}(?::\d\d)?\s?[ap]\.?m\b\.?|\d{1,2}:\d\d|\d{1,2}点半?"
    r"|(?:in the )?(?:morning|afternoon|evening|noon)\b)\)?"
)
_OR = re.compile(r"\s?(?:或者?|、|/|至|到|-|~|和|or|to|and|&)\s?")
_MOVED = re.compile(r"(?:from|从|由)\s?$")
_DAY_END = re.compile(r"eod|cob|end of (?:the )?day")
_FILLER = re.compile(
    r"^(?:on|in|by|at|until|till|before|around|about|the|next:?|在|于|到|等|截至|大概|大约|约|下次:?)\s*"
    r"|\s*(?:之前|以前|前|左右|吧|的)$"
)


def find_days(text: str, today: date) -> list[FoundDay]:
    """Every day expression in the text, in order; offsets are those of `text`.

    Linear: at each place only the bounded rules of its first character are tried.
    """
    return days_in(fold(text[:READ_AT_MOST]), today)


def days_in(folded: str, today: date) -> list[FoundDay]:
    """The same for a text that is folded already; at most DAYS_AT_MOST of them."""
    return list(islice(_absorbed(folded, today), DAYS_AT_MOST))


def read_day(text: str, today: date) -> date | None:
    """The day a whole phrase means, the nearest to come where it leaves that open; else None."""
    phrase = fold(clean(text)).rstrip(".!。,，")
    if not phrase or len(phrase) > 60:
        return None
    found = list(_absorbed(phrase, today))
    if not found:
        return None
    first, last = found[0], found[-1]
    rest = _FILLER.sub("", phrase[: first.start].strip() + " ").strip()
    rest += _FILLER.sub("", " " + _without_time(phrase[last.end :])).strip()
    same = all(day.on == first.on for day in found)
    return first.on if same and not _FILLER.sub("", rest).strip(" (),的") else None


def _without_time(tail: str) -> str:
    time = _TIME.match(tail)
    return tail[time.end() :] if time else tail


def _absorbed(text: str, today: date) -> Iterator[FoundDay]:
    """The days without the second half of 下周三或周四, of 3/9 to 3/11 and of 3月5日(周四)."""
    held: FoundDay | None = None
    for day in _scan(text, today):
        if held:
            between = text[held.end : day.start]
            if held.on == today and between == " " and _DAY_END.match(text, held.start):
                held = replace(day, start=held.start)  # EOD tomorrow
                continue
            joined = _OR.fullmatch(between) and not _MOVED.search(text[: held.start][-6:])
            if (joined and day.precise and held.precise) or (
                day.weekday and between in ("(", " (", "", " ")
            ):
                held = replace(held, end=day.end)
                continue
            yield held
        held = day
    if held:
        yield held


def _scan(text: str, today: date) -> Iterator[FoundDay]:
    done = 0
    for hop in _HOP.finditer(text):
        at = hop.start()
        if at < done:
            continue
        best: Reading | None = None
        end = at
        for pattern, rule in _rules_at(text[at]):
            found = pattern.match(text, at)
            if found and found.end() > end and (reading := rule.resolve(found, today)):
                best, end = reading, found.end()
        if best is None:
            continue
        stop = _end_with_time(text, end)
        yield FoundDay(
            at, stop, best.on, best.past_on, best.precise, best.sure, best.weekday, best.week
        )
        done = stop


def _end_with_time(text: str, end: int) -> int:
    time = _TIME.match(text, end)
    return time.end() if time else end


__all__ = ["READ_AT_MOST", "FoundDay", "Period", "find_days", "read_day", "read_period"]
