"""Messages for WeCom: the message type is chosen on purpose, for each kind of place.

robot   plain text when nothing is styled; markdown when somebody is mentioned or nothing needs a
        table; markdown_v2 when there is a table. Never buttons: a robot does not hear.
app     a button card when everything fits one; else markdown in parts and a card with the buttons.
        Plain text when nothing is styled, for the members who read in WeChat.
appchat the app's words without its cards: a group made by an app takes none (90248).
aibot   the same with its own sizes and with tables.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from messages import limits
from messages.abilities import ABILITIES, Forms, Hears, PlaceKind
from messages.i18n import Phrasebook
from messages.model import (
    Block,
    Bullets,
    Button,
    Divider,
    Fields,
    Heading,
    Line,
    Message,
    Note,
    Paragraph,
    Span,
    Table,
    plain,
)
from messages.render import wecom_card as cards
from messages.render.payload import Json, wecom_id
from messages.render.text import example_line, question
from messages.render.wecom_form_card import form_card
from messages.render.wecom_markdown import (
    AIBOT,
    APP,
    ROBOT_V1,
    ROBOT_V2,
    Dialect,
    Grid,
    Row,
    grid,
    lines_of,
    pages,
)
from messages.render.words import blank, flat, squeezed, words

Item = Row | Grid | None

_TEXT_PLACES = (PlaceKind.WECOM_APP, PlaceKind.WECOM_APPCHAT, PlaceKind.WECOM_ROBOT)


def render_wecom(
    message: Message,
    place: PlaceKind,
    book: Phrasebook,
    *,
    task_id: str = "",
    with_cards: bool = True,
    act_at: str = "",
    room: int = 0,
) -> tuple[Json, ...]:
    """The payloads that say `message`, in order; the adapter adds recipient and agent.

    `task_id` names the card for later updates, unique per send (else made from the content).
    `with_cards` false writes buttons as lines to type, for a chat that refused a card.
    `act_at` tells readers of a robot's group where to act: "in a direct message to …".
    `room` is how many bytes of every text the adapter needs for words of its own.
    """
    ability = ABILITIES[place]
    with_cards = with_cards and ability.buttons > 0
    sizes = cards.APP_CARD if place is PlaceKind.WECOM_APP else cards.AIBOT_CARD
    form = message.form if ability.hears else None
    asked = None
    if form and with_cards and ability.forms is Forms.CHOICES:
        unpicked = book.t("render.pick")
        asked = form_card(form, sizes, task_id, unpicked=unpicked)
    if message.buttons and not form and with_cards:
        whole = cards.whole_card(message, sizes, task_id)
        if whole:
            return (whole,)

    tapped = _tapped(message.buttons) if with_cards and not asked else ()
    typed = [button for button in message.buttons if button not in tapped]
    tail = list(_hints(typed, ability.hears, book, act_at))
    if form and not asked:
        tail.extend((None, *_questions(message, book)))
    if asked and not tail and not message.blocks and cards.says(asked, message.summary):
        return (asked,)
    payloads = _written(message, place, tail, book, room)
    if asked:
        payloads.append(asked)
    elif tapped:
        payloads.append(cards.buttons_card(message, sizes, task_id))
    return tuple(payloads)


def _tapped(buttons: Sequence[Button]) -> Sequence[Button]:
    return [button for button in buttons if cards.tappable(button)][: limits.WECOM_BUTTONS]


def _written(
    message: Message, place: PlaceKind, tail: Sequence[Item], book: Phrasebook, room: int
) -> list[Json]:
    """The words of a message, without its buttons and cards."""
    if not tail and place in _TEXT_PLACES:
        text = _unstyled(message)
        if text is not None and limits.octets(text) <= limits.WECOM_TEXT_BYTES - room:
            return [{"msgtype": "text", "text": {"content": text}}]
    dialect = _dialect(message, place)
    dialect = replace(dialect, limit=dialect.limit - room)
    blocks = message.blocks or (Paragraph(plain(message.summary)),)
    items = [*_items(blocks, dialect, book), None, *tail]
    contents = pages(items, dialect) or [flat(message.summary) or "–"]
    if len(contents) > limits.PARTS:
        shortened = pages([Row("", plain(book.t("render.shortened")))], dialect)
        contents = [*contents[: limits.PARTS - 1], *shortened]
    return [{"msgtype": dialect.msgtype, dialect.msgtype: {"content": text}} for text in contents]


def _unstyled(message: Message) -> str | None:
    """The message as plain text when that says all of it: paragraphs without any style.

    An app's text reads `<a href>`, and clients turn addresses into links: both are defused.
    """
    texts: list[str] = []
    for block in message.blocks or (Paragraph(plain(message.summary)),):
        if not isinstance(block, Paragraph) or any(map(_is_styled, block.line)):
            return None
        texts.append(squeezed(words(block.line)).replace("<", "＜").replace("://", "：//"))
    return "\n".join(text for text in texts if text) or None


def _is_styled(span: Span) -> bool:
    return bool(span.bold or span.code or span.muted or span.link or span.mention)


def _dialect(message: Message, place: PlaceKind) -> Dialect:
    if place in (PlaceKind.WECOM_APP, PlaceKind.WECOM_APPCHAT):
        return APP
    if place is not PlaceKind.WECOM_ROBOT:
        return AIBOT
    tables = any(isinstance(block, Table) for block in message.blocks)
    return ROBOT_V2 if tables and not any(map(_notifies, message.blocks)) else ROBOT_V1


def _notifies(block: Block) -> bool:
    lines: Iterable[Line]
    match block:
        case Paragraph(line) | Note(line):
            lines = (line,)
        case Bullets(items):
            lines = items
        case Fields(pairs):
            lines = (value for _, value in pairs)
        case _:
            return False
    return any(span.mention and wecom_id(span.mention.wecom_id) for line in lines for span in line)


def _items(blocks: Iterable[Block], dialect: Dialect, book: Phrasebook) -> Iterator[Item]:
    for block in blocks:
        drawn = list(_block(block, dialect, book))
        yield from drawn
        if drawn and not isinstance(block, Heading):
            yield None


def _block(block: Block, dialect: Dialect, book: Phrasebook) -> Iterator[Item]:
    match block:
        case Heading(text):
            yield Row("### ", plain(flat(text)))
        case Paragraph(line):
            yield from (Row("", part) for part in lines_of(line))
        case Bullets(items):
            mark = "• " if dialect.colours else "- "
            yield from (Row(mark, _one(item)) for item in items)
        case Fields(pairs):
            yield from (_field(label, value, dialect, book) for label, value in pairs)
        case Note(line):
            if dialect.colours:
                faint = (Span(flat(words(line)), muted=True),)
                yield Row("", faint)
            else:
                yield Row("> ", _one(line))
        case Table(header, rows):
            yield None
            yield grid(header, rows, dialect)
        case Divider():
            yield None
            yield Grid("──────────" if dialect.colours else "---", ())


def _field(label: str, value: Line, dialect: Dialect, book: Phrasebook) -> Row:
    colon = Span(book.t("render.colon"))
    shown = value if not blank(value) else plain("–")
    if dialect.colours:
        return Row("> ", (Span(flat(label), muted=True), colon, *_one(shown)))
    return Row("- ", (Span(flat(label), bold=True), colon, *_one(shown)))


def _one(line: Line) -> Line:
    """A line on one line."""
    return tuple(span for part in lines_of(line) for span in part)


def _hints(
    buttons: Sequence[Button], hears: Hears, book: Phrasebook, act_at: str
) -> Iterator[Item]:
    """Buttons as lines to type, where typing is heard; else where to go with the first of them."""
    if not hears:
        if buttons and act_at:
            line = flat(buttons[0].line)
            yield Row("", plain(book.t("render.act_at", line=line, where=act_at)))
        return
    for button in buttons:
        line = cards.key_of(button)
        goes_on = button.form is not None and line == button.line
        if hears is Hears.MENTIONS:
            key = "render.mention_start" if goes_on else "render.mention_with"
        else:
            key = "render.reply_start" if goes_on else "render.reply_with"
        sentence = book.t(key, label=flat(button.label), line=flat(line))
        yield Row("", plain(sentence))


def _questions(message: Message, book: Phrasebook) -> Iterator[Item]:
    if message.form:
        yield Row("", plain(book.t("render.form_ask")))
        yield Row("", (Span(example_line(message.form, book), code=True),))
        for field in message.form.fields:
            yield Row("", plain(question(field, book)))
