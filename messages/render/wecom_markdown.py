"""WeCom's three dialects of markdown, and the escaping that keeps customer text out of them.

WeCom documents no escape: a backslash is shown, entities are decoded by some clients. What does
survive every client is a look-alike: the full-width form of each character that could open markup
(`*` `_` `` ` `` `[` `]` `<` `>` `~` `|` `\\`), of `#`, `-`, `+`, `=`, `1.` where they open a line,
of `&` where it opens an entity, and of the colon in `://`, so that no customer text becomes a link.
Such text reads the same and only copies differently.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from messages import limits
from messages.limits import cut, octets, split
from messages.model import Line, Span, plain
from messages.render.payload import address, wecom_id
from messages.render.words import blank, clean, flat, shown


@dataclass(frozen=True, slots=True)
class Dialect:
    """What one message type draws; `limit` is in UTF-8 bytes."""

    msgtype: str
    limit: int
    colours: bool
    mentions: bool
    tables: bool


ROBOT_V1 = Dialect("markdown", limits.WECOM_ROBOT_MARKDOWN_BYTES, True, True, False)
ROBOT_V2 = Dialect("markdown_v2", limits.WECOM_ROBOT_MARKDOWN_BYTES, False, False, True)
APP = Dialect("markdown", limits.WECOM_APP_MARKDOWN_BYTES, True, False, False)
AIBOT = Dialect("markdown", limits.WECOM_AIBOT_MARKDOWN_BYTES, False, False, True)

_LOOK_ALIKES = str.maketrans("*_`[]<>~|\\", "＊＿｀［］＜＞～｜＼")
_AT_START = str.maketrans("#-+=.)", "＃－＋＝．）")
_OPENS_LINE = re.compile(r"\s*(?:#+|[-+=]+(?=\s|$)|\d{1,9}[.)](?=\s|$))")
# Also where the rest would come with the next span or piece of the same line.
_ENTITY = re.compile(r"&(?=#?\w{1,32};|#?\w{0,32}\Z)")
_ADDRESS = re.compile(r":(?=//|/\Z)")
_EDGES = " \u00a0\u3000:：,，.。;；!！?？()（）“”‘’\"'、…%"
_URL_MOST = 500


def escape(text: str, *, opens_line: bool = False) -> str:
    """One line of text that no dialect reads as markup; see the top of this file."""
    text = _ADDRESS.sub("：", _ENTITY.sub("＆", text.translate(_LOOK_ALIKES)))
    if text.startswith("//"):
        text = "／／" + text[2:]
    if opens_line:
        text = text.lstrip()
        if opening := _OPENS_LINE.match(text):
            text = opening[0].translate(_AT_START) + text[opening.end() :]
    return text


def escaped(text: str) -> int:
    """The length of `text` when escaped, in UTF-8 bytes."""
    return octets(escape(text, opens_line=True))


@dataclass(frozen=True, slots=True)
class Row:
    """One line of markdown: our own markup before it, and the words."""

    prefix: str
    line: Line


@dataclass(frozen=True, slots=True)
class Grid:
    """Rows that are split only between two of them, under a header that is repeated."""

    header: str
    rows: tuple[str, ...]


def lines_of(line: Line) -> Iterator[Line]:
    """A paragraph as the lines it has; empty ones are dropped."""
    held: list[Span] = []
    for span in line:
        first, *more = clean(shown(span)).split("\n") if not span.mention else [shown(span)]
        held.append(replace(span, text=first))
        for text in more:
            yield tuple(held)
            held = [replace(span, text=text)]
    yield tuple(held)


def drawn(line: Iterable[Span], dialect: Dialect, *, broken: bool = False) -> str:
    """One line in markup; `broken` treats every span as if it might open a line."""
    out: list[str] = []
    opens = True
    for span in line:
        text = _span(span, dialect, opens or broken)
        # Whatever might open a line loses the blank before it, which keeps two words apart here.
        apart = broken and not opens and shown(span)[:1].isspace() and not text[:1].isspace()
        out.append(f" {text}" if apart else text)
        opens = opens and not out[-1].strip()
    return "".join(out).strip()


def _span(span: Span, dialect: Dialect, opens_line: bool) -> str:
    user = wecom_id(span.mention.wecom_id) if span.mention and dialect.mentions else None
    if user:
        return f"<@{user}>"
    text = escape(shown(span).replace("\n", " "), opens_line=opens_line)
    # Emphasis that ends in punctuation right before a letter is not read as emphasis, and Chinese
    # has no blanks to help: what stands at the edges stays outside.
    edges = _EDGES if span.bold else None
    inner = text.strip(edges)
    if not inner:
        return text
    before, after = text[: len(text) - len(text.lstrip(edges))], text[len(text.rstrip(edges)) :]
    link = address(span.link)
    if link and len(link) <= _URL_MOST:
        inner = f"[{inner}]({link})"
    elif span.code:
        inner = f"`{inner}`"
    if span.bold:
        inner = f"**{inner}**"
    if span.muted and dialect.colours:
        inner = f'<font color="comment">{inner}</font>'
    return before + inner + after


def grid(header: Sequence[str], rows: Sequence[Sequence[Line]], dialect: Dialect) -> Grid:
    """A table where the dialect draws tables, else a line a row with the first cell in bold."""
    columns = max(len(header), 1)
    most = min(dialect.limit // (3 * columns) - 8, 300)
    if dialect.tables and columns <= limits.SLACK_TABLE_COLUMNS:
        head = _cells([plain(text) for text in header], columns, most, dialect)
        rule = "|" + " --- |" * columns
        body = (_cells(row, columns, most, dialect) for row in rows)
        top, glue, prefix = "| " + " | ".join(head) + " |\n" + rule, " | ", "| "
        return Grid(top, tuple(prefix + glue.join(cells) + " |" for cells in body))
    shown_columns = min(columns, limits.SLACK_TABLE_COLUMNS)
    most = min(dialect.limit // (3 * shown_columns) - 8, 300)
    head = _cells([plain(text) for text in header], shown_columns, most, dialect)
    listed: list[str] = []
    for row in rows:
        name, *more = _cells(_bold_first(row), shown_columns, most, dialect)
        listed.append("• " + " · ".join((name, *more)))
    return Grid(" · ".join(head), tuple(listed))


def _bold_first(row: Sequence[Line]) -> list[Line]:
    if not row or any(span.bold for span in row[0]):
        return list(row)
    return [tuple(replace(span, bold=True) for span in row[0]), *row[1:]]


def _cells(row: Sequence[Line], columns: int, most: int, dialect: Dialect) -> list[str]:
    lines = [*row[:columns], *[()] * (columns - len(row))]
    return [_cell(line, most, dialect) for line in lines]


def _cell(line: Line, most: int, dialect: Dialect) -> str:
    flats = tuple(replace(span, text=" ".join(shown(span).split("\n"))) for span in line)
    text = drawn(flats, dialect, broken=True)
    if octets(text) > most:
        text = escape(cut(flat("".join(map(shown, line))), most, escaped), opens_line=True)
    return text or "–"


def pages(items: Iterable[Row | Grid | None], dialect: Dialect) -> list[str]:
    """Contents of at most the dialect's bytes; None is an empty line between two blocks."""
    done: list[str] = []
    held: list[str] = []
    used = 0
    for item in items:
        for text in _texts(item, dialect):
            more = octets(text) + 1
            if held and used + more > dialect.limit:
                done.append("\n".join(held).strip("\n"))
                held, used = [], 0
            if text or (held and held[-1]):
                held.append(text)
                used += more
    done.append("\n".join(held).strip("\n"))
    return [page for page in done if page]


def _texts(item: Row | Grid | None, dialect: Dialect) -> Iterator[str]:
    """What must stay together; nearly always a line, a table in parts, or nothing."""
    match item:
        case None:
            yield ""
        case Row(prefix, line):
            if blank(line):
                return
            text = prefix + drawn(line, dialect)
            if octets(text) < dialect.limit:
                yield text
            else:
                yield from _broken(prefix, line, dialect)
        case Grid(header, rows):
            yield from limits.split_rows(header, rows, dialect.limit - 1)


def _broken(prefix: str, line: Line, dialect: Dialect) -> Iterator[str]:
    """A line longer than a message, in pieces whose markup is whole."""
    held = prefix
    for span in line:
        for text in split(clean(shown(span)), dialect.limit // 3, escaped):
            piece = _span(replace(span, text=text), dialect, True)
            if octets(held) + octets(piece) >= dialect.limit:
                yield held
                held = ""
            held += piece
    if held.strip():
        yield held
