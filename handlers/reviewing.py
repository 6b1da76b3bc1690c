"""Deciding about all deliveries in review at once, as after a restore: counted first, then done.

`delivery resend all` says how many there are and where; the line that it offers names their number,
and does nothing but count anew when it is another by then.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from handlers.context import Context
from handlers.place_names import spoken_place
from handlers.remembering import remember
from handlers.replies import said
from messages.i18n import Phrasebook
from messages.model import Bullets, Button, Message, Note, plain
from scoring.errors import NotFound
from scoring.model import DeliveryState, Locale
from scoring.permissions import reach_of
from storage.audit import Change
from storage.transaction import Tx
from storage.views.reviews import InReview, in_review

AT_ONCE = 5_000
"""More are decided about in several lines, so that none keeps the book for long."""

PLACES_SHOWN = 10

_NUMBERED = re.compile(r"(\w+?)(?:[-:](\d{1,9}))?")


def means_all(code: str) -> bool:
    """Whether a code stands for everything in review, in whichever language."""
    return _asked(code) is not None


async def decide_all(ctx: Context, step: str, code: str) -> Message:
    """Resend or drop everything in review of customers within reach, or say how much that is.

    NotFound when there is nothing to decide.
    """
    number = _asked(code)
    async with ctx.store.begin() as tx:
        reviews = await in_review(tx.connection, reach=reach_of(ctx.viewer), limit=AT_ONCE)
        if not reviews:
            raise NotFound("delivery.none_in_review")
        if number != len(reviews):
            return await _counted(tx, ctx, step, reviews)
        changed = await _decide(tx, ctx, step, [one.id for one in reviews])
        message = said(
            ctx.phrases.tn(f"delivery.done_all.{step}", changed),
            buttons=(Button(ctx.t("delivery.title"), "delivery"),),
        )
        await remember(tx, ctx.incoming, message, ctx.phrases.locale, now=ctx.now)
    return message


async def _decide(tx: Tx, ctx: Context, step: str, ids: Sequence[int]) -> int:
    changed = await (
        tx.dispatches.reopen(ids, now=ctx.now)
        if step == "resend"
        else tx.dispatches.vouch(ids, now=ctx.now)
    )
    before = {"state": DeliveryState.REVIEW}
    await tx.audit.record(
        [Change(f"delivery.{step}", "delivery", one, before, {}) for one in ids],
        person_id=ctx.viewer.id or None,
        actor=ctx.viewer.name,
        via=ctx.via,
        at=ctx.now,
    )
    return changed


async def _counted(tx: Tx, ctx: Context, step: str, reviews: Sequence[InReview]) -> Message:
    """How many there are in which places, and the line that does it."""
    places = Counter((one.platform, one.place) for one in reviews)
    lines = []
    for (platform, place), count in places.most_common(PLACES_SHOWN):
        where = await spoken_place(tx, ctx.phrases, platform, place)
        lines.append(plain(f"{where}{ctx.t('render.colon')}{ctx.phrases.number(count)}"))
    n = len(reviews)
    return said(
        ctx.phrases.tn(f"delivery.ask_all.{step}", n),
        Bullets(tuple(lines)),
        *((Note(plain(ctx.t("delivery.more_later", n=n))),) if n == AT_ONCE else ()),
        buttons=(
            Button(ctx.phrases.tn(f"delivery.button_all.{step}", n), f"delivery {step} all-{n}"),
            Button(ctx.t("delivery.title"), "delivery"),
        ),
    )


def _asked(code: str) -> int | None:
    """How many a code for everything names; 0 when it names no number, None for other codes."""
    asked = _NUMBERED.fullmatch(code)
    if asked is None or asked[1].casefold() not in _words():
        return None
    return int(asked[2] or 0)


def _words() -> set[str]:
    return {
        word for locale in Locale for word in Phrasebook(locale).t("delivery.all_words").split()
    }
