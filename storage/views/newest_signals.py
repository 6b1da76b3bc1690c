"""The newest word of the few signals that a card tells by themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from math import isfinite
from typing import Any

from sqlalchemy import BindParameter, Connection, Row, and_, bindparam, func, select

from scoring.views import FeatureUse, MoodLine
from storage.tables import signals

LOOKED_BACK_DAYS = 182
"""What was said longer ago says nothing of today."""

MOOD = "sentiment"
"""The signal of our own impression, as `mood` writes it and files may bring it."""

TOLD_BY = "chat:"
"""What stands before a colleague's name as the source; a file's source is no person."""

FEATURE = "feature:"
"""A signal that is called so counts the use of one feature by name."""

_COUNTED = ("core_features_used", "features_used", "features_available")

_here: BindParameter[int] = bindparam("account_id")
_today: BindParameter[date] = bindparam("today")

_newest = (
    select(signals.c.signal, func.max(signals.c.observed_on).label("observed_on"))
    .where(
        signals.c.account_id == _here,
        signals.c.signal.in_(bindparam("named", expanding=True)),
        signals.c.observed_on >= bindparam("since"),
        signals.c.observed_on <= _today,
    )
    .group_by(signals.c.signal)
    .subquery()
)
_LATEST_OF = (
    select(
        signals.c.signal,
        signals.c.observed_on,
        signals.c.value,
        signals.c.source,
        signals.c.note,
    )
    .join(
        _newest,
        and_(
            signals.c.signal == _newest.c.signal,
            signals.c.observed_on == _newest.c.observed_on,
        ),
    )
    .where(signals.c.account_id == _here)
)


Signals = Mapping[str, Row[Any, Any, Any, Any, Any]]


def newest_of(book: Connection, account_id: int, today: date, features: Sequence[str]) -> Signals:
    """The newest observation of each signal that says something by itself."""
    asked = {
        "account_id": account_id,
        "named": [MOOD, *_COUNTED, *(f"{FEATURE}{name}" for name in features)],
        "since": today - timedelta(days=LOOKED_BACK_DAYS),
        "today": today,
    }
    return {row.signal: row for row in book.execute(_LATEST_OF, asked)}


def feature_use(latest: Signals, names: Sequence[str]) -> FeatureUse:
    """What is used of the product; of `names` those that nobody uses."""
    used, core, available = (
        round(latest[name].value) if name in latest and isfinite(latest[name].value) else None
        for name in ("features_used", "core_features_used", "features_available")
    )
    known = ((name, latest.get(f"{FEATURE}{name}")) for name in names)
    unused = tuple(name for name, row in known if row is not None and row.value <= 0)
    return FeatureUse(core if used is None else used, available, unused)


def mood_line(latest: Signals) -> MoodLine | None:
    """Our own impression, None when nobody told it."""
    row = latest.get(MOOD)
    if row is None:
        return None
    source = row.source or ""
    who = source.removeprefix(TOLD_BY) if source.startswith(TOLD_BY) else None
    return MoodLine(row.value, row.observed_on, who, row.note)
