"""Text made fit to be shown anywhere: what customers write may hold control and bidi characters."""

from __future__ import annotations

import re

from messages.model import Line, Span

# Everything below space but tab and line feed, C1, bidi overrides and isolates, byte-order marks,
# lone surrogates, and the tag and annotation characters that hide text.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff"
    "\ufff0-\ufffb\ufffe\uffff\ud800-\udfff]"
)
_LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_BLANKS = re.compile(r"[^\S\n]+")


def clean(text: str) -> str:
    """`text` without characters that act on the screen instead of being read; line ends are \\n."""
    return _UNSEEN.sub("", _LINE_ENDS.sub("\n", text)).replace("\t", " ")


def flat(text: str) -> str:
    """`text` on one line, as titles, labels and table cells need it."""
    return " ".join(clean(text).split())


def squeezed(text: str) -> str:
    """`text` with at most one empty line in a row and no blanks at line ends."""
    lines = (_BLANKS.sub(" ", line).strip() for line in clean(text).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n")


def shown(span: Span) -> str:
    """What a reader sees of a span where nothing but text is possible."""
    return clean(span.text or ("@" + span.mention.name if span.mention else ""))


def words(line: Line) -> str:
    """A line as plain text."""
    return "".join(shown(span) for span in line)


def blank(line: Line) -> bool:
    """Whether a line has nothing to read."""
    return not words(line).strip()
