"""The order of files: those with long tests begin, so that at the end no worker waits for another.

xdist would begin with the files of many tests, which are the quick ones.
"""

from __future__ import annotations

import pytest

LONG = (
    "tests/faults/",
    "tests/learning/test_data_sets.py",
    "tests/benchmarks/",
    "tests/web/test_playground",
    "tests/delivery/test_plan",
    "tests/importing/test_ravenstack.py",
    "tests/replicas/",
    "tests/slack/faults/",
    "tests/wecom/faults/",
    "tests/fuzz/",
    "tests/jobs/",
)
"""Beginnings of paths, the longest first."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the long ones first; all else stays as it is collected."""
    items.sort(key=lambda item: _rank(item.nodeid))


def _rank(node: str) -> int:
    return next((rank for rank, path in enumerate(LONG) if node.startswith(path)), len(LONG))
