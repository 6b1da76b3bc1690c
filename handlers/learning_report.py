"""What was learned, told: as JSON, and as lines for people at a terminal."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from messages.health_words import odds_words, signal_words
from messages.i18n import Phrasebook
from messages.render.text import aligned

if TYPE_CHECKING:
    from handlers.learning import Fit, Lesson
    from scoring.learning.backtest import Backtest, Marks
    from scoring.learning.factors import Factor


def report_document(
    lesson: Lesson, report: Backtest | None, found: Sequence[Factor]
) -> dict[str, Any]:
    """A backtest as JSON: of losses, with null where nothing can be said.

    `n` and `positives` are what was predicted without having been seen; all that is decided while
    that is too little to hold anything back. `factors` are the significant ones alone.
    """
    common = {
        "model": lesson.model.name,
        "decided": lesson.n,
        "lost": lesson.lost_n,
        "factors": [factor_row(factor) for factor in found if factor.significant],
        "considered": [factor_row(factor) for factor in found],
    }
    if report is None:
        unknown = {"auc": None, "brier": None, "ece": None}
        return {
            "n": lesson.n,
            "positives": lesson.lost_n,
            **unknown,
            "baseline": unknown,
            "base_rate": unknown,
            "calibration": [],
            "kind": None,
            "split": None,
            "from_on": None,
            "holds": False,
            **common,
        }
    return {
        "n": report.n,
        "positives": report.positives,
        **_marks(report.trained),
        "baseline": _marks(report.untrained),
        "base_rate": _marks(report.base_rate),
        "calibration": [
            {"n": found.n, "predicted": found.predicted, "actual": found.actual}
            for found in report.calibration
        ],
        "kind": str(report.kinds[0]),
        "split": "folds" if report.from_on is None else "time",
        "from_on": None if report.from_on is None else report.from_on.isoformat(),
        "holds": report.holds,
        **common,
    }


def fit_document(fit: Fit, found: Sequence[Factor]) -> dict[str, Any]:
    """A fit as JSON: what was kept, beside its backtest."""
    return {
        "id": fit.kept_as,
        "active": fit.active,
        "learned": str(fit.learned.kind),
        "backtest": report_document(fit.lesson, fit.report, found),
    }


def factors_document(lesson: Lesson, found: Sequence[Factor]) -> dict[str, Any]:
    """The key factors as JSON; `factors` is empty where none is significant."""
    told = [factor_row(factor) for factor in found if factor.significant]
    return {
        "n": lesson.n,
        "lost": lesson.lost_n,
        "significant": bool(told),
        "factors": told,
        "considered": [factor_row(factor) for factor in found],
    }


def factor_row(factor: Factor) -> dict[str, Any]:
    """One factor; `effect` is the odds ratio of renewal for a standard deviation more of it."""
    return {
        "name": factor.name,
        "effect": _known(factor.effect),
        "low": _known(factor.low),
        "high": _known(factor.high),
        "n": factor.n,
        "lost": factor.lost,
        "auc": factor.auc,
        "p": factor.p,
        "q": factor.q,
        "best_third": factor.best_third,
        "worst_third": factor.worst_third,
        "weak_arr": factor.weak_arr,
        "contested": factor.contested,
    }


def report_lines(lesson: Lesson, report: Backtest | None, phrases: Phrasebook) -> Iterator[str]:
    """A backtest for people: what was tried, the marks side by side, what they mean."""
    yield phrases.t("learning.decided", n=lesson.n, lost=lesson.lost_n)
    if report is None:
        yield phrases.t("learning.too_few")
        return
    if report.from_on is None:
        yield phrases.t("learning.split.folds", n=report.n)
    else:
        yield phrases.t("learning.split.time", n=report.n, on=report.from_on)
    yield ""
    names = ("learned", "untrained", "base_rate")
    marks = (report.trained, report.untrained, report.base_rate)
    yield from aligned(
        [phrases.t(f"learning.column.{name}") for name in ("way", "auc", "brier", "ece")],
        [
            [
                phrases.t(f"learning.way.{name}"),
                *(_figure(value) for value in (each.auc, each.brier, each.calibration_error)),
            ]
            for name, each in zip(names, marks, strict=True)
        ],
    )
    yield ""
    yield from aligned(
        [phrases.t(f"learning.column.{name}") for name in ("n", "predicted", "actual")],
        [
            [str(each.n), phrases.percent(each.predicted, 1), phrases.percent(each.actual, 1)]
            for each in report.calibration
        ],
    )
    yield ""
    yield phrases.t(f"learning.kind.{report.kinds[0]}")
    yield phrases.t("learning.holds" if report.holds else "learning.holds_not")


def factor_lines(lesson: Lesson, found: Sequence[Factor], phrases: Phrasebook) -> Iterator[str]:
    """The key factors for people at a terminal, joint and single view side by side."""
    yield phrases.t("learning.decided", n=lesson.n, lost=lesson.lost_n)
    told = [factor for factor in found if factor.significant]
    if not told:
        yield phrases.t("factors.none" if found else "factors.too_few")
        return
    yield from aligned(
        [
            phrases.t(f"factors.column.{name}")
            for name in ("signal", "n", "worst", "best", "auc", "q", "effect", "range")
        ],
        [
            [
                signal_words(phrases, factor.name),
                str(factor.n),
                phrases.percent(factor.worst_third),
                phrases.percent(factor.best_third),
                _figure(factor.auc),
                f"{factor.q:.2g}",
                odds_words(phrases, factor.effect),
                f"{odds_words(phrases, factor.low)} – {odds_words(phrases, factor.high)}",
            ]
            for factor in told
        ],
    )
    yield phrases.t("factors.association")


def _marks(marks: Marks) -> dict[str, float | None]:
    return {
        "auc": _known(marks.auc),
        "brier": _known(marks.brier),
        "ece": _known(marks.calibration_error),
    }


def _known(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _figure(value: float) -> str:
    return "–" if math.isnan(value) else f"{value:.3f}"
