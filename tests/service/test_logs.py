from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import structlog
from pydantic import SecretStr

from bot.config import Config, Slack, Wecom, WecomAibot, WecomApp, WecomRobot
from bot.logs import HIDDEN, Redaction, secrets_of, set_up_logs

CANARIES = {
    "bot token": "canary-bot-token-1",
    "app token": "canary-app-token-2",
    "signing secret": "canary-signing-3",
    "client secret": "canary-client-4",
    "wecom secret": "canary-wecom-secret-5",
    "wecom token": "canary-wecom-token-6",
    "aes key": "canary-aes-key-7",
    "robot key": "canary-robot-key-8",
    "aibot secret": "canary-aibot-9",
    "database password": "canary-password-10",
}


def config(log_format: str) -> Config:
    return Config.model_construct(
        log_format=log_format,
        database_url=f"postgresql://bot:{CANARIES['database password']}@db/book",
        slack=Slack(
            bot_token=SecretStr(CANARIES["bot token"]),
            app_token=SecretStr(CANARIES["app token"]),
            signing_secret=SecretStr(CANARIES["signing secret"]),
            client_secret=SecretStr(CANARIES["client secret"]),
        ),
        wecom=Wecom(
            app=WecomApp(
                secret=SecretStr(CANARIES["wecom secret"]),
                token=SecretStr(CANARIES["wecom token"]),
                encoding_aes_key=SecretStr(CANARIES["aes key"]),
            ),
            robots={"east": WecomRobot(key=SecretStr(CANARIES["robot key"]))},
            aibot=WecomAibot(secret=SecretStr(CANARIES["aibot secret"])),
        ),
    )


@contextmanager
def logged(log_format: str) -> Iterator[io.StringIO]:
    """What is written while the logs are set up; everything is put back afterwards."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    set_up_logs(config(log_format))
    (handler,) = root.handlers
    assert isinstance(handler, logging.StreamHandler)
    written = io.StringIO()
    handler.setStream(written)
    try:
        yield written
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
        structlog.reset_defaults()
        structlog.contextvars.clear_contextvars()


def test_every_secret_of_the_configuration_is_known() -> None:
    assert set(secrets_of(config("json"))) >= set(CANARIES.values())


@pytest.mark.parametrize("log_format", ["console", "json"])
def test_no_secret_is_ever_written(log_format: str) -> None:
    with logged(log_format) as written:
        ours, theirs = structlog.get_logger("ours"), logging.getLogger("theirs")
        for name, canary in CANARIES.items():
            ours.info(f"said {canary}", detail=canary, nested={"deep": [canary]})
            theirs.warning("posting to https://host/send?key=%s failed", canary)
            try:
                raise ValueError(f"{name} is {canary}")
            except ValueError:
                ours.exception("it failed")
                theirs.exception("it failed")
        ours.info("shapes", url="https://host/send?key=unknown-key-1", token="unknown-token-2")
        theirs.info("Authorization: Bearer unknown-bearer-3 and xoxb-123456789-unknown")
        text = written.getvalue()
    assert [name for name, canary in CANARIES.items() if canary in text] == []
    assert "unknown-" not in text
    assert text.count(HIDDEN) >= len(CANARIES) * 4


def test_what_is_bound_to_a_request_is_in_every_line_of_it() -> None:
    with logged("json") as written:
        with structlog.contextvars.bound_contextvars(path="/slack/events"):
            logging.getLogger("theirs").warning("slow")
        line = json.loads(written.getvalue())
    assert (line["path"], line["event"], line["level"]) == ("/slack/events", "slow", "warning")


def test_short_words_are_not_taken_for_secrets() -> None:
    assert Redaction(["a", "abc"]).text("abcabc") == "abcabc"


def test_a_password_is_kept_out_as_the_address_has_it() -> None:
    address = "postgresql+psycopg://bot:p%40ss%2Fword@db/book"
    hide = Redaction(secrets_of(Config.model_construct(database_url=address)))
    assert (
        hide.text(f"{address} p@ss/word") == f"postgresql+psycopg://bot:{HIDDEN}@db/book {HIDDEN}"
    )
