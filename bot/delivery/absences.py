"""Places that cannot be posted to from here, and since when: told of in time, not each round."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from storage.dispatches import PlaceName

PATIENCE = timedelta(minutes=3)
"""Another replica takes over a connection within two; later nobody seems to have it."""

_AGAIN = timedelta(minutes=1)
"""Rows that were put since the last time are to say it too."""


@dataclass(slots=True)
class Absences:
    """What one worker has seen. `steady` is its clock."""

    _since: dict[PlaceName, datetime] = field(default_factory=dict)
    _noted: dict[PlaceName, datetime] = field(default_factory=dict)

    def unserved(self, places: Collection[PlaceName], steady: datetime) -> list[PlaceName]:
        """Those of the places that no adapter serves whose rows are to say so now."""
        return self._to_note(places, steady)

    def away(self, places: Collection[PlaceName], steady: datetime) -> list[PlaceName]:
        """Those of the places whose adapter is not ready here that have waited too long."""
        self._since = {place: self._since.get(place, steady) for place in places}
        return self._to_note(self.long_away(steady), steady)

    def long_away(self, steady: datetime) -> list[PlaceName]:
        """Places that have been due for minutes, and neither this process nor another posts there."""
        return [place for place, since in self._since.items() if steady - since >= PATIENCE]

    def _to_note(self, places: Collection[PlaceName], steady: datetime) -> list[PlaceName]:
        due = [
            place
            for place in places
            if place not in self._noted or steady - self._noted[place] >= _AGAIN
        ]
        self._noted.update(dict.fromkeys(due, steady))
        return due
