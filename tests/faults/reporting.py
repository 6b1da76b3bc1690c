"""The figures of storms, for people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from tests.faults.storm import Report

NAMED_MOST = 20
HTTP = "faulty answers of platforms (HTTP)"
GROUPS = {
    "": HTTP,
    "inbound": "repeats of what people said (inbound)",
    "replica": "faults of processes",
    "database": "faults of the database",
}


def figures(reports: Sequence[Report]) -> dict[str, int]:
    """What the storms amount to together."""
    verdicts = [report.verdict for report in reports]
    return {
        "faults injected": sum(report.injected.total() for report in reports),
        "alerts": sum(one.alerts for one in verdicts),
        "told": sum(one.told for one in verdicts),
        "calls that people were told are noted": sum(one.calls_told for one in verdicts),
        "claims by two at once: told who has it": sum(one.claims_won for one in verdicts),
        "claims by two at once: told who was first": sum(one.claims_refused for one in verdicts),
        "claims that two have, or who was told so has not": sum(
            len(one.claims_wrong) for one in verdicts
        ),
        "lost": sum(len(one.lost) + len(one.calls_lost) for one in verdicts),
        "doubled": sum(len(one.doubled) + len(one.calls_doubled) for one in verdicts),
        "made up": sum(len(one.invented) for one in verdicts),
        "possibly repeated, and marked so": sum(len(one.repeated) for one in verdicts),
        "needs review": sum(len(one.review) for one in verdicts),
        "failed": sum(len(one.failed) for one in verdicts),
        "ambiguous at once, at most": max(report.ambiguous for report in reports),
        "repeats that WeCom dropped": sum(report.repeats_dropped for report in reports),
        "requests": sum(report.requests for report in reports),
        "without an end": sum(report.left_open for report in reports),
        "seconds": round(sum(report.seconds for report in reports)),
    }


def printed(reports: Sequence[Report]) -> str:
    """Everything about them, the kinds of faults included."""
    first = reports[0].plan
    seeds = ", ".join(str(report.plan.seed) for report in reports)
    lines = [f"== {first.database}, seed {seeds}"]
    injected: Counter[str] = sum((report.injected for report in reports), Counter())
    for group, kinds in _grouped(injected).items():
        lines.append(f"{kinds.total():8}  {group}, of these:")
        lines += [f"{count:12}  {what}" for what, count in sorted(kinds.items())]
    lines += ["--", *(f"{count:8}  {what}" for what, count in figures(reports).items())]
    for report in reports:
        lines += _faults(report)
    return "\n".join(lines)


def _grouped(injected: Counter[str]) -> dict[str, Counter[str]]:
    """The kinds of faults by what is faulty."""
    groups: dict[str, Counter[str]] = {name: Counter() for name in GROUPS.values()}
    for what, count in injected.items():
        first = what.split(":")[0].split(",")[0]
        groups[GROUPS.get(first, HTTP)][what] = count
    return groups


def _faults(report: Report) -> list[str]:
    """What must not be, by name; the replicas' logs are kept then."""
    verdict = report.verdict
    named: dict[str, Sequence[object]] = {
        "LOST": [*verdict.lost, *verdict.calls_lost],
        "DOUBLED": [*verdict.doubled, *verdict.calls_doubled],
        "CLAIMS": verdict.claims_wrong,
        "MADE UP": verdict.invented,
        "FAILED": verdict.failed,
        "replicas died by themselves": report.died,
        "what the book knows of them": report.traces,
        "methods nobody answers": sorted(report.unknown),
    }
    lines = [f"{what}: {some[:NAMED_MOST]}" for what, some in named.items() if some]
    if not report.well:
        lines += [f"log kept: {path}" for path in _kept(report)]
    return lines


def _kept(report: Report) -> list[Path]:
    folder = Path.cwd() / "build" / f"storm-{report.plan.database}-{report.plan.seed}"
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, text in report.logs.items():
        path = folder / name
        path.write_text(text, encoding="utf-8")
        paths.append(path)
    return paths
