"""`renewals health`: what a container's health check and an init system ask."""

from __future__ import annotations

import json
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from tests.commands import renewals
from tests.processes import ROOT

NOT_READY = {
    "ready": False,
    "failing": ["database"],
    "parts": {"database": "gone", "delivery": "ok"},
}
READY = {"ready": True, "failing": [], "parts": {"database": "ok"}}


@contextmanager
def answering(status: int, body: str) -> Iterator[str]:
    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_said: object) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Answer)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def asked(*arguments: str) -> subprocess.CompletedProcess[str]:
    nowhere = {"PATH": "", "http_proxy": "http://127.0.0.1:1"}
    return renewals(ROOT, "health", *arguments, environment=nowhere)


@pytest.mark.parametrize(
    ("status", "body", "code", "said"),
    [
        (200, json.dumps(READY), 0, "The service is ready."),
        (503, json.dumps(NOT_READY), 1, "The service is not ready: database: gone"),
        (503, "<html>", 1, "The service is not ready: service: 503"),
        (404, "[]", 1, "The service is not ready: service: 404"),
    ],
)
def test_the_exit_code_and_a_line_say_how_it_is(
    status: int, body: str, code: int, said: str
) -> None:
    with answering(status, body) as place:
        result = asked("--at", place)
    assert (result.returncode, (result.stdout + result.stderr).strip()) == (code, said)


def test_as_json_it_names_the_parts() -> None:
    with answering(503, json.dumps(NOT_READY)) as place:
        result = asked("--at", place, "--json")
    assert (result.returncode, json.loads(result.stdout)) == (1, NOT_READY)


@pytest.mark.parametrize(
    ("configuration", "environment"),
    [
        ('locale = "fr"\n[http]\nport = {port}\n', {}),
        ('[http]\nport = "{port}"\nhots = "0.0.0.0"\n', {}),
        ("[http\n", {"RENEWALS_HTTP__PORT": "{port}", "RENEWALS_HTTP__HOST": "0.0.0.0"}),  # noqa: S104
        (None, {"RENEWALS_HTTP__PORT": "{port}"}),
    ],
)
def test_a_faulty_configuration_makes_no_healthy_service_a_sick_one(
    tmp_path: Path, configuration: str | None, environment: dict[str, str]
) -> None:
    edited = tmp_path / "renewals.toml"
    with answering(200, json.dumps(READY)) as place:
        host, _, port = place.partition(":")
        if configuration is not None:
            edited.write_text(configuration.replace("{port}", port))
        given = {name: value.replace("{port}", port) for name, value in environment.items()}
        given["RENEWALS_CONFIG"] = str(edited)
        result = renewals(tmp_path, "health", environment=given)
    assert (result.returncode, result.stdout) == (0, "The service is ready.\n")
    assert "renewals config check" in result.stderr
    assert f"{host}, port {port}" in result.stderr


def test_nobody_there_is_a_sentence() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        place = f"127.0.0.1:{taken.getsockname()[1]}"
        result = asked("--at", place)
    assert result.returncode == 1
    assert result.stderr.startswith("No service answers at 127.0.0.1, port ")


@pytest.mark.parametrize("place", ["8080", "host:99999"])
def test_a_place_that_is_none_is_refused(place: str) -> None:
    result = asked("--at", place)
    assert result.returncode == 2
    assert "127.0.0.1:8080" in result.stderr
