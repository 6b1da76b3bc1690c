"""What could be known on each subject's day."""

from __future__ import annotations

from scoring.health.facts import Facts


def seen(facts: Facts) -> Facts:
    """The same facts as they stood at the end of each subject's day; twice is the same as once."""
    raise NotImplementedError
