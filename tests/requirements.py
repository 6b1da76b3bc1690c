"""What a machine must have for some tests, so that none is left out without a word.

A test says `@pytest.mark.needs("chromium")`. Where that is missing the run lists the test with
the reason; with REQUIRE_ALL=1 it fails instead.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

import pytest

CHROMIUM = os.environ.get("RENEWALS_TEST_CHROMIUM", "/usr/bin/chromium")
NODE_PACKAGES = Path(__file__).parent / "node" / "node_modules" / "@wecom"
DATA = os.environ.get("RENEWALS_TEST_DATA", "")


def _no_chromium() -> str:
    if Path(CHROMIUM).exists():
        return ""
    return (
        f"no browser at {CHROMIUM}: apt-get install chromium, or name it in RENEWALS_TEST_CHROMIUM"
    )


def _no_chinese_font() -> str:
    listing = shutil.which("fc-list")
    if listing is None:
        return "no fc-list, so no way to see whether a Chinese font is there: install fontconfig"
    found = subprocess.run([listing, ":lang=zh"], capture_output=True, text=True, check=False)
    return "" if found.stdout.strip() else "no Chinese font: apt-get install fonts-wqy-microhei"


def _no_data() -> str:
    if DATA and Path(DATA).is_dir():
        return ""
    return "RENEWALS_TEST_DATA does not name the folder with the data sets"


def _no_node() -> str:
    if shutil.which("node") is None:
        return "no node: apt-get install nodejs npm"
    if all((NODE_PACKAGES / name).is_dir() for name in ("aibot-node-sdk", "crypto")):
        return ""
    return (
        "Tencent's packages are not in tests/node: "
        "cd tests/node && npm install --no-audit --no-fund --no-package-lock"
    )


MISSING: Mapping[str, Callable[[], str]] = {
    "chromium": cache(_no_chromium),
    "chinese font": cache(_no_chinese_font),
    "data": cache(_no_data),
    "node": cache(_no_node),
}
"""Why a thing cannot be used, by its name; empty when it can."""


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known."""
    config.addinivalue_line("markers", "needs(*things): what the machine must have for this test")


def pytest_runtest_setup(item: pytest.Item) -> None:
    """List what cannot run here with the reason, or fail it where everything is required."""
    things = [thing for mark in item.iter_markers("needs") for thing in mark.args]
    reasons = [reason for thing in things if (reason := MISSING[thing]())]
    if not reasons:
        return
    if os.environ.get("REQUIRE_ALL") == "1":
        pytest.fail("; ".join(reasons), pytrace=False)
    pytest.skip("; ".join(reasons))
