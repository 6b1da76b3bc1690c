"""A message of the chat as a touch: filed under the customer that its words name.

Slack's message shortcut and 📌 come here. Where the words name nobody for sure, the message is kept
for an hour and a form asks; the form's line, `file D-3f9a1c`, files what was kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

from handlers.context import Context
from handlers.drafts import keep_draft
from handlers.forms import form_for
from handlers.prefilling import prefilled
from handlers.reading.touches import TouchReading
from handlers.spotting import may_log, spotted
from handlers.subjects import Customer
from handlers.touching import Origin, keep_touch, understood
from handlers.writing import word_of
from messages.cards.pages import short
from messages.model import Button, Message, Note, Paragraph, plain
from scoring.errors import Forbidden, NotLinked, Refused
from scoring.model import Person, TouchKind
from scoring.permissions import Right, may_start, reach_of

MOST_OFFERED = 4
"""Customers to tap on, beside the form and the one that drops it."""

QUOTED = 160
"""Characters of the message that are said back."""

AGAIN = 5
"""How often a message that was taken back may be filed anew."""


@dataclass(frozen=True, slots=True)
class Overheard:
    """A message that somebody wants to keep.

    `id` is the platform's name of it (team, channel and ts), so that it is filed once; `author` is
    the platform's id of who wrote it, `at` when.
    """

    id: str
    text: str
    author: str = ""
    at: datetime | None = None

    def document(self) -> dict[str, Any]:
        """As it is kept while a form is open."""
        at = self.at.isoformat() if self.at else ""
        return {"id": self.id, "text": self.text, "author": self.author, "at": at}

    @classmethod
    def of(cls, document: dict[str, Any]) -> Overheard:
        """The message a document was made of."""
        at = datetime.fromisoformat(document["at"]) if document["at"] else None
        return cls(document["id"], document["text"], document["author"], at)


async def file_message(ctx: Context, message: Overheard) -> Message:
    """File it and say so; or a message whose `form` asks for the customer."""
    verdict = may_start(ctx.viewer, Right.LOG_TOUCH, place=ctx.place.scope)
    if not verdict.allowed:
        raise (Forbidden if ctx.viewer.linked else NotLinked)(verdict.reason_key)
    if not message.text.strip():
        raise Refused("file.no_words")
    await _check_new(ctx, message)
    customers = await spotted(ctx, message.text) or await _of_place(ctx)
    if len(customers) == 1:
        return await file_under(ctx, message, customers[0])
    return await _ask(ctx, message, customers)


async def file_under(
    ctx: Context,
    message: Overheard,
    customer: Customer,
    *,
    kind: TouchKind | None = None,
    contact: str | None = None,
    next_on: date | None = None,
) -> Message:
    """File it as a touch of that customer; what is given is so, whatever the words say."""
    key = await _check_new(ctx, message)
    at = message.at or ctx.now
    on = at.astimezone(ctx.rules.zone).date()
    reading = await understood(ctx, customer, message.text, today=on)
    author = await _author(ctx, message)
    written = _kind(reading, author)
    ahead = reading.next_on if reading.next_on and reading.next_on >= ctx.today else None
    reading = replace(
        reading,
        kind=kind or written,
        contact=contact or reading.contact,
        next_on=next_on or ahead,
    )
    origin = Origin(at.astimezone(UTC), author, "message", key)
    return await keep_touch(ctx, customer, reading, origin)


def _kind(reading: TouchReading, author: Person | None) -> TouchKind:
    """What somebody else than us wrote is a message from the customer, unless it says more."""
    if reading.kind is TouchKind.NOTE and author is None:
        return TouchKind.MESSAGE
    return reading.kind


async def _author(ctx: Context, message: Overheard) -> Person | None:
    """Who of us wrote it; None for somebody of the customer."""
    if not message.author:
        return ctx.viewer
    return await ctx.tx.people.by_sender(ctx.place.platform, message.author)


async def _check_new(ctx: Context, message: Overheard) -> str:
    """The key to file it under; Refused when it was filed and not taken back."""
    for number in range(AGAIN):
        key = f"{ctx.place.platform}:{message.id}" + (f":{number}" if number else "")
        touch = await ctx.tx.touches.by_key(key)
        if touch is None:
            return key
        if touch.undone:
            continue
        account = await ctx.tx.accounts.get(touch.account_id)
        if account is None or not _reads(ctx, Customer(account)):
            raise Refused("file.already_by_others")
        raise Refused("file.already", account=account.name)
    raise Refused("file.taken_back")


async def _of_place(ctx: Context) -> Sequence[Customer]:
    """The customer that a channel is bound to, where the viewer may log a touch of them."""
    binding = await ctx.tx.bindings.of_place(ctx.place.platform, ctx.place.id)
    if binding is None or binding.account_id is None:
        return ()
    account = await ctx.tx.accounts.get(binding.account_id)
    if account is None or not may_log(ctx, Customer(account)):
        return ()
    return (Customer(account),)


def _reads(ctx: Context, customer: Customer) -> bool:
    return reach_of(ctx.viewer).covers(team=customer.team, owner_id=customer.owner_id)


async def _ask(ctx: Context, message: Overheard, customers: Sequence[Customer]) -> Message:
    from handlers.commands.file import file  # it files what is kept here

    code = await keep_draft(ctx, message.document())
    form = await prefilled(ctx, file, form_for(ctx.phrases, file, (code,)), {"message": code})
    sentence = ctx.t("file.which")
    words = " ".join(message.text.split())
    quote = words if len(words) <= QUOTED else words[: QUOTED - 1] + "…"
    return Message(
        summary=sentence,
        blocks=(Paragraph(plain(sentence)), Note(plain(ctx.t("file.quoted", text=quote)))),
        buttons=(
            *(
                Button(short(one.account.name, 24), f"file {code} {word_of(one)}")
                for one in customers[:MOST_OFFERED]
            ),
            Button(ctx.t("file.choose"), f"file {code}", form=form),
        ),
        form=form,
    )
