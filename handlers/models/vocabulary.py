"""The names that a model's file may use, known without loading the arithmetic behind them."""

from __future__ import annotations

MEASURES = (
    "active_ratio",
    "usage_trend",
    "feature_breadth",
    "seat_penetration",
    "open_tickets",
    "ticket_rate",
    "csat",
    "nps",
    "engagement",
    "touches",
    "on_time_share",
    "overdue_days",
    "mood",
)
"""What a signal may measure; the same as in `scoring.health.measures`."""

READ_ANOTHER = ("active_ratio", "usage_trend", "seat_penetration")
"""Measures of use: they read the model's `usage`, or the signal named by their own `reads`."""

RULES = ("R1", "R2", "R3", "R4", "O1")
"""The hard rules; the same as in `scoring.health.rules`."""

LONGEST_WINDOW_DAYS = 365
"""The same as in `scoring.health.facts`: older facts are not looked at."""

SEGMENT_KEYS = ("weight", "bad", "good", "half_life_days", "reference")
"""What may differ for a segment; what is measured, and how, is the same for everybody."""

LIMIT_RANGES: dict[str, tuple[float, float]] = {
    "ends_within_days": (1, 365),
    "open_tickets": (1, 1000),
    "overdue_days": (0, 365),
    "idle_days": (1, 365),
    "idle_long_days": (1, 365),
    "falling_share": (-1, 0),
    "falling_z": (-6, 0),
    "least_weekly": (0, 1_000_000),
    "sharp_drop": (1, 100),
    "sharp_drop_days": (1, 28),
    "active_enough": (0, 1),
}
"""From what to what each figure of the rules and warnings may be set."""

WHOLE = frozenset(name for name in LIMIT_RANGES if name.endswith("_days")) | {"open_tickets"}
"""Figures that count something."""
