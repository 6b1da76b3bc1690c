"""What a learned model hangs on: the same signals, measured the same way."""

from __future__ import annotations

from hashlib import sha256

from scoring.health.model import HealthModel, Signal


def signature_of(model: HealthModel) -> str:
    """Equal for two health models that a learned model can predict under alike.

    References are left out: they move a little whenever a segment's median is measured again, and
    what was learned stays right.
    """
    lists = [("", model.signals), *sorted(model.by_segment.items())]
    words = [model.usage]
    for segment, signals in lists:
        words += [str(segment), *map(_words, signals)]
    return sha256("\n".join(words).encode()).hexdigest()[:32]


def _words(signal: Signal) -> str:
    parts = (
        signal.name,
        signal.measure,
        signal.reads,
        signal.take,
        signal.window_days,
        signal.log,
        float(signal.weight),
        float(signal.bad),
        float(signal.good),
        float(signal.half_life_days),
    )
    return "\x1f".join(str(part) for part in parts)
