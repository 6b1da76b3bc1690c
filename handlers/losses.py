"""The report of what was lost, and the one name that a reason gets."""

from __future__ import annotations

from handlers.readers import choice_names
from handlers.reading.digits import fold
from scoring.losses import LossReport, loss_report
from scoring.model import LossReason
from scoring.permissions import Reach
from storage.transaction import Tx
from storage.views.losses import LossAsk

USUAL_DAYS = 365
"""How far back a report goes that says no period."""

LONGEST_REASON = 60
"""Characters of a reason in somebody's own words."""


async def losses_of(tx: Tx, ask: LossAsk, reach: Reach, amounts_of: Reach) -> LossReport:
    """Losses put together; amounts of what is not in `amounts_of` are left out."""
    lost = await tx.losses.between(ask, reach, amounts_of)
    return loss_report(ask.from_on, ask.to_on, lost, reason_of=reason_of)


def reason_of(written: str) -> str:
    """A reason's own name (`price`) for what a sheet calls it; other words as they are."""
    known = choice_names(LossReason).get(fold(written))
    return known.value if known is not None else " ".join(written.split())[:LONGEST_REASON]
