"""What a play is called: ours from the catalogues, the house's own as its model file says."""

from __future__ import annotations

from messages.i18n import Phrasebook
from scoring.model import Locale
from scoring.plays import Play


def play_words(phrases: Phrasebook, play: Play) -> str:
    """What to do, with the time there is for it, without a full stop."""
    own, other = (play.zh, play.en) if phrases.locale is Locale.ZH else (play.en, play.zh)
    words = own or other or phrases.t(f"play.{play.name}")
    if play.days is None:
        return words
    when = phrases.tn("play.within", play.days) if play.days else phrases.t("play.at_once")
    return phrases.t("play.timed", play=words, when=when)
