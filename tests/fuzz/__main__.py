"""`python -m tests.fuzz [--minutes M] [--inputs N] [--seed S]`: prints a table; 1 when it broke."""

from __future__ import annotations

import argparse
import asyncio
import logging
import sys
import tempfile
import time
from pathlib import Path

from tests.fuzz.site import Kind, opened
from tests.fuzz.tally import Tally, listening
from tests.fuzz.throwing import Until, throw_lines, throw_requests

ENDLESS = 1 << 40
SHOWN = 20


async def fuzz(url: str, seed: str, requests: Until, lines: Until, kind: Kind) -> Tally:
    """One site, some requests, some lines."""
    tally = Tally()
    async with opened(url, kind) as site:
        with listening(tally, site.config):
            await throw_requests(site, kind, seed, requests, tally)
            await throw_lines(site, seed, lines, tally)
    return tally


def main() -> int:
    """Every kind of service, a third of the time each."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--minutes", type=float, default=2.0)
    parser.add_argument("--inputs", type=int, default=ENDLESS, help="of requests and lines each")
    parser.add_argument("--seed", default="1")
    asked = parser.parse_args()
    logging.disable(logging.WARNING)
    broken = 0
    for kind in Kind:
        with tempfile.TemporaryDirectory() as folder:
            url = f"sqlite+aiosqlite:///{Path(folder) / 'book.db'}"
            part_s = asked.minutes * 60 / 6
            requests = Until(asked.inputs, time.monotonic() + 10 + part_s)
            lines = Until(asked.inputs, time.monotonic() + 10 + 2 * part_s)
            tally = asyncio.run(fuzz(url, asked.seed, requests, lines, kind))
        sys.stdout.write("\n".join([kind, *tally.lines(), *tally.broken[:SHOWN], ""]))
        sys.stdout.flush()
        broken += len(tally.broken)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
