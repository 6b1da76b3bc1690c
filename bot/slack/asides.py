"""What is answered without words: options while somebody types, previews of links."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

import structlog

from bot.dispatcher import Dispatcher
from bot.slack.heard import LinkShared, Sought, Where
from bot.slack.places import place_of
from bot.slack.seams import Calls, Speaker
from bot.slack.talk import Talk
from messages import limits
from messages.incoming import Incoming
from messages.render.slack import render_slack
from messages.render.slack_form import SEARCH, options_of
from scoring.errors import DeliveryError
from scoring.model import Platform

log = structlog.get_logger()

_NOT_SHOWN = frozenset({"cannot_unfurl_url", "cannot_unfurl_message", "cannot_find_message"})


class Asides:
    """Asks the dispatcher, as the person who types or shares."""

    def __init__(
        self, dispatcher: Dispatcher, clock: Callable[[], datetime], api: Calls, talk: Talk
    ) -> None:
        self._dispatcher = dispatcher
        self._clock = clock
        self._api = api
        self._talk = talk

    async def options(self, sought: Sought, speaker: Speaker) -> dict[str, Any]:
        """What may be meant; nothing for who sees nothing."""
        what = sought.action.removeprefix(SEARCH)
        if not speaker.admitted or what == sought.action:
            return {"options": []}
        # A form is seen by its reader alone, wherever it was opened.
        where = replace(sought.where, channel="", direct=False)
        incoming = _incoming(sought.id, speaker, where, sought.text)
        found = await self._dispatcher.seek(incoming, what, sought.text, self._clock())
        return dict(options_of(found))

    async def preview(self, shared: LinkShared, speaker: Speaker) -> None:
        """What everybody there may see of our links; nothing where that is nothing."""
        incoming = _incoming(shared.id, speaker, shared.where, "", shared=True)
        found = await self._dispatcher.previews(incoming, shared.urls, self._clock())
        unfurls: dict[str, Any] = {}
        for url, answer in found.items():
            book = self._talk.book(answer.locale)
            part = render_slack(answer.message, book, tables=False)[0]
            unfurls[url] = {"blocks": list(part.blocks[: limits.SLACK_BLOCKS])}
        if not unfurls:
            return
        arguments: dict[str, Any] = {"unfurls": unfurls}
        if shared.unfurl_id and shared.source:
            arguments |= {"unfurl_id": shared.unfurl_id, "source": shared.source}
        else:
            arguments |= {"channel": shared.where.channel, "ts": shared.ts}
        try:
            await self._api.call("chat.unfurl", arguments, team=shared.where.team)
        except DeliveryError as fault:
            if fault.code not in _NOT_SHOWN:
                raise
            log.info("a preview was not shown", code=fault.code)


def _incoming(
    event_id: str, speaker: Speaker, where: Where, text: str, *, shared: bool = False
) -> Incoming:
    return Incoming(
        platform=Platform.SLACK,
        sender=speaker.user,
        text=text,
        place=place_of(where, shared=shared),
        id=event_id,
        locale=speaker.locale,
        sender_name=speaker.name,
    )
