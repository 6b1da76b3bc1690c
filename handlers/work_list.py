"""Who is at risk, with the reasons that their score was made of and the play of the house."""

from __future__ import annotations

from collections.abc import Sequence

from handlers.models import file_in_force, file_of
from scoring.plays import Plays
from scoring.views import RenewalLine
from scoring.work_list import AGAINST, RiskRow, weakest
from storage.transaction import Tx
from storage.views.stored_parts import ScoreParts, StoredParts


async def risk_rows(tx: Tx, lines: Sequence[RenewalLine]) -> tuple[RiskRow, ...]:
    """The same lines with why and what to do; the reasons are of the score that is shown."""
    parts = await ScoreParts(tx.connection).of(line.account_id for line in lines)
    model_id, file = await file_in_force(tx)
    names = {model_id: tuple(signal.name for signal in file.model.signals)}
    for number in {of.model_id for of in parts.values()} - set(names):
        stored = await tx.health_models.of(number)
        if stored is not None:
            signals = file_of(stored.document).model.signals
            names[number] = tuple(signal.name for signal in signals)
    return tuple(_row(line, parts.get(line.account_id), names, file.plays) for line in lines)


def _row(
    line: RenewalLine,
    parts: StoredParts | None,
    names: dict[int, tuple[str, ...]],
    plays: Plays,
) -> RiskRow:
    health = line.health
    if health is None:
        return RiskRow(line)
    known = names.get(parts.model_id, ()) if parts is not None else ()
    points = parts.points[1:] if parts is not None else ()
    return RiskRow(
        line,
        rules=tuple(rule for rule in AGAINST if rule in health.rules),
        weak=weakest(known, points) if len(known) == len(points) else (),
        play=plays.of(health.band, line.segment) if health.band is not None else None,
    )
