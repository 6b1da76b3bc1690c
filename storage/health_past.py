"""Scores of days that are over, for a course that begins before the book was kept."""

from __future__ import annotations

import asyncio
from datetime import date

import numpy as np

from scoring.health.facts import Subjects
from scoring.health.model import Band
from scoring.health.packing import pack
from scoring.health.scored import Scores
from storage.column_writing import upsert_columns
from storage.repository import Repository
from storage.tables import health_history

_COLUMNS = ("account_id", "on", "model_id", "score", "coverage", "band", "parts")

_NAMES = tuple(band.value for band in Band)


class HealthPast(Repository):
    """History without a standing: nobody is thought to have been told of it."""

    async def put(self, subjects: Subjects, scores: Scores, *, model_id: int, on: date) -> int:
        """Keep the scores as of that day; how many. Who had too little data then is left out."""
        known = np.flatnonzero(scores.band >= 0)
        if not len(known):
            return 0
        packed = await asyncio.to_thread(pack, scores.parts[known])
        text = self._connection.dialect.name == "sqlite"
        columns = [
            subjects.account_id[known].tolist(),
            [on.isoformat() if text else on] * len(known),
            [model_id] * len(known),
            scores.score[known].tolist(),
            scores.coverage[known].tolist(),
            [_NAMES[rank] for rank in scores.band[known].tolist()],
            packed,
        ]
        await upsert_columns(self._connection, health_history, _COLUMNS, columns)
        return len(known)
