"""The life of a chat line: who said it, what it means, may they, do it, answer.

One transaction for the whole line. A line that changes something leaves its reply in the inbox
within that transaction, so that a platform's repeat gets the same reply and acts once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from handlers.context import Context
from handlers.parsing import Grammar, Heard, read_arguments
from handlers.refusals import refusal
from handlers.registry import Command
from handlers.rules import Rules
from handlers.words import Words, split, strip_address
from messages.i18n import Phrasebook
from messages.incoming import Incoming
from messages.kept import from_document, to_document
from messages.model import Message
from scoring.errors import (
    Forbidden,
    MissingArgument,
    NotFound,
    NotLinked,
    UnknownCommand,
    UserError,
)
from scoring.model import Locale, Person, Platform, Role
from scoring.permissions import may_start
from storage.store import Store
from storage.transaction import Tx

STRANGER = Person(id=0, name="", role=Role.VIEWER, linked=False)
"""Who speaks before we know them: may nothing but ask to be linked."""

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


class _HeardElsewhere(Exception):
    """Another replica handled the same event while this one did; its reply stands."""


class Desk:
    """Answers chat lines. Holds what never changes while the service runs."""

    def __init__(self, store: Store, commands: Sequence[Command], rules: Rules) -> None:
        self._store = store
        self._rules = rules
        self.grammar = Grammar(commands)

    async def answer(self, incoming: Incoming, now: datetime) -> Answer:
        """The reply to one line. UserErrors become sentences here; anything else goes up."""
        line = strip_address(incoming.text)
        if incoming.files or not self._writes(line):
            async with self._store.read() as tx:
                return await self._reply(tx, incoming, line, now)
        try:
            async with self._store.begin() as tx:
                kept = await self._kept(tx, incoming)
                return kept or await self._change(tx, incoming, line, now)
        except _TakenBack as taken_back:
            return taken_back.answer
        except _HeardElsewhere:
            async with self._store.read() as tx:
                kept = await self._kept(tx, incoming)
            if kept is None:
                raise RuntimeError("an event was handled elsewhere and left no reply") from None
            return kept

    async def _change(self, tx: Tx, incoming: Incoming, line: str, now: datetime) -> Answer:
        """Reply and keep the reply in the same transaction; a refusal undoes what was begun."""
        answer = await self._reply(tx, incoming, line, now)
        if answer.refused:
            raise _TakenBack(answer)
        if incoming.id:
            reply = {"locale": answer.locale.value, "message": to_document(answer.message)}
            if not await tx.inbox.keep(incoming.platform, incoming.id, reply, at=now):
                raise _HeardElsewhere
        return answer

    async def _reply(self, tx: Tx, incoming: Incoming, line: str, now: datetime) -> Answer:
        viewer = await who_is(tx, incoming)
        locale = language_of(viewer, incoming, self._rules)
        ctx = Context(
            tx=tx,
            store=self._store,
            now=now,
            viewer=viewer,
            place=incoming.place,
            phrases=Phrasebook(locale, self._rules.zone),
            rules=self._rules,
            incoming=incoming,
        )
        try:
            message = await self._run(ctx, line)
        except UserError as fault:
            message = refusal(ctx, fault, self.grammar)
            return Answer(message, locale, refused=True, understood=ctx.understood)
        return Answer(message, locale, understood=ctx.understood)

    def _writes(self, line: str) -> bool:
        try:
            heard = self.grammar.hear(line) or self.grammar.hear_joined(line)
        except UserError:
            return False
        return heard is not None and heard.command.changes

    async def _kept(self, tx: Tx, incoming: Incoming) -> Answer | None:
        if not incoming.id:
            return None
        reply = await tx.inbox.reply_to(incoming.platform, incoming.id)
        if reply is None:
            return None
        return Answer(from_document(reply["message"]), Locale(reply["locale"]))

    async def _run(self, ctx: Context, line: str) -> Message:
        if ctx.incoming.files:
            return await self._do(ctx, Heard(self.grammar.by_name["import"], _no_words()))
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
        command = heard.command
        verdict = may_start(ctx.viewer, command.right, place=ctx.place.scope)
        if not verdict.allowed:
            if not ctx.viewer.linked:
                if command.name in OPEN_TO_STRANGERS:
                    return await command.run(ctx, **await read_arguments(ctx, heard))
                raise NotLinked("error.not_linked")
            raise Forbidden(verdict.reason_key)
        try:
            values = await read_arguments(ctx, heard)
        except MissingArgument as fault:
            fault.given = heard.words.plain
            raise
        return await command.run(ctx, **values)


OPEN_TO_STRANGERS = frozenset({"help", "link"})
"""What somebody we do not know may say: how to become known."""


def _no_words() -> Words:
    return split("")


async def who_is(tx: Tx, incoming: Incoming) -> Person:
    """The person behind a verified sender; on the command line a name will do."""
    if incoming.platform is not Platform.TEXT:
        return await tx.people.by_sender(incoming.platform, incoming.sender) or STRANGER
    if incoming.sender == OPERATOR.name:
        return OPERATOR
    for platform in (Platform.SLACK, Platform.WECOM):
        found = await tx.people.by_sender(platform, incoming.sender)
        if found is not None:
            return found
    return await tx.people.by_name(incoming.sender) or STRANGER


def language_of(viewer: Person, incoming: Incoming, rules: Rules) -> Locale:
    """What was asked for, else the person's choice, else the platform's guess, else the house's."""
    return incoming.answer_in or viewer.locale or incoming.locale or rules.locale
