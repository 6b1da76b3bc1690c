"""The short form of `make faults`: one storm on each database, as hard as the long ones."""

from __future__ import annotations

import pytest

from tests.databases import DIALECTS
from tests.faults.reporting import printed
from tests.faults.storm import Plan, blow

SECONDS = 10.0


@pytest.mark.parametrize("database", DIALECTS)
async def test_a_storm_loses_and_doubles_nothing(database: str) -> None:
    report = await blow(Plan(1, database, SECONDS, customers_per_s=3.0, replica_every_s=8.0))
    assert report.well, printed([report])
    assert report.verdict.told > 0
    assert report.injected.total() > 0
