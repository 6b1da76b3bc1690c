"""The raw material of health, read as columns for any number of customers at once."""

from __future__ import annotations

from datetime import UTC, tzinfo

from scoring.health.facts import Facts, Subjects
from scoring.health.model import HealthModel
from storage.repository import Repository


class HealthFacts(Repository):
    """Facts by subject; the same customer may be looked at as of several days."""

    async def load(self, subjects: Subjects, model: HealthModel, *, zone: tzinfo = UTC) -> Facts:
        """What is known of `subjects`; an instant counts for its day in `zone`."""
        raise NotImplementedError
