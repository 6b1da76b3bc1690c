"""Dated numbers by signal: those of the window, and for each signal the latest one before it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

import numpy as np

from scoring.health.facts import Observations
from storage.column_reading import Rows, columns_of
from storage.fact_places import DaysOf, Places

_WITHIN = """
    SELECT account_id, signal, observed_on, value FROM signals
    WHERE {{mine}} AND signal IN ({names}) AND observed_on BETWEEN :since AND :until
    ORDER BY account_id, signal, observed_on
"""
# SQLite takes the other columns from the row that has the maximum, which is documented there.
_LATEST_ON_SQLITE = """
    SELECT account_id, signal, max(observed_on), value FROM signals
    WHERE {{mine}} AND signal IN ({names}) AND observed_on < :since
    GROUP BY account_id, signal
"""
_LATEST_ON_POSTGRESQL = """
    SELECT DISTINCT ON (account_id, signal) account_id, signal, observed_on, value FROM signals
    WHERE {{mine}} AND signal IN ({names}) AND observed_on < :since
    ORDER BY account_id, signal, observed_on DESC
"""


def signal_queries(dialect: str, names: Iterable[str]) -> tuple[str, str, dict[str, str]]:
    """(the window's rows, the latest before it, the names bound in both)."""
    bound = {f"name_{n}": name for n, name in enumerate(sorted(names))}
    marks = ", ".join(f":{key}" for key in bound) or "''"
    latest = _LATEST_ON_SQLITE if dialect == "sqlite" else _LATEST_ON_POSTGRESQL
    return _WITHIN.format(names=marks), latest.format(names=marks), bound


def signals_from(
    places: Places, days: DaysOf, names: Iterable[str], rows: Rows
) -> Mapping[str, Observations]:
    """The observations of each name, in the order of subject and day."""
    wanted = {name: code for code, name in enumerate(sorted(names))}
    if not rows:
        return MappingProxyType({name: Observations() for name in wanted})
    accounts, signals, on, values = columns_of(rows, 4)
    n = len(rows)
    code = np.fromiter(map(wanted.__getitem__, signals), np.int32, n)
    row, subject = places.of(accounts, n)
    day = days.column(on, n)
    value = np.fromiter(values, np.float64, n)
    # One sort for all: rows come by customer, and subjects may be in another order.
    order = np.lexsort((day[row], subject, code[row]))
    row, subject = row[order], subject[order]
    edges = np.searchsorted(code[row], np.arange(len(wanted) + 1))
    found = {}
    for name, at in wanted.items():
        part = slice(edges[at], edges[at + 1])
        found[name] = Observations(subject[part], day[row[part]], value[row[part]])
    return MappingProxyType(found)
