"""The story of one delivery, by the code that lists and logs name it by."""

from __future__ import annotations

import re

from scoring.delivery_story import DeliveryStory
from scoring.errors import NotFound
from scoring.permissions import Reach
from storage.steady import steady_time
from storage.transaction import Tx
from storage.views.delivery_story import delivery_story

_CODE = re.compile(r"D-?(\d{1,18})", re.IGNORECASE)

SHOWN = 20
"""Characters of a code that is none, said back."""


def number_of(code: str) -> int | None:
    """The id behind `D-12`; None when that is no code."""
    match = _CODE.fullmatch(code)
    return int(match[1]) if match else None


async def story_of(tx: Tx, code: str, *, reach: Reach) -> DeliveryStory:
    """What became of a delivery; NotFound also when its customer is out of reach. Who reads every
    team is told of none: there is nothing out of their reach."""
    number = number_of(code)
    steady = await steady_time(tx)
    story = number and await delivery_story(tx.connection, number, reach=reach, steady=steady)
    if not story:
        key = "delivery.no_delivery" if reach.every_team else "delivery.unknown"
        raise NotFound(key, code=code[:SHOWN])
    return story
