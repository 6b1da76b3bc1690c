"""The worked milestone cases, through the import, the tick and the ledger, on both databases."""

from __future__ import annotations

import csv
import io
import json
import os
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from handlers.importing.bringing import FileToBring, bring
from handlers.importing.plan import Author
from handlers.jobs import milestones
from handlers.rules import Rules
from storage.store import Store

CASES = Path(os.environ.get("RENEWALS_TEST_DATA", "../shared/data")) / "milestone-cases.json"
OWN_CASES = Path(__file__).parent / "golden" / "milestone-cases.json"


def cases() -> list[Any]:
    """Our own cases, and the shared ones where they are there."""
    files = [OWN_CASES, *([CASES] if CASES.exists() else [])]
    return [
        pytest.param(case, id=case["id"])
        for file in files
        for case in json.loads(file.read_text(encoding="utf-8"))["cases"]
    ]


def at(day: str) -> datetime:
    return datetime.fromisoformat(f"{day}T09:07:00+08:00")


def as_csv(rows: list[dict[str, Any]]) -> bytes:
    out = io.StringIO()
    columns = sorted({name for row in rows for name in row})
    writer = csv.DictWriter(out, columns)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


@pytest.mark.parametrize("case", cases())
async def test_the_ledger_is_exactly_what_the_case_says(store: Store, case: Any) -> None:
    rules = replace(Rules())
    known: dict[str, dict[str, Any]] = {}
    # As in the shared check, files are brought "today", years after the days that are ticked.
    brought_at = at("2026-11-23")
    for number, step in enumerate(case["steps"]):
        if "import" in step:
            for row in step["import"]:
                known[row["contract_no"]] = known.get(row["contract_no"], {}) | row
            rows = [known[row["contract_no"]] for row in step["import"]]
            await bring(
                store,
                [FileToBring(f"step{number}.csv", as_csv(rows))],
                rules,
                at(step["at"]) if "at" in step else brought_at,
                author=Author(None, "test", "test"),
                write=True,
            )
        if "tick" in step:
            async with store.begin() as tx:
                await milestones.run(tx, rules, at(step["tick"]))
    async with store.read() as tx:
        found = await tx.ledger.rows()
    told = sorted(
        (e["contract_no"], e["anchor"], e["offset"], str(e["on"]), e["state"], str(e["fired_on"]))
        for e in found
    )
    wanted = sorted(
        (e["contract_no"], e["anchor"], e["offset"], e["on"], e["state"], e["fired_on"])
        for e in case["expected_ledger"]
    )
    assert told == wanted
