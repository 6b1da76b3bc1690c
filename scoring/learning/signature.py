"""What a learned model hangs on: the same signals, measured the same way."""

from __future__ import annotations

from hashlib import sha256

from scoring.health.model import HealthModel, Signal
from scoring.model import Segment


def signature_of(model: HealthModel) -> str:
    """Equal for two health models that a learned model can predict under alike.

    References are left out, also where a segment differs in nothing else: medians are measured
    again and again, while what was learned keeps the references that it was learned with.
    """
    words = [model.usage, str(float(model.limits.least_weekly))]
    for segment in (None, *Segment):
        signals = model.signals if segment is None else model.for_segment(segment)
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
