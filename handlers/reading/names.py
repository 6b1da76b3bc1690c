"""Whom the touch was with: the customer's person, written as it was typed, title kept."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence, Set

from handlers.reading.customer_words import named_at
from handlers.reading.days import FoundDay
from handlers.reading.digits import fold
from handlers.reading.name_words import (
    COMPOUND_SURNAMES,
    ENGLISH_FIRST_NAMES,
    HONORIFICS,
    NICK_NOT_FOLLOWED,
    NOT_GIVEN,
    NOT_LATIN_NAMES,
    NOT_NAMES,
    RARE_SURNAMES,
    SURNAMES,
    TITLES,
)

_SURNAMES = frozenset(SURNAMES)
_OURS = re.compile(
    r"(?:我们|我司|我方|咱们?|公司|同事|内部|跟我|@|安排|派|our |my |internal(?:ly)?[: ]+|colleague |with our )$"
)
_LED = r"和|跟|给|与|找|约了?|见了?|联系|拜访了?|打给|通知|回复|询问|陪|请|@|对接人|联系人|客户|call了?|met|with|w/"
_LED_ZH = re.compile(rf"(?:{_LED})\s?$")
_NICK = re.compile(rf"[小老阿]([{SURNAMES}])")
_TITLE = re.compile("|".join(re.escape(t) + (f"(?![{n}])" if n else "") for t, n in TITLES))
# After a given name the one-character titles are too short to trust: 高尔夫局.
_AFTER_GIVEN = frozenset(t for t, _ in TITLES if len(t) > 1 or t in "总董")
_EXPECTED = re.compile(rf"(?:(?P<led>{_LED})[:\s]{{0,2}}|^|(?<=[,。;!? \n]))(?=[{SURNAMES}])")
_NAME_THEN = re.compile(
    r"\s?(?:聊|谈|打|通[了过个话]|说|开[了会]|见|发|沟通|确认|吃|约|电话|微信|邮件|企微|短信|反馈|讨论|对[了接]|过了|回[复了访]"
    r"|那边|线上|视频|语音|表示|要求|来电|问|zoom|call|demo|sync|email|meeting|介绍|汇报|演示|提|碰|交流|面|[,。;]|$)"
)
_NAME_SAYS = re.compile(r"(?:说|表示|反馈|要求|来电|问|回复|答应|同意|电话|打电话|微信|那边)")
_LATIN_TITLE = re.compile(r"总(?![结部计共量价数额监经])|姐|哥|老师|经理")
_LATIN = re.compile(r"[A-Za-z][A-Za-z'’\-]*[A-Za-z]|[A-Za-z]")
_HONORIFIC = re.compile(
    rf"(?<![a-z])(?:{'|'.join(HONORIFICS)})\.?\s[a-z][a-z'\-]{{1,19}}(?:\s[A-Z][a-z'\-]{{1,19}})?"
)
_LED_EN = re.compile(
    r"(?:\b(?:with|w|to|from|met|called|call|emailed|email|texted|messaged|pinged|dm'?e?d?|visited|saw|phoned"
    r"|rang|by|told|asked|whatsapped|wechatted|slacked|spoke to|chased|ping|hosted|see|contact|into"
    r"|reach|reached|w/|follow up with|calling|whatsapp|wechat|slack|text|msg|dm|meet|had|and|up with|trained"
    r"|introduced|walked|showed|sent|presented to|remind|chase|ceo|cto|cfo|coo|cio|vp|director|manager|head|lead|champion|buyer|sponsor|poc|boss)\s?|w/\s?|@|[和跟给与找约见了])\s?$"
)
_SAYS_EN = re.compile(
    r"(?:'s\b|\s?(?:said|says|called|emailed|texted|messaged|wants?|wanted|asked|asks|is|was|will|confirmed|replied"
    r"|rang|agreed|told|mentioned|has|had|needs|didn'?t|did not|isn'?t|hasn'?t|won'?t|can'?t|pinged|sent|thinks"
    r"|likes?|loves?|hates?|out of|on (?:leave|vacation)|retir|left|leav|prefers|promised|complain|showed"
    r"|and [A-Z]|hung|picked|answered|never|keeps|seems|also|just|refus|declin|push|reject|accept|approv|attended|came|got|still|not|from|at)\b"
    r"|\s?[说聊的电微来要问回打那没给确发约同想跟和])"
)


def read_contact(
    text: str,
    folded: str,
    days: Sequence[FoundDay],
    contacts: Sequence[str],
    customer: Sequence[str] = (),
) -> str | None:
    """The first person of the customer's named in the text, else None.

    Known `contacts` come first: whoever of them is named first is meant. Several people: the first.
    The names of the `customer`, or how they begin, name nobody.
    """
    known = _known(folded, contacts)
    if known:
        return known
    taken = {at for day in days for at in range(day.start, day.end)}
    taken |= {at for name in customer for at in named_at(name, folded)}
    found = [
        *_titled(folded),
        *_nicknames(folded),
        *_full_names(folded, {day.start for day in days}),
    ]
    found += _honorifics(text, folded)
    free = [span for span in found if not _overlaps(span, taken) and not _ours(folded, span[0])]
    free += [span for span in _latin(text, folded, taken) if not _ours(folded, span[0])]
    if not free:
        return None
    start = min(span[0] for span in free)
    end = next(span[1] for span in free if span[0] == start)
    return text[start:end]


def _known(folded: str, contacts: Sequence[str]) -> str | None:
    places: list[tuple[int, int, str]] = []
    for contact in contacts:
        name = fold(contact).strip()
        at = folded.find(name) if name else -1
        if at >= 0 and not (name.isascii() and _inside_word(folded, at, at + len(name))):
            places.append((at, -len(name), contact))
    return min(places)[2] if places else None


def _inside_word(text: str, start: int, end: int) -> bool:
    before = start > 0 and text[start - 1].isascii() and text[start - 1].isalpha()
    after = end < len(text) and text[end].isascii() and text[end].isalpha()
    return before or after


def _overlaps(span: tuple[int, int], taken: Set[int]) -> bool:
    return span[0] in taken or span[1] - 1 in taken


def _ours(folded: str, start: int) -> bool:
    return bool(_OURS.search(folded[max(0, start - 12) : start]))


def _titled(text: str) -> Iterator[tuple[int, int]]:
    """王总, 李建国经理, 欧阳老师, 小王总; found from the title backwards."""
    for found in _TITLE.finditer(text):
        start = _name_start(text, found)
        if start is not None:
            nick = start and text[start - 1] in "小老" and text[start - 2 : start - 1] != "大"
            yield start - 1 if nick else start, found.end()


def _name_start(text: str, title: re.Match[str]) -> int | None:
    at = title.start()
    for given in (0, 1, 2):
        if text[max(0, at - given - 2) : at - given] in COMPOUND_SURNAMES:
            return at - given - 2
    if at and text[at - 1] in _SURNAMES:
        if text[at - 1] not in RARE_SURNAMES or _may_be_surname(text, at - 1):
            return at - 1
        return _with_given(text, at, 1) if title[0] in _AFTER_GIVEN else None
    if title[0] not in _AFTER_GIVEN:
        return None
    short = _with_given(text, at, 1)
    return short if short is not None else _with_given(text, at, 2)


def _with_given(text: str, at: int, given: int) -> int | None:
    start = at - given - 1
    if start < 0 or text[start] not in _SURNAMES or text[start] in RARE_SURNAMES:
        return None
    name = text[start + 1 : at]
    if text[start : start + 2] in NOT_NAMES or not _is_given(name):
        return None
    return start


def _is_given(name: str) -> bool:
    return all("一" <= c <= "鿿" and c not in NOT_GIVEN for c in name)


def _may_be_surname(text: str, at: int) -> bool:
    """A doubtful surname counts where a name begins: after a preposition or punctuation."""
    before = text[:at][-3:]
    return not before.strip() or not "一" <= before[-1] <= "鿿" or bool(_LED_ZH.search(before))


def _nicknames(text: str) -> Iterator[tuple[int, int]]:
    for found in _NICK.finditer(text):
        follow = NICK_NOT_FOLLOWED.get(found[1])
        after = text[found.end() : found.end() + 1]
        before = text[found.start() - 1 : found.start()] if found.start() else ""
        if follow == "" or (follow and after and after in follow) or before in ("大", "最", "较"):
            continue
        yield found.span()


def _full_names(text: str, days: Set[int]) -> Iterator[tuple[int, int]]:
    """李明 or 王建国 where a name is expected: after a preposition, or before 说 at the head."""
    for found in _EXPECTED.finditer(text):
        at, led = found.end(), found["led"] is not None
        if text[at : at + 2] in NOT_NAMES or (not led and text[at] in RARE_SURNAMES):
            continue
        then = _NAME_THEN if led else _NAME_SAYS
        for end in (at + 3, at + 2):
            if end > len(text) or not _is_given(text[at + 1 : end]):
                continue
            followed = then.match(text, end) or (led and end in days)
            if followed and not text.startswith("总", end):
                yield at, end
                break


def _honorifics(text: str, folded: str) -> Iterator[tuple[int, int]]:
    for found in _HONORIFIC.finditer(folded):
        end = found.end()
        more = re.match(r"\s[A-Z][a-z'\-]{1,19}", text[end:])
        word = more[0].strip().lower() if more else ""
        yield found.start(), end + (more.end() if more and word not in NOT_LATIN_NAMES else 0)


def _latin(text: str, folded: str, taken: Set[int]) -> Iterator[tuple[int, int]]:
    words = list(_LATIN.finditer(text))
    at = 0
    while at < len(words):
        word = words[at]
        if _overlaps(word.span(), taken) or not _nameable(text, folded, word):
            at += 1
            continue
        last = at
        while last + 1 < len(words) and last - at < 2:
            after = words[last + 1]
            joined = text[words[last].end() : after.start()] in (" ", "·")
            if not joined or not _surname_like(after[0]) or words[last][0].endswith("'s"):
                break
            if _overlaps(after.span(), taken):
                break
            last += 1
        end = words[last].end()
        if words[last][0].lower().endswith(("'s", "’s")):
            end -= 2
        title = _LATIN_TITLE.match(folded, end)
        yield word.start(), title.end() if title else end
        at = last + 1


def _surname_like(word: str) -> bool:
    bare = word.lower().removesuffix("'s")
    return word[0].isupper() and not word.isupper() and bare not in NOT_LATIN_NAMES


def _nameable(text: str, folded: str, word: re.Match[str]) -> bool:
    bare = word[0].lower().removesuffix("'s").removesuffix("’s")
    before = folded[max(0, word.start() - 16) : word.start()]
    led = bool(_LED_EN.search(before))
    if bare.split("-")[0] in NOT_LATIN_NAMES:
        return False
    if word.start() and text[word.start() - 1] in "0123456789/.&":
        return False
    if word[0][0].isupper() and bare not in NOT_LATIN_NAMES and len(bare) > 1:
        if word[0].isupper() and len(bare) < 5:
            return led and bare in ENGLISH_FIRST_NAMES
        said = bool(_SAYS_EN.match(text, word.end())) or text[word.end() - 2 :][:2] in ("'s", "’s")
        return led or said or bare in ENGLISH_FIRST_NAMES
    if bare in ENGLISH_FIRST_NAMES and bare not in (
        "will",
        "may",
        "rose",
        "echo",
        "candy",
        "cherry",
    ):
        return led or bool(_SAYS_EN.match(text, word.end())) or word.start() == 0
    return False
