"""How a command is declared: one annotated async function.

    @command("claim", right=Right.CLAIM, changes=True)
    async def claim(ctx: Context, renewal: Renewal) -> Message: ...

Parser, help, usage errors, forms for what is missing, platform manifests and docs/commands.md all
derive from the signature. Positional parameters are read in order; keyword-only ones are written
`name=value` anywhere in the line; `Text` takes the rest. The words that start a command, its
help line and its example are catalogue entries: `claim.words`, `claim.help`, `claim.example`.
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import UnionType
from typing import Any, NewType, Union, get_args, get_origin, get_type_hints

from handlers.context import Context
from handlers.rules import Rules
from messages.model import Message
from scoring.permissions import Right
from storage.store import Store

Text = NewType("Text", str)
"""The rest of the line."""

Word = NewType("Word", str)
"""A single word."""

Run = Callable[..., Awaitable[Message]]
Ahead = Callable[[Store, Rules, datetime], Awaitable[None]]


class Group(StrEnum):
    """How `help` groups commands."""

    WORK = "work"
    CUSTOMER = "customer"
    BOOK = "book"
    TEAM = "team"
    SELF = "self"


@dataclass(frozen=True, slots=True)
class Parameter:
    """One thing a command is told. `reads` is the type that decides how words become a value."""

    name: str
    reads: Any
    required: bool
    named: bool
    default: Any = None


@dataclass(frozen=True, slots=True)
class Command:
    """A verb: what it is called, who may use it, what it takes, what runs.

    `changes` commands run in a writing transaction and are remembered in the inbox. `apart` ones
    work for long on something else than the book, or change it only sometimes: they run without a
    transaction, open their own from `ctx.store`, and remember their replies themselves.
    `ahead` is awaited before a transaction is open: it prepares what is long to work out.
    `needs_one` ones change nothing without one of their optional values: what `fix` is to mend.
    `help` leaves those out that are not `listed`: only our own buttons and forms say them.
    """

    name: str
    right: Right
    group: Group
    changes: bool
    parameters: tuple[Parameter, ...]
    run: Run
    apart: bool = False
    needs_one: bool = False
    listed: bool = True
    ahead: Ahead | None = None

    @property
    def positional(self) -> tuple[Parameter, ...]:
        """Parameters read in order."""
        return tuple(p for p in self.parameters if not p.named)

    @property
    def named(self) -> dict[str, Parameter]:
        """Parameters written `name=value`."""
        return {p.name: p for p in self.parameters if p.named}


def command(
    name: str,
    *,
    right: Right,
    group: Group = Group.WORK,
    changes: bool = False,
    apart: bool = False,
    needs_one: bool = False,
    listed: bool = True,
    ahead: Ahead | None = None,
) -> Callable[[Run], Command]:
    """Declare a command; the decorated name becomes a `Command` to list in handlers/commands."""

    def declare(run: Run) -> Command:
        parameters = tuple(_parameters(run))
        return Command(
            name, right, group, changes, parameters, run, apart, needs_one, listed, ahead
        )

    return declare


def _parameters(run: Run) -> list[Parameter]:
    hints = get_type_hints(run)
    first, *others = inspect.signature(run).parameters.values()
    if hints.get(first.name) is not Context or hints.get("return") is not Message:
        raise TypeError(f"{run.__name__} must take a Context first and return a Message")
    return [
        Parameter(
            name=parameter.name.rstrip("_"),
            reads=_without_none(hints[parameter.name]),
            required=parameter.default is inspect.Parameter.empty,
            named=parameter.kind is inspect.Parameter.KEYWORD_ONLY,
            default=None if parameter.default is inspect.Parameter.empty else parameter.default,
        )
        for parameter in others
    ]


def _without_none(hint: Any) -> Any:
    if get_origin(hint) in (Union, UnionType):
        kinds = [kind for kind in get_args(hint) if kind is not type(None)]
        if len(kinds) != 1:
            raise TypeError(f"a parameter is of one type, optionally None: {hint}")
        return kinds[0]
    return hint
