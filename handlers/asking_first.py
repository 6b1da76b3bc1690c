"""`LINE ?`: ask before acting. Buttons that open a form or a confirmation elsewhere say it on a
WeCom card, and anybody can type it: the answer is the command's form or a yes and a no.

`LINE ask=NAME` asks for that one value; the buttons of such an answer say it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from handlers.asking import about, also, asks, title_of, which_field
from handlers.context import Context
from handlers.forms import form_for, label_of
from handlers.parsing import Heard
from handlers.prefilling import prefilled
from handlers.registry import Command, Parameter, Text
from handlers.subjects import Renewal
from handlers.writing import written
from messages.model import (
    Button,
    ButtonStyle,
    Fields,
    Form,
    Heading,
    Line,
    Message,
    Note,
    Paragraph,
    plain,
)
from scoring.errors import MissingArgument
from scoring.model import Person
from scoring.permissions import Field

_MARKS = ("?", "？")
_ASK = "ask="
_FIELD = re.compile(r"[a-z_]{1,20}")

_OURS = frozenset({"revision", "confirm"})
"""Parameters that only our own buttons write."""

_AMOUNTS = frozenset({"amount", "arr"})

_GRAVE = frozenset({"lost"})
"""Commands whose yes is drawn in red."""


@dataclass(frozen=True, slots=True)
class AskedFirst:
    """A line that ends in a question mark, or names the `field` to be asked for.

    A mark is `lone` after a space; `认领 42？` is careful too, `到期？` only asks for the list.
    """

    line: str
    field: str = ""
    lone: bool = True


def asked_first(line: str) -> AskedFirst | None:
    """The line before the question; None when it does not end in one."""
    # From the end, for a pattern that begins anywhere costs the square of a line's length.
    if line.endswith(_MARKS):
        before = line[:-1].rstrip()
        return AskedFirst(before, lone=len(before) < len(line) - 1) if before else None
    rest, found, field = line.rpartition(_ASK)
    before = rest.rstrip()
    if not found or not before or before == rest or not _FIELD.fullmatch(field):
        return None
    return AskedFirst(before, field)


async def ask_first(
    ctx: Context, heard: Heard, values: dict[str, Any], asked: AskedFirst
) -> Message | None:
    """What to ask about a line whose `values` are all read; None when it is to be obeyed as it is.

    A question mark after somebody's words is part of them. Who only looks something up with one
    gets the answer.
    """
    command = heard.command
    if asked.field:
        if asked.field not in {parameter.name for parameter in command.parameters}:
            return None
        raise _lacking(command, asked.field, values)
    if any(
        parameter.reads is Text and not parameter.named and values.get(parameter.name)
        for parameter in command.parameters
        if command.changes
    ):
        return None
    if not command.changes and not command.apart:
        looks_up = heard.words.plain or heard.words.named or not asked.lone
        return await (command.run(ctx, **values) if looks_up else _help(ctx, command))
    if command.apart and not heard.words.plain:
        return await _help(ctx, command)
    if command.needs_one:
        return await _which(ctx, command, values)
    if command.name == "won" and values.get("amount") is None and _is_expansion(values):
        lacking = _lacking(command, "amount", values)  # what it adds is no matter of yes or no
        lacking.known = {name: value for name, value in lacking.known.items() if value is not None}
        raise lacking
    return await _sure(ctx, command, values)


def _is_expansion(values: Mapping[str, object]) -> bool:
    return any(isinstance(value, Renewal) and value.expansion for value in values.values())


def _lacking(command: Command, field: str, values: Mapping[str, object]) -> MissingArgument:
    lacking = MissingArgument(command.name, field)
    lacking.known = {name: value for name, value in values.items() if name != field}
    lacking.line = written(command, values, but=field)
    return lacking


async def _help(ctx: Context, command: Command) -> Message:
    # The list of commands imports this one's readers.
    from handlers.commands.help import help_

    return await help_.run(ctx, command=command.name)


async def _which(ctx: Context, command: Command, values: Mapping[str, object]) -> Message:
    """Which of its values the line is to have."""
    form = await _form(ctx, command, values)
    sentence = ctx.t("asking.which_field", title=form.title)
    if asks(ctx.place):
        return which_field(ctx.phrases, sentence, form)
    return Message(summary=sentence, blocks=(Paragraph(plain(sentence)),), form=form)


async def _sure(ctx: Context, command: Command, values: Mapping[str, object]) -> Message:
    """A yes that does it and a no that says nothing was done; the form for more where it fits."""
    title = ctx.t(f"{command.name}.title")
    who = about(values)
    given = [p for p in command.parameters[1:] if values.get(p.name) not in (None, p.default)]
    told = _told(ctx, command, given, values)
    own = f"asking.{command.name}.sure"
    sentence = ctx.t("asking.sure", title=title)
    if who:
        key = own if ctx.phrases.has(own) and not given else "asking.sure_about"
        sentence = ctx.t(key, title=title, about=who)
    line = written(command, values)
    form = await _form(ctx, command, values)
    more = "" if given else also(ctx, command, values)
    return Message(
        summary=sentence,
        blocks=(
            Heading(title_of(ctx, command, values)),
            Paragraph(plain(sentence)),
            *((Fields(told),) if told else ()),
            *((Note(plain(more)),) if more else ()),
        ),
        buttons=(
            Button(
                ctx.t("common.confirm"),
                line,
                ButtonStyle.DANGER if command.name in _GRAVE else ButtonStyle.PRIMARY,
            ),
            Button(ctx.t("common.cancel"), "cancel"),
        ),
        form=form if form.fields and not asks(ctx.place) else None,
    )


async def _form(ctx: Context, command: Command, values: Mapping[str, object]) -> Form:
    """Everything that may still be said."""
    given = {name for name, value in values.items() if value is not None}
    form = form_for(ctx.phrases, command, line=written(command, values), known=given | _OURS)
    return await prefilled(ctx, command, form, values)


def _told(
    ctx: Context, command: Command, given: Sequence[Parameter], values: Mapping[str, object]
) -> tuple[tuple[str, Line], ...]:
    """What was given besides whom it is about, as it was understood; no amounts for everybody."""
    hidden = frozenset() if ctx.shows_any(Field.AMOUNT) else _AMOUNTS
    return tuple(
        (label_of(ctx.phrases, command, parameter), plain(_shown(ctx, values[parameter.name])))
        for parameter in given
        if parameter.name not in hidden
    )


def _shown(ctx: Context, value: object) -> str:
    match value:
        case Person():
            return value.name
        case date():
            return ctx.phrases.day(value)
        case StrEnum():
            return ctx.phrases.label(value)
    return str(value)
