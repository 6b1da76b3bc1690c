"""A folder of secrets: each file that is named like a setting, and no copy somebody laid beside it."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.config_files import SecretFiles

TOKEN = "RENEWALS_SLACK__BOT_TOKEN"


@pytest.mark.parametrize("beside", [f"{TOKEN}.bak", f"{TOKEN}.tmp", f"{TOKEN}~", f".{TOKEN}.swp"])
def test_a_copy_beside_a_secret_is_no_setting(tmp_path: Path, beside: str) -> None:
    (tmp_path / TOKEN).write_text("xoxb-new\n")
    (tmp_path / beside).write_text("xoxb-old\n")
    read = SecretFiles.read(tmp_path, prefix="RENEWALS_", also=frozenset())
    assert read.values == {TOKEN: "xoxb-new"}
