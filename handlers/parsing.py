"""From a chat line to a command with its values, by the command's signature."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from rapidfuzz import fuzz, process

from handlers.context import Context
from handlers.readers import reader_of
from handlers.reading.digits import fold
from handlers.registry import Command, Parameter, Text
from handlers.subjects import Customer, Renewal
from handlers.words import (
    LINE_LIMIT,
    NOTE_LIMIT,
    Words,
    after_verb,
    spaced,
    split,
    without_tail,
)
from handlers.writing import written
from messages.i18n import catalogue
from messages.lines import quoted
from scoring.errors import Ambiguous, BadArgument, MissingArgument, NotFound, UserError
from scoring.model import Account, Locale

CLOSE_ENOUGH = 60
"""Similarity (0 to 100) from which a word counts as a mistyped verb."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A verb and the rest of its line."""

    command: Command
    words: Words


class Grammar:
    """All words that start a command, in every language."""

    def __init__(self, commands: Sequence[Command]) -> None:
        self.commands = tuple(commands)
        self.by_name: Mapping[str, Command] = {command.name: command for command in commands}
        """Commands by their English name."""
        self._by_word: dict[str, Command] = {}
        for command in commands:
            for word in (command.name, *verb_words(command.name)):
                other = self._by_word.setdefault(fold(word), command)
                if other is not command:
                    raise ValueError(f"{word!r} starts both {other.name} and {command.name}")
        self._joined = sorted(
            (word for word in self._by_word if not word.isascii()), key=len, reverse=True
        )

    def hear(self, line: str) -> Heard | None:
        """The command a line starts with, None when its first word is not a verb."""
        first, space, rest = line.partition(" ")
        first, end, more = first.partition("\n")
        rest = f"{more}{space}{rest}" if end else rest
        for word, joined in ((first, ""), (without_tail(first), ""), after_verb(first)):
            command = self._by_word.get(fold(word)) if word else None
            if command is not None:
                return Heard(command, _take_apart(command, f"{joined} {rest}" if joined else rest))
        return None

    def hear_joined(self, line: str) -> Heard | None:
        """The same for Chinese written without a space: `认领42`, `到期30天`, `跟进华为 电话…`."""
        folded = fold(line)
        word = next((word for word in self._joined if folded.startswith(word)), None)
        if word is None or len(folded) == len(word):
            return None
        command = self._by_word[word]
        return Heard(command, _take_apart(command, line[len(word) :]))

    def nearest(self, word: str) -> list[str]:
        """Verbs that look like a mistyped word, best first."""
        found = process.extract(
            fold(word), list(self._by_word), scorer=fuzz.ratio, limit=6, score_cutoff=CLOSE_ENOUGH
        )
        names = [self._by_word[match].name for match, _, _ in found]
        return list(dict.fromkeys(names))[:3]


@cache
def verb_words(name: str) -> tuple[str, ...]:
    """What a command may be called besides its name: the entry `NAME.words` of every language."""
    words: list[str] = []
    for locale in Locale:
        entry = catalogue(locale).get(f"{name}.words")
        words += entry.texts[0].split() if entry else []
    return tuple(dict.fromkeys(words))


def _take_apart(command: Command, rest: str) -> Words:
    # What only asks is short whatever it asks with: its words are tried in many ways.
    takes_note = command.changes and any(p.reads is Text for p in command.parameters)
    limit = NOTE_LIMIT if takes_note else LINE_LIMIT
    if len(rest) > limit:
        raise BadArgument("error.line_too_long", limit=limit)
    prose = command.changes and any(p.reads is Text for p in command.positional)
    if prose:  # what somebody wrote stays as it was written; before it, commas only part words
        reads = [parameter.reads for parameter in command.positional]
        rest = spaced(rest, reads.index(Text))
    else:
        rest = spaced(without_tail(rest))
    return split(rest, frozenset(parameter.name for parameter in command.parameters))


async def read_arguments(ctx: Context, heard: Heard) -> dict[str, Any]:
    """Values for the command's parameters; every customer among them has passed the door.

    A fault says which parameter it is about and what the line says without it, so that the rest
    can be kept when that is asked for.
    """
    ctx.changes = heard.command.changes
    values: dict[str, Any] = {}
    try:
        await _read_all(ctx, heard, values)
    except UserError as fault:
        fault.known = dict(values)
        fault.line = written(heard.command, values, heard.words.named, but=fault.parameter)
        raise
    return values


async def _read_all(ctx: Context, heard: Heard, values: dict[str, Any]) -> None:
    command, words = heard.command, heard.words
    at = 0
    for index, parameter in enumerate(command.positional):
        given = words.named.get(parameter.name)
        if given:
            values[parameter.name] = await _named_value(ctx, command, parameter, words, given)
            continue
        left = words.plain[at:]
        if parameter.reads is Text:
            rest = words.rest(at)
            if not parameter.required and not any(map(str.isalnum, rest)):
                rest = ""  # a smile at the end
            if not rest and parameter.required:
                raise MissingArgument(command.name, parameter.name)
            values[parameter.name] = rest or parameter.default
            at = len(words.plain)
            continue
        if not left:
            if parameter.required:
                raise MissingArgument(command.name, parameter.name)
            values[parameter.name] = parameter.default
            continue
        last = all(later.name in words.named for later in command.positional[index + 1 :])
        try:
            value, used = await reader_of(parameter.reads).read(ctx, left, last)
        except BadArgument as fault:
            fault.parameter = parameter.name
            if parameter.required or last:
                raise
            values[parameter.name] = parameter.default
            continue
        except (Ambiguous, NotFound) as fault:
            raise _with_line(fault, command, parameter, words, at) from None
        _pass_door(ctx, command, value)
        values[parameter.name] = value
        at += used
    if at < len(words.plain):
        raise BadArgument("error.too_many_words", words=" ".join(words.plain[at:])[:80])
    for parameter in command.named.values():
        given = words.named.get(parameter.name)
        if given:
            values[parameter.name] = await _named_value(ctx, command, parameter, words, given)
        elif parameter.required:
            raise MissingArgument(command.name, parameter.name)
        else:
            values[parameter.name] = parameter.default


async def _named_value(
    ctx: Context, command: Command, parameter: Parameter, words: Words, given: str
) -> Any:
    """The value written `name=value`; forms write every parameter so."""
    if parameter.reads is Text:
        return given
    parts = given.split() or [given]
    try:
        value, used = await reader_of(parameter.reads).read(ctx, parts, True)
        if used < len(parts):
            raise BadArgument("error.too_many_words", words=" ".join(parts[used:])[:80])
    except BadArgument as fault:
        fault.parameter = parameter.name
        raise
    except (Ambiguous, NotFound) as fault:
        rest = " ".join(words.plain)
        raise _with_line_named(fault, command, words, parameter, rest) from None
    _pass_door(ctx, command, value)
    return value


def _pass_door(ctx: Context, command: Command, value: object) -> None:
    if isinstance(value, Renewal | Customer):
        ctx.allow(command.right, team=value.team, owner_id=value.owner_id)
    elif isinstance(value, Account):
        owner_id = value.csm_id or value.account_executive_id
        ctx.allow(command.right, team=value.team, owner_id=owner_id)


def _with_line(
    fault: UserError, command: Command, parameter: Parameter, words: Words, at: int
) -> UserError:
    """Complete the options of a fault to whole lines, so that each becomes a button."""

    def line(word: str, used: int) -> str:
        plain = (*words.plain[:at], word, words.rest(at + used))
        return _line(command, plain, words.named)

    return _with_options(fault, parameter, line)


def _with_line_named(
    fault: UserError, command: Command, words: Words, parameter: Parameter, rest: str
) -> UserError:
    def line(word: str, _used: int) -> str:
        return _line(command, (rest,), {**words.named, parameter.name: word})

    return _with_options(fault, parameter, line)


def _with_options(
    fault: UserError, parameter: Parameter, line: Callable[[str, int], str]
) -> UserError:
    whole = fault
    if isinstance(fault, Ambiguous):
        options = tuple(replace(o, word=line(o.word, fault.used)) for o in fault.options)
        whole = Ambiguous(fault.key, options=options, used=fault.used, **fault.params)
    elif isinstance(fault, NotFound):
        nearest = tuple(replace(o, word=line(o.word, fault.used)) for o in fault.nearest)
        whole = NotFound(fault.key, nearest=nearest, used=fault.used, **fault.params)
    whole.parameter = parameter.name
    return whole


def _line(command: Command, plain: Sequence[str], named: Mapping[str, str]) -> str:
    values = [f"{name}={quoted(value)}" for name, value in named.items()]
    return " ".join(part for part in (command.name, *plain, *values) if part)
