"""What comes of something a person did on a stand-in platform."""

from __future__ import annotations

from dataclasses import dataclass

from bot.loopback.board import Shown
from messages.model import Form


@dataclass(frozen=True, slots=True)
class Spoken:
    """The messages it hung up at once, a form to ask, why it was refused.

    `notice` is the key of a sentence for this person alone; `bot` in it is the bot's name.
    """

    posts: tuple[Shown, ...] = ()
    form: Form | None = None
    refusal: str = ""
    notice: str = ""
