"""What the documentation shows as a model's file is one."""

from __future__ import annotations

import re

import pytest

from handlers.models import file_of
from scoring.health.default import DEFAULT_MODEL
from scoring.health.model import Band
from scoring.model import Segment
from tests.processes import ROOT


@pytest.mark.parametrize("name", ["health.md", "health.zh-CN.md"])
def test_the_example_is_a_model(name: str) -> None:
    (example,) = re.findall(
        r"```toml\n(.*?)```", (ROOT / "docs" / name).read_text("utf-8"), re.DOTALL
    )
    read = file_of(example)
    assert [signal.weight for signal in read.model.signals] == [60, 40]
    assert read.model.rules == {"R1", "R2", "R3", "O1"}
    assert read.model.limits == DEFAULT_MODEL.limits
    assert read.plays.of(Band.AT_RISK, Segment.STRATEGIC).days == 3


@pytest.mark.parametrize("name", ["health.md", "health.zh-CN.md"])
def test_every_shipped_signal_stands_in_the_table_with_its_weight(name: str) -> None:
    text = (ROOT / "docs" / name).read_text("utf-8")
    for signal in DEFAULT_MODEL.signals:
        assert re.search(rf"\| {signal.name}[^|]*\| {signal.weight} \|", text), signal.name
