"""`language 中文`: from now on the bot speaks this language to me."""

from __future__ import annotations

from enum import StrEnum

from handlers.context import Context
from handlers.own_settings import keep_own
from handlers.registry import Group, command
from handlers.replies import said
from messages.i18n import Phrasebook
from messages.model import Button, Message
from scoring.errors import Refused
from scoring.model import Locale
from scoring.permissions import Right


class Language(StrEnum):
    """Languages with a catalogue, as people write them."""

    EN = "en"
    ZH = "zh"


@command("language", right=Right.OWN_SETTINGS, group=Group.SELF, changes=True)
async def language(ctx: Context, language: Language) -> Message:
    """Keep the choice with the person; the answer is in the new language already."""
    if not ctx.viewer.id:
        raise Refused("language.nobody")
    locale = Locale.of(language.value)
    await keep_own(ctx, {"locale": locale.value})
    phrases = Phrasebook(locale, ctx.rules.zone)
    return said(phrases.t("language.done"), buttons=(Button(phrases.t("help.title"), "help"),))
