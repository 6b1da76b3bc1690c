"""`renewals tick`, as cron starts it, goes by no clock that others contradict."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from tests.commands import renewals

TODAY = datetime.now(UTC).date()
BOOK = f"account,contract_no,ends_on\nAcme,A-1,{TODAY + timedelta(days=20)}\n"


@pytest.fixture
def an_hour_ago() -> Iterator[str]:
    """A platform whose answers are dated an hour ago."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()

        def date_time_string(self, _timestamp: float | None = None) -> str:
            return format_datetime(datetime.now(UTC) - timedelta(hours=1), usegmt=True)

        def log_message(self, *_said: object) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Answer)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def folder(tmp_path: Path, an_hour_ago: str) -> Path:
    robots = '[wecom.robots]\neast = { key = "693a91f6-0000-4bc4-97a0-0ec200000aaa" }'
    (tmp_path / "renewals.toml").write_text(f'[wecom]\napi_url = "{an_hour_ago}"\n{robots}\n')
    (tmp_path / "book.csv").write_text(BOOK)
    assert renewals(tmp_path, "import", "book.csv").returncode == 0
    return tmp_path


def test_under_a_wrong_clock_nothing_is_made_and_the_exit_code_says_so(folder: Path) -> None:
    ticked = renewals(folder, "tick", "--json")
    assert (ticked.returncode, ticked.stdout) == (1, "")
    assert "wecom" in ticked.stderr
    assert "60 minutes apart" in ticked.stderr
    assert json.loads(renewals(folder, "ledger", "--json").stdout) == []


def test_an_instant_that_was_named_is_nothing_to_doubt(folder: Path) -> None:
    ticked = renewals(folder, "tick", "--json", "--now", f"{TODAY}")
    assert ticked.returncode == 0
    assert json.loads(ticked.stdout)["milestones"]["due"] == 1
