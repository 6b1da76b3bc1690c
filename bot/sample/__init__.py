"""The invented book that `make demo` starts with, and the example spreadsheets."""

from __future__ import annotations

from bot.sample.book import DEMO_SEED, DEMO_START, SampleBook, sample_book

__all__ = ["DEMO_SEED", "DEMO_START", "SampleBook", "sample_book"]
