"""Hearing what a typed line means: the verb it names, or the customer it is about."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import Enum, StrEnum, auto

from handlers.asking_first import asked_first
from handlers.context import Context
from handlers.parsing import Grammar, Heard, read_arguments
from handlers.reading.greetings import is_greeting
from handlers.subjects import Customer, Renewal
from handlers.whole_names import names_a_customer
from handlers.words import openings, split, strip_address, strip_root
from messages.incoming import Incoming
from scoring.errors import (
    BadArgument,
    MissingArgument,
    NotFound,
    UnknownCommand,
    UserError,
)
from scoring.model import Account, Person

LOOKED_UP = 200
"""Characters of a line without a verb that are taken for a name."""


MOST_ROOTS = 2
"""How often our own name is taken from the front of a line: `续约助手，续约 华为`."""


class Sense(Enum):
    """What the words after a verb say: nothing, what any words would, or something plain."""

    NONE = auto()
    ANY = auto()
    PLAIN = auto()


class Ear:
    """Knows the grammar, and nothing of who may say what."""

    def __init__(self, grammar: Grammar) -> None:
        self.grammar = grammar

    def line(self, text: str) -> str:
        """What is asked; a bare `renewals` is the root command only where a verb or nothing follows.

        Customers are called Renewal Partners, too.
        """
        line = strip_address(text)
        for rest in (strip_root(line), *openings(line)):
            if not rest or (rest != line and self._verb(rest)):
                return rest
        return line

    def _verb(self, line: str) -> bool:
        try:
            return bool(self.grammar.hear(line) or self.grammar.hear_joined(line))
        except UserError:
            return True

    def hear(self, line: str) -> Heard | None:
        """The command a line names, before anything is asked of the book."""
        try:
            return self.grammar.hear(line) or self.grammar.hear_joined(line)
        except UserError:
            return None

    def heard(self, incoming: Incoming, line: str) -> Heard | None:
        """The same for a line with what came along: files are to be imported."""
        if incoming.files:
            return Heard(self.grammar.by_name["import"], split(""))
        return self.hear(line)

    def only_reads(self, incoming: Incoming, line: str) -> bool:
        """Whether the line is answered by looking into the book, in anybody's transaction."""
        stranger = bool(incoming.sender_name)  # to be introduced first
        if incoming.files or stranger or asked_first(line) is not None:
            return False
        heard = self.hear(line)
        return heard is None or not (heard.command.changes or heard.command.apart)

    async def meant(self, ctx: Context, line: str) -> Heard:
        """The command of a line; an empty one or a greeting asks for help, one without a verb is looked up."""
        if not line:
            return Heard(self.grammar.by_name["help"], split(""))
        return self.grammar.hear(line) or await self._guess(ctx, line)

    async def _guess(self, ctx: Context, line: str, *, roots: int = MOST_ROOTS) -> Heard:
        """A line without a verb: a customer's name is a look-up, `认领42` is a verb after all."""
        show = self.grammar.by_name["show"]
        joined = self.grammar.hear_joined(line)
        look_up = Heard(show, split(line[:LOOKED_UP]))
        if not ctx.viewer.linked:
            return joined or look_up
        if is_greeting(line) and not await names_a_customer(ctx, line):
            return Heard(self.grammar.by_name["help"], split(""))
        if joined is not None and not await names_a_customer(ctx, line):
            if await self.sense(ctx, joined) is not Sense.NONE:
                return joined
            return joined if await self.sense(ctx, look_up) is Sense.NONE else look_up
        try:
            await read_arguments(ctx, look_up)
        except NotFound as fault:
            rest = strip_root(line)
            if rest != line and roots:
                return await self._guess(ctx, rest, roots=roots - 1)
            if not fault.nearest:
                first = line.split()[0][:40]
                raise UnknownCommand(first, self.grammar.nearest(first)) from None
        except UserError:
            return look_up
        return look_up

    async def sense(self, ctx: Context, heard: Heard) -> Sense:
        """How much sense the words of a line make to its command, be it complete or allowed."""
        try:
            values: Mapping[str, object] = await read_arguments(ctx, heard)
        except (BadArgument, NotFound):
            return Sense.NONE
        except MissingArgument as missing:
            values = missing.known
        except UserError:  # of another team, or several of that name: somebody in the book
            return Sense.PLAIN
        if not heard.words.plain or any(isinstance(v, _TELLING) for v in values.values()):
            return Sense.PLAIN
        return Sense.ANY


_TELLING = (Renewal, Customer, Account, Person, date, StrEnum)
"""Values that words become only when they are meant so; a `Word` or `Text` may be anything."""
