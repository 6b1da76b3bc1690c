"""The model that is in force until somebody activates another one.

Weights, anchors, half-lives and references were chosen on public churn data (docs/health.md);
`renewals model show` writes them as the file to start from.
"""

from __future__ import annotations

from scoring.health.model import Dimension, HealthModel, Signal

_SIGNALS = (
    Signal("active_ratio_30d", Dimension.USAGE, 15, 0.10, 0.80, 30, 0.60, measure="active_ratio"),
    Signal("usage_trend_13w", Dimension.USAGE, 15, -0.50, 0.25, 30, 0.62, measure="usage_trend"),
    Signal(
        "feature_breadth", Dimension.ADOPTION, 12, 0.10, 0.70, 60, 0.50, measure="feature_breadth"
    ),
    Signal(
        "seat_penetration", Dimension.ADOPTION, 8, 0.20, 0.95, 60, 0.60, measure="seat_penetration"
    ),
    Signal("open_tickets", Dimension.SUPPORT, 8, 5, 0, 30, 0.75, measure="open_tickets"),
    Signal(
        "ticket_rate_90d", Dimension.SUPPORT, 5, 4, 0, 60, 0.60, measure="ticket_rate", log=True
    ),
    Signal("csat_90d", Dimension.SUPPORT, 7, 2.5, 4.8, 90, 0.70, measure="csat"),
    Signal("nps", Dimension.SENTIMENT, 7, -1, 1, 180, 0.60, measure="nps"),
    Signal("engagement", Dimension.RELATIONSHIP, 5, 0, 1, 120, 0.50, measure="engagement"),
    Signal("touches_90d", Dimension.RELATIONSHIP, 5, 0, 6, 60, 0.55, measure="touches", log=True),
    Signal("on_time_share_12m", Dimension.PAYMENT, 8, 0.5, 1, 180, 0.85, measure="on_time_share"),
    Signal("overdue_days", Dimension.PAYMENT, 5, 60, 0, 30, 0.90, measure="overdue_days"),
)

DEFAULT_MODEL = HealthModel("default", _SIGNALS)
