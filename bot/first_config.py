"""The first configuration, by questions with sensible answers ready."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass

from messages.i18n import Phrasebook

Ask = Callable[[str, str], str]

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_CHANNEL_ID = re.compile(r"[CG][A-Z0-9]{6,}")


@dataclass(frozen=True, slots=True)
class Answers:
    """What `renewals init` asks; empty strings leave a part out."""

    time_zone: str
    currency: str
    locale: str
    team: str
    robot: str
    robot_key: str
    bot_id: str = ""
    bot_secret: str = ""
    corp_id: str = ""
    agent_id: str = ""
    app_secret: str = ""
    slack_bot_token: str = ""
    slack_app_token: str = ""
    slack_signing_secret: str = ""
    public_url: str = ""
    slack_channel: str = ""


def ask(phrases: Phrasebook, question: Ask, further: Ask | None = None) -> Answers:
    """Ask everything once; `question` shows a text and a default and returns what was typed.

    `further` asks what came to it later and may be left out; by default as `question` does.
    """
    more = further or question
    zone = question(phrases.t("init.zone"), "Asia/Shanghai")
    currency = question(phrases.t("init.currency"), "CNY")
    locale = question(phrases.t("init.locale"), phrases.locale.value)
    team = question(phrases.t("init.team"), "")
    robot_key = _after_key(question(phrases.t("init.robot_key"), ""))
    robot = question(phrases.t("init.robot"), "main") if robot_key else ""
    bot_id = more(phrases.t("init.bot_id"), "")
    bot_secret = more(phrases.t("init.bot_secret"), "") if bot_id else ""
    corp_id = more(phrases.t("init.corp_id"), "")
    agent_id = more(phrases.t("init.agent_id"), "") if corp_id else ""
    app_secret = more(phrases.t("init.app_secret"), "") if corp_id else ""
    token = more(phrases.t("init.slack_bot_token"), "").strip()
    app_token = more(phrases.t("init.slack_app_token"), "").strip() if token else ""
    by_http = bool(token) and not app_token
    signing_secret = more(phrases.t("init.slack_signing_secret"), "").strip() if by_http else ""
    public_url = more(phrases.t("init.public_url"), "").strip() if signing_secret else ""
    channel = more(phrases.t("init.slack_channel", team=team), "") if token and team else ""
    return Answers(
        zone,
        currency,
        locale,
        team,
        robot,
        robot_key,
        bot_id=bot_id,
        bot_secret=bot_secret,
        corp_id=corp_id,
        agent_id=agent_id,
        app_secret=app_secret,
        slack_bot_token=token,
        slack_app_token=app_token,
        slack_signing_secret=signing_secret,
        public_url=public_url,
        slack_channel=_channel(channel),
    )


def written(answers: Answers) -> str:
    """The answers as TOML."""
    lines = [
        'database_url = "sqlite+aiosqlite:///renewals.db"',
        f"base_currency = {_text(answers.currency)}",
        f"time_zone = {_text(answers.time_zone)}",
        f"locale = {_text(answers.locale)}",
        "",
        "[http]",
        'host = "127.0.0.1"',
        "port = 8080",
        *([f"public_url = {_text(answers.public_url)}"] if answers.public_url else []),
        "",
        "[playground]",
        "enabled = true",
        *_slack(answers),
    ]
    if answers.corp_id:
        lines += ["", "[wecom]", f"corp_id = {_text(answers.corp_id)}"]
    if answers.robot:
        lines += [
            "",
            "[wecom.robots]",
            f"{_key(answers.robot)} = {{ key = {_text(answers.robot_key)} }}",
        ]
    if answers.bot_id:
        lines += [
            "",
            "[wecom.aibot]",
            f"bot_id = {_text(answers.bot_id)}",
            f"secret = {_text(answers.bot_secret)}",
        ]
    if answers.agent_id or answers.app_secret:
        lines += ["", "[wecom.app]"]
        lines += [f"agent_id = {_number(answers.agent_id)}"] if answers.agent_id else []
        lines += [f"secret = {_text(answers.app_secret)}"]
    if answers.team:
        places = [f"wecom:robot:{answers.robot}"] if answers.robot else []
        places += [f"slack:{answers.slack_channel}"] if answers.slack_channel else []
        lines += [
            "",
            f"[teams.{_text(answers.team)}]",
            f"places = {json.dumps(places, ensure_ascii=False)}",
        ]
    return "\n".join(lines) + "\n"


def _slack(answers: Answers) -> list[str]:
    if not answers.slack_bot_token:
        return []
    given = {
        "bot_token": answers.slack_bot_token,
        "app_token": answers.slack_app_token,
        "signing_secret": answers.slack_signing_secret,
    }
    return ["", "[slack]", *(f"{key} = {_text(value)}" for key, value in given.items() if value)]


def _channel(answer: str) -> str:
    """A channel as places are written: its id, or its name with `#`."""
    name = answer.strip()
    if not name or name.startswith("#") or _CHANNEL_ID.fullmatch(name):
        return name
    return f"#{name}"


def _text(value: str) -> str:
    # JSON strings are TOML basic strings.
    return json.dumps(value, ensure_ascii=False)


def _key(name: str) -> str:
    # TOML takes a key that is more than ASCII letters, digits, _ and - in quotes alone.
    return name if _BARE.fullmatch(name) else _text(name)


def _after_key(answer: str) -> str:
    """The key of a robot, also where the whole webhook address was given."""
    return answer.strip().rpartition("key=")[2].partition("&")[0]


def _number(value: str) -> str:
    # What is no number stays visible as a text, and `config check` says so.
    return value.strip() if value.strip().isascii() and value.strip().isdigit() else _text(value)
