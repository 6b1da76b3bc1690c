"""From a model to the text of its file."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import date

from handlers.models.reading_rules import ranges_of
from handlers.models.vocabulary import LIMIT_RANGES, RULES, SEGMENT_KEYS
from scoring.health.model import Dimension, HealthModel, Signal, Take
from scoring.model import Segment
from scoring.plays import DEFAULT_PLAYS, Play, Plays

_BARE = re.compile(r"[A-Za-z0-9_-]+")

_MEASURED = re.compile(r"\s*\[\s*measured\b")

_ANY_TABLE = re.compile(r"\s*\[")


def text_of(model: HealthModel, plays: Plays = DEFAULT_PLAYS) -> str:
    """The file that reads back as this very model."""
    return "\n".join(_lines(model, plays)) + "\n"


def _lines(model: HealthModel, plays: Plays) -> Iterator[str]:
    yield f"name = {_text(model.name)}"
    yield f"usage = {_text(model.usage)}"
    yield ""
    yield "[dimensions]"
    for dimension in Dimension:
        total = sum(signal.weight for signal in model.signals if signal.dimension is dimension)
        if total:
            yield f"{dimension} = {_number(round(total, 9))}"
    for signal in model.signals:
        yield from _signal(signal)
    for segment in Segment:
        for signal, differing in zip(model.signals, model.for_segment(segment), strict=True):
            yield from _override(segment, signal, differing)
    yield from _bands(model)
    yield from _limits(model)
    yield ""
    yield "[rules]"
    for rule in RULES:
        yield f"{rule} = {_flag(rule in model.rules)}"
    yield from _plays(plays)


def _signal(signal: Signal) -> Iterator[str]:
    yield ""
    yield f"[signals.{_key(signal.name)}]"
    yield f"dimension = {_text(signal.dimension)}"
    yield f"weight = {_number(signal.weight)}"
    yield f"bad = {_number(signal.bad)}"
    yield f"good = {_number(signal.good)}"
    yield f"half_life_days = {_number(signal.half_life_days)}"
    yield f"reference = {_number(signal.reference)}"
    if signal.log:
        yield "log = true"
    if signal.measure:
        yield f"measure = {_text(signal.measure)}"
        if signal.reads:
            yield f"reads = {_text(signal.reads)}"
        return
    yield f"reads = {_text(signal.reads)}"
    if signal.take is not Take.LATEST:
        yield f"take = {_text(signal.take)}"
    yield f"window_days = {signal.window_days}"


def _override(segment: Segment, signal: Signal, differing: Signal) -> Iterator[str]:
    changed = [key for key in SEGMENT_KEYS if getattr(signal, key) != getattr(differing, key)]
    if changed:
        yield ""
        yield f"[segments.{segment}.signals.{_key(signal.name)}]"
        for key in changed:
            yield f"{key} = {_number(getattr(differing, key))}"


def _bands(model: HealthModel) -> Iterator[str]:
    yield ""
    yield "[bands]"
    for band, (low, high) in ranges_of(model.edges).items():
        yield f"{band} = [{_number(low)}, {_number(high)}]"
    yield f"leave_points = {_number(model.leave_points)}"
    yield f"coverage_floor = {_number(model.coverage_floor)}"


def _limits(model: HealthModel) -> Iterator[str]:
    yield ""
    yield "[limits]"
    for key in LIMIT_RANGES:
        yield f"{key} = {_number(getattr(model.limits, key))}"
    yield ""
    yield "[limits.silent_days]"
    for segment in Segment:
        yield f"{segment} = {model.limits.silent_days[segment]}"


def _plays(plays: Plays) -> Iterator[str]:
    bands = dict.fromkeys(band for band, _ in plays.own)
    for band in bands:
        yield ""
        yield f"[plays.{band}]"
        for segment in Segment:
            play = plays.own.get((band, segment))
            if play is not None:
                yield f"{segment} = {_play(play)}"


def _play(play: Play) -> str:
    if not play.en:
        return _text(play.name)
    days = "" if play.days is None else f", days = {play.days}"
    return f"{{ en = {_text(play.en)}, zh = {_text(play.zh)}{days} }}"


def with_measured(
    document: str, measured: Mapping[Segment, Mapping[str, float]], on: date | None
) -> str:
    """A file with the book's medians at its end, in the place of those that it had."""
    lines = [without_measured(document).rstrip()]
    for segment, medians in measured.items():
        if medians:
            lines += ["", f"[measured.{segment}]"]
            lines += [f"# medians of the book on {on.isoformat()}"] if on is not None else []
            lines += [f"{_key(name)} = {_number(value)}" for name, value in medians.items()]
    return "\n".join(lines) + "\n"


def without_measured(document: str) -> str:
    """A file as its author wrote it, without the medians that were put in force with it."""
    kept: list[str] = []
    inside = False
    for line in document.splitlines():
        if _ANY_TABLE.match(line):
            inside = bool(_MEASURED.match(line))
        if not inside:
            kept.append(line)
    return "\n".join(kept).rstrip() + "\n"


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else _text(name)


def _text(value: str) -> str:
    # JSON's escapes are among TOML's; what is not ASCII stays readable.
    return json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007f")


def _number(value: float) -> str:
    return repr(int(value)) if float(value).is_integer() else repr(float(value))


def _flag(value: bool) -> str:
    return "true" if value else "false"
