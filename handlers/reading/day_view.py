"""One day in a touch with the words around it: has it been, is it ours, how likely is it next."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from handlers.reading.clauses import Clause, last_pause, next_pause
from handlers.reading.days import FoundDay
from handlers.reading.lexicon import Mark
from handlers.reading.plan_turns import MOVED_FROM, MOVED_TO
from handlers.reading.spans import week_day

_MOVED_TO = re.compile(MOVED_TO)
_MOVED_FROM = re.compile(MOVED_FROM)
_MOVES = re.compile(r"改|挪|推|延|调|换|是|moved|resched|pushed|postponed|changed|shifted|instead")
_STILL = re.compile(
    r"先|要|会|得|需|记得|务必|前|内|下班|晚|再|准备|打算|will|to |need|must|by |before |eod|gonna"
)
_HELD_BY_THEM = re.compile(r"(?:到|至|until|till|til|thru|through) ?$")
_UNTIL = re.compile(r"[之以]?前")
_NOT_BEFORE = re.compile(r"\b(?:until|till|til|before) (?:the )?$")
_AGAIN = re.compile(r"[之以]?[前后]? ?(?:再|跟进|联系|回访|约)")
_LEFT_ALONE = re.compile(
    r"(?:don'?t|do not|not to|asked not to|no) (?:call|contact|chas|ping|bother|disturb|email)"
)
_BETWEEN = re.compile(r"\b(?:before|after|until|till|when|once)\b")
_LED = re.compile(r"\b(?:in|by|until|till|around|before|early|mid|late|come|for) $")
_YEARS_APART = 200
"""Days: a day without a year that lies further ahead was most likely this far back."""
_LONG_AGO = 45
"""Days: something told as done was not done longer ago than this."""

MOVED, FOLLOW, ACT, TODAY, PLAIN, NEVER = 6, 5, 4, 3, 2, 0
"""How good a next step a day is; the rule in words is in plans.py."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """A day with its rank; `theirs` when it is the customer's own."""

    day: FoundDay
    rank: int
    theirs: bool


def first_at(marks: Sequence[Mark], at: int) -> int:
    """The index of the first mark that starts at or after an offset."""
    return bisect_left(marks, at, key=_start)


def _start(mark: Mark) -> int:
    return mark.start


class DayView:
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
        after = marks[first_at(marks, day.end) : first_at(marks, right)]
        before = marks[first_at(marks, left) : first_at(marks, day.start)]
        before = [m for m in reversed(before) if m.end <= day.start]
        self.after = [m for m in after if m.start < near_right]
        self.before = [m for m in before if m.start >= near_left]
        self.far_after = [m for m in after if m.start >= near_right]
        self.far_before = [m for m in before if m.start < near_left]

    def is_past(self) -> bool:
        """Whether the day tells when something happened rather than what comes next."""
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
        if self.clause.chinese and day.weekday and not done:  # 周一去他公司开了会
            deeds = [m.tag for m in self.after if m.tag != "act"]
            done = deeds[:1] == ["done"] and not _AGAIN.match(self.text, day.end)
        return (
            done
            and (today - day.past_on).days <= _LONG_AGO
            and not _UNTIL.match(self.text, day.end)
        )

    def _still_to_do(self, words: Sequence[Mark]) -> bool:
        if not words or words[0].tag in ("done", "not"):
            return False
        around = self.text[max(self.left, self.day.start - 12) : min(self.right, self.day.end + 6)]
        if any(m.tag == "done" for m in self.after):
            return False
        if self.clause.chinese:
            return bool(_STILL.search(self.text[self.day.start : self.day.end + 4]))
        return (
            words[0].tag in ("follow", "act") and not any(m.tag == "done" for m in self.before)
        ) or bool(_STILL.search(around))

    def _in_order(self) -> list[Mark]:
        """The marks that may govern the day, the likeliest first."""
        if self.clause.chinese:
            return [*self.after, *self.before, *self.far_after, *self.far_before]
        return [*self.before, *self.after, *self.far_before, *self.far_after]

    def is_theirs(self) -> bool:
        """Whether the words at the day speak of something of the customer's own."""
        return self._tag() == "theirs"

    def ranked(self) -> Ranked:
        """How good a next step the day is."""
        rank, theirs = self._rank()
        return Ranked(self.day, rank, theirs)

    def _rank(self) -> tuple[int, bool]:
        day = self.day
        lead = self.text[max(0, day.start - 48) : day.start]
        if _MOVED_TO.search(lead):
            return (MOVED if day.precise else ACT), False
        if self.after and self.after[0].tag == "not":
            waits = _UNTIL.match(self.text, day.end) or self.text[day.end - 1] == "前"
            return (FOLLOW if waits else NEVER), False
        if _MOVED_FROM.search(lead) and _MOVES.search(
            self.text, day.start - min(day.start, 30), self.clause.end
        ):
            return NEVER, False
        if _NOT_BEFORE.search(lead) and _LEFT_ALONE.search(lead):
            return (FOLLOW if day.precise else ACT), False
        if self.before and self.before[0].tag == "not" and self.before[0].end > day.start - 3:
            return NEVER, False
        tag = self._tag()
        if tag == "theirs":
            return NEVER, True
        if tag == "set":
            subject = [m for m in (*self.before, *self.far_before) if m.tag not in ("set", "done")]
            theirs = bool(subject) and subject[0].tag in ("theirs", "topic")
            return (NEVER if theirs else FOLLOW), theirs
        if tag == "follow":
            return (FOLLOW if day.on > self.today else TODAY), False
        if tag == "act" and ((day.precise and not self._this_week()) or self._close()):
            return (ACT if day.on > self.today else TODAY), False
        if tag == "done" and day.on == day.past_on and day.precise and not day.weekday:
            return PLAIN, False
        plain = (
            day.sure
            and not self._this_week()
            and (day.precise or day.week)
            and tag in (None, "done")
        )
        return (PLAIN if plain else NEVER), not plain

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
