"""The life of a chat line: an answer to what was asked there, or a line of its own.

Where the bot asks one question at a time (handlers/asking.py), a line with an open question is
read so: what works as a command is a command, and the question is put aside; what names a customer
or contract exactly, while a text is asked for, is a look-up; all else is the answer. The question
is taken in the transaction of what the answer does, so that of any number of deliveries of one
line, on any number of replicas, one fills it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import Enum, auto

from handlers import asking
from handlers.context import Context
from handlers.hearing import Sense
from handlers.obeying import Answer, Clerk, Turn
from handlers.parsing import Heard
from handlers.readers import reader_of
from handlers.registry import Command, Text
from handlers.remembering import HeardElsewhere, remember
from handlers.rules import Rules
from handlers.speakers import OPERATOR, language_of, who_is
from handlers.whole_names import names_a_customer
from handlers.words import split
from messages.i18n import Phrasebook
from messages.incoming import Incoming
from messages.model import FieldKind, Message
from scoring.errors import (
    BadArgument,
    Conflict,
    MissingArgument,
    NotFound,
    Refused,
    UnknownCommand,
    UserError,
)
from storage.questions import Question
from storage.store import Store
from storage.transaction import Tx

__all__ = ["OPERATOR", "Answer", "Desk", "language_of", "who_is"]

TRIES = 4
"""How often a line is looked at anew when another one was faster with the question."""

CANCEL = "cancel"


class _Role(Enum):
    """What a line is to an open question."""

    ANSWER = auto()
    COMMAND = auto()
    PERHAPS = auto()  # a verb, and words that may be anybody's: a command when it works as one
    LOOK_UP = auto()


class _AnsweredElsewhere(Exception):
    """The question was answered, or replaced, while this line was read."""


class Desk:
    """Answers chat lines. Holds what never changes while the service runs."""

    def __init__(self, store: Store, commands: Sequence[Command], rules: Rules) -> None:
        self._store = store
        self.clerk = Clerk(store, commands, rules)
        self.grammar = self.clerk.grammar

    async def answer(self, incoming: Incoming, now: datetime) -> Answer:
        """The reply to one line. UserErrors become sentences; anything else goes up."""
        line = self.clerk.ear.line(incoming.text)
        await self.clerk.look_ahead(incoming, line, now)
        if not asking.asks(incoming.place):
            return await self.clerk.obey(incoming, line, now)
        for _ in range(TRIES):
            try:
                return await self._in_dialogue(incoming, line, now)
            except _AnsweredElsewhere:
                continue
        return await self.clerk.obey(incoming, line, now)

    async def _in_dialogue(self, incoming: Incoming, line: str, now: datetime) -> Answer:
        async with self._store.read() as tx:
            kept = await self.clerk.kept(tx, incoming)
            if kept is not None:
                return kept
            question = await self._open_question(tx, incoming, now)
            role = _Role.COMMAND
            answer = None
            if question is None and self.clerk.ear.only_reads(incoming, line):
                answer = await self.clerk.reply(tx, incoming, line, now)
            if question is not None:
                ctx = await self.clerk.context(tx, incoming, now)
                role = await self._role(ctx, question, incoming, line)
        if question is None:
            answer = answer or await self.clerk.obey(incoming, line, now)
            return await self._asked_on(answer, incoming, now)
        if role is not _Role.ANSWER:
            answer = await self._put_aside(question, role, incoming, line, now)
            if not _no_command(role, answer):
                return await self._asked_on(answer, incoming, now)
        answer = await self._fill(question, incoming, line, now)
        return await self._asked_on(answer, incoming, now, answered=question)

    async def _open_question(self, tx: Tx, incoming: Incoming, now: datetime) -> Question | None:
        """What the sender was asked there, unless this was said before the question came up."""
        platform, place, sender = asking.asked_there(incoming)
        question = await tx.questions.open(platform, place, sender, since=now - asking.ANSWERABLE)
        if question is None or not self._knows(question):
            return None
        if question.said_at is None or incoming.said_at is None:
            return question
        return None if incoming.said_at < question.said_at else question

    async def _role(self, ctx: Context, question: Question, incoming: Incoming, line: str) -> _Role:
        """What a line is; a verb whose words make no sense may still turn out an answer."""
        if incoming.files or not line:
            return _Role.COMMAND
        parameter = asking.parameter_of(self._command(question), question.field)
        reader = reader_of(parameter.reads)
        if reader.control in (FieldKind.CHOICE, FieldKind.DATE):
            words = split(line).plain
            try:
                _, used = await reader.read(ctx, words, True)
            except UserError:
                used = 0
            if words and used == len(words):  # `已续约` is a stage before it is a verb
                return _Role.ANSWER
        heard = self.clerk.ear.hear(line)
        if parameter.reads is not Text:
            return _Role.ANSWER if heard is None else _Role.COMMAND
        if heard is not None:
            return await self._role_of_words(ctx, heard, line)
        return _Role.LOOK_UP if await names_a_customer(ctx, line) else _Role.ANSWER

    async def _role_of_words(self, ctx: Context, heard: Heard, line: str) -> _Role:
        """What words with a verb in front are, where any words would do."""
        sense = await self.clerk.ear.sense(ctx, heard)
        joined = self.grammar.hear(line) is None
        if sense is Sense.NONE or (sense is Sense.ANY and joined and heard.command.changes):
            return _Role.ANSWER  # `新增了20个席位` adds no contract
        return _Role.COMMAND if sense is Sense.PLAIN else _Role.PERHAPS

    async def _put_aside(
        self, question: Question, role: _Role, incoming: Incoming, line: str, now: datetime
    ) -> Answer:
        """Obey a line of its own; the question is dropped with what it does, or after it."""
        command = self._command(question)
        heard = self.clerk.ear.heard(incoming, line)
        goes_on = line.startswith(question.line) or not line
        told = heard is None or heard.command.name != CANCEL

        async def drop(tx: Tx) -> None:
            await tx.questions.take(question)

        def amend(phrases: Phrasebook, message: Message) -> Message:
            return asking.put_aside(phrases, message, command)

        turn = Turn(
            first=drop if heard is not None and heard.command.changes else None,
            amend=amend if told and not goes_on else None,
        )
        answer = await self.clerk.obey(incoming, line, now, turn)
        over = answer.fault is None or not _askable(answer.fault, answering=False)
        if line and over and not _no_command(role, answer):
            await self._close(question, incoming, answer, now)
        return answer

    async def _fill(
        self, question: Question, incoming: Incoming, line: str, now: datetime
    ) -> Answer:
        """Complete the line with the answer and obey it, taking the question with it."""
        command = self._command(question)

        async def take(tx: Tx) -> None:
            if not await tx.questions.take(question):
                raise _AnsweredElsewhere

        def amend(phrases: Phrasebook, message: Message) -> Message:
            return asking.heard_as(phrases, message, line)

        whole = asking.completed(command, question, line)
        turn = Turn(first=take, amend=amend, verbatim=True)
        return await self.clerk.obey(incoming, whole, now, turn)

    async def _asked_on(
        self,
        answer: Answer,
        incoming: Incoming,
        now: datetime,
        *,
        answered: Question | None = None,
    ) -> Answer:
        """Ask for what is lacking, or once more for what could not be read; else it is over."""
        fault = answer.fault
        if fault is None:
            return answer
        if not _askable(fault, answering=answered is not None):
            if answered is not None:
                await self._close(answered, incoming, answer, now)
            return answer
        try:
            async with self._store.begin() as tx:
                return await self._ask(tx, fault, incoming, now, again=answered is not None)
        except HeardElsewhere:
            return await self.clerk.other_reply(incoming)
        except Conflict as conflict:  # another line of the same person at the same moment
            raise _AnsweredElsewhere from conflict

    async def _ask(
        self, tx: Tx, fault: UserError, incoming: Incoming, now: datetime, *, again: bool
    ) -> Answer:
        ctx = await self.clerk.context(tx, incoming, now)
        command = self.grammar.by_name[fault.line.partition(" ")[0]]
        message = await asking.question(ctx, command, fault, again=again)
        platform, place, sender = asking.asked_there(incoming)
        await tx.questions.put(
            Question(
                platform=platform,
                place=place,
                sender=sender,
                line=fault.line,
                field=fault.parameter,
                asked_at=now,
                said_at=incoming.said_at,
            )
        )
        locale = ctx.phrases.locale
        await remember(tx, incoming, message, locale, now=now)
        return Answer(message, locale, refused=not isinstance(fault, MissingArgument), fault=fault)

    async def _close(
        self, question: Question, incoming: Incoming, answer: Answer, now: datetime
    ) -> None:
        """Drop a question, and keep the reply: a repeat of the line must not drop the next one."""
        async with self._store.begin() as tx:
            if not await tx.questions.take(question):
                return
            try:
                await remember(tx, incoming, answer.message, answer.locale, now=now)
            except HeardElsewhere:
                return

    def _knows(self, question: Question) -> bool:
        """Another version of the program, on another replica, may ask what this one cannot."""
        command = self.grammar.by_name.get(question.line.partition(" ")[0])
        return command is not None and any(p.name == question.field for p in command.parameters)

    def _command(self, question: Question) -> Command:
        return self.grammar.by_name[question.line.partition(" ")[0]]


def _no_command(role: _Role, answer: Answer) -> bool:
    """Whether the line made no sense as a command after all, so that it is the answer."""
    if role is _Role.PERHAPS:
        return answer.fault is not None
    unreadable = isinstance(answer.fault, UnknownCommand | BadArgument | NotFound)
    return role is _Role.COMMAND and unreadable


def _askable(fault: UserError, *, answering: bool) -> bool:
    """Whether there is a value to ask for. What was typed wrong in a whole line is typed again;
    what the rules of the trade refuse is asked for."""
    if not (fault.line and fault.parameter):
        return False
    return answering or isinstance(fault, MissingArgument | Refused)
