"""Bands, limits and hard rules of a model's file."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import Any

from handlers.models.sections import Section, shown
from handlers.models.vocabulary import LIMIT_RANGES, RULES, WHOLE
from scoring.health.default import DEFAULT_MODEL
from scoring.health.model import Band, Limits
from scoring.model import Segment

Edges = tuple[float, float, float]

_LOWEST, _HIGHEST = 0.0, 100.0


def default_ranges() -> dict[Band, tuple[float, float]]:
    """From where to where each band goes when the file does not say."""
    return ranges_of(DEFAULT_MODEL.edges)


def ranges_of(edges: Edges) -> dict[Band, tuple[float, float]]:
    """The bands as ranges of the score, the best first."""
    uppers = (_HIGHEST, *edges)
    return dict(zip(Band, zip((*edges, _LOWEST), uppers, strict=True), strict=True))


def read_bands(section: Section) -> tuple[Edges, float, float]:
    """The lower edges, the points past an edge, and the coverage floor."""
    ranges = default_ranges()
    before = len(section.faults.found)
    for band in Band:
        value = section.take(band)
        if value is not None:
            found = _range(section, band, value)
            if found is not None:
                ranges[band] = found
    if len(section.faults.found) == before:
        _check_tiling(section, ranges)
    leave = section.number("leave_points", DEFAULT_MODEL.leave_points, low=0, high=25)
    floor = section.number("coverage_floor", DEFAULT_MODEL.coverage_floor, low=0, high=1)
    section.done()
    edges = (ranges[Band.HEALTHY][0], ranges[Band.STEADY][0], ranges[Band.AT_RISK][0])
    return edges, leave or 0.0, floor or 0.0


def _range(section: Section, band: Band, value: Any) -> tuple[float, float] | None:
    numbers = value if isinstance(value, list) else []
    if len(numbers) != 2 or any(
        isinstance(each, bool) or not isinstance(each, int | float) for each in numbers
    ):
        section.fault(band, "not_range", value=shown(value))
        return None
    low, high = numbers
    # Compared as they are: a whole number may be too large for a float.
    # Not a number is on neither side of anything, so it is asked for what it should be.
    if not _LOWEST <= low < high <= _HIGHEST:
        section.fault(band, "empty_range", value=shown(value))
        return None
    return float(low), float(high)


def _check_tiling(section: Section, ranges: dict[Band, tuple[float, float]]) -> None:
    upper = _HIGHEST
    for band, (low, high) in ranges.items():
        if high < upper:
            section.fault(band, "gap", low=f"{high:g}", high=f"{upper:g}")
        elif high > upper:
            section.fault(band, "overlap", low=f"{upper:g}", high=f"{high:g}")
        upper = low
    if upper > _LOWEST:
        section.fault(Band.CRITICAL, "gap", low="0", high=f"{upper:g}")


def read_limits(section: Section) -> Limits:
    """The figures in the rules and warnings; what the file does not say is as by default."""
    limits = Limits()
    read: dict[str, Any] = {}
    for key, (low, high) in LIMIT_RANGES.items():
        value = section.number(key, getattr(limits, key), low=low, high=high, whole=key in WHOLE)
        if value is not None:
            read[key] = int(value) if key in WHOLE else float(value)
    days = dict(limits.silent_days)
    silent = section.section("silent_days")
    for segment in Segment:
        found = silent.number(segment, days[segment], low=1, high=365, whole=True)
        days[segment] = int(found) if found is not None else days[segment]
    silent.done()
    section.done()
    limits = replace(limits, **read, silent_days=MappingProxyType(days))
    if limits.idle_long_days <= limits.idle_days:
        section.fault("idle_long_days", "not_longer", than=limits.idle_days)
    return limits


def read_rules(section: Section) -> frozenset[str]:
    """The rules in force; each is on unless the file switches it off."""
    rules = frozenset(rule for rule in RULES if section.flag(rule, rule in DEFAULT_MODEL.rules))
    section.done()
    return rules
