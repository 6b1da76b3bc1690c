"""What a Sentry hears: the fault and where it happened, under the line's id, and nothing else."""

from __future__ import annotations

import asyncio
import gc
import gzip
import json
import logging
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import structlog
from pydantic import SecretStr, ValidationError

from bot.config import Config, WecomRobot
from bot.config_monitoring import Monitoring
from bot.config_wecom import Wecom
from bot.logs import HIDDEN, set_up_logs
from bot.origins import Begun, beginning
from tests.processes import ROOT

CUSTOMER = "华为技术有限公司"
SECRET = "canary-robot-key-77"


class Sink(ThreadingHTTPServer):
    """A Sentry on loopback that keeps what it is told."""

    def __init__(self) -> None:
        self.heard: list[tuple[dict[str, str], str]] = []
        super().__init__(("127.0.0.1", 0), _Taking)

    @property
    def dsn(self) -> str:
        return f"http://canary-public-key@127.0.0.1:{self.server_address[1]}/42"

    @property
    def events(self) -> list[dict[str, Any]]:
        found = [json.loads(line) for _, body in self.heard for line in body.splitlines() if line]
        return [each for each in found if "exception" in each or "message" in each]


class _Taking(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers["Content-Length"]))
        text = gzip.decompress(raw) if self.headers.get("Content-Encoding") == "gzip" else raw
        assert isinstance(self.server, Sink)
        self.server.heard.append((dict(self.headers), text.decode()))
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_words: object) -> None:
        """Keep quiet."""


@pytest.fixture
def sink() -> Iterator[Sink]:
    server = Sink()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def config(dsn: str, *, robot: str = SECRET) -> Config:
    return Config.model_construct(
        monitoring=Monitoring(sentry_dsn=SecretStr(dsn)),
        wecom=Wecom(robots={"east": WecomRobot(key=SecretStr(robot))}),
    )


@contextmanager
def reporting(dsn: str) -> Iterator[None]:
    """The logs as a service sets them up; every report has left afterwards."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    root.handlers[:] = []
    set_up_logs(config(dsn))
    try:
        yield
    finally:
        for handler in root.handlers:
            handler.flush()
            handler.close()
        root.handlers[:] = handlers
        root.setLevel(level)
        structlog.reset_defaults()


def fail(account: str, key: str, amount: int) -> None:
    raise RuntimeError(f"{account} owes {amount} with {key}")


def test_a_fault_is_told_with_its_stack_and_id_and_about_nobody(sink: Sink) -> None:
    log = structlog.get_logger("bot.dispatcher")
    with reporting(sink.dsn), beginning(Begun.LINE) as origin:
        try:
            fail(CUSTOMER, SECRET, 123_456)
        except RuntimeError:
            log.exception("a line could not be answered", verb="claim", place=CUSTOMER)
    (event,) = sink.events
    (fault,) = event["exception"]["values"]
    assert fault["type"] == "RuntimeError"
    assert [frame["function"] for frame in fault["stacktrace"]["frames"]][-1] == "fail"
    assert event["message"] == "a line could not be answered"
    assert event["tags"] == {"origin": origin, "verb": "claim"}
    told = json.dumps(event, ensure_ascii=False)
    for private in (CUSTOMER, SECRET, "123456", '"vars"', "breadcrumbs"):
        assert private not in told


def test_lines_of_others_are_told_without_what_was_put_into_them(sink: Sink) -> None:
    with reporting(sink.dsn):
        logging.getLogger("somebody.else").error("no answer for %s", CUSTOMER)
        structlog.get_logger("bot").error(f"no way with key={SECRET}")
        structlog.get_logger("bot").warning("not an error")
    first, second = sink.events
    assert first["message"] == "no answer for %s"
    assert HIDDEN in second["message"]
    assert SECRET not in second["message"]


def test_nothing_is_reported_without_an_address() -> None:
    with reporting(""):
        assert len(logging.getLogger().handlers) == 1


def test_a_sentry_that_is_gone_holds_nobody_up(sink: Sink) -> None:
    dsn = sink.dsn.replace(str(sink.server_address[1]), "9")
    with reporting(dsn):
        structlog.get_logger("bot").error("a part ended by a bug")


def test_a_secret_that_was_rotated_is_kept_out_by_the_same_reporter(sink: Sink) -> None:
    fresh = "canary-robot-key-of-tomorrow"
    with reporting(sink.dsn):
        before = logging.getLogger().handlers[1]
        set_up_logs(config(sink.dsn, robot=fresh), former=config(sink.dsn))
        assert logging.getLogger().handlers[1] is before
        structlog.get_logger("bot").error(f"{SECRET} {fresh}")
        set_up_logs(config(""))
        assert len(logging.getLogger().handlers) == 1
    (event,) = sink.events
    assert event["message"] == f"{HIDDEN} {HIDDEN}"


@pytest.mark.parametrize(
    "dsn",
    [
        "https://sentry.example/42",
        "https://key@sentry.example/",
        "https://key@sentry.example/name",
        "http://key@sentry.example/42",
        "ftp://key@sentry.example/42",
        "https://key@[::1/42",
        "key",
    ],
)
def test_what_is_no_address_of_a_sentry_is_a_fault_of_the_configuration(dsn: str) -> None:
    with pytest.raises(ValidationError, match="sentry_dsn: copy the DSN"):
        Monitoring(sentry_dsn=SecretStr(dsn))


def test_the_last_report_of_a_process_that_ends_still_leaves(sink: Sink) -> None:
    program = (
        "import structlog\n"
        "from pydantic import SecretStr\n"
        "from bot.config import Config\n"
        "from bot.config_monitoring import Monitoring\n"
        "from bot.logs import set_up_logs\n"
        f"monitoring = Monitoring(sentry_dsn=SecretStr({sink.dsn!r}))\n"
        "set_up_logs(Config.model_construct(monitoring=monitoring))\n"
        "structlog.get_logger('bot').error('unforeseen')\n"
    )
    subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True, timeout=60)
    assert [event["message"] for event in sink.events] == ["unforeseen"]


async def test_what_asyncio_says_of_a_task_nobody_asked_for_tells_no_words(sink: Sink) -> None:
    async def lost() -> None:
        fail(CUSTOMER, SECRET, 123_456)

    with reporting(sink.dsn):
        task = asyncio.create_task(lost())
        await asyncio.wait({task})
        del task
        gc.collect()
        storage = logging.getLogger("storage.wakeups")
        storage.error("no hints from other replicas for now")
    first, second = sink.events
    assert first["exception"]["values"][0]["type"] == "RuntimeError"
    told = json.dumps(first, ensure_ascii=False)
    assert CUSTOMER not in told
    assert "123456" not in told
    assert second["message"] == "no hints from other replicas for now"
