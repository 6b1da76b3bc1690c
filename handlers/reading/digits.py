"""Making typed text comparable without changing what it means."""

from __future__ import annotations

import re

_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_HALF_WIDTH = {**_FULL_WIDTH, 0x3000: 0x20, 0xFFE5: 0xA5, 0xFFE1: 0xA3, 0x2019: 0x27, 0x2018: 0x27}

# Only the characters the grammars look for, so that 下週三 and 打電話 read like 下周三 and 打电话,
# and 認領 like 认领.
_TRADITIONAL = str.maketrans(
    "週後個這兩號電話聯繫訪會議郵發約禮點總進開過來見們說內後當談線場園樣時間給對讓還沒級續費應該錢萬億幣認領戶贏單丟暫緩幫銷階導記錄釋棄轉綁證遺",
    "周后个这两号电话联系访会议邮发约礼点总进开过来见们说内后当谈线场园样时间给对让还没级续费应该钱万亿币认领户赢单丢暂缓帮销阶导记录释弃转绑证遗",
)
_CAPITALS = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}
_FOLDED = {
    **_HALF_WIDTH,
    **_TRADITIONAL,
    **_CAPITALS,
    **{code + 0xFEE0: low for code, low in _CAPITALS.items()},
}

_DIGITS = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "俩": 2}
_COUNT = re.compile(r"([一二三四五六七八九])?十([一二三四五六七八九])?")
_SPACES = re.compile(r"[^\S\n]+")
_LINES = re.compile(r" ?\n[ \n]*")


def halfwidth(text: str) -> str:
    """The text with full-width letters, digits and punctuation made half-width.

    Keeps the length, so offsets stay valid. Not NFKC: that would turn ½ into 1⁄2, ③ into 3 and
    ㎡ into m2, which changes amounts and names.
    """
    return text.translate(_HALF_WIDTH)


def fold(text: str) -> str:
    """The text as the grammars compare it: half-width, lower case (ASCII), simplified; same length."""
    return text.translate(_FOLDED)


def strip_controls(text: str) -> str:
    """The text without control, bidi, zero-width and surrogate characters; line ends become \\n."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    return _UNSEEN.sub("", text)


# Unicode categories Cc (but the line end), Cf, Cs, Zl and Zp, as ranges: a class is much faster
# than asking for the category of every character.
_UNSEEN = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\xad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180e"
    "\u200b-\u200f\u2028-\u202e\u2060-\u2064\u2066-\u206f\ud800-\udfff\ufeff\ufff9-\ufffb"
    "\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0001-\U000e007f]"
)


def clean(text: str, *, lines: bool = False) -> str:
    """The text without invisible characters and with white space collapsed.

    `lines` keeps line ends, because a new line ends a clause.
    """
    shown = _SPACES.sub(" ", strip_controls(text))
    shown = _LINES.sub("\n", shown) if lines else _SPACES.sub(" ", shown.replace("\n", " "))
    return shown.strip()


def read_count(text: str) -> int | None:
    """A whole number of at most three digits, or a Chinese numeral up to 九十九.

    两三, 三四 (about so many) read as the smaller one: a reminder too early does no harm.
    半 is no whole number; the day grammar knows what half a month is.
    """
    if text.isascii() and text.isdigit():
        return int(text) if len(text) <= 3 else None
    if text in _DIGITS:
        return _DIGITS[text]
    if found := _COUNT.fullmatch(text):
        tens, ones = found.groups()
        return _DIGITS[tens or "一"] * 10 + (_DIGITS[ones] if ones else 0)
    if len(text) == 2 and all(c in _DIGITS for c in text):
        low, high = _DIGITS[text[0]], _DIGITS[text[1]]
        return low if high == low + 1 else None
    return None
