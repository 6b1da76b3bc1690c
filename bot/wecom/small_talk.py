"""What the bot says on its own: a welcome, a sign of life, a word of regret, in whose language."""

from __future__ import annotations

import hashlib
from collections import OrderedDict

from bot.wecom.heard import Chat, Entered, Said, Tapped
from bot.wecom.places import address_of
from bot.wecom.replies import Saying
from handlers.answering import language_of, who_is
from handlers.rules import Rules
from messages.i18n import Phrasebook
from messages.incoming import Incoming, Place
from messages.model import Message, Paragraph, plain
from scoring.errors import StoreUnavailable
from scoring.model import Locale, Platform
from storage.store import Store

LOCALES_KEPT = 4_096

_TO_LINKED = ("wecom.welcome_due", "wecom.welcome_show", "wecom.welcome_help")
_TO_STRANGERS = ("wecom.welcome_link", "wecom.welcome_show", "wecom.welcome_help")

Addressed = Said | Tapped | Entered
"""What is answered."""


class SmallTalk:
    """Short sayings. Remembers in which language people were answered last."""

    def __init__(self, store: Store, rules: Rules) -> None:
        self._store = store
        self._rules = rules
        self._locales: OrderedDict[str, Locale] = OrderedDict()

    def remember(self, chat: Chat, locale: Locale) -> None:
        """Somebody was answered in that language."""
        self._locales[_speaker(chat)] = locale
        self._locales.move_to_end(_speaker(chat))
        while len(self._locales) > LOCALES_KEPT:
            self._locales.popitem(last=False)

    def words(self, chat: Chat, key: str, **params: object) -> str:
        """A sentence at once, in the language as far as that is known without asking the book."""
        return Phrasebook(self._guessed(chat), self._rules.zone).t(key, **params)

    def quick(self, heard: Addressed, place: Place, key: str, **params: object) -> Saying:
        """The same as an answer."""
        message = _paragraphs(self.words(heard.chat, key, **params))
        return self.saying(heard, heard.chat.userid, place, message, self._guessed(heard.chat))

    async def short(
        self, heard: Addressed, sender: str, place: Place, key: str, **params: object
    ) -> Saying:
        """One sentence in the person's language."""
        locale, _ = await self._language(heard.chat, sender, place)
        words = Phrasebook(locale, self._rules.zone).t(key, **params)
        return self.saying(heard, sender, place, _paragraphs(words), locale)

    async def welcome(self, heard: Entered, sender: str, place: Place) -> Saying:
        """Who this is, and three things to type."""
        locale, known = await self._language(heard.chat, sender, place)
        book = Phrasebook(locale, self._rules.zone)
        lines = _TO_LINKED if known else _TO_STRANGERS
        keys = ("wecom.welcome", "wecom.welcome_try", *lines)
        return self.saying(heard, sender, place, _paragraphs(*map(book.t, keys)), locale)

    def saying(
        self, heard: Addressed, sender: str, place: Place, message: Message, locale: Locale
    ) -> Saying:
        """An answer to what was heard."""
        event = f"{heard.chat.way}:{heard.id}".encode(errors="replace")
        return Saying(
            message,
            Phrasebook(locale, self._rules.zone),
            place,
            address_of(heard.chat, place),
            sender,
            key=f"re-{hashlib.sha256(event).hexdigest()[:24]}",
        )

    def _guessed(self, chat: Chat) -> Locale:
        return self._locales.get(_speaker(chat), self._rules.locale)

    async def _language(self, chat: Chat, sender: str, place: Place) -> tuple[Locale, bool]:
        """A person's language, and whether we know them."""
        incoming = Incoming(Platform.WECOM, sender, "", place)
        try:
            async with self._store.read() as tx:
                viewer = await who_is(tx, incoming)
        except StoreUnavailable:
            return self._guessed(chat), True
        locale = language_of(viewer, incoming, self._rules)
        self.remember(chat, locale)
        return locale, viewer.linked


def _speaker(chat: Chat) -> str:
    return f"{chat.way}:{chat.userid}"


def _paragraphs(*lines: str) -> Message:
    return Message(lines[0], tuple(Paragraph(plain(line)) for line in lines))
