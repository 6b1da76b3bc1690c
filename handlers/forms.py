"""The form for what a line leaves open, derived from the command's signature."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import replace
from enum import StrEnum

from handlers.readers import reader_of
from handlers.registry import Command, Parameter
from messages.i18n import Phrasebook
from messages.model import Choice, FieldKind, Form, FormField

LONGEST_CHOICE = 10
"""WeCom's selection cards take ten options; longer lists are asked as a line."""


def form_for(
    phrases: Phrasebook,
    command: Command,
    given: Sequence[str] = (),
    *,
    named: bool = True,
    line: str = "",
    known: Container[str] = (),
) -> Form:
    """A form that asks for the parameters after `given`; with `named` for the optional ones too.

    A `line` that says more than `given` names the parameters that are `known` by it.
    """
    expansion = _names_expansion(line.split()[1:2] if line else given)
    skipped = (_OF_RENEWALS if expansion else _OF_EXPANSIONS).get(command.name, frozenset())
    positional = command.positional[0 if line else len(given) :]
    positional = tuple(p for p in positional if p.name not in known)
    asked = [p for p in positional if p.required]
    if named:
        asked += [p for p in positional if not p.required]
        asked += [p for p in command.named.values() if p.name not in known]
    asked = [p for p in asked if p.name not in skipped]
    fields = tuple(field_of(phrases, command, parameter) for parameter in asked)
    if expansion:
        fields = tuple(_for_expansion(phrases, command, field) for field in fields)
    return Form(
        title=phrases.t(f"{command.name}.title"),
        line=line or " ".join((command.name, *given)),
        submit=submit_of(phrases, command),
        cancel=phrases.t("common.cancel"),
        fields=fields,
    )


_OF_RENEWALS = {"won": frozenset({"until", "number"})}
_OF_EXPANSIONS = {"won": frozenset({"movement"})}
"""Parameters by command that only make sense for the one or the other."""


def _names_expansion(words: Sequence[str]) -> bool:
    """Whether the first word is the code of an expansion, `E-42`."""
    return bool(words) and words[0].upper().startswith(("E-", "E#"))


def _for_expansion(phrases: Phrasebook, command: Command, field: FormField) -> FormField:
    """The question as it is put about an expansion, where that is another one."""
    own = f"{command.name}.expansion.{field.name}"
    return replace(field, label=phrases.heading(own)) if phrases.has(own) else field


def submit_of(phrases: Phrasebook, command: Command) -> str:
    """What the button of a command's form says: what is looked up is not submitted."""
    own = f"{command.name}.submit"
    return phrases.t(own if phrases.has(own) else "common.submit")


def field_of(phrases: Phrasebook, command: Command, parameter: Parameter) -> FormField:
    """One parameter as a question of a form."""
    kind = reader_of(parameter.reads).control
    choices: tuple[Choice, ...] = ()
    if kind is FieldKind.CHOICE:
        choices = choices_of(phrases, parameter.reads)
        kind = kind if len(choices) <= LONGEST_CHOICE else FieldKind.LINE
    elif kind is FieldKind.NOTE and parameter.named and parameter.name != "note":
        kind = FieldKind.LINE  # a name; only what is told is long
    return FormField(
        name=parameter.name,
        label=label_of(phrases, command, parameter),
        kind=kind,
        required=parameter.required,
        choices=choices,
        hint=_hint(phrases, command, parameter),
    )


def _hint(phrases: Phrasebook, command: Command, parameter: Parameter) -> str:
    key = f"{command.name}.hint.{parameter.name}"
    return phrases.t(key) if phrases.has(key) else ""


def label_of(phrases: Phrasebook, command: Command, parameter: Parameter) -> str:
    """What a parameter is called where it stands alone."""
    own = f"{command.name}.param.{parameter.name}"
    return phrases.heading(own if phrases.has(own) else f"param.{parameter.name}")


def choices_of(phrases: Phrasebook, kind: type[StrEnum]) -> tuple[Choice, ...]:
    """Every member by its name in the reader's language."""
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
