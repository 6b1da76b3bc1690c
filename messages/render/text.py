"""Messages for a terminal: aligned tables, and each button as the line to type."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from messages.i18n import Phrasebook
from messages.limits import cut, pad, width
from messages.model import (
    Block,
    Bullets,
    Button,
    Divider,
    FieldKind,
    Fields,
    Form,
    FormField,
    Heading,
    Line,
    Message,
    Note,
    Paragraph,
    Span,
    Table,
)
from messages.render.words import blank, clean, flat, words

_CELL = 56
_RULE = 40


def render_text(message: Message, book: Phrasebook) -> str:
    """The whole message as text, without a trailing line end; a file is named, not shown."""
    parts = [text for block in message.blocks if (text := draw(block, book))]
    if not parts:
        parts.append(clean(message.summary))
    if message.buttons:
        parts.append("\n".join(_button(button) for button in message.buttons))
    if message.form:
        parts.append("\n".join(form_lines(message.form, book)))
    if message.attachments:
        names = (flat(file.name) for file in message.attachments)
        parts.append("\n".join(book.t("render.file", name=name) for name in names))
    return "\n\n".join(parts)


def draw(block: Block, book: Phrasebook) -> str:
    """One block as text; empty when it says nothing."""
    match block:
        case Heading(text):
            title = flat(text)
            return f"{title}\n{'=' * min(width(title), _RULE)}" if title else ""
        case Paragraph(line) | Note(line):
            return "" if blank(line) else _styled(line).strip()
        case Bullets(items):
            return "\n".join(
                "- " + _styled(item).strip().replace("\n", "\n  ")
                for item in items
                if not blank(item)
            )
        case Fields(pairs):
            return "\n".join(_pairs(pairs, book))
        case Table(header, rows):
            return "\n".join(aligned(header, [[words(cell) for cell in row] for row in rows]))
        case Divider():
            return "-" * _RULE
    raise TypeError(block)


def aligned(header: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """A table whose columns line up in a monospaced font, Chinese letters counting as two."""
    table = [[cut(flat(cell), _CELL) for cell in row] for row in (header, *rows)]
    count = max(map(len, table))
    for row in table:
        row.extend([""] * (count - len(row)))
    widths = [max(width(row[column]) for row in table) for column in range(count)]
    for number, row in enumerate(table):
        yield "  ".join(map(pad, row, widths)).rstrip()
        if number == 0:
            yield "  ".join("-" * columns for columns in widths)


def form_lines(form: Form, book: Phrasebook) -> Iterator[str]:
    """A form asked as text: what is wanted, and the line to type."""
    yield book.t("render.form_ask")
    yield "  " + example_line(form, book)
    for field in form.fields:
        yield "- " + question(field, book)


def example_line(form: Form, book: Phrasebook) -> str:
    """The line to type, with what may be left out in brackets: `snooze R-42 until=date (why=…)`."""
    asked = ((f"{field.name}={_example(field, book)}", field.required) for field in form.fields)
    return " ".join((flat(form.line), *(text if must else f"({text})" for text, must in asked)))


def question(field: FormField, book: Phrasebook) -> str:
    """One question of a form as a sentence: its name, its label, whether it must be answered."""
    must = book.t("render.required" if field.required else "render.optional")
    text = book.t("render.question", name=field.name, label=flat(field.label), must=must)
    if field.choices:
        names = [
            flat(choice.value)
            if flat(choice.value) == flat(choice.label)
            else book.t("render.choice", value=flat(choice.value), label=flat(choice.label))
            for choice in field.choices
        ]
        text += book.t("render.choices", choices=book.join(names, last=""))
    if field.hint:
        text += book.t("render.hint", hint=flat(field.hint))
    return text


def _example(field: FormField, book: Phrasebook) -> str:
    match field.kind:
        case FieldKind.DATE:
            return book.t("render.a_date")
        case FieldKind.PERSON:
            return book.t("render.a_person")
    return "…"


def _button(button: Button) -> str:
    more = " …" if button.form else ""
    return f"[{flat(button.label)}] → {flat(button.line)}{more}"


def _pairs(pairs: Sequence[tuple[str, Line]], book: Phrasebook) -> Iterator[str]:
    colon = book.t("render.colon")
    labels = [flat(label) + colon.rstrip() for label, _ in pairs]
    columns = max(map(width, labels), default=0)
    for label, (_, value) in zip(labels, pairs, strict=True):
        yield f"{pad(label, columns)} {flat(_styled(value))}".rstrip()


def _styled(line: Line) -> str:
    return "".join(_span(span) for span in line)


def _span(span: Span) -> str:
    text = words((span,))
    return f"{text} <{span.link}>" if span.link and span.link != text else text
