from __future__ import annotations

import json
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

from tests.processes import ROOT, started

CONFIG = """
database_url = "sqlite+aiosqlite:///{folder}/book.db"
[http]
port = 0
[playground]
enabled = true
[teams."华东"]
places = ["slack:#renewals-east", "wecom:robot:east"]
[wecom]
api_url = "http://127.0.0.1:9"
[wecom.robots]
east = {{ key = "a-key-that-goes-nowhere" }}
"""


def configured(folder: Path) -> Path:
    path = folder / "renewals.toml"
    path.write_text(CONFIG.format(folder=folder), encoding="utf-8")
    return path


def read(address: str) -> dict[str, object]:
    with urllib.request.urlopen(address, timeout=20) as answer:  # noqa: S310 - our own loopback
        found: dict[str, object] = json.loads(answer.read())
        return found


def test_ones_own_book_is_served_from_an_instant_on(tmp_path: Path) -> None:
    config = configured(tmp_path)
    book = ROOT / "examples" / "contracts-20.xlsx"
    command = [sys.executable, "-m", "bot", "import", str(book), "--config", str(config)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=60)
    with started("run", "--config", str(config), "--now", "2026-11-23T09:07+08:00") as service:
        assert read(f"{service.address}/readyz")["failing"] == []
        state = read(f"{service.address}/playground/state")
        assert str(state["now"]).startswith("2026-11-23T01:0")
        assert state["movable_clock"] is False
        # The robot has a key, so its group is real and never shown by a stand-in.
        places = [str(place["id"]) for place in state["places"]]  # type: ignore[attr-defined]
        assert "wecom:robot:east" not in places
        assert places
        code, seconds = service.stop(signal.SIGTERM)
    assert (code, seconds < 10) == (0, True)
    assert "a-key-that-goes-nowhere" not in "".join(service.errors)


def test_without_the_playground_there_is_no_page(tmp_path: Path) -> None:
    database = f"sqlite+aiosqlite:///{tmp_path / 'book.db'}"
    environment = {"RENEWALS_HTTP__PORT": "0", "RENEWALS_LOG_FORMAT": "json"}
    with started("run", "--db", database, environment=environment, cwd=tmp_path) as service:
        assert read(f"{service.address}/readyz")["failing"] == []
        request = urllib.request.Request(f"{service.address}/playground/state")  # noqa: S310
        try:
            urllib.request.urlopen(request, timeout=20).close()  # noqa: S310
            status = 200
        except urllib.error.HTTPError as refused:
            status = refused.code
            refused.close()
        code, _ = service.stop(signal.SIGINT)
    assert (status, code) == (404, 0)
    assert [json.loads(line)["level"] for line in service.errors]
