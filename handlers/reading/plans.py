"""Which of the days in a touch is the next step, and which tells when it happened.

The rule, in the order it decides:
1. A day that replaces another (改到周五, moved to Friday) wins.
2. A day whose words speak of a follow-up (跟进, 再联系, 约了, follow up, call back, check in).
3. A day on which something is to be done or answered (周五给方案, 周四答复, send Thursday).
4. Today, where the words speak of something still to do (今天下班前发, escalate today).
5. A day with no such words at all (下周三), if it is a day or a week and not a whole month.
Never: a day of the customer's own (预算3月批, 到期, 出差, go-live, expires), and never one that is off
(下周三不行). If only such a day is left and the line goes on with 到时再联系 or "ping him then", it is
that day. Among equals the earliest is next. Chinese says the day before its verb, English after, so
the words looked at first are those on the right in Chinese and those on the left in English.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from handlers.reading.clauses import Clause, by_clause
from handlers.reading.day_view import MOVED, NEVER, DayView, Ranked, first_at
from handlers.reading.days import FoundDay
from handlers.reading.lexicon import Lexicon, Mark
from handlers.reading.plan_turns import THEN
from handlers.reading.plan_words_en import PLAN_WORDS_EN
from handlers.reading.plan_words_zh import PLAN_WORDS_ZH

_WORDS = Lexicon(PLAN_WORDS_ZH, PLAN_WORDS_EN)
_THEN = re.compile(THEN)
_LATER_TODAY = re.compile(
    r"(?:今晚|今天)?(?:下午|晚上|晚点|晚些|稍后|待会儿?|等会儿?|一会儿?|过会儿?|傍晚|午饭后|饭后|after lunch|later"
    r"|(?:\d{1,2}|[一二两三四五六七八九十]{1,3})点半?(?:钟)?(?:[之以]?[后前]|左右)?)"
)
_STALE = 60
"""Days: a day longer past is history of the account, not the day of this contact."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What the days of a line say. `chosen` is the expression behind `next_on`."""

    next_on: date | None
    happened_on: date
    chosen: FoundDay | None


def read_plan(text: str, clauses: Sequence[Clause], days: Sequence[FoundDay], today: date) -> Plan:
    """The next step and the day of the contact in a folded text."""
    marks = [mark for mark in _WORDS.find(text) if mark.tag != "skip"]
    ranked: list[Ranked] = []
    past: list[FoundDay] = []
    for clause, own in by_clause(clauses, days):
        for place, day in enumerate(own):
            left = own[place - 1].end if place else clause.start
            right = own[place + 1].start if place + 1 < len(own) else clause.end
            view = DayView(text, marks, clause, day, left, right, today)
            if view.is_past():
                if not view.is_theirs():
                    past.append(day)
            else:
                ranked.append(view.ranked())
    chosen = _choose(ranked) or _meant_by_then(text, clauses, days, ranked, marks)
    happened = _happened(past, today)
    if chosen:
        return Plan(chosen.on, happened, chosen)
    on = _later_today(text, marks, days, today)
    return Plan(on, happened, None)


def _choose(ranked: Sequence[Ranked]) -> FoundDay | None:
    best = max((r.rank for r in ranked), default=NEVER)
    if best == NEVER:
        return None
    days = [r.day for r in ranked if r.rank == best]
    return days[-1] if best == MOVED else min(days, key=lambda day: day.on)


def _meant_by_then(
    text: str,
    clauses: Sequence[Clause],
    days: Sequence[FoundDay],
    ranked: Sequence[Ranked],
    marks: Sequence[Mark],
) -> FoundDay | None:
    theirs = [r.day for r in ranked if r.theirs]
    if not theirs:
        return None
    for clause, own in by_clause(clauses, days):
        then = _THEN.search(text, clause.start, clause.end)
        if not then or any(day not in theirs for day in own):
            continue
        before = [day for day in theirs if day.end <= then.start() + 1]
        if then[0].startswith("回来"):  # back after next week: nobody said when
            before = [day for day in before if day.precise and not day.week]
        near = marks[
            first_at(marks, max(clause.start, then.start() - 24)) : first_at(marks, clause.end)
        ]
        if before and any(m.tag in ("follow", "act", "set") for m in near):
            return before[-1]
    return None


def _happened(past: Sequence[FoundDay], today: date) -> date:
    """The first day told as past; today where the line says today as well, or nothing."""
    days = [day.past_on for day in past if day.precise or day.week]
    recent = [on for on in days if (today - on).days <= _STALE]
    return today if today in recent or not recent else recent[0]


def _later_today(
    text: str, marks: Sequence[Mark], days: Sequence[FoundDay], today: date
) -> date | None:
    """Today for 下午再打: a time of day without a day, with a follow-up right behind it."""
    for found in _LATER_TODAY.finditer(text):
        if any(day.start <= found.start() < day.end for day in days):
            continue
        near = [m for m in marks if found.end() <= m.start <= found.end() + 2]
        if near and near[0].tag == "follow":
            return today
    return None
