"""What unknown signals counted as when a model was learned: it predicts with the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from scoring.health.model import HealthModel
from scoring.model import Segment

KEY = "references"
"""Where they are among the parameters of a learned model."""


def references_of(model: HealthModel) -> dict[str, list[float]]:
    """Each segment's references in the order of the signals, as JSON keeps them."""
    return {
        segment.value: [signal.reference for signal in model.for_segment(segment)]
        for segment in Segment
    }


def with_references(model: HealthModel, parameters: Mapping[str, Any]) -> HealthModel:
    """The model with the references that `parameters` were learned with; itself without any."""
    kept: Mapping[str, Sequence[float]] | None = parameters.get(KEY)
    if kept is None:
        return model
    by_segment = {
        segment: tuple(
            replace(signal, reference=reference)
            for signal, reference in zip(
                model.for_segment(segment), kept[segment.value], strict=True
            )
        )
        for segment in Segment
    }
    return replace(model, by_segment=MappingProxyType(by_segment))
