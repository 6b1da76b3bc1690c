"""Terms as they ran on each subject's day."""

from __future__ import annotations

import numpy as np

from scoring.health.facts import NO_DAY, Subjects, Terms
from storage.column_reading import Rows, columns_of
from storage.fact_places import DaysOf, Places, floats

TERMS = """
    SELECT account_id, starts_on, ends_on, countdown_on, seats, status = 'active', known_on,
           coalesce((SELECT o.decided_on FROM outcomes o WHERE o.contract_id = contracts.id),
                    cancelled_on,
                    (SELECT min(coalesce(s.signed_on, s.known_on)) FROM renewals r
                     JOIN contracts s ON s.id = r.successor_id
                     WHERE r.predecessor_no = contracts.contract_no AND status <> 'active'))
    FROM contracts
    WHERE {mine} AND (status = 'active' OR ends_on >= :first_on)
    ORDER BY account_id, countdown_on
"""


def terms_from(subjects: Subjects, places: Places, days: DaysOf, rows: Rows) -> Terms:
    """Those that had begun and were not decided; `ends_on` is where the countdown runs to.

    What is decided today ran until the day of the decision, or until it became known.
    """
    if not rows:
        return Terms()
    accounts, starts, ends, countdown, seats, active, known, decided = columns_of(rows, 8)
    n = len(rows)
    row, subject = places.of(accounts, n)
    on = subjects.as_of[subject]
    decided_on = days.column(decided, n)[row]
    until = np.where(decided_on == NO_DAY, days.column(known, n)[row], decided_on)
    ran = np.array(active, np.bool_)[row] | ((on < until) & (days.column(ends, n)[row] >= on))
    kept = ran & (days.column(starts, n)[row] <= on)
    return Terms(subject[kept], days.column(countdown, n)[row][kept], floats(seats)[row][kept])
