"""Obeying one chat line by itself: who said it, what it means, may they, do it, answer.

One transaction for the whole line. A line that changes something leaves its reply in the inbox
within that transaction, so that a platform's repeat gets the same reply and acts once. A command
that runs apart (an import) does the same in the transactions it opens itself.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from handlers.asking import fitted
from handlers.asking_first import AskedFirst, ask_first, asked_first
from handlers.context import Context
from handlers.hearing import Ear
from handlers.introducing import introduce
from handlers.parsing import Grammar, Heard, read_arguments
from handlers.refusals import refusal
from handlers.registry import Command
from handlers.remembering import HeardElsewhere, remember
from handlers.rules import Rules
from handlers.sharing import share_line
from handlers.speakers import language_of, who_is
from handlers.strangers import OPEN_TO_STRANGERS, may_say
from handlers.writing import written
from messages.i18n import Phrasebook
from messages.incoming import Incoming
from messages.kept import from_document
from messages.model import Message
from scoring.errors import (
    Conflict,
    Forbidden,
    MissingArgument,
    NotLinked,
    UserError,
)
from scoring.model import Locale
from scoring.permissions import PlaceScope
from storage.store import Store
from storage.transaction import Tx


@dataclass(frozen=True, slots=True)
class Answer:
    """The reply, in which language, and whether it refuses, with the fault that says why.

    `share` is the line that makes the answer anew for everybody; empty where that is not offered.
    """

    message: Message
    locale: Locale
    refused: bool = False
    understood: dict[str, Any] | None = None
    fault: UserError | None = None
    share: str = ""


@dataclass(frozen=True, slots=True)
class Turn:
    """What belongs to a line besides itself: done first in its transaction, said with its reply.

    `verbatim` lines were put together by us: a `?` at their end is somebody's text.
    """

    first: Callable[[Tx], Awaitable[None]] | None = None
    amend: Callable[[Phrasebook, Message], Message] | None = None
    verbatim: bool = False


_PLAINLY = Turn()


class _TakenBack(Exception):
    """Leaves the transaction without committing; carries the refusal to the person."""

    def __init__(self, answer: Answer) -> None:
        super().__init__("refused")
        self.answer = answer


class Clerk:
    """Obeys lines one by one and remembers no question. Holds what never changes."""

    def __init__(self, store: Store, commands: Sequence[Command], rules: Rules) -> None:
        self._store = store
        self._rules = rules
        self.ear = Ear(Grammar(commands))
        self.grammar = self.ear.grammar

    async def look_ahead(self, incoming: Incoming, line: str, now: datetime) -> None:
        """Prepare what the line's command takes long for; to be done while no transaction is open."""
        heard = self.ear.heard(incoming, line)
        if heard is not None and heard.command.ahead is not None:
            await heard.command.ahead(self._store, self._rules, now)

    async def obey(
        self, incoming: Incoming, line: str, now: datetime, turn: Turn = _PLAINLY
    ) -> Answer:
        """The reply to one line. UserErrors become sentences here; anything else goes up."""
        if incoming.sender_name and (introduced := await self._introduced(incoming, line, now)):
            return introduced
        asked = None if turn.verbatim or incoming.files else asked_first(line)
        if asked is not None and (answer := await self._ask_first(asked, incoming, now)):
            return answer
        heard = self.ear.heard(incoming, line)
        if heard is not None and heard.command.apart:
            return await self._apart(heard, incoming, now, turn)
        if turn.first is None and (heard is None or not heard.command.changes):
            async with self._store.read() as tx:
                return await self.reply(tx, incoming, line, now, turn)

        async def change(tx: Tx) -> Answer:
            if turn.first is not None:
                await turn.first(tx)
            return await self.reply(tx, incoming, line, now, turn)

        return await self._written(incoming, now, change)

    async def do(
        self, incoming: Incoming, now: datetime, run: Callable[[Context], Awaitable[Message]]
    ) -> Answer:
        """The same for what is no line: what `run` changes is whole, done once, and answered."""

        async def change(tx: Tx) -> Answer:
            ctx = await self.context(tx, incoming, now)
            try:
                message = await run(ctx)
            except UserError as fault:
                return await self.refused(ctx, fault)
            return _amended(ctx, message, _PLAINLY)

        return await self._written(incoming, now, change)

    async def _introduced(self, incoming: Incoming, line: str, now: datetime) -> Answer | None:
        """What a stranger whom the directory names is told; None when nobody can be asked."""
        heard = self.ear.heard(incoming, line)
        if heard is not None and heard.command.name in OPEN_TO_STRANGERS:
            return None
        async with self._store.begin() as tx:
            ctx = await self.context(tx, incoming, now)
            message = None if ctx.viewer.linked else await introduce(ctx)
        return None if message is None else Answer(message, ctx.phrases.locale, refused=True)

    async def _ask_first(
        self, asked: AskedFirst, incoming: Incoming, now: datetime
    ) -> Answer | None:
        """The answer to `LINE ?`, which changes nothing; None when that is no question after all."""
        heard = self.ear.hear(asked.line)
        if heard is None:
            return None
        async with self._store.read() as tx:
            ctx = await self.context(tx, incoming, now)
            try:
                values = await self._ready(ctx, heard)
                message = await ask_first(ctx, heard, values, asked)
            except UserError as fault:
                return await self.refused(ctx, fault)
        return None if message is None else Answer(message, ctx.phrases.locale)

    async def _written(
        self, incoming: Incoming, now: datetime, change: Callable[[Tx], Awaitable[Answer]]
    ) -> Answer:
        """Change something in one transaction; once more when somebody else was faster."""
        try:
            return await self._once(incoming, now, change)
        except Conflict:  # the other's change is whole by now: look again, and from the start
            return await self._once(incoming, now, change)

    async def _once(
        self, incoming: Incoming, now: datetime, change: Callable[[Tx], Awaitable[Answer]]
    ) -> Answer:
        """Reply and keep the reply in the same transaction; a refusal undoes what was begun."""
        try:
            async with self._store.begin() as tx:
                kept = await self.kept(tx, incoming)
                if kept is not None:
                    return kept
                answer = await change(tx)
                if answer.refused:
                    raise _TakenBack(answer)
                await remember(tx, incoming, answer.message, answer.locale, now=now)
                return answer
        except _TakenBack as taken_back:
            if not incoming.id:
                return taken_back.answer
            async with self._store.read() as tx:  # refused perhaps because a repeat was faster
                return await self.kept(tx, incoming) or taken_back.answer
        except HeardElsewhere:
            return await self.other_reply(incoming)

    async def _apart(self, heard: Heard, incoming: Incoming, now: datetime, turn: Turn) -> Answer:
        """Run a command that opens its own transactions; none is open while it works."""
        if turn.first is not None:
            async with self._store.begin() as tx:
                await turn.first(tx)
        async with self._store.read() as tx:
            kept = await self.kept(tx, incoming)
            if kept is not None:
                return kept
            ctx = await self.context(tx, incoming, now)
            try:
                values = await self._ready(ctx, heard)
            except UserError as fault:
                return await self.refused(ctx, fault)
        try:
            message = await heard.command.run(ctx, **values)
        except HeardElsewhere:
            return await self.other_reply(incoming)
        except UserError as fault:
            async with self._store.read() as tx:  # refused perhaps because a repeat was faster
                return await self.kept(tx, incoming) or await self.refused(ctx, fault)
        return _amended(ctx, message, turn)

    async def other_reply(self, incoming: Incoming) -> Answer:
        """What the event was answered with elsewhere."""
        async with self._store.read() as tx:
            kept = await self.kept(tx, incoming)
        if kept is None:
            raise RuntimeError("an event was handled elsewhere and left no reply")
        return kept

    async def reply(
        self, tx: Tx, incoming: Incoming, line: str, now: datetime, turn: Turn = _PLAINLY
    ) -> Answer:
        """Run the line in a transaction; a refusal is a sentence, and what was begun stays."""
        ctx = await self.context(tx, incoming, now)
        try:
            message = await self._run(ctx, line)
        except UserError as fault:
            return await self.refused(ctx, fault)
        return _amended(ctx, fitted(ctx, message), turn)

    async def context(self, tx: Tx, incoming: Incoming, now: datetime) -> Context:
        """What a command has at hand for this line."""
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

    async def refused(self, ctx: Context, fault: UserError) -> Answer:
        """A fault as the reply."""
        message = await refusal(ctx, fault, self.grammar)
        return Answer(
            message, ctx.phrases.locale, refused=True, understood=ctx.understood, fault=fault
        )

    async def kept(self, tx: Tx, incoming: Incoming) -> Answer | None:
        """The reply this event had before."""
        if not incoming.id:
            return None
        reply = await tx.inbox.reply_to(incoming.platform, incoming.id)
        if reply is None:
            return None
        return Answer(from_document(reply["message"]), Locale(reply["locale"]))

    async def _run(self, ctx: Context, line: str) -> Message:
        return await self._do(ctx, await self.ear.meant(ctx, line))

    async def _do(self, ctx: Context, heard: Heard) -> Message:
        values = await self._ready(ctx, heard)
        if ctx.place.scope is PlaceScope.ASIDE:
            ctx.share = share_line(heard.command, values)
        try:
            return await heard.command.run(ctx, **values)
        except UserError as fault:
            if fault.parameter and not fault.line:
                self._explain(fault, heard.command, values)
            raise

    def _explain(self, fault: UserError, command: Command, values: dict[str, Any]) -> None:
        """Note on a fault of a command what is known, so that the rest can be asked for."""
        if isinstance(fault, MissingArgument):
            command = self.grammar.by_name[fault.verb]  # `stage R-42 lost` asks what `lost` needs
        names = {parameter.name for parameter in command.parameters}
        lacks = isinstance(fault, MissingArgument)  # what was not said may be said with it
        fault.known = {
            name: value
            for name, value in values.items()
            if name in names and not (lacks and value is None)
        }
        fault.line = written(command, fault.known, but=fault.parameter)

    async def _ready(self, ctx: Context, heard: Heard) -> dict[str, Any]:
        """The command's arguments, once the door for it was passed."""
        command = heard.command
        verdict = may_say(ctx.viewer, command, place=ctx.place.scope)
        if not verdict.allowed:
            refusing = Forbidden if ctx.viewer.linked else NotLinked
            raise refusing(verdict.reason_key)
        try:
            return await read_arguments(ctx, heard)
        except MissingArgument as missing:
            missing.given = heard.words.plain
            raise


def _amended(ctx: Context, message: Message, turn: Turn) -> Answer:
    said = message if turn.amend is None else turn.amend(ctx.phrases, message)
    return Answer(said, ctx.phrases.locale, understood=ctx.understood, share=ctx.share)
