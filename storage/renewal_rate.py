"""What is known of renewals before anything is learned: how many renewed, and the mean score."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import text

from storage.repository import Repository

# What is decided is what learning counts (storage/decided.py): an outcome, else the status, else
# that a term follows it.
# EXISTS and not IN: PostgreSQL goes through a long list of IN once for each term of the book.
_RENEWED = """
    SELECT (SELECT count(*) FROM outcomes WHERE outcome <> 'churned')
         + (SELECT count(*) FROM contracts WHERE status = 'renewed'
              AND NOT EXISTS (SELECT 1 FROM outcomes WHERE outcomes.contract_id = contracts.id))
         + (SELECT count(*) FROM contracts WHERE status = 'active'
              AND EXISTS (SELECT 1 FROM renewals
                          WHERE renewals.predecessor_no = contracts.contract_no)
              AND NOT EXISTS (SELECT 1 FROM outcomes WHERE outcomes.contract_id = contracts.id))
"""
_LOST = """
    SELECT (SELECT count(*) FROM outcomes WHERE outcome = 'churned')
         + (SELECT count(*) FROM contracts WHERE status = 'lost'
              AND NOT EXISTS (SELECT 1 FROM outcomes WHERE outcomes.contract_id = contracts.id))
"""
_MEAN = "SELECT avg(score) FROM health_scores WHERE band IS NOT NULL"


@dataclass(frozen=True, slots=True)
class RenewalRate:
    """Terms decided either way; `mean_health` is None while nobody has a band."""

    renewed_n: int
    lost_n: int
    mean_health: float | None


class RenewalRates(Repository):
    """Figures of the whole book; each costs a scan, so ask once a day."""

    async def of_book(self) -> RenewalRate:
        """As the book stands now."""
        renewed, lost, mean = [
            await self._connection.scalar(text(query)) for query in (_RENEWED, _LOST, _MEAN)
        ]
        return RenewalRate(int(renewed or 0), int(lost or 0), mean)
