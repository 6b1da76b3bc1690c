"""Answers that are forms, or that have no conversation to be said in: both are modals.

A trigger opens one modal within three seconds. When the answer takes longer, an empty one is
opened in time and filled when there is something to fill it with.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import structlog

from bot.slack.heard import Where
from bot.slack.origins import Origin
from bot.slack.replies import FORM_PATIENCE, PATIENCE, Ack, Patience, Reply, Saying
from bot.slack.seams import Calls
from messages.i18n import Phrasebook
from messages.render.slack_answer import answer_view
from messages.render.slack_form import errors_of, loading_view, refilled, view_of
from scoring.errors import (
    Ambiguous,
    BadArgument,
    DeliveryError,
    MissingArgument,
    NotFound,
    Refused,
    Undeliverable,
)

log = structlog.get_logger()

_GONE = frozenset({"not_found", "view_not_found", "hash_conflict"})
"""The person closed it, or it shows something newer: nobody waits for ours any more."""


@dataclass(frozen=True, slots=True)
class Opening:
    """How a modal comes up: by a trigger, on top of another where `over` one, from an `origin`."""

    where: Where
    trigger: str
    origin: Origin
    over: bool = False


class ModalReply:
    """The form that was asked for. An answer that is no form goes `otherwise`.

    With `answers` it is a modal, too: in the place of `shown`, the one that was tapped in, or of
    its own. `otherwise` is also the way for what could not be opened in time.
    """

    def __init__(
        self,
        api: Calls,
        opening: Opening,
        *,
        otherwise: Reply,
        answers: bool = False,
        shown: Mapping[str, Any] | None = None,
        patience: Patience = FORM_PATIENCE,
    ) -> None:
        self.patience = patience
        self.ack = Ack()
        self._api = api
        self._opening = opening
        self._otherwise = otherwise
        self._answers = answers
        self._shown = shown
        self._empty: Mapping[str, Any] | None = None
        self._turn = asyncio.Lock()
        self._answered = False

    async def hold(self, book: Phrasebook) -> None:
        """An empty modal, while the trigger still opens one."""
        async with self._turn:
            if self._answered:
                return
            view = loading_view(book, book.t("slack.title"), origin=self._origin)
            self._empty = await self._open(view)
        self.ack.give()

    async def say(self, saying: Saying) -> None:
        """Open the form or show the answer."""
        async with self._turn:
            self._answered = True
            await self._say(saying)
        self.ack.give()

    async def _say(self, saying: Saying) -> None:
        form = saying.message.form
        if form is not None:
            view = view_of(form, saying.book, origin=self._origin)
        else:
            view = _answer(saying, self._origin)
        if self._empty is not None:
            await self._update(self._empty, view)
        elif form is None and not self._answers:
            await self._otherwise.say(saying)
        elif form is None and self._shown is not None:
            await self._update(self._shown, view)
        else:
            await self._opened_late(view, saying)

    async def _opened_late(self, view: dict[str, Any], saying: Saying) -> None:
        try:
            await self._open(view)
        except Undeliverable as fault:
            log.info("a form was not opened", code=fault.code, detail=fault.detail)
            await self._otherwise.say(saying)

    async def _open(self, view: dict[str, Any]) -> Mapping[str, Any]:
        method = "views.push" if self._opening.over else "views.open"
        arguments = {"trigger_id": self._opening.trigger, "view": view}
        answer = await self._api.call(method, arguments, team=self._opening.where.team)
        opened = answer.get("view")
        return opened if isinstance(opened, Mapping) else {}

    async def _update(self, shown: Mapping[str, Any], view: dict[str, Any]) -> None:
        await update(self._api, self._opening.where, shown, view)

    @property
    def _origin(self) -> str:
        return self._opening.origin.written()


class SubmitReply:
    """A form that was handed in: faults at their field, else closed and answered where it began."""

    def __init__(
        self,
        api: Calls,
        where: Where,
        view: Mapping[str, Any],
        origin: Origin,
        after: Reply | None,
        *,
        patience: Patience = PATIENCE,
    ) -> None:
        """`after` says the answer where the form was asked for; None: in the form's own place."""
        self.patience = patience
        self.ack = Ack()
        self._api = api
        self._where = where
        self._view = view
        self._origin = origin
        self._after = after

    async def hold(self, book: Phrasebook) -> None:
        """An empty modal in the form's place, to be filled later."""
        origin = self._origin.written()
        view = loading_view(book, book.t("slack.title"), origin=origin)
        self.ack.give({"response_action": "update", "view": view})

    async def say(self, saying: Saying) -> None:
        """What is wrong where it is wrong; what was done where it was asked for."""
        shown = _answer(saying, self._origin.written())
        form = saying.message.form
        if form is not None and isinstance(saying.fault, MissingArgument) and not _asks(self._view):
            shown = view_of(form, saying.book, origin=self._origin.written())
        if not self.ack.open:
            if _at_a_field(saying) and _asks(self._view):
                shown = refilled(self._view, saying.message.summary)
            await self.ack.taken_in()
            # Updated by its id alone: the acknowledgement gave it a hash we never saw.
            await update(self._api, self._where, {"id": self._view.get("id", "")}, shown)
        elif _at_a_field(saying) and _asks(self._view):
            field = saying.fault.parameter if saying.fault else ""
            self.ack.give(errors_of(self._view, field, saying.message.summary))
        elif saying.refused or self._after is None:
            self.ack.give({"response_action": "update", "view": shown})
        else:
            self.ack.give({"response_action": "clear"})
            await self._after.say(saying)


async def opened(api: Calls, opening: Opening, saying: Saying) -> bool:
    """Open the form of an answer, if it has one; false when it is not there to be filled in."""
    form = saying.message.form
    if form is None:
        return False
    view = view_of(form, saying.book, origin=opening.origin.written())
    arguments = {"trigger_id": opening.trigger, "view": view}
    try:
        await api.call("views.open", arguments, team=opening.where.team)
    except DeliveryError as fault:
        log.info("a form was not opened", code=fault.code, detail=fault.detail)
        return False
    return True


async def update(api: Calls, where: Where, shown: Mapping[str, Any], view: dict[str, Any]) -> None:
    """Show something else in a modal, unless nobody looks at it any more."""
    arguments = {"view_id": shown.get("id", ""), "view": view}
    if shown.get("hash"):
        arguments["hash"] = shown["hash"]
    try:
        await api.call("views.update", arguments, team=where.team)
    except DeliveryError as fault:
        if fault.code not in _GONE:
            raise
        log.info("a modal was left as it is", code=fault.code)


def _answer(saying: Saying, origin: str) -> dict[str, Any]:
    title = saying.book.t("slack.title")
    return answer_view(saying.message, saying.book, title=title, origin=origin)


def _at_a_field(saying: Saying) -> bool:
    """Whether the person mends it in the form, rather than by one of the taps offered.

    What is nobody's fault (the book cannot be reached) is said there, too: handed in again, what
    was filled in is not lost.
    """
    fault = saying.fault
    if fault is None:
        return saying.refused
    if isinstance(fault, Ambiguous | NotFound) and saying.message.buttons:
        return False
    return isinstance(fault, BadArgument | MissingArgument | NotFound | Ambiguous | Refused)


def _asks(view: Mapping[str, Any]) -> bool:
    return any(block.get("type") == "input" for block in view.get("blocks") or ())
