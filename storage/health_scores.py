"""Scores written and read as columns, for as many customers as the job takes at a time."""

from __future__ import annotations

from storage.repository import Repository


class HealthScores(Repository):
    """The standings of a chunk of customers."""
