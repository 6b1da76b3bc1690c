"""The corpus of typed lines is read as a colleague would read it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from handlers.reading.touches import TouchReading, read_touch

TODAY = date(2026, 3, 2)
CORPUS = Path(__file__).parent.parent / "corpus" / "touches.jsonl"


@dataclass(frozen=True, slots=True)
class Line:
    text: str
    kind: str
    contact: str | None
    next_on: date | None


def lines() -> Iterator[Line]:
    for raw in CORPUS.read_text(encoding="utf-8").splitlines():
        told = json.loads(raw)
        next_on = date.fromisoformat(told["next_on"]) if told["next_on"] else None
        yield Line(told["text"], told["kind"], told["contact"], next_on)


def readings() -> list[tuple[Line, TouchReading]]:
    return [(line, read_touch(line.text, today=TODAY)) for line in lines()]


def share(hits: int, of: int, wrong: list[str], wanted: float) -> None:
    shown = "\n".join(wrong)
    assert hits >= wanted * of, f"{hits} of {of} ({hits / of:.1%}) right; wrong:\n{shown}"


def test_the_corpus_is_large_and_every_line_is_there_once() -> None:
    texts = [line.text for line in lines()]
    assert len(texts) >= 220
    assert len(set(texts)) == len(texts)


def test_kind_and_next_day_are_right_together_in_95_of_100_lines() -> None:
    both = [
        (line, read, read.kind == line.kind and read.next_on == line.next_on)
        for line, read in readings()
    ]
    wrong = [
        f"{line.text} -> {read.kind}, {read.next_on}; wanted {line.kind}, {line.next_on}"
        for line, read, good in both
        if not good
    ]
    share(sum(good for *_, good in both), len(both), wrong, 0.95)


def test_the_contact_is_right_in_95_of_100_lines() -> None:
    both = readings()
    wrong = [
        f"{line.text} -> {read.contact}; wanted {line.contact}"
        for line, read in both
        if read.contact != line.contact
    ]
    share(len(both) - len(wrong), len(both), wrong, 0.95)
