"""The life of a chat line: who said it, what it means, may they, do it, answer.

One transaction for the whole line. A line that changes something leaves its reply in the inbox
within that transaction, so that a platform's repeat gets the same reply and acts once. A command
that runs apart (an import) does the same in the transactions it opens itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from handlers.context import Context
from handlers.introducing import introduce
from handlers.parsing import Grammar, Heard, read_arguments
from handlers.refusals import refusal
from handlers.registry import Command
from handlers.remembering import HeardElsewhere, remember
from handlers.rules import Rules
from handlers.strangers import OPEN_TO_STRANGERS, STRANGER, may_say
from handlers.words import Words, split, strip_address, strip_root
from messages.i18n import Phrasebook
from messages.incoming import Incoming
from messages.kept import from_document
from messages.model import Message
from scoring.errors import (
    Conflict,
    Forbidden,
    MissingArgument,
    NotFound,
    NotLinked,
    UnknownCommand,
    UserError,
)
from scoring.model import Locale, Person, Platform, Role
from storage.store import Store
from storage.transaction import Tx

OPERATOR = Person(id=0, name="operator", role=Role.ADMIN)
"""The person at the command line, who has the database in hand anyway."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The reply, in which language, and whether it refuses."""

    message: Message
    locale: Locale
    refused: bool = False
    understood: dict[str, Any] | None = None


class _TakenBack(Exception):
    """Leaves the transaction without committing; carries the refusal to the person."""

    def __init__(self, answer: Answer) -> None:
        super().__init__("refused")
        self.answer = answer


class Desk:
    """Answers chat lines. Holds what never changes while the service runs."""

    def __init__(self, store: Store, commands: Sequence[Command], rules: Rules) -> None:
        self._store = store
        self._rules = rules
        self.grammar = Grammar(commands)

    async def answer(self, incoming: Incoming, now: datetime) -> Answer:
        """The reply to one line. UserErrors become sentences here; anything else goes up."""
        line = self._line(incoming.text)
        heard = self._heard(incoming, line)
        if incoming.sender_name and not (heard and heard.command.name in OPEN_TO_STRANGERS):
            introduced = await self._introduced(incoming, now)
            if introduced is not None:
                return introduced
        if heard is not None and heard.command.apart:
            return await self._apart(heard, incoming, now)
        if heard is None or not heard.command.changes:
            async with self._store.read() as tx:
                return await self._reply(tx, incoming, line, now)
        try:
            return await self._written(incoming, line, now)
        except Conflict:  # the other's change is whole by now: look again, and from the start
            return await self._written(incoming, line, now)

    async def _introduced(self, incoming: Incoming, now: datetime) -> Answer | None:
        """What a stranger whom the directory names is told; None when nobody can be asked."""
        async with self._store.begin() as tx:
            ctx = await self._context(tx, incoming, now)
            message = None if ctx.viewer.linked else await introduce(ctx)
        return None if message is None else Answer(message, ctx.phrases.locale, refused=True)

    async def _written(self, incoming: Incoming, line: str, now: datetime) -> Answer:
        """Run a command that changes something, in one transaction."""
        try:
            async with self._store.begin() as tx:
                kept = await self._kept(tx, incoming)
                return kept or await self._change(tx, incoming, line, now)
        except _TakenBack as taken_back:
            return taken_back.answer
        except HeardElsewhere:
            return await self._other_reply(incoming)

    async def _apart(self, heard: Heard, incoming: Incoming, now: datetime) -> Answer:
        """Run a command that opens its own transactions; none is open while it works."""
        async with self._store.read() as tx:
            kept = await self._kept(tx, incoming)
            if kept is not None:
                return kept
            ctx = await self._context(tx, incoming, now)
            try:
                values = await self._ready(ctx, heard)
            except UserError as fault:
                return self._refused(ctx, fault)
        try:
            message = await heard.command.run(ctx, **values)
        except HeardElsewhere:
            return await self._other_reply(incoming)
        except UserError as fault:
            async with self._store.read() as tx:  # refused perhaps because a repeat was faster
                return await self._kept(tx, incoming) or self._refused(ctx, fault)
        return Answer(message, ctx.phrases.locale, understood=ctx.understood)

    async def _other_reply(self, incoming: Incoming) -> Answer:
        async with self._store.read() as tx:
            kept = await self._kept(tx, incoming)
        if kept is None:
            raise RuntimeError("an event was handled elsewhere and left no reply")
        return kept

    async def _change(self, tx: Tx, incoming: Incoming, line: str, now: datetime) -> Answer:
        """Reply and keep the reply in the same transaction; a refusal undoes what was begun."""
        answer = await self._reply(tx, incoming, line, now)
        if answer.refused:
            raise _TakenBack(answer)
        await remember(tx, incoming, answer.message, answer.locale, now=now)
        return answer

    async def _reply(self, tx: Tx, incoming: Incoming, line: str, now: datetime) -> Answer:
        ctx = await self._context(tx, incoming, now)
        try:
            message = await self._run(ctx, line)
        except UserError as fault:
            return self._refused(ctx, fault)
        return Answer(message, ctx.phrases.locale, understood=ctx.understood)

    async def _context(self, tx: Tx, incoming: Incoming, now: datetime) -> Context:
        viewer = await who_is(tx, incoming)
        locale = language_of(viewer, incoming, self._rules)
        return Context(
            tx=tx,
            store=self._store,
            now=now,
            viewer=viewer,
            place=incoming.place,
            phrases=Phrasebook(locale, self._rules.zone),
            rules=self._rules,
            incoming=incoming,
        )

    def _refused(self, ctx: Context, fault: UserError) -> Answer:
        message = refusal(ctx, fault, self.grammar)
        return Answer(message, ctx.phrases.locale, refused=True, understood=ctx.understood)

    def _line(self, text: str) -> str:
        """What is asked; a bare `renewals` is the root command only where a verb or nothing follows.

        Customers are called Renewal Partners, too.
        """
        line = strip_address(text)
        rest = strip_root(line)
        return rest if not rest or self._verb(rest) else line

    def _verb(self, line: str) -> bool:
        try:
            return bool(self.grammar.hear(line) or self.grammar.hear_joined(line))
        except UserError:
            return True

    def _heard(self, incoming: Incoming, line: str) -> Heard | None:
        """The command a line names, before anything is asked of the book."""
        if incoming.files:
            return Heard(self.grammar.by_name["import"], _no_words())
        try:
            return self.grammar.hear(line) or self.grammar.hear_joined(line)
        except UserError:
            return None

    async def _kept(self, tx: Tx, incoming: Incoming) -> Answer | None:
        if not incoming.id:
            return None
        reply = await tx.inbox.reply_to(incoming.platform, incoming.id)
        if reply is None:
            return None
        return Answer(from_document(reply["message"]), Locale(reply["locale"]))

    async def _run(self, ctx: Context, line: str) -> Message:
        if not line:
            return await self._do(ctx, Heard(self.grammar.by_name["help"], _no_words()))
        heard = self.grammar.hear(line)
        if heard is None:
            heard = await self._guess(ctx, line)
        return await self._do(ctx, heard)

    async def _guess(self, ctx: Context, line: str) -> Heard:
        """A line without a verb: a customer's name is a look-up, `认领42` is a verb after all."""
        show = self.grammar.by_name["show"]
        joined = self.grammar.hear_joined(line)
        look_up = Heard(show, split(line[:200]))
        if ctx.viewer.linked:
            try:
                await read_arguments(ctx, look_up)
            except NotFound as fault:
                rest = strip_root(line)
                if rest != line:
                    return await self._guess(ctx, rest)
                if joined is None and not fault.nearest:
                    first = line.split()[0][:40]
                    raise UnknownCommand(first, self.grammar.nearest(first)) from None
            except UserError:
                if joined is None:
                    return look_up
            else:
                return look_up
        return joined or look_up

    async def _do(self, ctx: Context, heard: Heard) -> Message:
        return await heard.command.run(ctx, **await self._ready(ctx, heard))

    async def _ready(self, ctx: Context, heard: Heard) -> dict[str, Any]:
        """The command's arguments, once the door for it was passed."""
        command = heard.command
        verdict = may_say(ctx.viewer, command, place=ctx.place.scope)
        if not verdict.allowed:
            fault = Forbidden if ctx.viewer.linked else NotLinked
            raise fault(verdict.reason_key)
        try:
            return await read_arguments(ctx, heard)
        except MissingArgument as missing:
            missing.given = heard.words.plain
            raise


def _no_words() -> Words:
    return split("")


async def who_is(tx: Tx, incoming: Incoming) -> Person:
    """The person behind a verified sender; on the command line a name will do."""
    if incoming.operator:
        return OPERATOR
    if incoming.platform is not Platform.TEXT:
        return await tx.people.by_sender(incoming.platform, incoming.sender) or STRANGER
    for platform in (Platform.SLACK, Platform.WECOM):
        found = await tx.people.by_sender(platform, incoming.sender)
        if found is not None:
            return found
    return await tx.people.by_name(incoming.sender) or STRANGER


def language_of(viewer: Person, incoming: Incoming, rules: Rules) -> Locale:
    """What was asked for, else the person's choice, else the platform's guess, else the house's."""
    return incoming.answer_in or viewer.locale or incoming.locale or rules.locale
