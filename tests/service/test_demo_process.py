from __future__ import annotations

import json
import signal
import urllib.request

import pytest

from tests.processes import started


def read(address: str) -> tuple[int, str]:
    with urllib.request.urlopen(address, timeout=20) as answer:  # noqa: S310 - our own loopback
        return answer.status, answer.read().decode()


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_the_demo_says_where_it_is_and_ends_cleanly_with_a_page_still_listening(
    how: signal.Signals,
) -> None:
    with started("demo", "--port", "0") as demo:
        assert read(f"{demo.address}/healthz") == (200, "ok\n")
        status, parts = read(f"{demo.address}/readyz")
        assert (status, json.loads(parts)["failing"]) == (200, [])
        _, state = read(f"{demo.address}/playground/state")
        assert json.loads(state)["now"].startswith("2026-03-02T01:0")
        with urllib.request.urlopen(f"{demo.address}/playground/events", timeout=20) as page:  # noqa: S310
            assert page.headers["Content-Type"] == "text/event-stream"
            code, seconds = demo.stop(how)
    assert code == 0
    assert seconds < 5, "an open line of events holds the shutdown up"
    assert [line for line in demo.errors if "rror" in line] == []


def test_a_port_that_is_taken_is_told_in_a_sentence() -> None:
    with started("demo", "--port", "0") as first:
        port = first.address.rpartition(":")[2]
        with (
            pytest.raises(AssertionError, match=rf"ended with 2: http.port: 127.0.0.1:{port}"),
            started("demo", "--port", port),
        ):
            pass
