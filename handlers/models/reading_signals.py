"""The signals of a model's file: what is measured, how much it weighs, from where to where."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import log1p
from types import MappingProxyType
from typing import Any

from handlers.models.sections import Section
from handlers.models.vocabulary import LONGEST_WINDOW_DAYS, MEASURES, READ_ANOTHER, SEGMENT_KEYS
from scoring.health.model import Dimension, Signal, Take
from scoring.model import Segment

TOTAL = 100.0
"""What the weights add up to, so that a weight is read as points of the score."""

NEAR_ENOUGH = 1e-6

SAME = 1e-12
"""Anchors that are nearer than this, as a share of them, leave nothing to divide by."""

MOST_SIGNALS = 60

_NAME = re.compile(r"[\w][\w.-]{0,59}")

OWN_DAYS = 60.0
"""The half-life of a signal that does not say one."""

OWN_REFERENCE = 0.5

OWN_WINDOW_DAYS = 90


def read_signals(section: Section) -> tuple[Signal, ...]:
    """All signals in the order of the file; their weights have to add up to 100."""
    tables = section.sections()
    if not tables:
        section.faults.add("signals", "no_signals")
    if len(tables) > MOST_SIGNALS:
        section.faults.add("signals", "too_many_signals", most=MOST_SIGNALS)
    signals = tuple(_signal(name, table) for name, table in tables)
    if all(signals):
        found = tuple(signal for signal in signals if signal is not None)
        _check_total(section, "signals", found)
        return found
    return ()


def _check_total(section: Section, at: str, signals: Sequence[Signal]) -> None:
    total = sum(signal.weight for signal in signals)
    if signals and abs(total - TOTAL) > NEAR_ENOUGH:
        section.faults.add(at, "total", total=f"{total:g}", off=f"{total - TOTAL:+g}")


def _signal(name: str, table: Section) -> Signal | None:
    before = len(table.faults.found)
    if not _NAME.fullmatch(name):
        table.faults.add(table.place("")[:-1], "bad_name")
    measure = table.choice("measure", MEASURES) if table.has("measure") else ""
    names_measure = measure or len(table.faults.found) > before
    if names_measure:
        reads = table.text("reads") if measure in READ_ANOTHER and table.has("reads") else ""
        for key in ("reads", "take", "window_days"):
            if table.has(key):
                table.take(key)
                table.fault(key, "not_with_measure")
        take, window = Take.LATEST, OWN_WINDOW_DAYS
    else:
        reads = table.text("reads", name)
        taken = table.choice("take", list(Take), Take.LATEST)
        take = Take(taken) if taken else Take.LATEST
        days = table.number(
            "window_days", OWN_WINDOW_DAYS, low=1, high=LONGEST_WINDOW_DAYS, whole=True
        )
        window = int(days or OWN_WINDOW_DAYS)
    dimension = table.choice("dimension", list(Dimension))
    weight = table.number("weight", low=0, high=TOTAL)
    bad, good = table.number("bad"), table.number("good")
    half_life = table.number("half_life_days", OWN_DAYS, low=1, high=3650)
    reference = table.number("reference", OWN_REFERENCE, low=0, high=1)
    log = table.flag("log", False)
    table.done()
    if len(table.faults.found) > before:
        # Filled in alone to go on looking for faults; the file is refused anyway.
        _check_anchors(table, bad, good, log=log)
        return None
    found = Signal(
        name=name,
        dimension=Dimension(dimension),
        weight=weight or 0.0,
        bad=bad or 0.0,
        good=good or 0.0,
        half_life_days=half_life or OWN_DAYS,
        reference=reference or 0.0,
        measure=measure,
        reads=reads,
        take=take,
        window_days=window,
        log=log,
    )
    _check_anchors(table, bad, good, log=log)
    return found


def _check_anchors(table: Section, bad: float | None, good: float | None, *, log: bool) -> None:
    if bad is None or good is None:
        return
    below_zero = log and min(bad, good) < 0
    low, high = (log1p(bad), log1p(good)) if log and not below_zero else (bad, good)
    if abs(high - low) <= SAME * max(1.0, abs(low), abs(high)):
        table.fault("good", "equal_anchors", value=f"{good:g}")
    if below_zero:
        table.fault("log", "log_below_zero")


def read_dimensions(section: Section, signals: Sequence[Signal]) -> None:
    """What each dimension should add up to, where the file says so: a check, nothing else."""
    for dimension in Dimension:
        if not section.has(dimension):
            continue
        said = section.number(dimension, low=0, high=TOTAL)
        total = sum(signal.weight for signal in signals if signal.dimension is dimension)
        if said is not None and signals and abs(said - total) > NEAR_ENOUGH:
            section.fault(dimension, "dimension_total", said=f"{said:g}", total=f"{total:g}")
    section.done()


def read_by_segment(
    section: Section, signals: tuple[Signal, ...]
) -> tuple[Mapping[Segment, tuple[Signal, ...]], frozenset[tuple[Segment, str]]]:
    """The signals as they differ for a segment, and which references are set there."""
    found: dict[Segment, tuple[Signal, ...]] = {}
    own: set[tuple[Segment, str]] = set()
    by_name = {signal.name: signal for signal in signals}
    for name, of_segment in section.sections(list(Segment)):
        segment = Segment(name)
        changed = dict(by_name)
        inner = of_segment.section("signals")
        # Without readable signals every name here would be called unknown.
        tables = inner.sections(by_name) if by_name else []
        for each, table in tables:
            if table.has("reference"):
                own.add((segment, each))
            changed[each] = _changed(by_name[each], table)
        if by_name:
            inner.done()
        of_segment.done()
        differs = tuple(changed.values())
        if differs != signals:
            _check_total(section, section.place(name), differs)
            found[segment] = differs
    section.done()
    return MappingProxyType(found), frozenset(own)


def _changed(signal: Signal, table: Section) -> Signal:
    bounds = {
        "weight": (0, TOTAL),
        "bad": (-1e9, 1e9),
        "good": (-1e9, 1e9),
        "half_life_days": (1, 3650),
        "reference": (0, 1),
    }
    read = {
        key: table.number(key, getattr(signal, key), low=bounds[key][0], high=bounds[key][1])
        for key in SEGMENT_KEYS
    }
    table.done()
    known: dict[str, Any] = {key: value for key, value in read.items() if value is not None}
    changed = replace(signal, **known)
    _check_anchors(table, changed.bad, changed.good, log=changed.log)
    return changed
