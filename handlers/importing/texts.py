"""Text of cells: what is left of it when everything invisible or dangerous is gone."""

from __future__ import annotations

import re
import unicodedata

# Direction marks can make a name read as another one; the rest is invisible or moves the cursor.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e"
    "\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb"
    "\U000e0000-\U000e0fff\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]"
)
_BLANKS = re.compile(r"\s+")
_CSV_FORMULA_TEXT = re.compile(r'="([^"]*)"')


def clean_line(text: str) -> tuple[str, bool]:
    """One line of text, trimmed, and whether characters (other than blanks) were taken out.

    `="00123"` and a leading apostrophe are how spreadsheets keep digits from becoming a number.
    """
    if text.isprintable():
        line, removed = text, False
    else:
        line = _INVISIBLE.sub("", text)
        removed = _matters(text, line)
    if "  " in line or not line.isprintable():
        line = _BLANKS.sub(" ", line)
    line = line.strip()
    if line[:1] in ("'", "="):
        wrapped = _CSV_FORMULA_TEXT.fullmatch(line)
        line = wrapped[1].strip() if wrapped else line.removeprefix("'").strip()
    return line, removed


def clean_note(text: str) -> tuple[str, bool]:
    """Like `clean_line`, but line breaks stay."""
    if text.isprintable():
        return text.strip(), False
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    note = _INVISIBLE.sub("", lines)
    return note.strip(), _matters(lines, note)


def _matters(before: str, after: str) -> bool:
    """A byte order mark or zero width space at either end is a leftover, nothing to tell."""
    return before.strip("\ufeff\u200b\u00ad \t\r\n\x0b\x0c") != after.strip()


def folded(text: str) -> str:
    """A name as it is compared: without case, width and spaces."""
    if text.isascii():
        return "".join(text.lower().split())
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())
