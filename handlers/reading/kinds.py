"""How the customer was contacted: what happened decides, not what is planned or talked about."""

from __future__ import annotations

import re
from collections.abc import Sequence

from handlers.reading.clauses import Clause, by_clause, next_pause
from handlers.reading.days import FoundDay
from handlers.reading.kind_words_en import KIND_WORDS_EN
from handlers.reading.kind_words_zh import KIND_WORDS_ZH
from handlers.reading.lexicon import Lexicon, Mark
from handlers.reading.plan_turns import INTENT_EN, INTENT_ZH
from scoring.model import TouchKind

_WORDS = Lexicon(KIND_WORDS_ZH, KIND_WORDS_EN)
_INTENT_ZH = re.compile(INTENT_ZH)
_INTENT_EN = re.compile(INTENT_EN)
_DONE = re.compile(r"[了过完里]|没|未|不[接通]|拒接|占线|关机")
_FAILED = re.compile(
    r"[没未不]接|没打?通|打不通|无人接听|没人接|拒接|占线|关机|忙音|voice ?mail|vm$|no answer|pick ?up|tried"
    r"|not answering|busy"
)
_REACHED = re.compile(
    r"打通了|接通了|got through|finally (?:answered|reached)|回电|回了?电话|called back"
)
_NOT_DONE = re.compile(
    r"(?:没|没有|未|还没|不用|不要|别|无需|haven'?t|didn'?t|not|never)[\s]?(?:去|能|有)?$"
)
_INTERNAL = re.compile(r"(?:内部|internal(?:ly)?|our team|公司内|部门内部)[^,。; ]{0,4} ?$")
_OFF = re.compile(
    r"取消|推迟|延期|改期|推[到至]|挪[到至]|延[到至后]|顺延|提前[到至]|调整?到|换到|改到|改成|改约|cancel|moved? to|moving to|resched|postpone|pushed (?:to|back|out)|no[- ]?show|放鸽子|爽约|没show|没出现|没参加|didn't (?:show|join|attend)"
)
_APPOINTMENTS = ("meeting!", "meeting?", "visit!", "visit?", "event!", "event?", "call?")
_EARLIER = re.compile(r"(?:过(?:的|[,。; ]|$)|过了?一?面)")
_BEFORE = re.compile(
    r"上次|之前|以前|此前|去年|上个?月|last (?:month|year|time)|previously|earlier"
)
_INTERNALLY = re.compile(r"internally|no customer contact")
# English nouns that are as easily planned as done, and the words behind them that say done.
_NOUN = re.compile(
    r"(?:phone |video |conference |quick |slack |teams |zoom |wechat |whatsapp )?(?:call|meeting|mtg|zoom|demo"
    r"|qbr|ebr|teams|lunch|dinner|coffee|breakfast|on-?site|on site|site visit|visit|dm|webinar|workshop"
    r"|training|in person|face to face|f2f|google meet)"
)
_NOUN_DONE = re.compile(
    r"went|done|was|ok|good|held|finished|completed?|over$|today$|'?e?d$|了|过|完|里|上"
)
_ALREADY = re.compile(r"(?:已经?|刚刚?|刚才|just|already) ?$")
_HEAD = re.compile(r"(?:just|quick|short|good|great|long|brief|刚|今天|today|yesterday|昨天)?$")
_RANKS = {"event": 5, "visit": 4, "meeting": 3, "call": 2, "message": 1, "email": 1}
_WEAK_NOUNS = ("meeting?", "visit?", "event?")
_LAST_RESORTS = {"talk": "call", "parley": "meeting", "again": "call", "paper": "email"}
_LEAD = 28
"""Characters before a word that can tell whether it is planned."""
_STRONG, _WEAK, _LAST = 5, 3, 1


def read_kind(text: str, clauses: Sequence[Clause], chosen: FoundDay | None) -> TouchKind:
    """The kind a folded line tells of; `note` when no contact took place.

    Of several contacts in one line the closest counts: event and visit before meeting, meeting
    before call, call before writing; an attempt that failed yields to any contact that was made.
    """
    best: tuple[tuple[int, int, int], str] | None = None
    marks = [mark for mark in _WORDS.find(text) if mark.tag != "skip"]
    unreached = bool(_FAILED.search(text)) and not _REACHED.search(text)
    for clause, own in by_clause(clauses, marks):
        off = _OFF.search(text, clause.start, clause.end) if own else None
        for mark in own:
            if off and _appointment(text, mark) and _same_thought(text, mark, off):
                continue
            weight = _weight(text, clause, mark, chosen)
            if weight is None:
                continue
            strength, rank = weight
            kind = _LAST_RESORTS.get(mark.tag, mark.tag[:-1])
            if kind == "call" and unreached:
                strength -= 1
            if _earlier(text, clause, mark):
                strength -= 4
            key = (strength, rank, -mark.start)
            if best is None or key > best[0]:
                best = key, kind
    return TouchKind(best[1]) if best else TouchKind.NOTE


def _weight(
    text: str, clause: Clause, mark: Mark, chosen: FoundDay | None
) -> tuple[int, int] | None:
    """How strongly a mention tells of a contact, and how close one; None when only planned."""
    words = text[mark.start : mark.end]
    lead = text[max(clause.start, mark.start - _LEAD) : mark.start]
    if _NOT_DONE.search(lead) and words[0] != "回" and not _FAILED.search(words):
        return None
    if mark.tag == "again":
        return _LAST, 0
    if _INTERNAL.search(lead) or _INTERNALLY.search(text, clause.start, clause.end):
        return None
    latin = words.isascii()
    done = _is_done(text, mark, latin) or bool(_ALREADY.search(lead))
    if lead.endswith("邀请") and mark.tag[:-1] in ("email", "message"):
        done = True  # the invitation itself was written
    if not done and _planned(text, lead, latin, mark, chosen, clause):
        return None
    if mark.tag in _LAST_RESORTS:
        return _LAST, 0
    head = mark.start - clause.start < _LEAD and bool(_HEAD.match(lead.strip()))
    strong = mark.tag[-1] == "!" or head
    return _STRONG if strong else _WEAK, _RANKS[mark.tag[:-1]]


def _appointment(text: str, mark: Mark) -> bool:
    words = text[mark.start : mark.end]
    return mark.tag in _APPOINTMENTS or bool(_NOUN.match(words) and not _NOUN_DONE.search(words))


def _same_thought(text: str, mark: Mark, off: re.Match[str]) -> bool:
    first, last = min(mark.end, off.end()), max(mark.start, off.start())
    return last <= first or next_pause(text, first, last + 1) > last


def _earlier(text: str, clause: Clause, mark: Mark) -> bool:
    """Whether the words tell of a contact some time ago: 展会上聊过, 上次拜访时."""
    if _BEFORE.search(text, max(clause.start, mark.start - 10), mark.start):
        return True
    stop = min(clause.end, mark.end + 6) + 1
    return mark.tag not in _LAST_RESORTS and bool(_EARLIER.search(text, mark.start, stop))


def _is_done(text: str, mark: Mark, latin: bool) -> bool:
    words = text[mark.start : mark.end]
    if latin:
        if _NOUN.match(words) and not _NOUN_DONE.search(words):
            return False
        return mark.tag[-1] == "!" or mark.tag in _LAST_RESORTS
    return bool(_DONE.search(words)) or text[mark.end : mark.end + 1] in (
        "了",
        "完",
    )


def _planned(
    text: str,
    lead: str,
    latin: bool,
    mark: Mark,
    chosen: FoundDay | None,
    clause: Clause,
) -> bool:
    intent = _INTENT_ZH if clause.chinese else _INTENT_EN
    if intent.search(lead):
        return True
    if latin and clause.chinese and _INTENT_EN.search(lead):
        return True
    if chosen is None or not clause.start <= chosen.start < clause.end:
        return False
    if latin and _NOUN.match(text[mark.start : mark.end]):
        return True
    if clause.chinese:
        at_the_day = mark.tag in _WEAK_NOUNS and 0 <= chosen.start - mark.end <= 2
        if at_the_day:  # 会议3月19日
            return True
        return chosen.end <= mark.start < next_pause(text, chosen.end, clause.end)
    return True
