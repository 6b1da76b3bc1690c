"""What there is to say to something heard: a chat line, or what stands for one, is dispatched."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from bot.dispatcher import Dispatcher
from bot.slack.heard import Commanded, Reacted, Said, Shortcut, Submitted, Tapped
from bot.slack.markup import words_of
from bot.slack.origins import Origin
from bot.slack.places import place_of
from bot.slack.replies import Saying
from bot.slack.seams import Calls, Fetch, Speaker
from bot.slack.surface import LOOK_UP
from bot.slack.talk import Talk
from handlers.answering import Answer
from handlers.filing import Overheard
from handlers.importing.limits import DEFAULT_LIMITS, MIB
from handlers.rules import Rules
from messages.incoming import Incoming, InFile, Place
from messages.render.slack_form import line_of_submission, origin_of
from scoring.errors import DeliveryError, Refused, Retryable, UserError
from scoring.model import Platform
from scoring.permissions import Right, may_start
from storage.store import Store

Answered = Commanded | Said | Tapped | Submitted | Shortcut | Reacted
"""What is answered with words."""

PIN = "pushpin"
"""The reaction 📌."""

_LINES = {LOOK_UP: "show"}
BIND = "bind"
"""The one command whose place is kept."""

_LOOKS = (("conversations.history", False), ("conversations.replies", True))
_FORM, _SHARE = "form:", "share:"

MOST_FILES = 10
"""Of one message; the book has fewer kinds of sheets."""

MOST_BYTES = DEFAULT_LIMITS.file_bytes
"""Of all files of a message together: they are held until they were read."""


def opens_form(heard: Answered) -> bool:
    """Whether a form is wanted, if there is one."""
    return isinstance(heard, Shortcut) or _is_tap(heard, _FORM)


def shares(heard: Answered) -> bool:
    """Whether everybody is to read the answer."""
    return _is_tap(heard, _SHARE)


class Answering:
    """Says nothing itself."""

    def __init__(
        self,
        store: Store,
        rules: Rules,
        dispatcher: Dispatcher,
        clock: Callable[[], datetime],
        api: Calls,
        talk: Talk,
        fetch: Fetch,
    ) -> None:
        self._store = store
        self._configured = frozenset(
            place
            for team in rules.teams
            for platform, place in team.places
            if platform == Platform.SLACK
        )
        self._dispatcher = dispatcher
        self._clock = clock
        self._api = api
        self._talk = talk
        self._fetch = fetch

    async def saying(self, heard: Answered, speaker: Speaker) -> Saying:
        """The answer, always; what cannot be read or fetched is said."""
        try:
            if isinstance(heard, Reacted) or (isinstance(heard, Shortcut) and heard.ts):
                return await self._filed(heard, speaker)
            return await self._obeyed(heard, speaker)
        except UserError as fault:
            book = self._talk.guess(heard.where, speaker.locale)
            return self._talk.saying(book, fault.key, **fault.params)

    def changes(self, saying: Saying) -> bool:
        """Whether something in the book may look different now."""
        command = self._dispatcher.desk.grammar.by_name.get(saying.verb)
        return not saying.refused and (command is None or command.changes or command.apart)

    async def _obeyed(self, heard: Answered, speaker: Speaker) -> Saying:
        place, line = _place(heard), _line(heard)
        files = await self._files(heard, place) if isinstance(heard, Said) else ()
        verb = "import" if files else self._verb(line)
        if verb == BIND:
            place = await self._as_configured(place)
        incoming = _incoming(heard, speaker, place, line, files)
        if shares(heard):
            answer = await self._dispatcher.share(incoming, self._clock())
        else:
            answer = await self._dispatcher.dispatch(incoming, self._clock())
        return self._said(heard, answer, verb)

    async def _files(self, said: Said, place: Place) -> tuple[InFile, ...]:
        """What was dropped; not fetched for who may not import it there, which they are told."""
        if not said.files:
            return ()
        async with self._store.read() as tx:
            person = await tx.people.by_sender(Platform.SLACK, said.where.user)
        if person is None or not may_start(person, Right.IMPORT, place=place.scope).allowed:
            return tuple(InFile(file.name, b"") for file in said.files)
        if len(said.files) > MOST_FILES:
            raise Refused("slack.too_many_files", most=MOST_FILES)
        fetched: list[InFile] = []
        for file in said.files:
            fetched.append(await self._fetch(file, said.where))
            if sum(len(each.content) for each in fetched) > MOST_BYTES:
                raise Refused("slack.files_too_large", most=MOST_BYTES // MIB)
        return tuple(fetched)

    async def _as_configured(self, place: Place) -> Place:
        """A channel that the configuration names, `#renewals-east`, is bound under that name."""
        name = f"#{place.name}"
        if place.name and name in self._configured:
            return replace(place, id=name)
        async with self._store.read() as tx:
            return replace(
                place, id=await tx.slack_places.place_of(place.id, named=self._configured)
            )

    async def _filed(self, heard: Reacted | Shortcut, speaker: Speaker) -> Saying:
        """A message kept as a touch."""
        where, ts = heard.where, heard.ts
        text, author, at = "", heard.author, None
        if isinstance(heard, Shortcut):
            text, at = heard.text, heard.at
        else:
            text = words_of(await self._text_of(heard)).strip()
            at = datetime.fromtimestamp(float(ts), tz=self._clock().tzinfo)
        if not text:
            book = self._talk.guess(where, speaker.locale)
            return self._talk.saying(book, "slack.no_words")
        incoming = _incoming(heard, speaker, place_of(where), text, ())
        message = Overheard(f"{where.team}/{where.channel}/{ts}", text, author, at)
        answer = await self._dispatcher.file(incoming, message, self._clock())
        return self._said(heard, answer, "log")

    async def _text_of(self, heard: Reacted) -> str:
        """The words of a message of a channel, or of a thread in it."""
        only: dict[str, Any] = {"channel": heard.where.channel, "inclusive": True, "limit": 1}
        only |= {"latest": heard.ts, "oldest": heard.ts}
        for method, more in _LOOKS:
            arguments = {**only, **({"ts": heard.ts} if more else {})}
            try:
                answer = await self._api.call(method, arguments, team=heard.where.team)
            except DeliveryError as fault:
                if fault.code in ("thread_not_found", "message_not_found"):
                    continue
                later = isinstance(fault, Retryable)
                raise UserError("slack.not_now" if later else "slack.message_gone") from None
            for message in answer.get("messages") or ():
                if message.get("ts") == heard.ts:
                    return str(message.get("text") or "")
        raise UserError("slack.message_gone")

    def _said(self, heard: Answered, answer: Answer, verb: str) -> Saying:
        self._talk.remember(heard.where, answer.locale)
        return Saying(
            answer.message,
            self._talk.book(answer.locale),
            verb=verb,
            refused=answer.refused,
            fault=answer.fault,
            share="" if shares(heard) else answer.share,
        )

    def _verb(self, line: str) -> str:
        """The command a line names; without one it looked up a customer."""
        ear = self._dispatcher.desk.clerk.ear
        heard = ear.hear(ear.line(line))
        return heard.command.name if heard is not None else "show"


def _place(heard: Answered) -> Place:
    where = heard.where
    if isinstance(heard, Submitted):
        where = Origin.read(origin_of(heard.view), where.user).at(where)
    return place_of(where, shared=shares(heard))


def _line(heard: Answered) -> str:
    match heard:
        case Tapped() if opens_form(heard):
            return f"{heard.line} ?"
        case Submitted():
            return line_of_submission(heard.view)
        case Shortcut():
            return _LINES.get(heard.name, heard.name)
        case Commanded() | Said():
            return heard.text
        case Tapped():
            return heard.line
    return ""


def _incoming(
    heard: Answered, speaker: Speaker, place: Place, line: str, files: tuple[InFile, ...]
) -> Incoming:
    return Incoming(
        platform=Platform.SLACK,
        sender=speaker.user,
        text=line,
        place=place,
        id=heard.id,
        locale=speaker.locale,
        files=files,
        sender_name=speaker.name,
        said_at=getattr(heard, "at", None),
    )


def _is_tap(heard: Answered, kind: str) -> bool:
    return isinstance(heard, Tapped) and heard.action.startswith(kind)
