"""`python -m tests.faults`, which `make faults` runs: MINUTES, SEEDS and DATABASE of a storm.

Exit code 1 when an alert was lost, doubled or made up, or a storm did not come to its end.
"""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys

from tests.databases import DIALECTS
from tests.faults.reporting import printed
from tests.faults.storm import Plan, blow

MINUTES_MOST = 20.0
"""Of one storm: it begins at two minutes past by its own clock, and must end before the half hour."""


def main() -> int:
    """Storm after storm; one is started when the one before is over."""
    asked = argparse.ArgumentParser(prog="make faults", description=__doc__)
    asked.add_argument("--minutes", type=float, default=12.0, help="of all storms on one database")
    asked.add_argument("--seeds", default="1,2", help="a storm each, such as 1,2,3")
    asked.add_argument("--database", choices=[*DIALECTS, "both"], default="both")
    given = asked.parse_args()
    # Told to end, it ends its replicas and its server, too.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    seeds = [int(seed) for seed in given.seeds.split(",")]
    minutes = given.minutes / len(seeds)
    if not 0 < minutes <= MINUTES_MOST:
        asked.error(f"a storm lasts at most {MINUTES_MOST:.0f} minutes: give more seeds")
    kinds = DIALECTS if given.database == "both" else (given.database,)
    well = True
    for kind in kinds:
        reports = []
        for seed in seeds:
            # A robot cannot be read back: every other storm asks a person instead of repeating.
            plan = Plan(seed, kind, minutes * 60, repeat=seed % 2 == 1)
            report = asyncio.run(blow(plan))
            reports.append(report)
            sys.stdout.write(printed([report]) + "\n")
        if len(reports) > 1:
            sys.stdout.write(printed(reports) + "\n")
        well = well and all(report.well for report in reports)
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main())
