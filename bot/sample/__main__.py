"""`python -m bot.sample PATH`: write the sample contracts as a spreadsheet."""

from __future__ import annotations

import argparse
from datetime import UTC, date, datetime
from pathlib import Path

from bot.sample.book import sample_book
from bot.sample.book_xlsx import write_beside, write_csv, write_xlsx
from bot.sample.newcomers import newcomer_contracts
from scoring.model import Locale


def main() -> None:
    """Write `.xlsx` or `.csv`, by the ending of the path."""
    parser = argparse.ArgumentParser(prog="python -m bot.sample", description=__doc__)
    parser.add_argument("path", type=Path)
    parser.add_argument("--start-on", type=date.fromisoformat, default=datetime.now(UTC).date())
    parser.add_argument("--few", action="store_true", help="twenty customers that the demo lacks")
    parser.add_argument(
        "--health", action="store_true", help="signals, tickets, payments beside it"
    )
    parser.add_argument("--locale", type=Locale.of, default=Locale.ZH)
    asked = parser.parse_args()
    book = sample_book(asked.start_on)
    rows = newcomer_contracts(asked.start_on) if asked.few else book.contracts
    asked.path.parent.mkdir(parents=True, exist_ok=True)
    write = write_csv if asked.path.suffix == ".csv" else write_xlsx
    write(asked.path, rows, asked.locale)
    if asked.health:
        write_beside(asked.path, book)


if __name__ == "__main__":
    main()
