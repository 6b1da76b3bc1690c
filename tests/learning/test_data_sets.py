"""The data sets of the trade, through the product's own import, model files and backtest.

The bounds are those the product promises; nothing here is tuned to the sets (docs/health.md).
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from handlers.importing.bringing import FileToBring, bring
from handlers.importing.mapping import mapping_in
from handlers.importing.plan import Author
from handlers.learning import backtest, factors, fit
from handlers.learning_report import report_document
from handlers.models.activating import activate
from handlers.rules import Rules
from scoring.errors import Refused
from scripts.ravenstack import convert
from storage.store import Store
from tests.requirements import DATA

EXAMPLES = Path(__file__).parent.parent.parent / "examples"
NOW = datetime.fromisoformat("2026-11-23T09:00:00+08:00")
NEW_YEAR = datetime.fromisoformat("2025-01-02T09:00:00+08:00")
AUTHOR = Author(None, "operator", "cli")

# What is imported and scored on both databases elsewhere is learned from here on one.
pytestmark = [
    pytest.mark.needs("data"),
    pytest.mark.timeout(600),
    pytest.mark.parametrize("dialect", ["sqlite"], indirect=True),
]


async def report_of(store: Store, model: str, now: datetime) -> dict[str, Any]:
    await activate(store, Rules(), (EXAMPLES / model).read_text(encoding="utf-8"), now, by="test")
    lesson, report = await backtest(store, Rules(), now)
    return report_document(lesson, report, await factors(lesson))


@pytest.mark.parametrize(
    ("name", "rows", "lost", "untrained", "trained"),
    [("iran_churn", 3_150, 495, 0.86, 0.92), ("telco_churn", 7_043, 1_869, 0.79, 0.82)],
)
async def test_churn_is_predicted_as_well_as_promised(
    store: Store, name: str, rows: int, lost: int, untrained: float, trained: float
) -> None:
    mapping = mapping_in(EXAMPLES / f"{name}.mapping.toml")
    content = (Path(DATA) / f"{name}.csv").read_bytes()
    file = FileToBring(f"{name}.csv", content, mapping=mapping)
    await bring(store, [file], Rules(), NOW, author=AUTHOR, write=True)
    found = await report_of(store, f"{name}.model.toml", NOW)
    assert (found["n"], found["positives"]) == (rows, lost)
    assert found["baseline"]["auc"] >= untrained
    assert found["auc"] >= trained
    assert found["auc"] >= found["baseline"]["auc"] - 0.005
    assert found["ece"] <= 0.07
    assert found["brier"] < found["baseline"]["brier"] < found["base_rate"]["brier"]
    assert found["holds"]
    assert found["factors"]


async def test_in_labels_that_are_chance_nothing_is_found(store: Store, tmp_path: Path) -> None:
    kinds = convert(Path(DATA) / "ravenstack", tmp_path)
    files = [FileToBring(f"{kind}.csv", tmp_path / f"{kind}.csv") for kind in kinds]
    await bring(store, files, Rules(), NEW_YEAR, author=AUTHOR, write=True)
    found = await report_of(store, "ravenstack.model.toml", NEW_YEAR)
    assert (found["decided"], found["lost"]) == (785, 486)
    assert 0.40 <= found["auc"] <= 0.62
    assert found["factors"] == []
    assert len(found["considered"]) >= 6
    with pytest.raises(Refused, match=r"learning\.not_better"):
        await fit(store, Rules(), NEW_YEAR, by="test", activate=True)
