"""`help`: what can be said here, and how; made from the commands themselves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from handlers.context import Context
from handlers.forms import usage
from handlers.parsing import Grammar
from handlers.registry import Command, Group, Word, command
from handlers.strangers import may_say
from messages.model import (
    Block,
    Bullets,
    Button,
    Heading,
    Line,
    Message,
    Note,
    Paragraph,
    Span,
    bold,
    plain,
)
from scoring.errors import UnknownCommand
from scoring.model import Locale
from scoring.permissions import Right

FIRST_TAPS = ("due", "mine")


@command("help", right=Right.OWN_SETTINGS, group=Group.SELF)
async def help_(ctx: Context, command: Word | None = None) -> Message:
    """All that the viewer may say, or one command in detail."""
    # The list of commands imports this one.
    from handlers.commands import COMMANDS

    if command is not None:
        return _one(ctx, Grammar(COMMANDS), command)
    open_here = (c for c in COMMANDS if may_say(ctx.viewer, c, place=ctx.place.scope).allowed)
    return _all(ctx, [command for command in open_here if command.listed])


def _all(ctx: Context, commands: Sequence[Command]) -> Message:
    blocks: list[Block] = [Heading(ctx.t("help.heading")), Paragraph(plain(ctx.t("help.intro")))]
    for group in Group:
        items = tuple(_line(ctx, c) for c in commands if c.group is group)
        if items:
            blocks += [Paragraph(bold(ctx.t(f"help.group.{group.value}"))), Bullets(items)]
    blocks.append(Note(plain(ctx.t("help.more"))))
    names = {c.name for c in commands}
    taps = [Button(ctx.t(f"{n}.title"), n) for n in FIRST_TAPS if n in names]
    if not ctx.viewer.linked:
        taps = [Button(ctx.t("link.title"), "link")]
    return Message(ctx.t("help.heading"), tuple(blocks), tuple(taps))


def _line(ctx: Context, command: Command) -> Line:
    example = ctx.t(f"{command.name}.example")
    return (Span(example, code=True), Span("  " + ctx.t(f"{command.name}.help")))


def _one(ctx: Context, grammar: Grammar, word: str) -> Message:
    heard = grammar.hear(word)
    if heard is None:
        raise UnknownCommand(word[:40], grammar.nearest(word))
    command = heard.command
    title = f"{ctx.t(f'{command.name}.title')} · {command.name}"
    blocks: list[Block] = [
        Heading(title),
        Paragraph(plain(ctx.t(f"{command.name}.help"))),
        Paragraph((Span(ctx.t("help.usage") + " "), Span(usage(ctx.phrases, command), code=True))),
        Paragraph(
            (
                Span(ctx.t("help.example_label") + " "),
                Span(ctx.t(f"{command.name}.example"), code=True),
            )
        ),
    ]
    words = list(_other_words(ctx, command))
    if words:
        blocks.append(
            Note(plain(ctx.t("help.words_label", words=ctx.phrases.join(words, last=""))))
        )
    return Message(title, tuple(blocks))


def _other_words(ctx: Context, command: Command) -> Iterator[str]:
    key = f"{command.name}.words"
    if ctx.phrases.has(key):
        words = ctx.t(key).split()
        if ctx.phrases.locale is Locale.ZH:
            words.sort(key=str.isascii)
        yield from words
