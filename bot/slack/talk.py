"""What is said without asking the book, and in whose language as far as that is known."""

from __future__ import annotations

from collections import OrderedDict

from bot.slack.heard import Where
from bot.slack.replies import Saying
from handlers.rules import Rules
from messages.i18n import Phrasebook
from messages.model import Message, Paragraph, plain
from scoring.model import Locale

LOCALES_KEPT = 4_096


class Talk:
    """Short sayings. Remembers in which language people were answered last."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._locales: OrderedDict[tuple[str, str], Locale] = OrderedDict()

    def remember(self, where: Where, locale: Locale) -> None:
        """Somebody was answered in that language."""
        key = (where.team, where.user)
        self._locales[key] = locale
        self._locales.move_to_end(key)
        while len(self._locales) > LOCALES_KEPT:
            self._locales.popitem(last=False)

    def guess(self, where: Where, heard: Locale | None = None) -> Phrasebook:
        """The language of the last answer, else what Slack says it is, else the house's."""
        locale = self._locales.get((where.team, where.user)) or heard or self._rules.locale
        return self.book(locale)

    def book(self, locale: Locale) -> Phrasebook:
        """Its words."""
        return Phrasebook(locale, self._rules.zone)

    def saying(self, book: Phrasebook, key: str, **params: object) -> Saying:
        """One sentence that is no answer to what was asked."""
        sentence = book.t(key, **params)
        return Saying(Message(sentence, (Paragraph(plain(sentence)),)), book, refused=True)
