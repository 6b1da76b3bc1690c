"""From the text of a model's file to the model, or to everything that is wrong with it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from handlers.models.reading_plays import read_plays
from handlers.models.reading_rules import read_bands, read_limits, read_rules
from handlers.models.reading_signals import read_by_segment, read_dimensions, read_signals
from handlers.models.sections import Faults, Section
from scoring.errors import ModelFault, ModelRefused
from scoring.health.model import HealthModel, Signal
from scoring.model import Segment
from scoring.plays import DEFAULT_PLAYS, Plays

MOST_CHARACTERS = 200_000
"""A model is a page or two; this much is another file by mistake."""

LEAST_CUSTOMERS = 30
"""From so many customers with a value, a segment's median is the reference (scoring.md)."""

Medians = Mapping[Segment, Mapping[str, float]]


@dataclass(frozen=True, slots=True)
class ModelFile:
    """All that a file says. `model` is what counts: the medians of `measured` are in it.

    `given` is the model without them, `own_references` the (segment, signal) pairs whose reference
    the file sets itself, so that no median replaces it.
    """

    model: HealthModel
    given: HealthModel
    plays: Plays = DEFAULT_PLAYS
    medians: bool = True
    least_customers: int = LEAST_CUSTOMERS
    measured: Medians = field(default_factory=lambda: MappingProxyType({}))
    own_references: frozenset[tuple[Segment, str]] = frozenset()


def model_of(text: str) -> HealthModel:
    """The model of a file; ModelRefused with all faults."""
    return file_of(text).model


@lru_cache(maxsize=16)
def file_of(text: str) -> ModelFile:
    """All that a file says; ModelRefused with all faults."""
    faults = Faults()
    read = _read(Section("", _parsed(text), faults))
    if faults.found:
        raise ModelRefused(faults.found)
    return read


def text_from(content: bytes) -> str:
    """The text of a file's bytes; ModelRefused when they are not UTF-8."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        raise ModelRefused([ModelFault("", "model.fault.not_utf8", {})]) from fault


LONGEST_LINE = 1000
"""Characters: a chain of thousands of keys in one line would take minutes to read."""

_AT_LINE = re.compile(r"\(at line (\d+), column (\d+)\)")


def _parsed(text: str) -> dict[str, Any]:
    if len(text) > MOST_CHARACTERS:
        key = "model.fault.too_large"
        raise ModelRefused([ModelFault("", key, {"most": MOST_CHARACTERS})])
    for number, line in enumerate(text.split("\n"), start=1):
        if len(line) > LONGEST_LINE:
            params = {"line": number, "most": LONGEST_LINE}
            raise ModelRefused([ModelFault("", "model.fault.long_line", params)])
    try:
        return tomllib.loads(text.removeprefix("\ufeff"))
    except (ValueError, RecursionError) as fault:  # a number of thousands of digits is the former
        found = _AT_LINE.search(str(fault))
        where = {"line": found[1], "column": found[2]} if found else {}
        key = "model.fault.not_toml_at" if found else "model.fault.not_toml"
        raise ModelRefused([ModelFault("", key, where)]) from fault


def _read(top: Section) -> ModelFile:
    name = top.text("name", "own", longest=60)
    usage = top.text("usage", "active_users")
    totals = top.section("dimensions")
    signals = read_signals(top.section("signals"))
    read_dimensions(totals, signals)
    by_segment, own_references = read_by_segment(top.section("segments"), signals)
    edges, leave_points, coverage_floor = read_bands(top.section("bands"))
    limits = read_limits(top.section("limits"))
    rules = read_rules(top.section("rules"))
    plays = read_plays(top.section("plays"))
    references = top.section("references")
    medians = references.flag("medians", True)
    least = references.number("least_customers", LEAST_CUSTOMERS, low=5, high=1e6, whole=True)
    references.done()
    measured = _read_measured(top.section("measured"), signals)
    top.done()
    given = HealthModel(
        name=name,
        signals=signals,
        by_segment=by_segment,
        edges=edges,
        leave_points=leave_points,
        coverage_floor=coverage_floor,
        limits=limits,
        rules=rules,
        usage=usage,
    )
    return ModelFile(
        with_medians(given, measured, own_references) if medians else given,
        given,
        plays,
        medians,
        int(least or LEAST_CUSTOMERS),
        measured,
        own_references,
    )


def _read_measured(section: Section, signals: tuple[Signal, ...]) -> Medians:
    measured: dict[Segment, Mapping[str, float]] = {}
    for name, of_segment in section.sections(list(Segment)):
        names = [signal.name for signal in signals if of_segment.has(signal.name)]
        values = {each: of_segment.number(each, low=0, high=1) for each in names}
        of_segment.done()
        known = {each: float(value) for each, value in values.items() if value is not None}
        measured[Segment(name)] = MappingProxyType(known)
    section.done()
    return MappingProxyType(measured)


def with_medians(
    given: HealthModel, measured: Medians, own: frozenset[tuple[Segment, str]]
) -> HealthModel:
    """The model with a segment's medians as its references, where the file sets none itself."""
    by_segment = dict(given.by_segment)
    for segment, medians in measured.items():
        signals = tuple(
            replace(signal, reference=medians[signal.name])
            if signal.name in medians and (segment, signal.name) not in own
            else signal
            for signal in given.for_segment(segment)
        )
        if signals != given.for_segment(segment):
            by_segment[segment] = signals
    return replace(given, by_segment=MappingProxyType(by_segment))
