"""Which way back an answer takes, by what was heard and where."""

from __future__ import annotations

from functools import partial

from bot.slack.answering import Answered, opens_form, shares
from bot.slack.drawing import IN_PLACE
from bot.slack.heard import Commanded, Reacted, Said, Shortcut, Submitted, Tapped, Where
from bot.slack.origins import Origin
from bot.slack.posting import Mouth
from bot.slack.replies import (
    FORM_PATIENCE,
    PATIENCE,
    AsideReply,
    CommandReply,
    DirectReply,
    Patience,
    Reply,
)
from bot.slack.replies_modal import ModalReply, Opening, SubmitReply, opened
from bot.slack.replies_shared import SharedReply
from bot.slack.seams import Calls
from messages.render.slack_form import origin_of


class WaysBack:
    """Makes the reply for one thing heard. The patiences are for tests that are in a hurry."""

    def __init__(
        self,
        api: Calls,
        mouth: Mouth,
        *,
        patience: Patience = PATIENCE,
        form_patience: Patience = FORM_PATIENCE,
    ) -> None:
        self._api = api
        self._mouth = mouth
        self._patience = patience
        self._form_patience = form_patience

    def back(self, heard: Answered) -> Reply:
        """The way."""
        match heard:
            case Commanded():
                return self._commanded(heard)
            case Said() if heard.where.direct:
                return self._directly(heard.where)
            case Said() | Reacted():
                return self._aside(heard.where)
            case Tapped():
                return self._tapped(heard)
            case Shortcut():
                return self._shortcut(heard)
            case Submitted():
                return self._submitted(heard)

    def _commanded(self, heard: Commanded) -> Reply:
        opening = Opening(heard.where, heard.trigger, Origin.of(heard))
        return CommandReply(
            self._mouth,
            heard.where,
            heard.response_url,
            opens=partial(opened, self._api, opening) if heard.trigger else None,
            patience=self._patience,
        )

    def _tapped(self, heard: Tapped) -> Reply:
        if shares(heard):
            return SharedReply(
                self._mouth,
                heard.where,
                heard.response_url,
                ephemeral=heard.ephemeral,
                patience=self._patience,
            )
        if heard.surface != "message":
            return self._modal(heard, self._directly(heard.where), answers=True)
        in_place = heard.action.endswith(IN_PLACE)
        otherwise: Reply
        if heard.where.direct and not heard.ephemeral:
            instead_of = heard.where.message if in_place else ""
            otherwise = DirectReply(
                self._mouth, heard.where, instead_of=instead_of, patience=self._patience
            )
        else:
            in_place = in_place and heard.ephemeral
            otherwise = self._aside(heard.where, heard.response_url, in_place=in_place)
        if not opens_form(heard):
            return otherwise
        return self._modal(heard, otherwise, answers=False)

    def _shortcut(self, heard: Shortcut) -> Reply:
        if not heard.where.channel:
            return self._modal(heard, self._directly(heard.where), answers=True)
        aside = self._aside(heard.where, heard.response_url)
        return self._modal(heard, aside, answers=False)

    def _modal(self, heard: Tapped | Shortcut, otherwise: Reply, *, answers: bool) -> Reply:
        """A form; with `answers` whatever the answer is, where there is no message to answer to."""
        inside = isinstance(heard, Tapped) and heard.surface == "view"
        return ModalReply(
            self._api,
            Opening(heard.where, heard.trigger, Origin.of(heard), over=inside),
            otherwise=otherwise,
            answers=answers,
            shown=heard.view if isinstance(heard, Tapped) and inside else None,
            patience=self._form_patience,
        )

    def _submitted(self, heard: Submitted) -> Reply:
        origin = Origin.read(origin_of(heard.view), heard.where.user)
        where = origin.at(heard.where)
        return SubmitReply(
            self._api,
            where,
            heard.view,
            origin,
            self._after(origin, where) if origin.channel else None,
            patience=self._patience,
        )

    def _after(self, origin: Origin, where: Where) -> Reply:
        if origin.posts:
            return self._directly(where)
        return self._aside(where, origin.url)

    def _directly(self, where: Where) -> Reply:
        return DirectReply(self._mouth, where, patience=self._patience)

    def _aside(self, where: Where, url: str = "", *, in_place: bool = False) -> Reply:
        return AsideReply(self._mouth, where, url, in_place=in_place, patience=self._patience)
