"""The catalogue of services and trainings in the configuration."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.config import load_config
from bot.rules import rules_of
from scoring.errors import ConfigError
from scoring.health.model import Dimension
from scoring.model import Segment
from scoring.offers import DEFAULT_OFFERS, Offer

NOW = datetime(2026, 11, 23, tzinfo=UTC)


def written(folder: Path, text: str) -> Path:
    file = folder / "renewals.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_without_a_catalogue_ours_stands(tmp_path: Path) -> None:
    config = load_config(written(tmp_path, ""))
    assert rules_of(config, NOW).offers == DEFAULT_OFFERS


def test_the_house_names_its_own(tmp_path: Path) -> None:
    text = """
    [[offers]]
    name = "看板工作坊"
    helps = "adoption"
    feature = "看板"
    segments = ["strategic"]
    """
    offers = rules_of(load_config(written(tmp_path, text)), NOW).offers
    segments = frozenset({Segment.STRATEGIC})
    assert offers == (Offer("看板工作坊", Dimension.ADOPTION, "看板", segments),)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ('name = "x"\nhelps = "luck"', "relationship"),
        ('name = "x"\nhelps = "usage"\nsegments = ["huge"]', "strategic"),
        ('name = ""\nhelps = "usage"', "name"),
        ('helps = "usage"', "name"),
    ],
)
def test_what_cannot_be_is_refused_with_what_can(tmp_path: Path, text: str, named: str) -> None:
    with pytest.raises(ConfigError, match=named):
        load_config(written(tmp_path, f"[[offers]]\n{text}\n"))
