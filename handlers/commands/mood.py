"""`mood 华为 worried their budget is cut`: what we feel, kept beside the score."""

from __future__ import annotations

from handlers.context import Context
from handlers.registry import Group, Text, command
from handlers.replies import said
from handlers.subjects import Customer, account_word
from handlers.undoing import undo_button
from messages.model import Button, Message
from scoring.mood import Mood
from scoring.permissions import Right
from storage.audit import Change
from storage.moods import KeptMood
from storage.views.newest_signals import TOLD_BY

NOTE_LIMIT = 500
"""Characters of a reason that are kept; more belongs into a touch."""


@command("mood", right=Right.LOG_TOUCH, group=Group.CUSTOMER, changes=True)
async def mood(ctx: Context, customer: Customer, mood: Mood, note: Text | None = None) -> Message:
    """Keep today's impression of a customer; a later one of the same day replaces it."""
    account = customer.account
    reason = " ".join((note or "").split())[:NOTE_LIMIT] or None
    kept = KeptMood(mood.value_of, reason, f"{TOLD_BY}{ctx.viewer.name}")
    before = await ctx.tx.moods.put(account.id, ctx.today, kept)
    await ctx.tx.health.mark_due([account.id])
    day = {"observed_on": ctx.today.isoformat()}
    await ctx.record(
        Change(
            "mood",
            "account",
            account.id,
            {**day, **before.document()} if before else day,
            {**day, **kept.document()},
        )
    )
    words = ctx.phrases.label(mood)
    sentence = ctx.t("mood.done", account=account.name, mood=words)
    if reason:
        sentence = ctx.t("mood.done_because", account=account.name, mood=words, note=reason)
    word = account_word(account.id)
    health = Button(ctx.t("button.health"), f"health {word}")
    return said(sentence, buttons=(health, *await undo_button(ctx, "mood")))
