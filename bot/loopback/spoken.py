"""What comes of something a person did on a stand-in platform."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.loopback.board import Shown
from messages.model import Form


@dataclass(frozen=True, slots=True)
class Spoken:
    """The messages it hung up at once, a form to ask, why it was refused.

    `notice` is the key of a sentence for this person alone; `bot` in it is the bot's name.
    `errors` are sentences at the fields of a modal, by block.
    """

    posts: tuple[Shown, ...] = ()
    form: Form | None = None
    refusal: str = ""
    notice: str = ""
    errors: Mapping[str, str] = field(default_factory=dict)
