"""What a learned model hangs on, and what it predicts with."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

import pytest

from scoring.health.default import DEFAULT_MODEL
from scoring.health.model import HealthModel, Limits
from scoring.learning.references import KEY, references_of, with_references
from scoring.learning.signature import signature_of
from scoring.model import Segment


def with_segment(**changes: float) -> HealthModel:
    first, *others = DEFAULT_MODEL.signals
    signals = (replace(first, **changes), *others)  # type: ignore[arg-type]
    return replace(DEFAULT_MODEL, by_segment=MappingProxyType({Segment.CORE: signals}))


def test_a_median_more_or_less_leaves_what_was_learned_in_force() -> None:
    same = signature_of(DEFAULT_MODEL)
    assert signature_of(with_segment(reference=0.9)) == same
    assert signature_of(replace(DEFAULT_MODEL, name="other")) == same


@pytest.mark.parametrize("change", [{"good": 0.7}, {"weight": 14.0}, {"half_life_days": 31.0}])
def test_a_segment_that_is_measured_otherwise_ends_it(change: dict[str, float]) -> None:
    assert signature_of(with_segment(**change)) != signature_of(DEFAULT_MODEL)


def test_so_does_another_signal_of_use_or_another_floor_of_its_trend() -> None:
    for other in (
        replace(DEFAULT_MODEL, usage="logins"),
        replace(DEFAULT_MODEL, limits=Limits(least_weekly=5.0)),
    ):
        assert signature_of(other) != signature_of(DEFAULT_MODEL)


def test_it_predicts_with_the_references_that_it_was_learned_with() -> None:
    parameters = {KEY: references_of(DEFAULT_MODEL)}
    found = with_references(with_segment(reference=0.9), parameters)
    for segment in Segment:
        assert found.for_segment(segment) == DEFAULT_MODEL.signals
    assert with_references(DEFAULT_MODEL, {}) is DEFAULT_MODEL
