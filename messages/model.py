"""A message as a value, before any platform has seen it.

Text that a customer or colleague wrote travels as plain `Span` text and never becomes markup:
only the flags of a span (bold, code, link, mention) are markup, and only our own code sets them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class ButtonStyle(StrEnum):
    """How much a button asks for attention."""

    PLAIN = "plain"
    PRIMARY = "primary"
    DANGER = "danger"


class FieldKind(StrEnum):
    """What a form asks for; every platform has a native control or a text line for each."""

    LINE = "line"
    NOTE = "note"
    CHOICE = "choice"
    DATE = "date"
    PERSON = "person"
    SEARCH = "search"
    """One of the book's customers or renewals, found while typing."""


@dataclass(frozen=True, slots=True)
class Mention:
    """A colleague to be notified where the channel can do so; shown by name where it cannot."""

    name: str
    slack_id: str | None = None
    wecom_id: str | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """A run of text in one style. `link` is an address of ours, never one a customer wrote."""

    text: str
    bold: bool = False
    code: bool = False
    muted: bool = False
    link: str | None = None
    mention: Mention | None = None


Line = tuple[Span, ...]
"""One line or paragraph of text."""


@dataclass(frozen=True, slots=True)
class Heading:
    """The title of a card, plain text."""

    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One line of running text."""

    line: Line


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list of lines."""

    items: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Fields:
    """Label and value pairs, drawn in columns where the platform can."""

    pairs: tuple[tuple[str, Line], ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under a header; the header is repeated when a platform's limit splits the table."""

    header: tuple[str, ...]
    rows: tuple[tuple[Line, ...], ...]


@dataclass(frozen=True, slots=True)
class Note:
    """Small print under a card: sources, dates, why the reader gets this."""

    line: Line


@dataclass(frozen=True, slots=True)
class Divider:
    """A thin rule between parts."""


Block = Heading | Paragraph | Bullets | Fields | Table | Note | Divider


@dataclass(frozen=True, slots=True)
class Confirm:
    """The question asked before a button acts on something that cannot be undone."""

    title: str
    text: str
    yes: str
    no: str


@dataclass(frozen=True, slots=True)
class Button:
    """A chat line somebody could have typed, such as `claim R-42`, never customer text.

    `form` opens a form first; what was filled in completes the line.
    """

    label: str
    line: str
    style: ButtonStyle = ButtonStyle.PLAIN
    confirm: Confirm | None = None
    form: Form | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """One option of a form field: what the person reads and what the line gets."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class FormField:
    """One question of a form. `name` is the parameter it fills (`name=value` in the line)."""

    name: str
    label: str
    kind: FieldKind
    required: bool = True
    choices: tuple[Choice, ...] = ()
    initial: str | date | None = None
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Form:
    """A form that fills a chat line: `line` is its beginning, the fields complete it."""

    title: str
    line: str
    submit: str
    cancel: str
    fields: tuple[FormField, ...]
    intro: Line = ()


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with a message. `alt` says in words what a picture shows."""

    name: str
    media_type: str
    content: bytes
    alt: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """What a person is told: blocks to read, buttons to tap, files to keep.

    `summary` is the one-line text of notifications, old clients and lists. `private` answers are
    shown to the asker alone where the channel can (Slack: ephemeral). `form` asks for what is
    missing; platforms without forms show its questions as text.
    """

    summary: str
    blocks: tuple[Block, ...] = ()
    buttons: tuple[Button, ...] = ()
    form: Form | None = None
    attachments: tuple[Attachment, ...] = ()
    private: bool = True

    def lines(self) -> Iterator[str]:
        """The chat lines behind the buttons, in order."""
        for button in self.buttons:
            yield button.line


def plain(text: str) -> Line:
    """A line of unstyled text."""
    return (Span(text),)


def bold(text: str) -> Line:
    """A line of emphasised text."""
    return (Span(text, bold=True),)
