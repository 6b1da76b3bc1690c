"""How usage changed over three months, and whether it is really falling.

Theil-Sen on log1p of weekly usage (Sen 1968) is not impressed by a lost week; the one-sided
Mann-Kendall test (with ties and continuity correction, Kendall 1975) says whether it can be chance.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scoring.health.facts import NO_DAY, Days, Floats, Observations
from scoring.health.measures.rows import share, total
from scoring.health.model import Limits
from scoring.health.seen import latest

WEEKS = 13
LEAST_WEEKS = 6
"""With fewer weeks seen, months are compared instead."""

_LEAST_SPAN = 8
"""Weeks between the first and the last that were seen, below which it is no three months."""

_SPAN_WEEKS = WEEKS - 1
_MONTHS = 3
_MONTH_DAYS = 30.44

KNOWN_DAYS = 40
"""Monthly figures come a few days after their month; what is older says nothing about now."""

_ROWS = 8_192
"""Subjects at a time, so that their 78 pairs of weeks stay in the cache."""

_FIRST, _SECOND = np.triu_indices(WEEKS, 1)
_APART = (_SECOND - _FIRST).astype(np.float32)
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class _Courses:
    """Events a week, the oldest first, NaN in weeks nobody saw; and the means of three months."""

    weeks: NDArray[np.float32]
    months: Floats
    is_weekly: NDArray[np.bool_]
    is_monthly: NDArray[np.bool_]


def change(rows: Observations, n: int, limits: Limits) -> tuple[Floats, Days]:
    """Each subject's change over twelve weeks (-0.5: half is gone) and the day last seen.

    NaN below `least_weekly` events a week and where neither weeks nor months are enough.
    """
    on = latest(rows.subject, rows.on, n)
    found = np.full(n, np.nan)
    courses = _courses(rows, on, n, limits)
    for start in range(0, n, _ROWS):
        stop = min(start + _ROWS, n)
        which = np.flatnonzero(courses.is_weekly[start:stop]) + start
        if len(which):
            slope = _theil_sen(courses.weeks[which])
            found[which] = np.expm1(_SPAN_WEEKS * slope.astype(np.float64))
    first, last = courses.months[:, 0], courses.months[:, -1]
    monthly = courses.is_monthly
    found[monthly] = np.where(first > 0, share(last, first) - 1.0, last)[monthly]
    return found, on


def falling(rows: Observations, changed: Floats, on: Days, as_of: Days, limits: Limits) -> Floats:
    """1 where usage fell by `falling_share` or more and not by chance, 0 where not, else NaN.

    `changed` and `on` are what `change` gave for these rows.
    """
    n = len(as_of)
    known = np.isfinite(changed) & (on != NO_DAY) & (as_of - on <= KNOWN_DAYS)
    found = np.where(known, 0.0, np.nan)
    fell = np.flatnonzero(known & (changed <= limits.falling_share + _ROUNDING))
    if not len(fell):
        return found
    place = np.full(n, -1, np.int64)
    place[fell] = np.arange(len(fell))
    inside = place[rows.subject] >= 0
    few = Observations(place[rows.subject[inside]], rows.on[inside], rows.value[inside])
    courses = _courses(few, on[fell], len(fell), limits)
    surely = np.zeros(len(fell), np.bool_)
    for start in range(0, len(fell), _ROWS):
        part = slice(start, start + _ROWS)
        surely[part] = courses.is_weekly[part] & (
            _mann_kendall(courses.weeks[part]) < limits.falling_z
        )
    months = courses.months
    each = (months[:, 0] > months[:, 1]) & (months[:, 1] > months[:, 2])
    found[fell] = surely | (courses.is_monthly & each)
    return found


def _courses(rows: Observations, on: Days, n: int, limits: Limits) -> _Courses:
    """Weeks and months counted back from the day each subject was last seen."""
    age = on[rows.subject] - rows.on
    inside = age < WEEKS * 7
    subject, age, value = rows.subject[inside], age[inside], rows.value[inside]
    cell = subject * WEEKS + (WEEKS - 1 - age // 7)
    count = total(cell, None, n * WEEKS).reshape(n, WEEKS)
    seen = count > 0
    weeks_seen = seen.sum(axis=1)
    # Daily figures with a day missing must not look like a bad week: the mean of the week's days,
    # times how many days a week usually has.
    usual = share(count.sum(axis=1), weeks_seen.astype(np.float64))[:, None]
    level = share(total(cell, value, n * WEEKS).reshape(n, WEEKS), count) * usual
    enough = share(np.where(seen, level, 0.0).sum(axis=1), weeks_seen.astype(np.float64))
    enough_used = enough >= limits.least_weekly
    span = WEEKS - np.argmax(seen, axis=1)
    is_weekly = enough_used & (weeks_seen >= LEAST_WEEKS) & (span >= _LEAST_SPAN)
    months = _months(subject, age, value, n)
    is_monthly = enough_used & ~is_weekly & np.isfinite(months).all(axis=1)
    return _Courses(level.astype(np.float32), months, is_weekly, is_monthly)


def _months(subject: NDArray[np.int64], age: Days, value: Floats, n: int) -> Floats:
    month = np.rint(age / _MONTH_DAYS).astype(np.int64)
    inside = month < _MONTHS
    cell = subject[inside] * _MONTHS + (_MONTHS - 1 - month[inside])
    whole = total(cell, value[inside], n * _MONTHS)
    return share(whole, total(cell, None, n * _MONTHS)).reshape(n, _MONTHS)


def _theil_sen(weeks: NDArray[np.float32]) -> NDArray[np.float32]:
    """The median slope of log1p a week over all pairs of weeks that were seen."""
    logs = np.log1p(weeks)
    slopes = np.sort((logs[:, _SECOND] - logs[:, _FIRST]) / _APART, axis=1)  # NaN at the end
    seen = np.isfinite(logs).sum(axis=1)
    pairs = seen * (seen - 1) // 2
    at = np.arange(len(weeks))
    middle: NDArray[np.float32] = (slopes[at, (pairs - 1) // 2] + slopes[at, pairs // 2]) / 2
    return middle


def _mann_kendall(weeks: NDArray[np.float32]) -> Floats:
    """z of the Mann-Kendall test; negative is falling, 0 where every week is the same."""
    apart = np.sign(weeks[:, _SECOND] - weeks[:, _FIRST])  # NaN where a week is missing
    s = np.nansum(apart, axis=1).astype(np.float64)
    seen = np.isfinite(weeks).sum(axis=1).astype(np.float64)
    # A group of t equal weeks takes t(t-1)(2t+5) away; told week by week: (t-1)(2t+5) each.
    same = (weeks[:, :, None] == weeks[:, None, :]).sum(axis=2).astype(np.float64)
    ties = np.where(same > 0, (same - 1) * (2 * same + 5), 0.0).sum(axis=1)
    variance = (seen * (seen - 1) * (2 * seen + 5) - ties) / 18
    certain = variance > 0
    z: Floats = np.where(certain, (s - np.sign(s)) / np.sqrt(np.where(certain, variance, 1.0)), 0.0)
    return z
