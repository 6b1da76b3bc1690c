"""Figures of a run at its end: what was thrown at the service, and what became of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Add up what the tests recorded; with `-v` also the table of fault cases."""
    totals: dict[str, Counter[str]] = {}
    cases: dict[str, bool] = {}
    for name, value in _recorded(terminalreporter):
        if name == "cases":
            cases.update({case: well and cases.get(case, True) for case, well in value.items()})
        else:
            totals.setdefault(name, Counter()).update(value)
    for name, figures in totals.items():
        told = ", ".join(f"{what} {count}" for what, count in figures.items())
        terminalreporter.write_line(f"{name}: {told}")
    if cases:
        if terminalreporter.config.option.verbose > 0:
            for case, well in sorted(cases.items()):
                terminalreporter.write_line(f"{'survived' if well else 'DIED    '}  {case}")
        terminalreporter.write_line(f"fault cases survived: {sum(cases.values())} of {len(cases)}")


def _recorded(terminalreporter: Any) -> Iterator[tuple[str, Any]]:
    reports: list[pytest.TestReport] = [
        report
        for outcome in ("passed", "failed")
        for report in terminalreporter.stats.get(outcome, [])
    ]
    for report in reports:
        for name, value in report.user_properties:
            if isinstance(value, dict) and name in ("outgoing", "incoming", "cases"):
                yield name, value
