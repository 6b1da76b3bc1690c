"""The house's own plays in a model's file, by band and segment."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

from handlers.models.sections import Section, shown
from scoring.health.model import Band
from scoring.model import Segment
from scoring.plays import BUILT_IN, GROW, SAVE_PLAN, SPONSOR, VALUE_REVIEW, Play, Plays

ALL = "all"
"""The key for every segment that has no play of its own."""

OURS = {play.name: play for play in (GROW, VALUE_REVIEW, SAVE_PLAN, SPONSOR)}

LONGEST = 200
"""Characters of a play; it is one line of a card."""


def read_plays(section: Section) -> Plays:
    """Plays where they differ from ours; a segment's own comes before the one for all."""
    own: dict[tuple[Band, Segment], Play] = {}
    for name, of_band in section.sections(list(Band)):
        for_all = _play(of_band, ALL)
        for segment in Segment:
            play = _play(of_band, segment) or for_all
            if play is not None:
                own[Band(name), segment] = play
        of_band.done()
    section.done()
    return Plays(MappingProxyType(own))


def _play(of_band: Section, key: str) -> Play | None:
    value: Any = of_band.take(key)
    if value is None:
        return None
    if isinstance(value, str):
        if value not in BUILT_IN:
            of_band.fault(key, "not_one_of", value=shown(value), choices=", ".join(BUILT_IN))
            return None
        return OURS[value]
    if not isinstance(value, dict):
        of_band.fault(key, "not_play", value=shown(value))
        return None
    table = Section(of_band.place(key), value, of_band.faults)
    en = table.text("en", longest=LONGEST)
    zh = table.text("zh", longest=LONGEST)
    days = table.number("days", low=0, high=365, whole=True) if table.has("days") else None
    table.done()
    if not en and not zh:
        of_band.fault(key, "empty_play")
        return None
    # One language is enough to begin with: the other reads it too.
    return Play("own", None if days is None else int(days), en or zh, zh or en)
