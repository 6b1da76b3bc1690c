"""Figures of a run at its end: what was thrown at the service on Slack, and what became of it."""

from __future__ import annotations

from collections import Counter
from typing import Any

STORMS = ("slack outgoing", "slack incoming")


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Add up what the tests recorded; with `-v` also the table of fault cases."""
    totals: dict[str, Counter[str]] = {name: Counter() for name in STORMS}
    cases: dict[str, bool] = {}
    for outcome in ("passed", "failed"):
        for report in terminalreporter.stats.get(outcome, []):
            for name, value in report.user_properties:
                if name in totals:
                    totals[name].update(value)
                elif name == "slack cases":
                    cases.update({case: well and cases.get(case, True) for case, well in value})
    for name, figures in totals.items():
        if figures:
            told = ", ".join(f"{what} {count}" for what, count in figures.items())
            terminalreporter.write_line(f"{name}: {told}")
    if cases:
        if terminalreporter.config.option.verbose > 0:
            for case, well in sorted(cases.items()):
                terminalreporter.write_line(f"{'survived' if well else 'DIED    '}  {case}")
        survived = f"{sum(cases.values())} of {len(cases)}"
        terminalreporter.write_line(f"slack fault cases survived: {survived}")
