"""The form for what a line leaves open, derived from the command's signature."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from handlers.readers import reader_of
from handlers.registry import Command, Parameter
from messages.i18n import Phrasebook
from messages.model import Choice, FieldKind, Form, FormField

LONGEST_CHOICE = 10
"""WeCom's selection cards take ten options; longer lists are asked as a line."""


def form_for(
    phrases: Phrasebook, command: Command, given: Sequence[str] = (), *, named: bool = True
) -> Form:
    """A form that asks for the parameters after `given`; with `named` for the optional ones too."""
    positional = command.positional[len(given) :]
    asked = [p for p in positional if p.required]
    if named:
        asked += [p for p in positional if not p.required]
        asked += list(command.named.values())
    return Form(
        title=phrases.t(f"{command.name}.title"),
        line=" ".join((command.name, *given)),
        submit=phrases.t("common.submit"),
        cancel=phrases.t("common.cancel"),
        fields=tuple(_field(phrases, command, parameter) for parameter in asked),
    )


def _field(phrases: Phrasebook, command: Command, parameter: Parameter) -> FormField:
    kind = reader_of(parameter.reads).control
    choices: tuple[Choice, ...] = ()
    if kind is FieldKind.CHOICE:
        choices = _choices(phrases, parameter.reads)
        kind = kind if len(choices) <= LONGEST_CHOICE else FieldKind.LINE
    own = f"{command.name}.param.{parameter.name}"
    key = own if phrases.has(own) else f"param.{parameter.name}"
    return FormField(
        name=parameter.name,
        label=_opening(phrases.t(key)),
        kind=kind,
        required=parameter.required,
        choices=choices,
    )


def _opening(label: str) -> str:
    return label[:1].upper() + label[1:]


def _choices(phrases: Phrasebook, kind: type[StrEnum]) -> tuple[Choice, ...]:
    return tuple(Choice(phrases.label(member), member.value) for member in kind)


def usage(phrases: Phrasebook, command: Command) -> str:
    """How a line with this command is written: `log <customer> <note> [kind=…]`."""
    parts = [command.name]
    for parameter in command.parameters:
        own = f"{command.name}.param.{parameter.name}"
        label = phrases.t(own if phrases.has(own) else f"param.{parameter.name}")
        word = f"{parameter.name}=…" if parameter.named else f"<{label}>"
        parts.append(word if parameter.required else f"[{word}]")
    return " ".join(parts)
