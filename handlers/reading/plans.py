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
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from handlers.reading.clauses import Clause, by_clause, last_pause, next_pause
from handlers.reading.days import FoundDay
from handlers.reading.lexicon import Lexicon, Mark
from handlers.reading.spans import week_day
from handlers.reading.plan_words import MOVED_FROM, MOVED_TO, PLAN_WORDS, THEN

_WORDS = Lexicon(PLAN_WORDS)
_MOVED_TO = re.compile(MOVED_TO)
_MOVED_FROM = re.compile(MOVED_FROM)
_MOVED = re.compile(r"改|挪|推|延|调|换|是|moved|resched|pushed|postponed|changed|shifted|instead")
_THEN = re.compile(THEN)
_LATER_TODAY = re.compile(r"(?:今晚|今天)?(?:下午|晚上|晚点|晚些|稍后|待会儿?|等会儿?|一会儿?|过会儿?|傍晚|午饭后|饭后|after lunch|later"
    r"|(?:\d{1,2}|[一二两三四五六七八九十]{1,3})点半?(?:钟)?(?:[之以]?[后前]|左右)?)")
_STILL = re.compile(r"先|要|会|得|需|记得|务必|前|内|下班|晚|再|准备|打算|will|to |need|must|by |before |eod|gonna")
_HELD_BY_THEM = re.compile(r"(?:到|至|until|till|til|thru|through) ?$")
_UNTIL = re.compile(r"[之以]?前")
_NOT_BEFORE = re.compile(r"\b(?:until|till|til|before) (?:the )?$")
_AGAIN = re.compile(r"[之以]?[前后]? ?(?:再|跟进|联系|回访|约)")
_LEFT_ALONE = re.compile(r"(?:don'?t|do not|not to|asked not to|no) (?:call|contact|chas|ping|bother|disturb|email)")
_BETWEEN = re.compile(r"\b(?:before|after|until|till|when|once)\b")
_LED = re.compile(r"\b(?:in|by|until|till|around|before|early|mid|late|come|for) $")
_MOVED_RANK, _FOLLOW, _ACT, _TODAY, _PLAIN, _NEVER = 6, 5, 4, 3, 2, 0
_YEARS_APART = 200


@dataclass(frozen=True, slots=True)
class Plan:
    """What the days of a line say. `chosen` is the expression behind `next_on`."""

    next_on: date | None
    happened_on: date
    chosen: FoundDay | None
    past: tuple[FoundDay, ...]


@dataclass(frozen=True, slots=True)
class _Ranked:
    day: FoundDay
    rank: int
    theirs: bool


def read_plan(
    text: str, clauses: Sequence[Clause], days: Sequence[FoundDay], today: date
) -> Plan:
    """The next step and the day of the contact in a folded text."""
    marks = [mark for mark in _WORDS.find(text) if mark.tag != "skip"]
    ranked: list[_Ranked] = []
    past: list[FoundDay] = []
    for clause, own in by_clause(clauses, days):
        for place, day in enumerate(own):
            left = own[place - 1].end if place else clause.start
            right = own[place + 1].start if place + 1 < len(own) else clause.end
            view = _View(text, marks, clause, day, left, right, today)
            if view.is_past():
                past.append(day)
            else:
                ranked.append(view.ranked())
    chosen = _choose(ranked) or _meant_by_then(text, clauses, days, ranked, marks)
    happened = _happened(past, today)
    if chosen:
        return Plan(chosen.on, happened, chosen, tuple(past))
    on = _later_today(text, marks, days, today)
    return Plan(on, happened, None, tuple(past))


def _choose(ranked: Sequence[_Ranked]) -> FoundDay | None:
    best = max((r.rank for r in ranked), default=_NEVER)
    if best == _NEVER:
        return None
    days = [r.day for r in ranked if r.rank == best]
    return days[-1] if best == _MOVED_RANK else min(days, key=lambda day: day.on)


def _meant_by_then(
    text: str,
    clauses: Sequence[Clause],
    days: Sequence[FoundDay],
    ranked: Sequence[_Ranked],
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
        near = marks[_first(marks, max(clause.start, then.start() - 24)) : _first(marks, clause.end)]
        if before and any(m.tag in ("follow", "act", "set") for m in near):
            return before[-1]
    return None


def _first(marks: Sequence[Mark], at: int) -> int:
    return bisect_left(marks, at, key=_start)


def _start(mark: Mark) -> int:
    return mark.start


def _happened(past: Sequence[FoundDay], today: date) -> date:
    days = [day.past_on for day in past if day.precise or day.week]
    return days[0] if days else today


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


class _View:
    """One day with the words around it."""

    def __init__(
        self,
        text: str,
        marks: Sequence[Mark],
        clause: Clause,
        day: FoundDay,
        left: int,
        right: int,
        today: date,
    ) -> None:
        self.text, self.clause, self.day, self.today = text, clause, day, today
        self.left, self.right = left, right
        near_right = next_pause(text, day.end, right)
        near_left = last_pause(text, left, day.start)
        after = marks[_first(marks, day.end) : _first(marks, right)]
        before = [m for m in marks[_first(marks, left) : _first(marks, day.start)]][::-1]
        before = [m for m in before if m.end <= day.start]
        self.after = [m for m in after if m.start < near_right]
        self.before = [m for m in before if m.start >= near_left]
        self.far_after = [m for m in after if m.start >= near_right]
        self.far_before = [m for m in before if m.start < near_left]

    def is_past(self) -> bool:
        day, today = self.day, self.today
        if day.on < today:
            return True
        words = self._in_order()
        done = bool(words) and words[0].tag == "done"
        if day.on == today:
            return not self._still_to_do(words)
        if day.on == day.past_on or not day.precise:
            return False
        if not day.weekday and (day.on - today).days > _YEARS_APART:
            close = (today - day.past_on).days < _YEARS_APART // 2
            return close and not _AGAIN.match(self.text, day.end)
        return done and (today - day.past_on).days <= 45 and not _UNTIL.match(self.text, day.end)

    def _still_to_do(self, words: Sequence[Mark]) -> bool:
        if not words or words[0].tag in ("done", "not"):
            return False
        around = self.text[max(self.left, self.day.start - 12) : min(self.right, self.day.end + 6)]
        if any(m.tag == "done" for m in self.after):
            return False
        if self.clause.chinese:
            return bool(_STILL.search(self.text[self.day.start : self.day.end + 4]))
        return words[0].tag in ("follow", "act") and not any(
            m.tag == "done" for m in self.before
        ) or bool(_STILL.search(around))

    def _in_order(self) -> list[Mark]:
        """The marks that may govern the day, the likeliest first."""
        if self.clause.chinese:
            return [*self.after, *self.before, *self.far_after, *self.far_before]
        return [*self.before, *self.after, *self.far_before, *self.far_after]

    def ranked(self) -> _Ranked:
        rank, theirs = self._rank()
        return _Ranked(self.day, rank, theirs)

    def _rank(self) -> tuple[int, bool]:
        day = self.day
        lead = self.text[max(0, day.start - 48) : day.start]
        if _MOVED_TO.search(lead):
            return (_MOVED_RANK if day.precise else _ACT), False
        if self.after and self.after[0].tag == "not":
            waits = _UNTIL.match(self.text, day.end) or self.text[day.end - 1] == "前"
            return (_FOLLOW if waits else _NEVER), False
        if _MOVED_FROM.search(lead) and _MOVED.search(
            self.text, day.start - min(day.start, 30), self.clause.end
        ):
            return _NEVER, False
        if _NOT_BEFORE.search(lead) and _LEFT_ALONE.search(lead):
            return (_FOLLOW if day.precise else _ACT), False
        if self.before and self.before[0].tag == "not" and self.before[0].end > day.start - 3:
            return _NEVER, False
        tag = self._tag()
        if tag == "theirs":
            return _NEVER, True
        if tag == "set":
            subject = [m for m in (*self.before, *self.far_before) if m.tag not in ("set", "done")]
            theirs = bool(subject) and subject[0].tag in ("theirs", "topic")
            return (_NEVER if theirs else _FOLLOW), theirs
        if tag == "follow":
            return (_FOLLOW if day.on > self.today else _TODAY), False
        if tag == "act" and ((day.precise and not self._this_week()) or self._close()):
            return (_ACT if day.on > self.today else _TODAY), False
        if tag == "done" and day.on == day.past_on and day.precise and not day.weekday:
            return _PLAIN, False
        plain = day.sure and not self._this_week() and (day.precise or day.week) and tag in (None, "done")
        return (_PLAIN if plain else _NEVER), not plain

    def _tag(self) -> str | None:
        if not self.day.sure:
            near = [m for m in self.after if m.start <= self.day.end + 2]
            near += [m for m in self.before if m.end >= self.day.start - 4]
            return near[0].tag if near and near[0].tag in ("follow", "act") else "none"
        if self.clause.chinese:
            return self._chinese_tag()
        first = self._governing()
        if first and first.tag == "theirs":
            if self.after and self.after[0].tag == "follow":
                return "follow"
            return "theirs"
        if first and first.tag in ("follow", "act", "set"):
            return first.tag
        words = [m for m in self._in_order() if m.tag != "done"]
        if not self.day.precise and any(m.tag == "follow" for m in self.before):
            return "follow"
        return _owned(words[0].tag) if words else None

    def _governing(self) -> Mark | None:
        """The verb on the left, past the things it is done to."""
        for place, mark in enumerate(self.before):
            if mark.tag != "topic":
                between = self.text[mark.end : self.day.start]
                return None if place and _BETWEEN.search(between) else mark
        return None

    def _chinese_tag(self) -> str | None:
        lead = self.text[max(self.left, self.day.start - 10) : self.day.start]
        if _HELD_BY_THEM.search(lead) and self.before and self.before[0].tag == "theirs":
            return "theirs"
        after = [m.tag for m in self.after if m.tag != "done"]
        if "follow" in after or ("set" in after and "theirs" not in after):
            return "follow"
        if after:
            return self._beside(after)
        words = [m for m in (*self.before, *self.far_after, *self.far_before) if m.tag != "done"]
        return _owned(words[0].tag) if words else None

    def _beside(self, after: Sequence[str]) -> str | None:
        """What stands behind the day, past things it is done to; a thing alone must be close."""
        deed = next((tag for tag in after if tag != "topic"), None)
        close = self.after and self.after[0].start <= self.day.end + 2
        return deed or ("theirs" if close or not self.day.precise else None)

    def _this_week(self) -> bool:
        return self.day.week and self.day.on < week_day(self.today, 1, 0)

    def _close(self) -> bool:
        """Whether the deed stands right at the day, as a whole month or this week needs it to."""
        if not self.clause.chinese and self.before:
            if self._this_week():
                return True
            led = _LED.search(self.text[max(0, self.day.start - 8) : self.day.start])
            return bool(led) or self.text.startswith("next", self.day.start)
        after = self.after and self.after[0].start <= self.day.end + 1
        before = self.before and self.before[0].end >= self.day.start - 2
        return bool(after or (before and not self.clause.chinese))


def _owned(tag: str) -> str:
    return "theirs" if tag == "topic" else tag
